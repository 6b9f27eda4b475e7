"""What to install when a Python module is missing: one answer for nodes and commands."""

EXTRAS = {
    'aiohttp': 'live',
    'onnx': 'training',
    'PIL': 'neural',
    'ray': 'cluster',
    'skimage': 'evaluation',
    'sounddevice': 'live',
    'tensorboard': 'training',
    'torch': 'training',
}
"""Modules that not everybody needs, and which of the files in requirements/ names them."""


def remedy(module: str) -> str:
    """How to install a module."""
    extra = EXTRAS.get(module.partition('.')[0])
    if extra is None:
        return './run setup (or pip install -r requirements/runtime.txt)'
    return f'pip install -r requirements/{extra}.txt'
