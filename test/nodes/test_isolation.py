"""Whoever isolates himself shares his ROS graph with nobody."""

import os
import subprocess
import sys

import pytest

from vico_listener.errors import UnavailableError
from vico_listener.nodes import isolation
from vico_listener.nodes.isolation import isolate

ANOTHER = """
import sys
from vico_listener.nodes.isolation import isolate
print(isolate()['ROS_DOMAIN_ID'], flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, 'environ', os.environ.copy())


def test_processes_never_choose_the_same_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = int(isolate()['ROS_DOMAIN_ID'])
    another = subprocess.Popen(
        [sys.executable, '-c', ANOTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert another.stdout is not None
    theirs = int(another.stdout.readline())
    assert theirs != mine
    monkeypatch.setattr(isolation, '_reserved', {})
    monkeypatch.setattr(isolation, 'DOMAINS', range(theirs, theirs + 1))
    with pytest.raises(UnavailableError, match=f'from {theirs} to {theirs} are taken'):
        isolate()
    another.communicate('')
    assert isolate()['ROS_DOMAIN_ID'] == str(theirs)  # the kernel has freed it


def test_a_process_keeps_a_third_and_then_has_its_oldest_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(isolation, '_reserved', {})
    monkeypatch.setattr(isolation, 'DOMAINS', range(210, 219))
    domains = [isolate()['ROS_DOMAIN_ID'] for _ in range(9)]
    assert len(set(domains)) == 3
    assert domains == 3 * domains[:3]


def test_the_domain_that_is_set_is_never_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, '_reserved', {})
    monkeypatch.setattr(isolation, 'DOMAINS', range(220, 222))
    monkeypatch.setenv('ROS_DOMAIN_ID', '220')
    assert isolate()['ROS_DOMAIN_ID'] == '221'
