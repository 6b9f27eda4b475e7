"""What goes on in perception when nothing comes in: live idle ticks, the end of a replay."""

import math
import time
from collections.abc import Callable

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.msg import ReplayWait
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.topics import subscribe_to
from vico_listener.perception import Feed
from vico_listener.ros_api.perception import REPLAY_WAIT

QUIET = 0.3
"""Seconds without any input after which, live, a timer keeps the ticks going."""

WATCH = 0.1
"""Period of the timer that looks for it, s: each call costs a thousandth."""

END_OF_REPLAY = 1.0
"""Seconds without any input or work, and with a `/clock` that stands still where time is simulated,
after which, replaying, ticks that wait for audio are let go. While the clock runs there is a pause:
what comes after it must find the same, however long it lasts at this speed."""

REPLAY_DIED = 20.0
"""The same beside our own replay, s. That says itself when nothing more comes, and seconds of
silence mean that the machine has much to do: what is let go then is answered without its audio."""


class QuietWatch:
    """A timer that watches a feed while it exists.

    Args:
        node: owner of the timer.
        feed: what brings the input.
        lossless: the input is a replay.
        idle_time: seconds of idle ticks after all input stopped, live.
        has_begun: whether there has been any input.
        on_idle: a job for the feed: one more tick without input.
        on_end: a job for the feed: nothing more is to come.
        answered: the newest tick that was published, ns; None before one.
    """

    def __init__(
        self,
        node: ManagedNode,
        feed: Feed,
        lossless: bool,
        idle_time: float,
        has_begun: Callable[[], bool],
        on_idle: Callable[[], None],
        on_end: Callable[[], None],
        answered: Callable[[], int | None],
    ) -> None:
        self._node, self._feed, self._idle_time = node, feed, idle_time
        self._has_begun, self._on_idle, self._on_end = has_begun, on_idle, on_end
        self._answered = answered
        self._time = 0
        self._time_passed_at = 0.0
        watch = self._watch_replay if lossless else self._watch_live
        self._timer = node.create_timer(WATCH, watch, clock=node.steady_clock)
        self._waits = subscribe_to(node, REPLAY_WAIT, self.replay_waits) if lossless else None

    def _watch_live(self) -> None:
        idle = self._has_begun() and QUIET < self._feed.quiet < QUIET + self._idle_time
        self._timer.timer_period_ns = TICK_NS if idle else int(WATCH * NANOSECONDS)
        if idle:
            self._feed.call(self._on_idle)

    def _watch_replay(self) -> None:
        # What is slow to work off is no end: replay waits for it.
        ours = self._node.count_publishers(REPLAY_WAIT.name) > 0
        if min(self._feed.rest, self._clock_still()) > (REPLAY_DIED if ours else END_OF_REPLAY):
            self._let_go(silent=True)

    def replay_waits(self, position: ReplayWait) -> None:
        """Let go what waits for more, once we have all that the replay, which waits for us, sent.

        Whether that is so depends on stamps alone, so that the same recording is let go at the same
        places, whatever else the machine has to do.
        """
        image, audio, tick = map(stamp_of, (position.image, position.audio, position.tick))
        arrived = image == self._feed.newest('image') and audio == self._feed.newest('audio')
        answered = self._answered()
        on_its_way = answered is not None and tick < answered <= max(image, audio)
        if arrived and not on_its_way and self._feed.rest > 0:
            self._let_go(silent=False)

    def _let_go(self, silent: bool) -> None:
        self._feed.release(silent)
        self._feed.call(self._on_end)

    def _clock_still(self) -> float:
        """Return for how long simulated time has stood still, s; infinity where it is none."""
        clock = self._node.get_clock()
        if not clock.ros_time_is_active:
            return math.inf
        if (now := clock.now().nanoseconds) != self._time:
            self._time, self._time_passed_at = now, time.monotonic()
        return time.monotonic() - self._time_passed_at

    def destroy(self) -> None:
        """End the timer and the subscription."""
        self._node.destroy_timer(self._timer)
        if self._waits is not None:
            self._node.destroy_subscription(self._waits)
