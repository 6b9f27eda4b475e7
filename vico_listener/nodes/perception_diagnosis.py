"""What the perception node says of itself on /diagnostics."""

import math
import traceback
from typing import Any

from vico_listener.chain import Chain
from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.people_topics import PeopleTopics
from vico_listener.nodes.perception_inputs import PerceptionInputs
from vico_listener.nodes.rare_warnings import RareWarnings
from vico_listener.nodes.robot_voice import RobotVoice
from vico_listener.perception import Feed
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.eye import Eye
from vico_listener.perception.sense_clocks import AUDIO
from vico_listener.perception.sense_clocks import IMAGE
from vico_listener.statistics import Durations
from vico_listener.user_message import user_message

SILENCE = 1.0
"""Seconds without camera image or audio that are worth a warning."""

FIXED = CameraOnHead(lambda stamp: None)
"""Of a camera that is not on the head nothing is corrected."""

NOBODY = 5.0
"""Seconds without a face in the images that are worth one."""


class PerceptionDiagnosis:
    """Collects problems between two rounds of diagnostics, and tells them with what was counted.

    Attributes:
        durations: how long an image takes, from the message to the motion.
    """

    def __init__(self, logger: Any) -> None:
        self.durations = Durations()
        self._unreadable = 0
        self._logger = logger
        self._problem = ''
        self._reported: dict[str, int] = {}
        self._warnings = RareWarnings(logger)

    def complain(self, problem: str) -> None:
        """Log a problem, and tell it in the next round."""
        self._problem = problem
        self._logger.error(problem, throttle_duration_sec=5.0)

    def complain_if(self, problem: str) -> None:
        """Complain, unless there is no problem."""
        if problem:
            self.complain(problem)

    def complain_of_image(self, problem: str) -> None:
        """Complain of an image that cannot be read, and count it."""
        self._unreadable += 1
        self.complain(problem)

    def complain_of(self, error: Exception) -> None:
        """Complain of an error that nobody expected, with its traceback."""
        text = user_message(error) or ''.join(traceback.format_exception(error))
        self._logger.error(text, throttle_duration_sec=5.0)
        self._problem = f'{type(error).__name__}: {error}'

    def report(
        self,
        head: Chain,
        eye: Eye,
        feed: Feed,
        inputs: PerceptionInputs,
        people: PeopleTopics,
        voice: RobotVoice,
    ) -> tuple[bytes, str, dict[str, Any]]:
        """Return the level, message and values for /diagnostics."""
        correction = eye.correction if isinstance(eye.correction, CameraOnHead) else FIXED
        clocks = inputs.clocks
        turns = head.senses.turn_listener
        values: dict[str, Any] = vars(head.senses.counters) | {
            'dropped_images': feed.dropped[IMAGE] + inputs.lost_images,
            'lost_audio_messages': feed.dropped[AUDIO] + inputs.lost_chunks,
            'queue': len(feed),
            'unreadable_images': self._unreadable,
            'camera': 'camera_info' if eye.is_calibrated else 'fov_deg',
            'camera_misfit': eye.misfit,
            'image_rotation': eye.rotation,
            'muted': head.senses.muted,
            **people.values,
            **voice.values,
            'turn_ends': 'rule' if turns is None else 'model',
            'turn_questions': 0 if turns is None else turns.asked,
            'turn_answers_late': 0 if turns is None else turns.late,
            'audio_format': str(head.audio),
            'format_changes': inputs.format_changes,
            'audio_wait': head.senses.audio_wait_ns / NANOSECONDS,
            'image_stamps': 'header' if clocks is None else clocks.source(IMAGE),
            'audio_stamps': 'header' if clocks is None else clocks.source(AUDIO),
            'audio_behind': math.nan if clocks is None else clocks.audio_behind / NANOSECONDS,
            'corrected_faces': correction.corrected,
            'uncorrected_faces': correction.uncorrected,
            'stamps_late_ms': correction.lateness.ns // 1_000_000,
        }
        values |= {f'image_{k}_ms': v for k, v in self.durations.summary_ms().items()}
        news = {
            name: values[name] - self._reported.get(name, 0)
            for name in ('dropped_images', 'lost_audio_messages', 'uncorrected_faces')
        }
        self._reported = {name: values[name] for name in news}
        deaf = '' if clocks is None else clocks.deafness()
        found = self._problem or inputs.mismatch() or inputs.length.problem() or deaf
        self._problem = ''
        if found:
            return ERROR, found, values
        warnings = [
            *_missing(feed, inputs, head.senses.muted),
            *([] if clocks is None else clocks.problems()),
            *_lost(news),
            *_unseen(head, eye, feed),
            *voice.warnings(),
            *filter(None, [head.senses.audio_shortcoming, people.problem]),
            *filter(None, [] if turns is None else [turns.problem]),
        ]
        if not warnings:
            muted = head.senses.muted and head.audio is not None
            return OK, _running(muted, correction.lateness.remark), values
        for warning in warnings:
            self._warnings.tell(warning)
        return WARN, '; '.join(warnings), values


