"""The listeners, which answer speaker frames with face motion, and what belongs to them."""

from vico_listener.listener.listeners import DEFAULT_LISTENER
from vico_listener.listener.listeners import LISTENERS
from vico_listener.listener.listeners import Listener
from vico_listener.listener.listeners import create_listener

__all__ = [
    'DEFAULT_LISTENER',
    'LISTENERS',
    'Listener',
    'create_listener',
]
