"""The rest shape of an identity: the base mesh with the identity's targets."""

from collections.abc import Iterator

import numpy as np

from vico_listener.errors import SettingError
from vico_listener.render.head3d.identity import ORIGINS
from vico_listener.render.head3d.identity import Identity
from vico_listener.render.head3d.mesh_file import TARGETS
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import MeshFile
from vico_listener.render.head3d.mesh_file import MeshFileError

AGES = {'child': 11.0, 'young': 25.0, 'old': 80.0}
"""The ages at which the targets of MakeHuman stand, years."""


REST = {
    'mouthSmileLeft': 0.23,
    'mouthSmileRight': 0.23,
    'jawOpen': -0.03,
    'eyeWideLeft': 0.3,
    'eyeWideRight': 0.3,
}
"""Targets in the shape at rest: it looks friendly and awake, and closes its lips."""


def rest_shape(file: MeshFile, base: Floats, identity: Identity) -> Floats:
    """Return all vertices (V, 3) of an identity, dm.

    Args:
        file: the archive with the targets.
        base: (V, 3) vertices of the base mesh.
        identity: who it is.

    Raises:
        SettingError: the identity names a target that the archive lacks.
    """
    shape = base.copy()
    for name, weight in macro_targets(identity):
        indices, offsets = file.target(f'{TARGETS}/macrodetails/{name}.target.gz')
        shape[indices] += np.float32(weight) * offsets
    for name, weight in sorted(identity.targets.items()):
        try:
            indices, offsets = file.target(f'{TARGETS}/{name}.target.gz')
        except MeshFileError:
            raise SettingError(
                f"the mesh has no target '{name}': name one as in 'nose/nose-volume-incr'"
            ) from None
        shape[indices] += np.float32(weight) * offsets
    for name, weight in REST.items():
        indices, offsets = file.coefficient(name)
        shape[indices] += np.float32(weight) * offsets
    return shape


def macro_targets(identity: Identity) -> Iterator[tuple[str, float]]:
    """Yield the names and weights of the targets for sex, age and origin."""
    total = sum(getattr(identity, origin) for origin in ORIGINS)
    for sex, of_sex in (('female', 1 - identity.male), ('male', identity.male)):
        for age, of_age in _shares_of_age(identity.age):
            if of_sex * of_age <= 0:
                continue
            yield f'universal-{sex}-{age}-averagemuscle-averageweight', of_sex * of_age
            for origin in ORIGINS:
                share = getattr(identity, origin) / total
                if share > 0:
                    yield f'{origin}-{sex}-{age}', of_sex * of_age * share


def _shares_of_age(years: float) -> list[tuple[str, float]]:
    names, places = list(AGES), list(AGES.values())
    return [(n, float(np.interp(years, places, np.eye(3)[i]))) for i, n in enumerate(names)]
