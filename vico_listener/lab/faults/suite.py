"""Injects faults into the stack, which runs in a separate process, and reports what held."""

import contextlib
import math
import os
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from lifecycle_msgs.srv import GetState
from rcl_interfaces.msg import Parameter
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter as RosParameter

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import UnavailableError
from vico_listener.lab.faults.catalogue import Fault
from vico_listener.lab.faults.catalogue import Meanwhile
from vico_listener.lab.faults.faulty_input import FaultyInput
from vico_listener.lab.faults.faulty_input import InputSettings
from vico_listener.lab.faults.watcher import Seen
from vico_listener.lab.faults.watcher import Watcher
from vico_listener.lab.faults.watcher import beyond_range
from vico_listener.lab.faults.watcher import longest_gap
from vico_listener.lab.processes import busy_loops
from vico_listener.nodes.own_graph import OwnGraph
from vico_listener.nodes.stack_process import StackProcess
from vico_listener.robot import load_profile
from vico_listener.ros_api import CONSUMERS_FIRST

BACK_WITHIN = 1.0
"""Seconds after the end of a fault until motion answers the camera again."""
START_TIMEOUT = 30.0
NEUTRAL = math.radians(1.0)
NONSENSE: dict[str, dict[str, Any]] = {
    'perception': {'fov_deg': math.nan, 'audio_wait': -5.0, 'face_threads': 'many'},
    'listener': {'attitude': 'angry', 'intensity': math.inf, 'seed': -2, 'active': 'perhaps'},
    'renderer': {'size': -3},
    'head': {'robot': 7},
}


@dataclass
class Result:
    """What happened under one fault.

    Attributes:
        fault: the fault.
        problems: what did not hold; empty when the stack passed.
        gap: longest time without motion while it should go on, s.
        back: time until motion answered the camera again, s.
        published, counted: images sent, and images that the diagnostics counted.
        memory: resident memory of the stack afterwards, MB.
    """

    fault: Fault
    problems: list[str] = field(default_factory=list)
    gap: float = math.nan
    back: float = math.nan
    published: int = 0
    counted: int = 0
    memory: float = math.nan


