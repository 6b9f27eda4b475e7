"""Listener generators G_m: speaker frames in, the listener's face motion out; the idle layer."""

from vico_listener.listener.base import DEFAULT_LISTENER
from vico_listener.listener.base import LISTENERS
from vico_listener.listener.base import Listener
from vico_listener.listener.base import create_listener

__all__ = [
    'DEFAULT_LISTENER',
    'LISTENERS',
    'Listener',
    'create_listener',
]
