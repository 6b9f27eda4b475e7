"""Which stamps of a live camera and microphone count, and how long one waits for the other.

Image and audio are joined by their stamps. Where two clocks do not agree, that makes the listener
deaf or blind: then what arrived together belongs together, and somebody has to be told.
"""

from vico_listener.clock import ARRIVAL
from vico_listener.clock import AUTO
from vico_listener.clock import HEADER
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.perception.stream_clock import StreamClock

IMAGE, AUDIO = 'image', 'audio'

FAR_NS = 500_000_000
"""Stamps of image and audio that lie farther apart cannot be joined."""

EARLY_NS = 150_000_000
"""Stamps that arrive so long before they were captured cannot be joined either, unless those of the
other stream do, too."""

NEVER_NS = NANOSECONDS
"""Clocks that are so far off when they meet have nothing to do with each other: no need to look
again."""

DOUBT_NS = 300_000_000
"""How long stamps must have been apart before they are given up."""

TRUST_NS = 5 * NANOSECONDS
"""How long they must have agreed again before they count again."""

GONE_NS = 2 * NANOSECONDS
"""A stream that has been silent for so long has no say."""

RESTART_NS = 500_000_000
"""Stream time that jumps by more starts anew."""

MARGIN_NS = 100_000_000
"""What a stream is waited for beyond its usual delay."""

LONGEST_AUDIO_NS = 1_200_000_000
"""Longest wait of an image for its audio."""

IMAGE_NS = 200_000_000
"""Shortest wait of audio for its image."""

WORTH_TELLING_NS = 200_000_000
"""A delay, or a piece of audio, so long that whoever speaks notices."""

NAMES = {IMAGE: ('images', 'their'), AUDIO: ('audio', 'its')}
DEVICES = {IMAGE: 'camera', AUDIO: 'microphone'}


