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
    monkeypatch.setattr(isolation, 'DOMAINS', range(theirs, theirs + 1))
    with pytest.raises(UnavailableError, match=f'from {theirs} to {theirs} are taken'):
        isolate()
    another.communicate('')
    assert isolate()['ROS_DOMAIN_ID'] == str(theirs)  # the kernel has freed it


def test_the_next_call_frees_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, 'DOMAINS', range(200, 202))
    first, second, third = (isolate()['ROS_DOMAIN_ID'] for _ in range(3))
    assert first == third != second


def test_a_domain_comes_again_only_when_all_were_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, 'DOMAINS', range(210, 216))
    domains = [isolate()['ROS_DOMAIN_ID'] for _ in range(12)]
    assert len(set(domains[:6])) == len(set(domains[6:])) == 6
