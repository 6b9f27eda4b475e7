"""Listener generators G_m: speaker frames in, the listener's face motion out; the idle layer."""

from vico_listener.listener.base import DEFAULT_LISTENER
from vico_listener.listener.base import LISTENERS
from vico_listener.listener.base import Listener
from vico_listener.listener.base import create_listener
from vico_listener.listener.base import register
from vico_listener.listener.idle import IdleLayer
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.personality import Personality
from vico_listener.listener.rules import RulesListener

__all__ = [
    'DEFAULT_LISTENER',
    'LISTENERS',
    'IdleLayer',
    'LearnedListener',
    'Listener',
    'Personality',
    'RulesListener',
    'create_listener',
    'register',
]
