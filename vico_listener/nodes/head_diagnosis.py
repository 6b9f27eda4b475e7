"""What the head node says of itself on /diagnostics."""

from typing import Any

from vico_listener.nodes.head_report import concern
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.robot_output import HeadMover
from vico_listener.robot.limits import verdict


def diagnosis(mover: HeadMover) -> tuple[bytes, str, dict[str, Any]]:
    """Return level, message and values of what moves the head, whose lock is held."""
    head, output, avatar = mover.head, mover.output, mover.avatar
    limits = 'ok' if head is None else verdict(head.limits.found())
    whereabouts, said = concern(head, mover.measured, mover.now())
    values: dict[str, Any] = {
        'robot': head.profile.name if head else '',
        'commands': head.commands if head else 0,
        'refused_motions': head.refused if head else 0,
        'skipped_commands': head.skipped if head else 0,
        'limits': limits,
        **said,
        'controller': '' if output is None else output.controller,
    }
    if output is not None:
        values |= output.goals
    if avatar is not None:
        values |= {'avatar_motions': avatar.sent, 'avatar_lost': avatar.lost}
    values |= {f'command_latency_{k}_ms': v for k, v in mover.latency.summary_ms().items()}
    if head is None or output is None:
        return OK, 'no robot is given', values
    at_topic = output.at_topic(head.awake)
    if head.refused:
        return ERROR, f'{head.refused} motions were not finite', values
    if limits != 'ok':
        return ERROR, f'commands beyond the limits of the head: {limits}', values
    resting = '' if head.awake or not output.is_heard() else 'no motion: the head rests'
    trouble = output.trouble
    lagging = f'the robot does not follow: {trouble}' if trouble else ''
    warnings = [lagging or whereabouts or resting, *at_topic]
    if any(warnings):
        return WARN, '; '.join(filter(None, warnings)), values
    return OK, 'following', values
