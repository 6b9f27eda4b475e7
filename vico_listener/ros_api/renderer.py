"""The ROS API of the node `renderer`."""

from vico_listener.choices import FIGURE
from vico_listener.choices import THEME
from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

FACE = Topic(
    'face/image',
    'sensor_msgs/msg/Image',
    'A picture (bgr8) for each motion, while somebody subscribes.',
    60,
)
FACE_COMPRESSED = Topic(
    'face/image/compressed',
    'sensor_msgs/msg/CompressedImage',
    'The same as JPEG, while somebody subscribes.',
    60,
)

RENDERER = NodeApi(
    'renderer',
    parameters=(
        Parameter(
            'renderer',
            'portrait',
            'The renderer: portrait, head3d, cartoon, pirender, or package.module:Class.',
            parts='vico_listener.render:RENDERERS',
        ),
        Parameter('renderer_model', '', 'Weights of the renderer pirender.', path=True),
        Parameter(
            'face_model',
            '',
            'Model of Deep3DFaceRecon (epoch_20.pth, or a .mat) that measures the portrait for '
            'pirender.',
            path=True,
        ),
        Parameter(
            'window',
            'causal',
            'Future motions that pirender waits for: causal (none), lookahead=N, or offline (all).',
        ),
        Parameter(
            'fluent',
            False,
            'Whether to draw in a separate thread and interpolate the pictures in between, for a '
            'slow renderer.',
        ),
        Parameter(
            'portrait',
            '',
            "Photo of the listener's face; empty for the default portrait, head3d and cartoon.",
            path=True,
        ),
        Parameter(
            'figure',
            FIGURE,
            'Whom the renderer head3d shows: maya, kofi, lin, otto, or a YAML file.',
            path=True,
        ),
        Parameter(
            'theme',
            THEME,
            'How the renderer cartoon looks: night, paper, robot, storybook, or a YAML file.',
            path=True,
        ),
        Parameter('size', 256, 'Width and height of the pictures [px].', 64, 1024),
        Parameter(
            'width',
            0,
            'Width of the pictures of the renderer cartoon [px], whose height is size; 0 for that '
            'of a square.',
            0,
            2048,
        ),
        Parameter('jpeg_quality', 90, 'Quality of the JPEG in face/image/compressed.', 1, 100),
        Parameter('frame_id', 'head', "Frame of the listener's head in the pictures' headers."),
    ),
    subscriptions=(MOTION,),
    publications=(FACE, FACE_COMPRESSED),
    values=(
        Value('renderer', 'The renderer.'),
        Value('pictures', 'Pictures that were drawn.'),
        Value('render_*_ms', 'Time that a picture takes.'),
    ),
)
