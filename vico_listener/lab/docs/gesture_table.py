"""Generates the table of the gestures that may be asked for."""

from math import degrees

from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table
from vico_listener.listener.performance import KINDS
from vico_listener.listener.performance import MOST_CYCLES
from vico_listener.listener.performance import SIDED
from vico_listener.listener.performance import SIZES
from vico_listener.listener.performance import SPEEDS
from vico_listener.listener.performance import USUAL

HEADER = ('kind', 'usual size', 'usual speed', 'usual cycles', 'side')
WHAT = {'shake': ' from side to side', 'glance': ' of the eyes'}
"""What is as large as the size says, where it is not the head down and up."""


def gesture_parts() -> dict[str, str]:
    """Return the part 'gestures': a table of the kinds, and between what a request may choose."""
    rows = []
    for name, kind in KINDS.items():
        usual = USUAL[kind]
        speed = '-' if name == 'glance' else f'{usual.frequency:g} Hz'
        size = f'{degrees(usual.size):.3g} deg{WHAT.get(name, "")}'
        side = 'left, right' if name in SIDED else '-'
        rows.append((code(name), size, speed, str(usual.cycles), side))
    ranges = (
        f'A request may ask for {SIZES[0]:g} to {SIZES[1]:g} times the usual size, '
        f'{SPEEDS[0]:g} to {SPEEDS[1]:g} times the usual speed, and up to {MOST_CYCLES} cycles.'
    )
    return {'gestures': f'{table(HEADER, rows)}\n{ranges}\n'}
