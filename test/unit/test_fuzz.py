"""Damaged inputs are used or refused: no crash, no hang, no unbounded memory.

Two seconds each; ten minutes with VICO_LONG_TESTS=1.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LONG = 'VICO_LONG_TESTS'
SECONDS = 600 if LONG in os.environ else 2
PEAK_MB = 1500
PROGRAM = Path(__file__).parents[1] / 'fuzz.py'
NEEDS = {'bags': 'mcap', 'parameters': 'rclpy', 'checkpoints': 'torch'}


@pytest.mark.parametrize(
    'target', ['clips', 'bags', 'messages', 'mat', 'profiles', 'parameters', 'checkpoints']
)
def test_damage_is_survived(tmp_path: Path, target: str) -> None:
    pytest.importorskip('hypothesis')
    if target in NEEDS:
        pytest.importorskip(NEEDS[target], reason=f'pip install {NEEDS[target]}')
    # Of its own: what is looked for may take the process with it.
    run = subprocess.run(
        [sys.executable, str(PROGRAM), target, str(SECONDS), str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-6000:]
    figures = json.loads(run.stdout.splitlines()[-1])
    print(figures)
    assert figures['inputs'] >= 50
    assert figures['peak memory [MB]'] < PEAK_MB
