"""What a network is made for: its basis, its inputs and outputs, their order and normalisation."""

from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from typing import Any

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import ACOUSTICS
from vico_listener.listener.gestures import Kind
from vico_listener.listener.personality import Personality
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import basis_by_name

OUTPUTS = ('motion', 'behaviour')
"""The whole motion, as in the paper; or behaviour and gestures, which a `Body` shows."""

GENERATORS = ('lstm', 'gru', 'transformer', 'non_sequential')
"""Sequence models to build a network around, see `generators`; the paper's is the first."""
HEADS = 4
"""Heads of the transformer."""
PERCEPTRON = 272
"""Width of the fully connected network: about as many parameters as the paper's LSTM."""

PERSONALITY = tuple(f.name for f in fields(Personality))


@dataclass(frozen=True)
class GestureHead:
    """What the network says of one kind of gesture, besides when it begins.

    Attributes:
        numbers: fields of `Gesture` that it predicts as numbers.
        cycles: numbers of cycles to choose from.
        sided: it also chooses the side to which the gesture goes first.
        upswing: size of the upswing that it may choose, 0 = never.
    """

    numbers: tuple[str, ...]
    cycles: tuple[int, ...] = (1,)
    sided: bool = False
    upswing: float = 0.0

    @property
    def size(self) -> int:
        """Outputs: numbers, a score per number of cycles, side, upswing."""
        choices = len(self.cycles) if len(self.cycles) > 1 else 0
        return len(self.numbers) + choices + self.sided + (self.upswing > 0)


GESTURE_HEADS: dict[Kind, GestureHead] = {
    Kind.NOD: GestureHead(('size', 'delay', 'frequency', 'decay'), (1, 2, 3, 4), upswing=0.3),
    Kind.SHAKE: GestureHead(('size', 'delay', 'frequency'), (2, 3), sided=True),
    Kind.BEAT: GestureHead(('size', 'frequency')),
    Kind.GLANCE: GestureHead(('size',), sided=True),
}


def _choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingError(f"{name}: '{value}' is none of {', '.join(choices)}")


@dataclass(frozen=True)
class ModelConfig:
    """The network G_m and what its vectors mean; see `vectors` for their order.

    Attributes:
        basis: of expression and pose, `arkit52` or `bfm64`.
        acoustic: layout of the acoustic features, one of `ACOUSTICS`.
        output: one of `OUTPUTS`.
        generator: one of `GENERATORS`.
        attitude: the attitude is an input, in the initial state and at every step.
        flags: so are the flags face_valid, audio_valid and speaking.
        personality: so is the listener's personality (`behaviour` only).
        fused, hidden, layers: sizes of the network; the paper's.
        window: steps that a transformer looks back, itself included.
        clock: steps per second.
        training: what it was trained on, in words; with the git revision and the like.
    """

    basis: str = 'arkit52'
    acoustic: str = ACOUSTICS[0]
    output: str = 'motion'
    generator: str = 'lstm'
    attitude: bool = True
    flags: bool = True
    personality: bool = False
    fused: int = 192
    hidden: int = 96
    layers: int = 2
    window: int = 60
    clock: int = MODEL_RATE
    training: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """SettingError names the field that is wrong."""
        _choice('acoustic', self.acoustic, ACOUSTICS)
        _choice('output', self.output, OUTPUTS)
        _choice('generator', self.generator, GENERATORS)
        basis_by_name(self.basis)
        if self.clock != MODEL_RATE:
            raise SettingError(f'clock: {self.clock} steps per second, this stack has {MODEL_RATE}')
        if self.output == 'behaviour' and self.basis != 'arkit52':
            raise SettingError("output: 'behaviour' needs the basis arkit52")
        if self.personality and self.output != 'behaviour':
            raise SettingError("personality: needs the output 'behaviour'")
        for name in ('fused', 'hidden', 'layers', 'window'):
            if getattr(self, name) < 1:
                raise SettingError(f'{name}: must be at least 1, not {getattr(self, name)}')
        if self.generator == 'transformer' and self.hidden % HEADS:
            raise SettingError(
                f'hidden: must be a multiple of {HEADS}, the heads of the transformer'
            )

    @property
    def motion_basis(self) -> Basis:
        """The basis itself."""
        return basis_by_name(self.basis)

    @property
    def motion_size(self) -> int:
        """Numbers of one face motion: rotation 3, expression, translation 3, crop 3 if any."""
        basis = self.motion_basis
        return 3 + basis.size + 3 + (3 if basis.absolute_pose else 0)

    @property
    def conditions(self) -> int:
        """Numbers that condition the initial state besides the reference, and each step."""
        own = len(PERSONALITY) + 2 if self.personality else 0
        return (len(Attitude) if self.attitude else 0) + own

    @property
    def initial_size(self) -> int:
        """Inputs of the initial state."""
        return self.motion_size + self.conditions

    @property
    def driven_size(self) -> int:
        """Inputs of a step."""
        flags = 3 if self.flags else 0
        gestures = len(GESTURE_HEADS) if self.output == 'behaviour' else 0
        return ACOUSTIC_SIZE + self.motion_size + flags + self.conditions + gestures

    @property
    def started_size(self) -> int:
        """Numbers of the state that the initial face gives; the rest begins as zero."""
        parts = {'lstm': 2 * self.layers, 'gru': self.layers}
        return parts.get(self.generator, 1) * self.hidden

    @property
    def state_size(self) -> int:
        """Numbers that a network keeps from step to step."""
        if self.generator != 'transformer':
            return self.started_size
        return self.hidden + 1 + self.layers * 2 * (self.window - 1) * self.hidden

    @property
    def output_size(self) -> int:
        """Outputs of a step."""
        if self.output == 'motion':
            return self.motion_size
        return self.motion_size + sum(1 + head.size for head in GESTURE_HEADS.values())

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> 'ModelConfig':
        """From `to_json`; SettingError names an unknown or wrong field."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(values.keys() - known)
        if unknown:
            raise SettingError(f'unknown field {", ".join(unknown)} in the model configuration')
        return cls(**values)
