"""Runs a listener together with its mood, its conversation state, its idle layer and checks."""

import time
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vico_listener.choices import ACOUSTICS
from vico_listener.choices import AnyAttitude
from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.errors import UnavailableError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.chance import seed_of
from vico_listener.listener.conversation import Conversation
from vico_listener.listener.cues import Voice
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.expression import calm_face
from vico_listener.listener.finer_attitudes import with_manner
from vico_listener.listener.idle import IdleLayer
from vico_listener.listener.intake import Intake
from vico_listener.listener.intake import deaf
from vico_listener.listener.knobs import AS_USUAL
from vico_listener.listener.knobs import Knobs
from vico_listener.listener.knobs import TurnedKnobs
from vico_listener.listener.knobs import gained
from vico_listener.listener.listener_event import COMMAND
from vico_listener.listener.listener_event import ListenerEvent
from vico_listener.listener.listeners import Listener
from vico_listener.listener.listeners import create_listener
from vico_listener.listener.mood import Mood
from vico_listener.listener.mood import MoodFade
from vico_listener.listener.performance import GestureRequest
from vico_listener.listener.performance import Performance
from vico_listener.listener.performance import Performer
from vico_listener.listener.presence import Presence
from vico_listener.listener.presence import at_rest
from vico_listener.listener.readiness import Readiness
from vico_listener.listener.telling import Telling
from vico_listener.listener.turn_end import Turn
from vico_listener.listener.turn_end import TurnEnd
from vico_listener.listener.turn_end import TurnState
from vico_listener.listener.vocals import Vocals
from vico_listener.motion import ARKIT52
from vico_listener.motion import ZEROS3
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion


