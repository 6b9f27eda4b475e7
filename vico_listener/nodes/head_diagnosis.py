"""What the head node says of itself on /diagnostics."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.robot import RobotHead
from vico_listener.robot.limits import verdict
from vico_listener.statistics import Durations

if TYPE_CHECKING:  # it needs an extra
    from vico_listener.robot.avatar import Avatar


def diagnosis(
    head: RobotHead | None,
    concern: tuple[str, dict[str, Any]],
    trouble: str,
    at_topic: Sequence[str],
    avatar: 'Avatar | None',
    latency: Durations,
) -> tuple[bytes, str, dict[str, Any]]:
    """Return level, message and values.

    Args:
        head: of the robot; None without one.
        concern: what there is to warn of as to where the joints are, and its values.
        trouble: with the robot, or ''.
        at_topic: what is wrong at the topic that it is commanded on.
        avatar: that is shown the motions, too.
        latency: of commands since image and audio were in.
    """
    limits = 'ok' if head is None else verdict(head.limits.found())
    values: dict[str, Any] = {
        'robot': head.profile.name if head else '',
        'commands': head.commands if head else 0,
        'refused_motions': head.refused if head else 0,
        'skipped_commands': head.skipped if head else 0,
        'limits': limits,
        **concern[1],
    }
    if avatar is not None:
        values |= {'avatar_motions': avatar.sent, 'avatar_lost': avatar.lost}
    values |= {f'command_latency_{k}_ms': v for k, v in latency.summary_ms().items()}
    if head is None:
        return OK, 'no robot is given', values
    if head.refused:
        return ERROR, f'{head.refused} motions were not finite', values
    if limits != 'ok':
        return ERROR, f'commands beyond the limits of the head: {limits}', values
    resting = '' if head.awake else 'no motion: the head rests'
    lagging = f'the robot does not follow: {trouble}' if trouble else ''
    warnings = [lagging or concern[0] or resting, *at_topic]
    if any(warnings):
        return WARN, '; '.join(filter(None, warnings)), values
    return OK, 'following', values
