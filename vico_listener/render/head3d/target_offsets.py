"""The displacements of the 52 coefficients, mended where those of the mesh look wrong."""

from collections.abc import Iterator

import numpy as np

from vico_listener.motion import ARKIT_NAMES
from vico_listener.render.head3d.drive import CURVES
from vico_listener.render.head3d.lashes import Lashes
from vico_listener.render.head3d.lip_seal import OPENING
from vico_listener.render.head3d.lip_seal import UNEVEN
from vico_listener.render.head3d.lip_seal import LipSeal
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.mesh_file import MeshFile
from vico_listener.render.head3d.tongue import lowered
from vico_listener.render.head3d.tongue import stretched

ADDED = {
    'mouthFunnel': (('mouthPucker', 0.45),),
    'tongueOut': (('jawOpen', 0.24), ('mouthLowerDownLeft', 0.2), ('mouthLowerDownRight', 0.2)),
    'eyeLookDownLeft': (('eyeBlinkLeft', 0.16),),
    'eyeLookDownRight': (('eyeBlinkRight', 0.16),),
}
"""Targets that join another one: a funnel is round, the tongue passes between the teeth, and the
upper lid follows the iris down."""


def target_offsets(
    file: MeshFile,
    shape: Floats,
    scale: float,
    seal: LipSeal,
    lashes: list[Lashes],
    tongue: Indices,
) -> Iterator[Floats]:
    """Yield how far each coefficient of `ARKIT_NAMES` moves the vertices (V, 3) of the mesh, dm.

    Args:
        file: the archive with the targets.
        shape: (V, 3) the figure at rest, its lips closed.
        scale: of the figure, relative to the mesh.
        seal: keeps lips closed.
        lashes: of both eyes.
        tongue: its vertices.
    """

    def target(name: str) -> Floats:
        moved, by = file.coefficient(name)
        offsets = np.zeros_like(shape)
        offsets[moved] = by * np.float32(scale)
        return offsets

    for name in ARKIT_NAMES:
        offsets = target(name)
        for other, share in ADDED.get(name, ()):
            offsets += np.float32(share) * target(other)
        channel = name.removesuffix('Left').removesuffix('Right')
        if channel in UNEVEN:
            offsets = seal.evened(offsets)
        if name == 'jawOpen':
            offsets = lowered(seal.base, tongue, offsets)
        if name == 'tongueOut':
            offsets = stretched(seal.base, tongue, offsets)
        if channel.startswith(('mouth', 'jaw', 'cheek', 'nose')) and channel not in OPENING:
            most = np.float32(CURVES.get(channel, (1.0,))[-1])
            offsets = (seal.closed(shape + most * offsets) - shape) / most
        for strip in lashes:
            strip.trim(offsets)
        yield offsets