class ListeningAgent:
    """Answers speaker frames with complete listener motion.

    Attitude, intensity, activity and the conversation state may be set from another thread than the
    one that steps.

    Args:
        listener: the listener.
        reference: the listener's own first face m_1.
        idle: the idle layer; None for none.
        attitude, intensity: the mood to start in.
        seed: the seed of listener and idle layer; None to take it from the first frame (`seed_of`).
        fade_in: whether it eases in from the reference during its first second (`MoodFade`).
        readies: whether the end of a turn is met with `Readiness`, and without nods; who scores a
            listener needs what that does by itself.

    Raises:
        VicoError: the listener cannot start from this reference or in this attitude.
    """

    def __init__(
        self,
        listener: Listener,
        reference: FaceMotion,
        idle: IdleLayer | None,
        attitude: AnyAttitude = Attitude.NEUTRAL,
        intensity: float = 1.0,
        seed: int | None = 0,
        fade_in: bool = True,
        readies: bool = True,
    ) -> None:
        self.seed = seed
        """The seed in force; None before the first frame gives one."""
        self._seed_given = seed is not None
        self.listener = listener
        self.reference = reference
        self._rest_rotation = reference.rotation if reference.basis.absolute_pose else ZEROS3
        self.intake = Intake(listener)
        """What came in, and what of it the listener cannot use."""
        self._idle = idle
        self._presence = Presence()
        self.conversation = Conversation(seed or 0)
        """Whose turn it is."""
        self._performer = Performer()
        self.events: tuple[ListenerEvent, ...] = ()
        """What was decided on in the last step, as far as it is shown."""
        self._telling = Telling()
        self._voice = VoiceCues()
        self._turn_end = TurnEnd()
        self.turn = Turn()
        """Whose turn it is, after a step."""
        self._readies = readies
        self._readiness = Readiness()
        self._mood = MoodFade(attitude, intensity, fade_in)
        self._knobs = TurnedKnobs()
        known = reference.basis is ARKIT52
        self._calm = calm_face(reference.expression) if known else reference.expression
        self.reset()

    @classmethod
    def create(
        cls,
        name: str,
        reference: FaceMotion,
        seed: int | None = 0,
        personality: int | None = None,
        idle: bool = True,
        attitude: AnyAttitude = Attitude.NEUTRAL,
        intensity: float = 1.0,
        **options: Any,
    ) -> 'ListeningAgent':
        """Make an agent with a new listener.

        Args:
            name: the listener's short name, or its class as 'package.module:Class'.
            reference: the listener's first face m_1.
            seed: the seed of the idle layer and of the listener's decisions; None to take it from
                the first frame (`seed_of`).
            personality: the seed of a random personality; None for the default one.
            idle: whether there is an idle layer.
            attitude: the attitude to start in.
            intensity: the intensity to start in, 0 to 1.
            **options: further options of this listener, e.g. its checkpoint.

        Raises:
            VicoError: there is no such listener, or it cannot be made or start like this.
        """
        start = 0 if seed is None else seed
        listener = create_listener(name, personality=personality, seed=start, **options)
        layer = IdleLayer(start) if idle else None
        return cls(listener, reference, layer, attitude, intensity, seed)

    def reset(self) -> None:
        """Return to the start: the reference face, in the mood that is set."""
        self._index = 0
        self._mood.reset()
        self._branch = self.listener.personality.branch(self._mood.nearest)
        self._knobs.reset()
        self._telling.reset()
        self._voice.reset()
        self._turn_end.reset()
        self.turn = Turn()
        self._readiness.reset()
        self.conversation.reset()
        self.listener.reset(self.reference, self._mood.nearest)

    def set_attitude(
        self, attitude: AnyAttitude | None = None, intensity: float | None = None
    ) -> None:
        """Change attitude or intensity (0 to 1); the listener fades to the new mood.

        Before the first step the mood changes at once.
        """
        if attitude is not None:
            self._mood.attitude = attitude
        if intensity is not None:
            self._mood.intensity = intensity
        if self._index == 0:
            self.reset()  # No motion was shown yet from which the mood could fade.

    @property
    def attitude(self) -> AnyAttitude:
        """The attitude that is set, one of the three or a finer one."""
        return self._mood.attitude

    @property
    def intensity(self) -> float:
        """The intensity that is set, 0 to 1."""
        return self._mood.intensity

    def set_knobs(self, preset: Preset | None = None, **values: float) -> None:
        """Choose a preset, or turn knobs, which scale it; the listener follows within a second.

        Before the first step it does so at once.

        Args:
            preset: the preset; None for the present one.
            **values: knobs by name (see `Knobs`); those that are left out stay as they are.

        Raises:
            SettingError: there is no such knob, or a value is out of range.
        """
        self._knobs.own = self._knobs.own.set(**values)
        if preset is not None:
            self._knobs.preset = preset
        if self._index == 0:
            self.reset()

    def set_vocal(self, vocal: bool, clips: Mapping[str, Sequence[float]] | None = None) -> None:
        """Let the listener decide on vocal backchannels, or not.

        Args:
            vocal: whether it does.
            clips: the lengths (s) of the clips of each token; None if somebody else says them.
        """
        self._telling.vocals = Vocals(self.seed or 0, clips) if vocal else None

    @property
    def preset(self) -> Preset:
        """The preset that is set."""
        return self._knobs.preset

    @property
    def knobs(self) -> Knobs:
        """The knobs that are set, which scale those of the preset."""
        return self._knobs.own

    @property
    def active(self) -> bool:
        """Whether the listener is to move."""
        return self._presence.active

    def set_active(self, active: bool) -> None:
        """Fade the motion in (True), or fade it out and rest (False)."""
        self._presence.active = active

    @property
    def listens(self) -> bool:
        """Whether what the listener does is shown: it is active, and it is not the robot's turn."""
        return self.active and self.state is ConversationState.LISTENING

    @property
    def state(self) -> ConversationState:
        """The conversation state in force."""
        return self.conversation.state

    def set_state(self, state: ConversationState) -> None:
        """Ease to another conversation state."""
        self.conversation.chosen = state
        if self._index == 0:
            self.reset()  # no motion was shown yet from which to ease

    def gesture(self, request: GestureRequest) -> Performance:
        """Play a gesture from the next tick on, on top of what the listener does.

        Raises:
            UnavailableError: another one is played, or the listener is released.
        """
        if not self.active:
            raise UnavailableError(
                'the listener is not active, and makes gestures only while it is: set '
                'active to true'
            )
        return self._performer.begin(request)

    def end_gesture(self, outcome: str) -> None:
        """End the gesture that is played, if any, at once: nothing is shown any more."""
        self._performer.end(outcome)

    def warm_up(self) -> None:
        """Run a few steps, so that the first real one is not slow."""
        silence = SpeakerFrame(
            stamp=0,
            source_stamp=0,
            index=0,
            face=FaceMotion.missing(),
            acoustic=np.zeros(ACOUSTIC_SIZE, np.float32),
            face_valid=False,
            audio_valid=False,
        )
        for _ in range(3):
            self.step(silence)
        self.intake = Intake(self.listener)
        if not self._seed_given:
            self.seed = None
        self.reset()

    def step(self, frame: SpeakerFrame) -> ListenerMotion | None:
        """Return the answer to one frame, or None while the listener rests.

        Parts of a frame that the listener cannot use (numbers that are not finite, another basis,
        another layout of the features) are ignored and counted; the frame itself is not changed.
        """
        if frame.reset and self._index > 0:
            self.intake.counters.resets += 1
            self._performer.end('the stream began again')
            self.reset()
        if self._index == 0 and not self._seed_given:
            self._reseed(seed_of(frame))
        start = time.perf_counter()
        mood, knobs = self._mood.step(), self._knobs.step()
        turned = knobs is not AS_USUAL
        if turned:
            mood = replace(
                mood,
                gesture_rate=mood.gesture_rate * knobs.gesture_rate,
                mimicry=mood.mimicry * knobs.mimicry,
            )
        frame = self.intake.usable(frame)
        talk = self.conversation
        talk.perceive(frame)
        known = frame.acoustics == ACOUSTICS[0]
        voice = self._voice.update(frame if known else deaf(frame))
        self.turn = self._turn_end.step(frame, voice, talk.state is ConversationState.SPEAKING)
        ready = self._readies and self.turn.state is TurnState.YIELDING and self.listens
        if ready:
            # Whose turn it is does not nod on and on.
            mood = replace(mood, gesture_rate=0.0)
        if talk.state is not ConversationState.LISTENING:
            self.listener.excuse_silence()
        face = with_manner(self.listener.step(frame, mood), mood.manner, mood.strength)
        face = talk.apply(face, self._rest(face, mood))
        if turned:
            face = gained(face, self._rest(face, mood), knobs)
        face = self._readiness.step(face, ready, mood.strength, knobs)
        self.events = self._decided(frame, voice, knobs)
        face = self._performer.step(face)
        if self._idle is not None:
            face = self._idle.apply(
                face,
                self._index,
                mood.intensity,
                self._attention(),
                knobs,
                self.listener.personality.traits,
                self._branch,
            )
        was_resting = self._presence.resting
        face = self._presence.apply(face, self.reference)
        self._index += 1
        self.intake.counters.steps += 1
        if self._presence.resting:
            self.end_gesture('the listener was released')
        if self._presence.resting and was_resting:
            return None
        return ListenerMotion(
            stamp=frame.stamp,
            source_stamp=frame.source_stamp,
            face=face,
            attitude=self._mood.nearest,
            intensity=self._mood.intensity,
            active=self._presence.active,
            model=self.listener.name,
            reset=frame.reset,
            timing=replace(frame.timing, listener=time.perf_counter() - start),
            rest_rotation=self._rest_rotation,
            whereabouts=frame.whereabouts,
        )

    def _attention(self) -> float:
        """Return 0 to 1, how much gestures and state bind the gaze: the idle layer keeps off it."""
        bound = max(self.listener.attention, self._readiness.share)
        for free in (self.conversation.share, 1.0 - self._performer.attention):
            if free < 1.0:
                bound = 1.0 - (1.0 - bound) * free
        return bound

    def _rest(self, motion: FaceMotion, mood: Mood) -> FaceMotion:
        """Return the face and pose at rest, in the terms of a motion."""
        rest = at_rest(motion, self.reference)
        calmed = rest.expression + mood.awake * (self._calm - rest.expression)
        return replace(rest, expression=calmed.astype(np.float32))

    def _decided(
        self, frame: SpeakerFrame, voice: Voice, knobs: Knobs
    ) -> tuple[ListenerEvent, ...]:
        """Return what begins now: nothing of the listener's own while it does not show it."""
        listener, attitude = self.listener, self._mood.nearest
        own = self._telling.step(listener, frame, voice, attitude, knobs, self.listens)
        asked = self._performer.begun
        return (*own, *(ListenerEvent.of_gesture(frame.stamp, one, COMMAND) for one in asked))

    def _reseed(self, seed: int) -> None:
        """Start with another seed."""
        self.seed = seed
        self.listener.reseed(seed)
        self.conversation.reseed(seed)
        self._telling.reseed(seed)
        if self._idle is not None:
            self._idle = IdleLayer(seed)
        self.reset()
