"""Follows whether a stack is there: by the nodes of the graph, and what they say of themselves.

It is ROS-free: it is told who is there, and what nodes say.
"""

from collections import deque
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from vico_listener.ros_api import STACK

SILENCE = 3.5
"""The time after which a node is silent that says nothing of itself, s; it does once a second."""
KEPT = 8
"""How many happenings are remembered."""
NAMES = tuple(api.node for api in STACK)
"""The nodes that make a stack."""
LEVELS = ('ok', 'warn', 'error')
"""What a node says of itself, by the level of its status; what is higher counts as an error."""
SILENT = 'silent'
"""The level of a node that says nothing."""


@dataclass(frozen=True)
class NodeReport:
    """What a node says of itself.

    Attributes:
        name: of the node, without its namespace.
        level: one of `LEVELS`, or `SILENT`.
        message: what is so, with the remedy.
        values: the values of its diagnostics.
    """

    name: str
    level: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StackReport:
    """What is known of a stack.

    Attributes:
        namespace, domain: where it is looked for.
        level: 'ok', 'warn', 'error', or `SILENT` where there is none.
        text: what is so, with the remedy.
        nodes: what its nodes say.
        history: what happened to it, newest first: how many seconds ago, and what.
    """

    namespace: str
    domain: int
    level: str
    text: str
    nodes: tuple[NodeReport, ...]
    history: tuple[tuple[float, str], ...]


class StackWatch:
    """Follows one stack; times are those of one steady clock, s.

    Args:
        namespace: of the stack, '/' or '/robot1'.
        domain: the ROS domain.
        now: the time at which it begins.
    """

    def __init__(self, namespace: str, domain: int, now: float) -> None:
        self._namespace, self._domain = namespace, domain
        self._present: frozenset[str] = frozenset()
        self._elsewhere: tuple[str, ...] = ()
        self._since = now
        self._ever = False
        self._heard: dict[str, tuple[float, NodeReport]] = {}
        self._history: deque[tuple[float, str]] = deque(maxlen=KEPT)

    @property
    def is_there(self) -> bool:
        """Whether any node of the stack is in the graph."""
        return bool(self._present)

    def see(self, nodes: Iterable[tuple[str, str]], now: float) -> None:
        """Take in who is in the graph: name and namespace of each node."""
        stacks: dict[str, set[str]] = {}
        for name, namespace in nodes:
            if name in NAMES:
                stacks.setdefault(namespace, set()).add(name)
        present = frozenset(stacks.pop(self._namespace, ()))
        # A node of a foreign robot may be called `head`, too: a stack has at least two of ours.
        self._elsewhere = tuple(sorted(s for s, names in stacks.items() if len(names) > 1))
        if bool(present) != bool(self._present):
            self._since = now
            if present:
                self._history.appendleft((now, 'the stack started again' if self._ever else
                                          'found the stack'))  # fmt: skip
            else:
                self._history.appendleft((now, 'the stack ended'))
                self._heard.clear()
        self._present = present
        self._ever |= bool(present)

    def hear(
        self, name: str, level: int, message: str, values: Mapping[str, str], now: float
    ) -> None:
        """Take in what a node of the namespace says of itself."""
        known = self._heard.get(name)
        if known is not None and _steps(values) < _steps(known[1].values):
            self._history.appendleft((now, f'{name} began anew'))
        report = NodeReport(name, LEVELS[min(level, len(LEVELS) - 1)], message, dict(values))
        self._heard[name] = now, report

    def report(self, now: float) -> StackReport:
        """Return what is known now."""
        nodes = self._nodes(now) if self._present else ()
        level, text = self._verdict(nodes, now)
        history = tuple((now - when, what) for when, what in self._history)
        return StackReport(self._namespace, self._domain, level, text, nodes, history)

    def _nodes(self, now: float) -> tuple[NodeReport, ...]:
        order = [*NAMES, *sorted(self._heard.keys() - set(NAMES))]
        return tuple(self._node(name, now) for name in order)

    def _node(self, name: str, now: float) -> NodeReport:
        when, report = self._heard.get(name, (self._since, None))
        if name in NAMES and name not in self._present:
            return NodeReport(name, SILENT, 'not there: is it part of what was started?')
        if now - when <= SILENCE:
            return report or NodeReport(name, 'warn', 'has said nothing yet')
        told = f'has said nothing for {now - when:.0f} s' if report else 'says nothing'
        remedy = 'it hangs, was killed, or cannot be reached: see its log'
        return NodeReport(name, SILENT, f'{told}: {remedy}')

    def _verdict(self, nodes: tuple[NodeReport, ...], now: float) -> tuple[str, str]:
        if not self._present:
            return SILENT, self._absence(now)
        silent = [node.name for node in nodes if node.level == SILENT]
        if len(silent) >= len(NAMES):
            return (
                'error',
                'the stack says nothing: it hangs, was killed, or has no network',
            )
        if silent:
            return 'error', f'{", ".join(silent)}: nothing is heard of it'
        bad = [node for node in nodes if node.level != 'ok']
        if not bad:
            return 'ok', 'everything works'
        level = 'error' if any(node.level == 'error' for node in bad) else 'warn'
        return level, '; '.join(f'{node.name}: {node.message}' for node in bad)

    def _absence(self, now: float) -> str:
        where = f'in the namespace {self._namespace} of the ROS domain {self._domain}'
        if self._ever:
            return (
                f'the stack {where} ended {now - self._since:.0f} s ago: this page goes on when it '
                'starts again'
            )
        if self._elsewhere:
            names = ', '.join(self._elsewhere)
            hint = f'--attach {self._elsewhere[0]}'
            return f'there is no stack {where}, but in {names}: start this page with {hint}'
        return (
            f'there is no stack {where}: start one, or set ROS_DOMAIN_ID (and, from another '
            'computer, ROS_AUTOMATIC_DISCOVERY_RANGE) as the robot has it'
        )


def _steps(values: Mapping[str, str]) -> int:
    """Return how many ticks a node has worked on; 0 where it does not say."""
    text = values.get('steps', values.get('ticks', ''))
    return int(text) if text.isdigit() else 0
