"""The conversation state of the listener, and how its motion eases from one state to the next.

While the listener **listens**, its motion is what it is. In every other state its gestures, posture
and mimicry end within 0.3 s, its face eases to the calm face, and what a state has of its own
(`state_poses`) takes their place; the idle layer plays on. The listener goes on perceiving and
deciding meanwhile, so that it is there at once when it listens again.

Whatever is set, and however often, neither value nor speed of a coefficient jumps: shares and poses
follow their targets (`follower`).
"""

from dataclasses import replace
from math import inf

import numpy as np

from vico_listener.choices import ConversationState
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.chance import Chance
from vico_listener.listener.expression import EYES
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import look
from vico_listener.listener.follower import END_RATE
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.follower import GentleFollower
from vico_listener.listener.own_voice import OwnVoice
from vico_listener.listener.presence import faded_pose
from vico_listener.listener.state_poses import StatePoses
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

BEGIN_RATE = 10.0
"""Rate at which head and eyes begin again to do what they do while listening, 1/s.

They end it at `END_RATE`.
"""
FACE_RATE = 10.0
"""Rate at which the face eases to the calm one and back, 1/s: 5 % are left after 0.8 s."""
HEAD_RATE = 4.0
"""Rate at which the head follows the pose of a state, 1/s."""
EYE_RATE = 30.0
"""Rate at which the eyes follow the pose of a state, 1/s."""
CHANNEL_RATE = 5.0
"""Rate at which the face follows the pose of a state, 1/s."""

CHANCE_PART = 16
"""The part of the listener's chance that draws poses (see `Chance`)."""


class Conversation:
    """Follows the conversation state and shows it.

    Args:
        seed: the seed of looks away and around.
        away_after: the time without anybody in view or speaking after which nobody is there, s;
            infinity if that is only so where it is set.

    Attributes:
        chosen: the state that is set; what the robot says of its voice has precedence.
        voice: what the robot says of its own voice.
        share: 0 to 1, after `apply`: how far the head's own motion is shown.
    """

    def __init__(self, seed: int = 0, away_after: float = inf) -> None:
        self.chosen = ConversationState.LISTENING
        self.voice = OwnVoice()
        self.away_after = away_after
        self._chance = Chance(seed, CHANCE_PART)
        self._poses = StatePoses(self._chance)
        self._share = GentleFollower(1, BEGIN_RATE)
        self._face_share = GentleFollower(1, FACE_RATE)
        self._head = Follower(3, HEAD_RATE)
        self._eyes = Follower(2, EYE_RATE)
        self._channels = Follower(len(FACE_CHANNELS), CHANNEL_RATE)
        self.reset()

    def reseed(self, seed: int) -> None:
        """Draw from another seed after the next `reset`."""
        self._chance.reseed(seed)

    def reset(self) -> None:
        """Return to the start, in the state that is set."""
        self._alone = 0.0
        self._chance.reset()
        self._poses.reset()
        listens = float(self.state is ConversationState.LISTENING)
        self._always_listened = bool(listens)
        self._share.reset([listens])
        self._face_share.reset([listens])
        self._head.reset([0.0] * 3)
        self._eyes.reset([0.0] * 2)
        self._channels.reset([0.0] * len(FACE_CHANNELS))
        self.share = listens

    @property
    def state(self) -> ConversationState:
        """The state in force."""
        if self.voice.speaks:
            return ConversationState.SPEAKING
        if self.chosen is ConversationState.LISTENING and self._alone >= self.away_after:
            return ConversationState.AWAY
        return self.chosen

    def perceive(self, frame: SpeakerFrame) -> None:
        """Take in who is there; called once per tick, before `apply`."""
        self.voice.step()
        somebody = frame.face_valid or frame.speaking
        self._alone = 0.0 if somebody else self._alone + STEP

    def apply(self, motion: FaceMotion, rest: FaceMotion) -> FaceMotion:
        """Advance by one tick and return the listener's motion as the state shows it.

        Args:
            motion: the listener's.
            rest: face and pose at rest, in the same terms: a smile of the portrait does not stay.
        """
        state = self.state
        listens = state is ConversationState.LISTENING
        if listens and self._always_listened:
            return motion
        self._always_listened = False
        self._share.hurry(BEGIN_RATE if listens else END_RATE)
        (self.share,) = self._share.step([float(listens)])
        (face_share,) = self._face_share.step([float(listens)])
        pose = self._poses.step(state)
        turn = self._head.step(pose.head)
        left, up = self._eyes.step([pose.left, pose.up])
        channels = self._channels.step(pose.channels)
        return self._shown(motion, rest, face_share, turn, (left, up), channels)

    def _shown(
        self,
        motion: FaceMotion,
        rest: FaceMotion,
        face_share: float,
        turn: list[float],
        gaze: tuple[float, float],
        channels: list[float],
    ) -> FaceMotion:
        faded = faded_pose(rest, motion, np.float32(self.share))
        faded['rotation'] = faded['rotation'] + np.array(turn, np.float32)
        change = motion.expression - rest.expression
        if motion.basis is not ARKIT52:
            expression = rest.expression + np.float32(face_share) * change
            return replace(motion, expression=expression, **faded)
        shares = np.where(EYES, self.share, face_share)
        # The eyes stay where they look while the head turns (vestibulo-ocular reflex).
        eyes = look(gaze[0] - turn[2], gaze[1] + turn[1])
        expression = rest.expression + shares * change + channels @ FACE_CHANNELS + eyes
        clipped = np.minimum(np.maximum(expression, 0.0), 1.0).astype(np.float32)
        return replace(motion, expression=clipped, **faded)
