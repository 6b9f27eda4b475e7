"""A responsive listening head for ROS 2: camera and audio in, a listening face and head out.

The core packages (face, speech, listener, render, robot, evaluation) import no ROS;
``vico_listener.nodes`` wraps them in topics and ``vico_listener.cli`` in the ``vico`` command.
"""

from pkgutil import extend_path

# The generated messages (vico_listener.msg) live in the colcon install space, the Python code in
# the source tree or in another install: both are one package.
__path__ = extend_path(__path__, __name__)