class FaultSuite:
    """Runs the stack, a faulty input and a watcher in a separate graph; a context manager.

    Args:
        folder: folder for the stack's parameters and log.
        clip: video of a speaker.
        robot: profile whose limits are watched.
        stretch: factor by which a fault lasts longer than in the catalogue.
        transitions: number of lifecycle transitions to try.
        files, prefix: see `StackProcess`.

    Attributes:
        start: time from the start of the stack to its first motion, s.
    """

    def __init__(
        self,
        folder: Path,
        clip: Path,
        robot: str = 'generic_3dof',
        stretch: float = 1.0,
        transitions: int = 200,
        files: Sequence[Path] = (),
        prefix: Sequence[str] = (),
    ) -> None:
        self._stretch, self._transitions = stretch, transitions
        self._rng = np.random.default_rng(0)
        self._clients: dict[tuple[Any, str], Any] = {}
        with contextlib.ExitStack() as undo:
            parameters = {'robot': robot, 'attitude': 'positive'}
            began = time.monotonic()
            self._graph = undo.enter_context(
                OwnGraph(folder, parameters, files=files, prefix=prefix)
            )
            self.input = FaultyInput(clip)
            self.watcher = Watcher(load_profile(robot))
            self._graph.spin(self.input, self.watcher)
            self.input.start()
            undo.callback(self.input.stop)
            self._wait(
                lambda: self.watcher.seen.motions and self.watcher.told, 'the stack to start'
            )
            self.start = self.watcher.seen.motions[0][0] - began
            time.sleep(1.5)
            self._undo = undo.pop_all()

    @property
    def stack(self) -> StackProcess:
        """The process in which the stack runs now."""
        return self._graph.stack

    def __enter__(self) -> 'FaultSuite':
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _wait(
        self, condition: Callable[[], Any], what: str, timeout: float = START_TIMEOUT
    ) -> None:
        until = time.monotonic() + timeout
        while not condition():
            self._graph.check()
            if time.monotonic() > until:
                raise UnavailableError(f'waited {timeout:.0f} s for {what}: see {self.stack.log}')
            time.sleep(0.01)

    def _counted(self) -> int:
        count = self.watcher.count
        return count('perception', 'images') + count('perception', 'dropped_images')

    @contextlib.contextmanager
    def _fresh_diagnostics(self) -> Iterator[None]:
        """Hold the camera still until two rounds of diagnostics count alike, then go on.

        That the last image got lost shows only when another one comes, so one more is sent until it
        is counted.
        """
        settings = self.input.settings
        self.input.change(camera=False)
        time.sleep(0.3)
        told = self.watcher.told
        counted = before = self._counted()
        self.input.show_one()

        def settled() -> bool:
            nonlocal told, counted
            if self.watcher.told == told:
                return False
            last, told, counted = counted, self.watcher.told, self._counted()
            if counted == before:
                self.input.show_one()
                return False
            return counted == last and self.watcher.count('perception', 'queue') == 0

        with contextlib.suppress(UnavailableError):
            self._wait(settled, 'diagnostics', 8.0)
        yield
        self.input.settings = settings

    def run(self, faults: tuple[Fault, ...]) -> Iterator[Result]:
        """Try one fault after the other."""
        for fault in faults:
            yield self._try(fault)

    def _try(self, fault: Fault) -> Result:
        result = Result(fault)
        with self._fresh_diagnostics():
            published, counted = self.input.images, self._counted()
        self.watcher.watch()
        start = time.monotonic()
        if fault.action:
            getattr(self, fault.action)(result)
        else:
            self.input.settings = InputSettings(**fault.settings)
            time.sleep(fault.seconds * self._stretch)
        end = time.monotonic()
        self._judge_meanwhile(result, start, end)
        self.input.settings = InputSettings()
        result.back = self._time_until_back(result)
        self._judge_commands(result, self.watcher.watch())
        if fault.meanwhile is not Meanwhile.ANYTHING:
            with self._fresh_diagnostics():
                result.published = self.input.images - published
                result.counted = self._counted() - counted
            if result.published != result.counted:
                result.problems.append(f'{result.published} images sent, {result.counted} counted')
        result.memory = self.stack.memory()
        if not self.stack.running:
            result.problems.append('the stack died: ' + '; '.join(self.stack.complaints()[-2:]))
            self._graph.restart_stack()
        if 'Traceback' in self.stack.log.read_text(encoding='utf-8', errors='replace'):
            result.problems.append(f'a traceback in {self.stack.log}')
        return result

    def _judge_meanwhile(self, result: Result, start: float, end: float) -> None:
        fault, seen = result.fault, self.watcher.seen
        if fault.meanwhile is Meanwhile.GO_ON:
            result.gap = longest_gap(seen, start, end)
            if result.gap > fault.longest_gap:
                result.problems.append(f'{result.gap:.2f} s without motion')
        elif fault.meanwhile is Meanwhile.REST:
            joints = self.watcher.profile.joints
            last = seen.commands[-1] if seen.commands else ()
            off = [abs(p - j.offset) for p, j in zip(last, joints, strict=False)]
            if not off or max(off) > NEUTRAL:
                result.problems.append(f'the head did not come to rest: {off}')

    def _time_until_back(self, result: Result) -> float:
        since = time.monotonic()
        stamp = self.watcher.get_clock().now().nanoseconds
        limit = stamp + NANOSECONDS  # a motion that answers stamps of the fault is none of ours

        def back() -> bool:
            return any(stamp <= s < limit for _, s in self.watcher.seen.motions[-20:])

        try:
            self._wait(back, 'motion', 5.0)
        except UnavailableError:
            result.problems.append('no motion within 5 s after the fault')
            return math.inf
        waited = time.monotonic() - since
        if waited > BACK_WITHIN:
            result.problems.append(f'motion was back after {waited:.2f} s only')
        return waited

    def _judge_commands(self, result: Result, seen: Seen) -> None:
        if seen.not_finite:
            result.problems.append(f'{seen.not_finite} motions were not finite')
        commands = np.array(seen.commands)
        if not len(commands):
            return
        if not np.isfinite(commands).all():
            result.problems.append('a head command was not finite')
        beyond = beyond_range(commands, self.watcher.profile)
        if beyond:
            result.problems.append(f'a joint was sent {beyond:.3g} rad beyond its range')
        # Only the head knows when it sent what, and so by when its commands are due.
        limits = self.watcher.diagnostics.get('head', {}).get('limits', 'unknown')
        if limits != 'ok':
            result.problems.append(f'limits of the head: {limits}')

    # Actions of the catalogue.

    def set_nonsense(self, result: Result) -> None:
        """Set parameters to values that must be refused."""
        for node, values in NONSENSE.items():
            for name, value in values.items():
                parameter: Parameter = RosParameter(name, value=value).to_parameter_msg()
                request = SetParameters.Request(parameters=[parameter])
                response = self._call(SetParameters, f'{node}/set_parameters', request)
                if response is None or response.results[0].successful:
                    result.problems.append(f'{node}.{name} := {value} was not refused')

    def change_states(self, result: Result) -> None:
        """Ask nodes for transitions in random order, then bring all of them back."""
        ids = [
            Transition.TRANSITION_CONFIGURE,
            Transition.TRANSITION_CLEANUP,
            Transition.TRANSITION_ACTIVATE,
            Transition.TRANSITION_DEACTIVATE,
        ]
        for _ in range(self._transitions):
            node = CONSUMERS_FIRST[self._rng.integers(len(CONSUMERS_FIRST))]
            if self._change(node, ids[self._rng.integers(len(ids))]) is None:
                result.problems.append(f'{node} did not answer a transition')
        for node in CONSUMERS_FIRST:
            state = self._call(GetState, f'{node}/get_state', GetState.Request())
            label = '' if state is None else state.current_state.label
            if label == 'unconfigured':
                self._change(node, Transition.TRANSITION_CONFIGURE)
            if label != 'active' and not self._change(node, Transition.TRANSITION_ACTIVATE):
                result.problems.append(f'{node} could not be brought back from {label}')

    def kill_and_restart(self, result: Result) -> None:
        """Kill the stack and start it again; the measurement begins when it is up."""
        self.stack.kill()
        time.sleep(0.5)
        self.watcher.watch()
        self._graph.restart_stack()
        self._wait(lambda: self.watcher.seen.motions, 'the stack to come back')

    def keep_busy(self, result: Result) -> None:
        """Leave the stack little of the machine, with two busy loops a core beside it."""
        with busy_loops(2 * (os.cpu_count() or 1)):
            time.sleep(result.fault.seconds * self._stretch)

    def _change(self, node: str, transition: int) -> bool | None:
        request = ChangeState.Request(transition=Transition(id=transition))
        response = self._call(ChangeState, f'{node}/change_state', request)
        return None if response is None else bool(response.success)

    def _call(self, kind: Any, service: str, request: Any) -> Any:
        """Call a service; return None when there is no answer within 20 s."""
        if (kind, service) not in self._clients:
            self._clients[kind, service] = self.watcher.create_client(kind, service)
        client = self._clients[kind, service]
        if not client.wait_for_service(10.0):
            return None
        future = client.call_async(request)
        with contextlib.suppress(UnavailableError):
            self._wait(future.done, service, 20.0)
        return future.result() if future.done() else None