class SenseClocks:
    """Gives each message the stamp that counts.

    Args:
        mode: header: the stamps of the messages, where there are any; arrival: when they came;
            auto: those of the messages, unless they cannot be used or cannot be joined.
        streams: `IMAGE`, `AUDIO` or both.
        unstamped: streams whose messages have no stamps by their type, which is no fault.
    """

    def __init__(
        self,
        mode: str = AUTO,
        streams: tuple[str, ...] = (IMAGE, AUDIO),
        unstamped: tuple[str, ...] = (),
    ) -> None:
        self._mode = mode
        self._clocks = {name: StreamClock() for name in streams}
        self._judged = [name for name in streams if mode == AUTO and name not in unstamped]
        self._by_arrival = {name: mode == ARRIVAL or name in unstamped for name in streams}
        self._reasons: dict[str, str] = {}
        self._doubted: dict[str, int] = {}
        self._agreed: dict[str, int] = {}
        self._have_met = False
        self._used: dict[str, int] = {}
        self._news: list[str] = []
        self._restart = False

    def place(self, stream: str, stamp: int, arrival: int, duration: int = 0) -> int:
        """Return the stamp of a message that counts, ns; for the rest see `StreamClock.see`."""
        clock = self._clocks[stream]
        own = clock.see(stamp, arrival, duration)
        captured = clock.arrived(arrival, duration)
        if self._mode == HEADER:
            return stamp or captured
        self._judge(arrival)
        if not self._by_arrival[stream] and own is not None:
            captured = own
        used = arrival - captured - duration
        before = self._used.get(stream, used)
        if abs(used - before) > RESTART_NS:
            if stream in self._doubted:
                return arrival - before - duration  # as it went on until now
            self._restart = True
        self._used[stream] = used
        return captured

    def must_restart(self) -> bool:
        """Return True once when stream time has jumped since the last call."""
        restart, self._restart = self._restart, False
        return restart

    def chunk(self, stream: str) -> int:
        """Return how long the messages of a stream last, ns; 0 for images."""
        return self._clocks[stream].chunk

    def is_by_arrival(self, stream: str) -> bool:
        """Return whether the stamps of a stream do not count at present."""
        return self._by_arrival[stream]

    def source(self, stream: str) -> str:
        """Return what the stamps of a stream are taken from: the header, or the arrival."""
        if stream not in self._clocks:
            return ''
        return ARRIVAL if self._by_arrival[stream] else HEADER

    def delay(self, stream: str) -> int | None:
        """Return how long after its stamps a stream arrives, ns; None when they say nothing."""
        return self._clocks[stream].delay

    # Which stamps can be used.

    def _judge(self, now: int) -> None:
        clocks = {
            name: clock
            for name, clock in self._clocks.items()
            if clock.arrival is not None and now - clock.arrival < GONE_NS
        }
        delays = {name: clock.delay for name, clock in clocks.items()}
        reasons = self._find_reasons(clocks, delays)
        self._have_met |= len(clocks) > 1 and not any(reasons.values())
        for name in self._judged:
            if name in clocks:
                self._doubt(name, reasons[name], now, delays[name])
        # None stays behind: what is by arrival can only be joined with what is near its own.
        for name, delay in delays.items():
            others = [other for other in clocks if other != name and self._by_arrival[other]]
            if others and not self._by_arrival[name] and not _can_be_joined(delay or 0, 0):
                self._give_up(name, _apart(name, delay or 0, others[0], 0))
        self._trust(now, delays)

    def _find_reasons(
        self, clocks: dict[str, StreamClock], delays: dict[str, int | None]
    ) -> dict[str, str]:
        """Say why the stamps of each stream cannot be used; '' if they can."""
        reasons = {name: clock.fault for name, clock in clocks.items()}
        known = {name: delay for name, delay in delays.items() if delay is not None}
        # The one that is farther from its arrival is the first to be given up.
        for name in sorted(known, key=lambda n: -abs(known[n])):
            for other in clocks.keys() - {name}:
                beside = 0 if reasons[other] else delays[other] or 0
                if not _can_be_joined(known[name], beside):
                    reasons[name] = _apart(name, known[name], other, beside)
        return reasons

    def _doubt(self, name: str, reason: str, now: int, delay: int | None) -> None:
        if not reason:
            self._doubted.pop(name, None)
            self._agreed.setdefault(name, now)
            return
        self._agreed.pop(name, None)
        if self._by_arrival[name]:
            self._reasons[name] = reason
            return
        since = self._doubted.setdefault(name, now)
        # Nobody has seen these two agree: no need to look again.
        strangers = delay is None or (not self._have_met and abs(delay) > NEVER_NS)
        if strangers or now - since >= DOUBT_NS:
            self._give_up(name, reason)

    def _give_up(self, name: str, reason: str) -> None:
        self._by_arrival[name] = True
        self._doubted.pop(name, None)
        self._reasons[name] = reason
        if abs(self._used.pop(name, 0)) > RESTART_NS:
            self._restart = True
        self._news.append(
            f'{name} stamps {reason}: from now on, images and audio are aligned by their arrival'
        )

    def _trust(self, now: int, delays: dict[str, int | None]) -> None:
        """Take stamps again that have agreed for a while, all at once."""
        if len(delays) < len(self._clocks):
            return  # with whom should they agree?
        waiting = [name for name in self._judged if name in delays and self._by_arrival[name]]
        ready = [n for n in waiting if now - self._agreed.get(n, now) >= TRUST_NS]
        for name in ready:
            others = [n for n in delays if n not in (name, *ready) and self._by_arrival[n]]
            if not others or _can_be_joined(delays[name] or 0, 0):
                self._by_arrival[name] = False
                self._news.append(f'{name} stamps can be used again')

    def take_news(self) -> list[str]:
        """Return what has changed since the last call, for the log."""
        news, self._news = self._news, []
        return news

    # How long one waits for the other.

    def _delay_used(self, stream: str) -> int:
        return 0 if self._by_arrival[stream] else self._clocks[stream].delay or 0

    @property
    def audio_behind(self) -> int:
        """How much later than an image the audio of its time arrives, ns; negative = earlier."""
        if len(self._clocks) < 2:
            return 0
        return self._delay_used(AUDIO) - self._delay_used(IMAGE)

    def audio_wait(self, shortest: int) -> int:
        """Return how long an image should wait for its audio, ns, at least `shortest`."""
        if AUDIO not in self._clocks:
            return shortest
        if self._clocks[AUDIO].arrival is None:
            return max(shortest, LONGEST_AUDIO_NS)  # nobody knows how long the chunks are
        return max(shortest, min(self._needed, LONGEST_AUDIO_NS))

    @property
    def _needed(self) -> int:
        """How long an image would have to wait for its audio, ns."""
        return max(0, self.audio_behind) + self._clocks[AUDIO].chunk + MARGIN_NS

    def image_wait(self) -> int:
        """Return how long audio should wait for its image, ns."""
        behind = min(max(0, -self.audio_behind), FAR_NS)
        return max(IMAGE_NS, behind + TICK_NS + MARGIN_NS)

    # What is told.

    def deafness(self) -> str:
        """Say why most of the audio comes too late for its images; '' if it does not."""
        if AUDIO not in self._clocks or self._needed <= LONGEST_AUDIO_NS:
            return ''
        chunk = self._clocks[AUDIO].chunk
        return (
            f'audio comes in chunks of {_seconds(chunk)}, up to {_seconds(self._needed)} '
            'after its images, and no answer waits for longer than '
            f'{_seconds(LONGEST_AUDIO_NS)}: most of it is not heard; set the driver of the '
            'microphone to send 20 to 100 ms at a time'
        )

    def problems(self) -> list[str]:
        """Return what a user should know of and can mend."""
        found = []
        for name, reason in self._reasons.items():
            if self._by_arrival[name]:
                found.append(
                    f'{name} stamps {reason}: images and audio are aligned by their '
                    f'arrival; correct the clock or the driver of the {DEVICES[name]}, or '
                    'set the parameter stamps to arrival'
                )
        if self._mode == HEADER:
            found += self._cannot_be_joined()
        behind = self.audio_behind
        if not found and WORTH_TELLING_NS < abs(behind) <= FAR_NS:
            late, early = (AUDIO, IMAGE) if behind > 0 else (IMAGE, AUDIO)
            name, own = NAMES[late]
            verb = 'comes' if late == AUDIO else 'come'
            found.append(
                f'{name} {verb} {_seconds(abs(behind))} after {own} {NAMES[early][0]}: '
                f'every answer waits for that; make the driver of the {DEVICES[late]} '
                'faster, or correct its stamps'
            )
        chunk = self._clocks[AUDIO].chunk if AUDIO in self._clocks else 0
        if chunk > WORTH_TELLING_NS and not self.deafness():
            found.append(
                f'audio comes in chunks of {_seconds(chunk)}: every answer waits for one; '
                'set the driver of the microphone to send 20 to 100 ms at a time'
            )
        return found

    def _cannot_be_joined(self) -> list[str]:
        delays = {name: clock.delay for name, clock in self._clocks.items()}
        known = {name: delay for name, delay in delays.items() if delay is not None}
        if len(known) < 2 or _can_be_joined(known[IMAGE], known[AUDIO]):
            return []
        worse = max(known, key=lambda name: abs(known[name]))
        other = next(name for name in known if name != worse)
        reason = _apart(worse, known[worse], other, known[other])
        return [f'{worse} stamps {reason}: correct the clocks, or set stamps:=auto']


def _can_be_joined(delay: int, other: int) -> bool:
    early = min(delay, other) < -EARLY_NS and abs(delay - other) > EARLY_NS
    return abs(delay - other) <= FAR_NS and not early


def _apart(name: str, delay: int, other: str, beside: int) -> str:
    where = 'behind' if delay > 0 else 'ahead of'
    return (
        f'lie {_seconds(abs(delay))} {where} their arrival, which those of the {NAMES[other][0]} '
        f'do not ({_seconds(beside)})'
    )


def _seconds(nanoseconds: int) -> str:
    return f'{nanoseconds / NANOSECONDS:,.2f} s'
