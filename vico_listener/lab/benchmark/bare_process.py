"""Measures a process that only imports the libraries of the stack: a floor of start and memory."""

import subprocess
import sys
import time

LIBRARIES = ('numpy', 'cv2', 'onnxruntime', 'ai_edge_litert.interpreter', 'rclpy')
"""What the stack imports, besides itself and messages."""

_PROGRAM = """
import sys
for name in sys.argv[1:]:
    __import__(name)
status = open('/proc/self/status').read()
print(float(status.split('VmHWM:')[1].split()[0]) / 1024)
"""


def bare_process() -> tuple[float, float]:
    """Return how long such a process lives, s, and its peak memory, MB."""
    start = time.monotonic()
    command = [sys.executable, '-c', _PROGRAM, *LIBRARIES]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return time.monotonic() - start, float(said)
