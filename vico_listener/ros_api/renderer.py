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
    'The same picture as JPEG, while somebody subscribes.',
    60,
)

NO_RENDERER = 'none'
"""The name of no renderer."""

RENDERER = NodeApi(
    'renderer',
    parameters=(
        Parameter(
            'renderer',
            'portrait',
            "What draws the listener's face: portrait, head3d, cartoon, pirender, or "
            'package.module:Class; none draws nothing, for a robot with a face of its own.',
            choices=(NO_RENDERER,),
            parts='vico_listener.render:RENDERERS',
        ),
        Parameter('renderer_model', '', 'The weights of the renderer pirender.', path=True),
        Parameter(
            'face_model',
            '',
            'The Deep3DFaceRecon model (epoch_20.pth, or a .mat file) that measures the '
            'portrait for pirender.',
            path=True,
        ),
        Parameter(
            'window',
            'causal',
            'How many future motions pirender waits for: none (causal), N (lookahead=N) or '
            'all (offline).',
        ),
        Parameter(
            'fluent',
            False,
            'Whether to draw in a separate thread and interpolate between the pictures, so '
            'that a slow renderer still gives 30 pictures a second.',
        ),
        Parameter(
            'portrait',
            '',
            "The photo of the listener's face; empty for the default portrait, and for "
            'head3d and cartoon, which need none.',
            path=True,
        ),
        Parameter(
            'figure',
            FIGURE,
            'The head that the renderer head3d shows: maya, kofi, lin, otto, or a YAML file.',
            path=True,
        ),
        Parameter(
            'theme',
            THEME,
            'The look of the renderer cartoon: night, paper, robot, storybook, or a YAML file.',
            path=True,
        ),
        Parameter('size', 256, 'The width and height of the pictures [px].', 64, 1024),
        Parameter(
            'width',
            0,
            'The width of the pictures of the renderer cartoon [px], whose height is size; '
            '0 for square pictures.',
            0,
            2048,
        ),
        Parameter(
            'mark',
            False,
            'Whether the pictures say that they are generated, by a word in the lower left corner '
            'and a comment in JPEGs.',
        ),
        Parameter(
            'jpeg_quality', 90, 'The quality of the JPEG pictures on face/image/compressed.', 1, 100
        ),
        Parameter('frame_id', 'head', 'The frame_id in the headers of the pictures.'),
    ),
    subscriptions=(MOTION,),
    publications=(FACE, FACE_COMPRESSED),
    values=(
        Value('renderer', 'The renderer.'),
        Value('pictures', 'Pictures that were drawn.'),
        Value('render_*_ms', 'The time that it takes to draw a picture.'),
    ),
)
