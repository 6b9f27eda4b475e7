"""A responsive listening head: camera and sound in, a listening face and head commands out.

`ListeningHead` is the whole of it without ROS. ``vico_listener.nodes`` wraps it in topics,
``vico_listener.cli`` is the ``vico`` command, ``vico_listener.lab`` the laboratory around it.
"""

from pkgutil import extend_path
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from vico_listener.listening_head import Answer
    from vico_listener.listening_head import ListeningHead

__all__ = ['Answer', 'ListeningHead']

# The generated messages (vico_listener.msg) live in the colcon install space, the Python code in
# the source tree or in another install: both are one package.
__path__ = extend_path(__path__, __name__)


def __getattr__(name: str) -> Any:
    """Import what is public when it is asked for: messages alone need no networks."""
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from vico_listener import listening_head

    return getattr(listening_head, name)
