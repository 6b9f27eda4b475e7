"""Installs the ROS-free core and the `vico` command with pip, for machines without ROS.

Inside a colcon workspace CMakeLists.txt builds the package, messages and nodes included; colcon
does not read this file.
"""

from pathlib import Path

from setuptools import find_packages
from setuptools import setup

HERE = Path(__file__).parent
SHARE = 'share/vico_listener'


def tree(folder: str) -> list[tuple[str, list[str]]]:
    """Every file below `folder`, as data files of the share directory."""
    folders = [HERE / folder, *(p for p in (HERE / folder).rglob('*') if p.is_dir())]
    return [
        (
            f'{SHARE}/{path.relative_to(HERE)}',
            [str(f.relative_to(HERE)) for f in sorted(path.iterdir()) if f.is_file()],
        )
        for path in folders
    ]


setup(
    name='vico_listener',
    version='0.1.0',
    description='A responsive listening head: core and `vico` command',
    license='Apache-2.0',
    packages=find_packages(include=['vico_listener', 'vico_listener.*']),
    python_requires='>=3.10',
    install_requires=[
        'ai-edge-litert',
        'av',
        'matplotlib',
        'numba',
        'numpy',
        'onnxruntime',
        'opencv-python-headless',
        'python-osc',
        'PyYAML',
        'rosbags',
        'safetensors',
        'scipy',
        'tqdm',
        'websockets',
    ],
    extras_require={
        'cluster': ['ray'],
        'live': ['aiohttp', 'sounddevice'],
        'evaluation': ['scikit-image'],
        'simulation': ['mujoco'],
        'neural': ['onnx', 'pillow', 'torch'],
        'training': ['espeakng-loader', 'onnx', 'tensorboard', 'torch'],
        'test': ['hypothesis', 'librosa', 'mcap', 'mypy', 'playwright', 'pytest', 'ruff'],
    },
    data_files=[
        *tree('config'),
        *tree('msg'),
        *tree('resource/models'),
        *tree('resource/pages'),
        *tree('third_party/audio_common_msgs/msg'),
    ],
    entry_points={'console_scripts': ['vico = vico_listener.cli.main:main']},
)