def _running(muted: bool, remark: str) -> str:
    """Return what is to be said when nothing is wrong."""
    notes = ['muted while the robot speaks'] * muted + [remark] * bool(remark)
    return f'running: {", ".join(notes)}' if notes else 'running'


def _missing(feed: Feed, inputs: PerceptionInputs, muted: bool) -> list[str]:
    """Return which senses bring nothing; of a muted microphone nothing is expected."""
    silent = [
        name
        for name in inputs.streams
        if feed.silence(name) > SILENCE + inputs.message_length(name)
        and not (muted and name == AUDIO)
    ]
    found = []
    if inputs.lacks_clock() and feed.quiet < SILENCE:
        found.append(
            'use_sim_time is set, but nobody publishes /clock: start the simulator or the bag '
            'with --clock, or set use_sim_time:=false'
        )
    if not silent:
        return found
    what = ' and no '.join({IMAGE: 'camera image', AUDIO: 'audio'}[name] for name in silent)
    seconds = min(feed.silence(name) for name in silent)
    topics = [inputs.publishers(name) for name in silent]
    nobody = [topic for topic, publishers in topics if publishers == 0]
    remedy = (
        f'nobody publishes {" and ".join(nobody)}: start the driver, or remap the topic'
        if nobody
        else f'whoever publishes {" and ".join(topic for topic, _ in topics)} is silent'
    )
    if AUDIO in silent and IMAGE not in silent:
        remedy += '; without a microphone use_audio:=false'
    return [*found, f'no {what} for {seconds:.0f} s: {remedy}']


def _lost(news: dict[str, int]) -> list[str]:
    """Return what was lost since the last round."""
    texts = {
        'dropped_images': 'camera frames dropped: they come faster than they can be processed, or '
        'were lost on the way; set the camera to send fewer or smaller images',
        'lost_audio_messages': 'audio messages lost: the machine or the network is overloaded',
        'uncorrected_faces': 'faces not corrected: the pose of the camera on the head is not known '
        'at the stamp of the image',
    }
    return [f'{news[name]} {text}' for name, text in texts.items() if news[name] > 0]


def _unseen(head: Chain, eye: Eye, feed: Feed) -> list[str]:
    """Say why nobody is seen as they are."""
    found = [eye.misfit] if eye.misfit else []
    nobody = head.senses.faceless_for
    if nobody > NOBODY and feed.silence(IMAGE) < SILENCE:
        found.append(
            f'nobody in view for {nobody:.0f} s: check the light, the lens, the direction '
            'of the camera, and that it is upright (image_rotation:=auto)'
        )
    elif eye.lying:
        found.append(
            "people's heads lie on their side: if the camera is mounted that way, set "
            f'image_rotation:={eye.lying}'
        )
    elsewhere = head.senses.elsewhere_for
    if elsewhere > NOBODY:
        found.append(
            f'speech for {elsewhere:.0f} s while the mouth in view kept still, so the head '
            'does not answer it: bring the speaker into view, with the mouth visible, or '
            'set listen_to:=speech to answer all speech'
        )
    return found
