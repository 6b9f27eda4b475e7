"""The configuration of a listener network: its basis, inputs, outputs and sizes."""

from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from typing import Any

from vico_listener.choices import ACOUSTICS
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.listener.gestures import Kind
from vico_listener.listener.personality import LIMITS
from vico_listener.motion import Attitude
from vico_listener.motion import Basis
from vico_listener.motion import basis_by_name

OUTPUTS = ('motion', 'behaviour')
"""The outputs of networks: complete motion, as in the paper, or behaviour, which a `Body` shows."""

GENERATORS = ('lstm', 'gru', 'transformer', 'non_sequential')
"""The sequence models of a network (see `generators`); the paper's is the first."""
HEADS = 4
"""The number of attention heads of the transformer."""
LARGEST = 4096
"""The largest size of a network: more is no listener that answers in time."""
PERCEPTRON = 272
"""The width of the fully connected network, which gives it about as many parameters as the LSTM."""

CUES = 14
"""The number of cues of a step's input (see `cue_inputs`)."""
FACE_CUES = slice(9, 13)
"""Those of them that are seen in the speaker's face."""

PERSONALITY = tuple(LIMITS)
"""The parameters of a personality, in the order of the network's input."""


@dataclass(frozen=True)
class GestureHead:
    """The predictions about one kind of gesture, besides when it begins.

    Attributes:
        numbers: the fields of `Gesture` that it predicts as numbers.
        cycles: the numbers of cycles from which it chooses.
        sided: whether it also chooses the side to which the gesture goes first.
        upswing: the range of the upswing that it may choose, which is drawn; up to 0 for never.
    """

    numbers: tuple[str, ...]
    cycles: tuple[int, ...] = (1,)
    sided: bool = False
    upswing: tuple[float, float] = (0.0, 0.0)

    @property
    def size(self) -> int:
        """The number of outputs: numbers, a score per choice of cycles, side and upswing."""
        choices = len(self.cycles) if len(self.cycles) > 1 else 0
        return len(self.numbers) + choices + self.sided + (self.upswing[1] > 0)


GESTURE_HEADS: dict[Kind, GestureHead] = {
    Kind.NOD: GestureHead(
        ('size', 'delay', 'frequency', 'decay'), (1, 2, 3, 4), upswing=(0.35, 0.85)
    ),
    Kind.SHAKE: GestureHead(('size', 'delay', 'frequency'), (2, 3), sided=True),
    Kind.BEAT: GestureHead(('size', 'frequency')),
    Kind.GLANCE: GestureHead(('size',), sided=True),
}
"""The predictions about each kind of gesture, in the order of the network's outputs."""


def _choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingError(f"{name}: unknown value '{value}': choose one of {', '.join(choices)}")


