"""The listeners, which answer speaker frames with face motion, and what belongs to them."""

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
