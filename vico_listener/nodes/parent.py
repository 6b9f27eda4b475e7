"""Ends a process with the one that started it, whatever that one died of."""

import ctypes
import os
import signal
import sys
from collections.abc import Mapping

PARENT = 'VICO_PARENT'
"""Variable with the number of the process whose end is also that of its children."""

PR_SET_PDEATHSIG = 1


def end_with_parent(environment: Mapping[str, str] = os.environ) -> None:
    """Have the system send SIGTERM to this process when its parent dies, where it is asked to.

    `ros2 launch` leaves its processes behind when it gets SIGTERM or is killed, and a stack that
    nobody owns goes on commanding the robot. Only Linux can do so; a process that was not started
    by the one that is named is left alone.
    """
    parent = int(environment.get(PARENT, '0'))
    if not parent or not sys.platform.startswith('linux'):
        return
    is_child = os.getppid() == parent
    if is_child:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    # It may have died before that.
    if os.getppid() != parent if is_child else not _is_alive(parent):
        os.kill(os.getpid(), signal.SIGTERM)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
