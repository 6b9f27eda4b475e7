"""The watch that tells a slow program from a machine that stands still."""

import os
import signal
import subprocess
import sys
import time

PROGRAM = """
import sys, time
from vico_listener.lab.benchmark.machine import MachineWatch
watch = MachineWatch()
time.sleep(0.2)
watch.since_last()
print('ready', flush=True)
sys.stdin.readline()
print(*watch.since_last(), flush=True)
sys.stdin.readline()
print(*watch.since_last(), flush=True)
watch.stop()
"""


def test_a_stop_of_the_machine_is_seen_once():
    process = subprocess.Popen(
        [sys.executable, '-c', PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout and process.stdout.readline() == 'ready\n'
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(1.0)
    os.kill(process.pid, signal.SIGCONT)
    time.sleep(0.1)
    process.stdin.write('\n')
    process.stdin.flush()
    late, stolen = map(float, process.stdout.readline().split())
    assert late > 0.9
    assert not stolen < 0
    time.sleep(0.1)
    process.stdin.write('\n')
    process.stdin.flush()
    assert float(process.stdout.readline().split()[0]) < late / 2
    process.wait(10.0)