@dataclass(frozen=True)
class ModelConfig:
    """The configuration of the network G_m; `vectors` gives the order of its inputs and outputs.

    Attributes:
        basis: the basis of expression and pose, `arkit52` or `bfm64`.
        acoustic: the layout of the acoustic features, one of `ACOUSTICS`.
        output: what the network gives, one of `OUTPUTS`.
        generator: the sequence model, one of `GENERATORS`.
        attitude: whether the attitude is an input, to the initial state and at every step.
        flags: whether the flags face_valid, audio_valid and speaking are inputs of every step.
        personality: whether the listener's personality is an input; only with `behaviour`.
        episodes: whether the network was taught without `Episodes`, which are then shown on top;
            only with `behaviour`.
        cues: whether the cues in the speaker's voice and face are inputs of every step, too; only
            with `episodes`.
        log_sizes: whether it gives the logarithms of the sizes of gestures; they are spread like
            those of people then, most small and a few large.
        fused, hidden, layers: the sizes of the network; the defaults are the paper's.
        window: how many steps a transformer sees, including the current one.
        clock: steps per second.
        input_limit: the limit of the normalised inputs, in standard deviations; 0 for none, as the
            authors have it.
        training: a description of the training, with the data, the git revision and the like.

    Raises:
        SettingError: a field is unknown or out of range; the message names it.
    """

    basis: str = 'arkit52'
    acoustic: str = ACOUSTICS[0]
    output: str = 'motion'
    generator: str = 'lstm'
    attitude: bool = True
    flags: bool = True
    personality: bool = False
    episodes: bool = False
    cues: bool = False
    log_sizes: bool = False
    fused: int = 192
    hidden: int = 96
    layers: int = 2
    window: int = 60
    clock: int = MODEL_RATE
    input_limit: float = 6.0
    training: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the fields."""
        for one in fields(self):
            kind = dict if one.name == 'training' else type(one.default)
            value = getattr(self, one.name)
            if type(value) is not kind:
                raise SettingError(
                    f'{one.name}: must be of the kind {kind.__name__}, not {value!r:.40}'
                )
        _choice('acoustic', self.acoustic, ACOUSTICS)
        _choice('output', self.output, OUTPUTS)
        _choice('generator', self.generator, GENERATORS)
        basis_by_name(self.basis)
        if self.clock != MODEL_RATE:
            raise SettingError(
                f'clock: the network makes {self.clock} steps per second, but this stack makes '
                f'{MODEL_RATE}'
            )
        if not 0 <= self.input_limit <= LARGEST:
            raise SettingError(
                f'input_limit: must be at least 0 and at most {LARGEST}, not {self.input_limit}'
            )
        if self.output == 'behaviour' and self.basis != 'arkit52':
            raise SettingError("output: 'behaviour' needs the basis arkit52")
        for name in ('personality', 'episodes', 'log_sizes'):
            if getattr(self, name) and self.output != 'behaviour':
                raise SettingError(f"{name}: needs the output 'behaviour'")
        if self.cues and not self.episodes:
            raise SettingError('cues: need episodes, which find those in the face')
        for name in ('fused', 'hidden', 'layers', 'window'):
            if not 1 <= getattr(self, name) <= LARGEST:
                raise SettingError(
                    f'{name}: must be at least 1 and at most {LARGEST}, not {getattr(self, name)}'
                )
        if self.generator == 'transformer' and self.hidden % HEADS:
            raise SettingError(
                f'hidden: must be a multiple of {HEADS}, the heads of the transformer'
            )

    @property
    def motion_basis(self) -> Basis:
        """The basis of expression and pose."""
        return basis_by_name(self.basis)

    @property
    def motion_size(self) -> int:
        """The size of one face motion: rotation 3, expression, translation 3, crop 3 if any."""
        basis = self.motion_basis
        return 3 + basis.size + 3 + (3 if basis.absolute_pose else 0)

    @property
    def conditions(self) -> int:
        """The number of conditions (attitude, personality) of the initial state and each step."""
        own = len(PERSONALITY) + 2 if self.personality else 0
        return (len(Attitude) if self.attitude else 0) + own

    @property
    def initial_size(self) -> int:
        """The number of inputs of the initial state."""
        return self.motion_size + self.conditions

    @property
    def driven_size(self) -> int:
        """The number of inputs of a step."""
        flags = 3 if self.flags else 0
        gestures = len(GESTURE_HEADS) if self.output == 'behaviour' else 0
        cues = CUES if self.cues else 0
        return ACOUSTIC_SIZE + self.motion_size + flags + self.conditions + gestures + cues

    @property
    def started_size(self) -> int:
        """The size of the part of the state that the initial face determines; the rest is zero."""
        parts = {'lstm': 2 * self.layers, 'gru': self.layers}
        return parts.get(self.generator, 1) * self.hidden

    @property
    def state_size(self) -> int:
        """The size of the state that a network keeps from step to step."""
        if self.generator != 'transformer':
            return self.started_size
        return self.hidden + 1 + self.layers * 2 * (self.window - 1) * self.hidden

    @property
    def output_size(self) -> int:
        """The number of outputs of a step."""
        if self.output == 'motion':
            return self.motion_size
        return self.motion_size + sum(1 + head.size for head in GESTURE_HEADS.values())

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> 'ModelConfig':
        """Return the configuration that `to_json` gave.

        Raises:
            SettingError: a field is unknown or out of range; the message names it.
        """
        if not isinstance(values, dict):
            raise SettingError(f'the model configuration must be a mapping, not {values!r:.40}')
        known = {f.name for f in fields(cls)}
        unknown = sorted(values.keys() - known)
        if unknown:
            raise SettingError(f'unknown field {", ".join(unknown)} in the model configuration')
        return cls(**values)
