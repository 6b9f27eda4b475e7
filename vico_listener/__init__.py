"""A responsive listening head: camera and microphone in, a listening face and head commands out.

`ListeningHead` is the complete head without ROS. ``vico_listener.nodes`` runs its parts as ROS
nodes, ``vico_listener.cli`` is the ``vico`` command, and ``vico_listener.lab`` is the laboratory
around it: data sets, training, evaluation and simulation.
"""

from pkgutil import extend_path
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from vico_listener.chain import Answer
    from vico_listener.listening_head import ListeningHead

    __version__: str

__all__ = ['Answer', 'ListeningHead']

# The generated messages (vico_listener.msg) live in the colcon install space, and the Python code
# in the source tree or in another install: together they are one package.
__path__ = extend_path(__path__, __name__)


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that the messages alone load no networks."""
    if name == '__version__':
        from xml.etree import ElementTree

        from vico_listener.resources import resource_path

        return ElementTree.parse(resource_path('package.xml')).findtext('version')
    if name not in __all__:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from vico_listener import listening_head

    return getattr(listening_head, name)
