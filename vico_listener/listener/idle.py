"""The idle layer: adds blinks, breathing, posture, gaze and fidgets to the motion of any listener.

It holds what no speaker causes, so that no network can learn it from a speaker: whatever listens,
this layer lives. It is a pure function of seed and tick number.
"""

from dataclasses import replace

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.listener.expression import look
from vico_listener.listener.expression import open_browed
from vico_listener.listener.expression import smile_of
from vico_listener.listener.idle_blinks import blink_pause
from vico_listener.listener.idle_blinks import lids
from vico_listener.listener.idle_face import face_change
from vico_listener.listener.idle_gaze import gaze
from vico_listener.listener.idle_posture import posture
from vico_listener.listener.knobs import AS_USUAL
from vico_listener.listener.knobs import Knobs
from vico_listener.listener.random_blocks import branched
from vico_listener.listener.traits import AVERAGE
from vico_listener.listener.traits import Traits
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.motion import both_sides

_BLINKS = both_sides('eyeBlink')


class IdleLayer:
    """Keeps a face alive; it is a pure function of seed, tick number and arguments."""

    def __init__(
        self,
        seed: int = 0,
        blinks: bool = True,
        gaze: bool = True,
        body: bool = True,
        face: bool = True,
    ) -> None:
        """Make a layer from a seed.

        Args:
            seed: the seed of all events, 0 or more.
            blinks: whether the face blinks.
            gaze: whether the gaze shifts.
            body: whether the head breathes and changes its posture.
            face: whether mouth and brows fidget.

        Raises:
            SettingError: the seed is negative.
        """
        if seed < 0:
            raise SettingError(f'idle seed {seed} is negative: give 0 or more')
        self._seed = seed
        self._blinks, self._gaze, self._body, self._face = blinks, gaze, body, face

    def apply(
        self,
        motion: FaceMotion,
        index: int,
        intensity: float = 1.0,
        attention: float = 0.0,
        knobs: Knobs = AS_USUAL,
        traits: Traits = AVERAGE,
        branch: int = 0,
    ) -> FaceMotion:
        """Return `motion` with the idle movement of tick number `index` added.

        Gaze, posture and fidgets scale with `intensity` (0 to 1), while blinks and breathing do not
        depend on it. With `attention` (0 to 1) the gaze does not leave the speaker, because a
        gesture is under way. Head, gaze and face scale with their `knobs`, blinks with none. The
        caller fades all of these, because this function keeps no state. The `traits` are those of
        the person. Each `branch` moves at other times. The face and the eyes need the basis
        `arkit52`; in any other basis only the head moves.
        """
        time = index / MODEL_RATE
        seed = branched(self._seed, branch)
        turn, shift = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        left = up = 0.0
        if self._body:
            turn, shift = posture(seed, time, intensity * traits.unrest)
        if self._gaze:
            wander = intensity * knobs.gaze * traits.wander
            left, up, head = (wander * part for part in gaze(seed, time, attention))
            turn[2] += head
        turn = [knobs.head_gain * part for part in turn]
        shift = [knobs.head_gain * part for part in shift]
        rotation = motion.rotation + np.array(turn, np.float32)
        translation = motion.translation + np.array(shift, np.float32)
        if motion.basis is not ARKIT52:
            return replace(motion, rotation=rotation, translation=translation)
        # The eyes stay where they look while the head turns (vestibulo-ocular reflex).
        expression = motion.expression + look(left - turn[2], up + turn[1])
        if self._face:
            tone = intensity * knobs.face_gain * traits.fidgets
            expression += open_browed(tone * face_change(seed, time), smile_of(expression))
        if self._blinks:
            closed = lids(seed, time, traits.blink_pause * blink_pause(self._seed))
            expression[_BLINKS] = np.maximum(expression[_BLINKS], closed)
        clipped = np.minimum(np.maximum(expression, 0.0), 1.0).astype(np.float32)
        return replace(motion, expression=clipped, rotation=rotation, translation=translation)
