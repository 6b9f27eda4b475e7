"""A managed node of another process, which is configured and activated over its services."""

import time
from collections.abc import Callable
from typing import Any

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from lifecycle_msgs.srv import GetState
from rclpy.node import Node

from vico_listener.errors import UnavailableError

POLL = 0.05
"""Seconds between two looks at what has not come yet."""

PATIENCE = 3.0
"""Seconds after which a request, or its answer, may have been lost: ROS does not tell."""

LIMIT = 180.0
"""Seconds in which a node must answer; while it loads its networks it does not."""

TRIES = 3
"""How often a transition is asked for."""

ROUNDS = 6
"""How many transitions a node may need: two, and some that others undo."""

LEASE = 30.0
"""Seconds in which the middleware forgets a process that was killed; Fast DDS takes 20."""

STEPS = {
    'unconfigured': (Transition.TRANSITION_CONFIGURE, 'configured'),
    'inactive': (Transition.TRANSITION_ACTIVATE, 'activated'),
}
"""What is to be done in which state, and the word for it."""


class RemoteNode:
    """Makes one node active.

    Args:
        node: of this process.
        name: of the managed node, with its namespace.
        pass_time: lets that many seconds pass at most, in which `node` is spun.
        stopped: True once the node need not become active any more.
        warn: takes warnings.
    """

    def __init__(
        self,
        node: Node,
        name: str,
        pass_time: Callable[[float], object],
        stopped: Callable[[], bool],
        warn: Callable[[str], object],
    ) -> None:
        self._node, self._name = node, name
        self._pass_time, self._stopped, self._warn = pass_time, stopped, warn
        self._get_state = node.create_client(GetState, f'{name}/get_state')
        self._change_state = node.create_client(ChangeState, f'{name}/change_state')
        self._answered = time.monotonic()

    def activate(self) -> None:
        """Configure and activate the node, unless it is stopped meanwhile.

        Raises:
            UnavailableError: it refuses, does not answer, does not stay active, is not done with a
                transition in time, or another node has its name.
        """
        rounds, since = 0, time.monotonic()
        while not self._stopped():
            self._be_alone()
            state = self._state()
            if state == 'active':
                return
            if state in STEPS and rounds < ROUNDS:
                self._leave(state)
                rounds, since = rounds + 1, time.monotonic()
            elif state in STEPS:
                raise UnavailableError(
                    f'{self._name} is {state} after {rounds} transitions: another program '
                    'undoes them'
                )
            elif state == 'finalized':
                raise UnavailableError(f'{self._name} was shut down before it was active')
            elif state and time.monotonic() - since > LIMIT:
                raise UnavailableError(f'{self._name} has been {state} for {LIMIT:.0f} s')
            elif state:
                self._pass_time(POLL)

    def _leave(self, state: str) -> None:
        """Ask for the transition out of a state, again when the request or its answer was lost."""
        transition, done = STEPS[state]
        for _ in range(TRIES):
            if self._stopped():
                return
            request = ChangeState.Request()
            request.transition.id = transition
            answer = self._change_state.call_async(request)
            lost = False
            while not (answer.done() or lost or self._stopped()):
                self._until(answer.done, PATIENCE)
                if not answer.done() and (now := self._state()):
                    if now != state:
                        return
                    # Nothing keeps it from answering.
                    lost = not self._until(answer.done, PATIENCE)
            # Refused, or asked twice and done the first time. What fails unexpectedly in being
            # activated ends unconfigured: that is no reason to begin anew.
            failed = answer.done() and not answer.result().success
            if failed and self._state() in (state, 'unconfigured'):
                raise UnavailableError(f'{self._name} cannot be {done}: its log says why')
            if answer.done():
                return
        raise UnavailableError(f'{self._name} is not {done}: it did not answer {TRIES} requests')

    def _state(self) -> str:
        """Return the label of its state; '' when it did not answer at once, or is stopped."""
        ready = self._get_state.service_is_ready
        if not self._stopped() and self._until(ready, PATIENCE):
            answer = self._get_state.call_async(GetState.Request())
            if self._until(answer.done, PATIENCE):
                self._answered = time.monotonic()
                return str(answer.result().current_state.label)
            self._get_state.remove_pending_request(answer)
        if time.monotonic() - self._answered > LIMIT:
            raise UnavailableError(f'{self._name} has not answered for {LIMIT:.0f} s: see its log')
        return ''

    def _be_alone(self) -> None:
        """Wait until no other node has the name: it would answer in this one's place."""
        space, _, name = self._name.rpartition('/')
        own = name, space or '/'

        def alone() -> bool:
            return self._node.get_node_names_and_namespaces().count(own) < 2

        if self._stopped() or alone():
            return
        self._warn(
            f'another node is called {self._name}: waiting {LEASE:.0f} s, because a killed '
            'node remains visible for a while'
        )
        if not self._until(alone, LEASE) and not self._stopped():
            raise UnavailableError(
                f'a stack with a node {self._name} already runs: end it, or give this one a '
                'namespace (namespace:=robot2)'
            )

    def _until(self, condition: Callable[[], Any], seconds: float) -> bool:
        """Wait for a condition; False when it does not come true in time, or is stopped."""
        end = time.monotonic() + seconds
        while not self._stopped():
            if condition():
                return True
            if time.monotonic() > end:
                return False
            self._pass_time(POLL)
        return False
