"""Says where the head began and which joints do not follow: in the log, and for diagnostics."""

import math
from typing import Any

from rclpy.impl.rcutils_logger import RcutilsLogger

from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.nodes.rare_warnings import LOGGED
from vico_listener.robot import RobotHead
from vico_listener.robot.following import CAUSES
from vico_listener.robot.following import LEASH
from vico_listener.robot.gaze_follower import UNMEASURED

EVERY = 5.0
"""Seconds between two lines in the log about the same trouble."""

REMEDY = (
    f'{CAUSES} Its target stays within {math.degrees(LEASH):g} degrees of where it is until it '
    'moves'
)

NOT_MEASURED = (
    'follow: somebody is in view, but where they are is not measured, which needs whole images: '
    'set face_source to camera in perception, or follow to off'
)


class HeadReport:
    """Looks at a head after each step of it.

    Args:
        log: takes the lines.
    """

    def __init__(self, log: RcutilsLogger) -> None:
        self._log = log
        self._start = '', 0

    def look(self, head: RobotHead, measured: MeasuredInput | None) -> None:
        """Log what has changed."""
        if text := unmeasured(head):
            self._log.warning(text, throttle_duration_sec=LOGGED)
        if measured is None:
            return
        if (head.start, head.guesses) != self._start:
            self._start = head.start, head.guesses
            text = _start(head, measured, head.reason)
            if head.start in ('assumed', 'moving'):
                self._log.warning(text, throttle_duration_sec=EVERY)
            elif text:
                self._log.info(text)
        for lag in head.watch.lags:
            self._log.warning(
                f'{lag}: {REMEDY}',
                throttle_duration_sec=EVERY,
            )


def unmeasured(head: RobotHead) -> str:
    """Say that nobody can be followed, for they have no place; '' where that is not so."""
    return NOT_MEASURED if head.awake and head.gaze.state == UNMEASURED else ''


def rest(head: RobotHead) -> str:
    """Say that the head rests, and why it may not do so at its base gaze."""
    lags = '; '.join(map(str, head.watch.lags))
    return f'no motion: the head rests, although {lags}' if lags else 'no motion: the head rests'


def concern(
    head: RobotHead | None, measured: MeasuredInput | None, now: int
) -> tuple[str, dict[str, Any]]:
    """Return what there is to warn of at `now` (ns), or '', and the values of the diagnostics."""
    place = '' if head is None else unmeasured(head)
    text, values = _concern(head, measured, now)
    return '; '.join(filter(None, [text, place])), values


def _concern(
    head: RobotHead | None, measured: MeasuredInput | None, now: int
) -> tuple[str, dict[str, Any]]:
    if head is None or measured is None:
        return '', {'start': '', 'joints': '', 'following': 'ok'}
    trouble = measured.positions.trouble(now) if measured.source else ''
    source = measured.source or 'the robot does not report it'
    lags = '; '.join(map(str, head.watch.lags))
    values = {
        'start': head.start,
        'joints': f'{source}: {trouble}' if trouble else source,
        'following': lags or 'ok',
    }
    if not head.awake:
        return '', values
    if lags:
        return f'{lags}: {REMEDY}', values
    if head.start == 'waiting' and trouble:
        return f'waiting for {measured.source}: {trouble}', values
    if head.start == 'waiting' and measured.source:
        return 'waiting until the head stands still', values
    silent = not measured.source and head.eases_in(now)
    if head.start == 'assumed' and (trouble or silent):
        return _start(head, measured, trouble), values
    return f'{measured.source}: {trouble}' if trouble else '', values


def _start(head: RobotHead, measured: MeasuredInput, reason: str) -> str:
    """Say where the head began; the reason is that for which it was not known where it is."""
    place = ', '.join(
        f'{joint.name} {math.degrees(position):+.1f} deg'
        for joint, position in zip(head.profile.joints, head.began_at, strict=False)
    )
    if head.start == 'measured':
        return f'the head begins from its measured position: {place}'
    if head.start == 'moving':
        return f'the head begins although another program moves it: {place}'
    if head.start == 'assumed':
        why = f'{measured.source}: {reason}' if measured.source else 'the robot does not report it'
        return f'the position of the head is not known ({why}): it eases in from {place}'
    return ''
