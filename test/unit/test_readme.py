"""The lines of Python in the README do what it says, without ROS."""

import re
import subprocess
import sys
from pathlib import Path

from vico_listener.lab.cli.demo import default_clip

README = Path(__file__).resolve().parents[2] / 'README.md'

WITHOUT_ROS = 'import sys; sys.modules.update(rclpy=None, sensor_msgs=None, std_msgs=None)\n'
"""Makes every import of these fail."""


def test_lines_of_python_run(tmp_path: Path) -> None:
    (lines,) = re.findall(r'```python\n(.*?)```', README.read_text(encoding='utf-8'), re.S)
    assert len(lines.splitlines()) <= 6
    (tmp_path / 'talk.mp4').symlink_to(default_clip())
    done = subprocess.run(
        [sys.executable, '-c', WITHOUT_ROS + lines],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r'^\[', done.stdout, re.M)) > 250  # 8.7 s at 30 Hz
    assert 'HeadCommand' in done.stdout
