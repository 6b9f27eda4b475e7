"""The robot's own voice is taken out of what its microphone hears, and the person's is left."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly
from shared_material import needs_model

from vico_listener.chain import Chain
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.frames import SpeakerFrame
from vico_listener.head_parts import acoustic_stream
from vico_listener.lab.recording.dialogue_clip import SENTENCES
from vico_listener.lab.recording.dialogue_clip import VOICE
from vico_listener.lab.recording.dialogue_clip import loudness
from vico_listener.lab.recording.dialogue_clip import person_voice
from vico_listener.lab.recording.room import impulse_response
from vico_listener.lab.recording.room import in_room
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.perception import SPEAKING_TAIL
from vico_listener.perception import Perception
from vico_listener.perception.feed import OWN_VOICE
from vico_listener.perception.feed import StampOrder
from vico_listener.perception.join import BRIDGED_TICKS
from vico_listener.perception.talker import Talker
from vico_listener.speech import AudioFormat
from vico_listener.speech import AudioFormatError
from vico_listener.speech.echo_canceller import DISTRUST
from vico_listener.speech.echo_canceller import LEARNING
from vico_listener.speech.echo_canceller import RECENT
from vico_listener.speech.echo_canceller import SOUNDING
from vico_listener.speech.echo_canceller import EchoCanceller
from vico_listener.speech.pace_check import PaceCheck

pytest.importorskip('livekit')
pytestmark = needs_model

RATE = 16000
FORMAT = AudioFormat(RATE)
CHUNK = 512
START = 5 * NANOSECONDS
PAUSE = 0.4
NOISE = 10 ** (-65 / 20)
AHEAD_NS = NANOSECONDS // 5


class NoFace:
    """The tracker of a head without a camera."""

    basis = ARKIT52

    def reset(self) -> None:
        """It has seen nothing."""


@dataclass
class Scene:
    """Two sentences of the robot alone, and two more over which the person speaks."""

    robot: np.ndarray
    person: np.ndarray
    alone: int
    speech: np.ndarray
    """The ticks at which the person is heard to speak without the robot."""

    def microphone(self, delay: float, decibels: float) -> np.ndarray:
        """What is heard when the robot's voice is so much louder than the person's, dB."""
        echo = in_room(self.robot, RATE, delay)[: len(self.robot)]
        echo *= 10 ** (decibels / 20) * loudness(self.person) / loudness(echo)
        return echo + self.person + noise(len(echo))


def noise(count: int) -> np.ndarray:
    return NOISE * np.random.default_rng(1).normal(size=count)


@pytest.fixture(scope='module')
def scene(speech_clip: Path) -> Scene:
    synthesizer = Synthesizer()
    parts: list[np.ndarray] = []
    for text in SENTENCES:
        spoken = synthesizer.speak(text, VOICE)
        parts += [
            resample_poly(spoken, RATE, synthesizer.sample_rate),
            np.zeros(round(PAUSE * RATE)),
        ]
    robot = np.concatenate(parts)
    robot *= 0.3 / np.abs(robot).max()
    alone = sum(map(len, parts[:4]))
    said = person_voice(speech_clip).astype(np.float64)
    person = np.zeros(len(robot))
    person[alone:] = np.resize(said * 0.25 / np.abs(said).max(), len(robot) - alone)
    frames, _ = heard(person + noise(len(person)), None)
    return Scene(robot, person, alone, ticks(frames))


def head(audio: AudioFormat | None = FORMAT) -> Chain:
    stream = None if audio is None else acoustic_stream(audio, listen_to='speech')
    return Chain(
        Perception(NoFace(), stream, listen_to='speech'),  # type: ignore[arg-type]
        audio=audio,
        listen_to='speech',
    )


def pcm(samples: np.ndarray) -> np.ndarray:
    return (np.clip(samples, -1, 1) * 32767).astype(np.int16)


def heard(
    microphone: np.ndarray,
    robot: np.ndarray | None,
    late: float = 0.0,
    rate: int = RATE,
    stamped: bool = True,
    until: float = 1e9,
    chunk: int = CHUNK,
) -> tuple[list[SpeakerFrame], Chain]:
    """Return what is perceived while the robot speaks, whose voice comes as chunks of 20 ms.

    Args:
        microphone: at `RATE`.
        robot: what it says at `rate`; None if nothing tells that.
        late: how much later a chunk comes than it is played, s.
        rate: Hz.
        stamped: whether the chunks are stamped.
        until: when the last chunk comes, s.
        chunk: the samples of a chunk of the microphone.
    """
    chain = head()
    steps = [(k + chunk, k, True) for k in range(0, len(microphone) - chunk + 1, chunk)]
    size = rate // 50
    own = 0 if robot is None else len(robot) // size
    steps += [((k / 50 + late) * RATE, k * size, False) for k in range(own) if k / 50 < until]
    if robot is not None:
        chain.senses.mute.tell(True)
    answers = []
    for _, first, of_microphone in sorted(steps):
        if of_microphone:
            stamp = START + first * NANOSECONDS // RATE
            answers += chain.hear(pcm(microphone[first : first + chunk]), stamp)
        else:
            assert robot is not None
            stamp = START + first * NANOSECONDS // rate if stamped else 0
            chain.hear_own_voice(pcm(robot[first : first + size]), stamp, AudioFormat(rate))
    return [answer.speaker for answer in answers], chain


def ticks(frames: list[SpeakerFrame]) -> np.ndarray:
    """Whether somebody speaks at each tick from the start on; not beyond what was emitted."""
    said = np.zeros(4000, bool)
    for frame in frames:
        said[round((frame.stamp - START) * MODEL_RATE / NANOSECONDS)] = frame.speaking
    return said


def robots(scene: Scene) -> np.ndarray:
    """The ticks at which the robot is heard."""
    length = RATE // MODEL_RATE
    loud = (
        np.abs(scene.robot[: len(scene.robot) // length * length]).reshape(-1, length).max(axis=1)
    )
    found = np.zeros(4000, bool)
    found[1 : len(loud) + 1] = loud > 0.01
    return found


def shares(scene: Scene, frames: list[SpeakerFrame]) -> tuple[float, float]:
    """The share of the robot's speech that is taken for a voice, and of the person's over it."""
    said, own = ticks(frames), robots(scene)
    alone = round(scene.alone / RATE * MODEL_RATE)
    last = round((frames[-1].stamp - START) * MODEL_RATE / NANOSECONDS)
    both = own & scene.speech
    over = said[alone:last][both[alone:last]]
    return float(said[:alone][own[:alone]].mean()), float(over.mean()) if len(over) else 1.0


@pytest.mark.parametrize(('delay', 'decibels'), [(0.02, -15), (0.06, -6), (0.2, 0)])
def test_the_own_voice_is_no_speech_and_the_persons_over_it_is(
    scene: Scene, delay: float, decibels: float
) -> None:
    microphone = scene.microphone(delay, decibels)
    frames, _ = heard(microphone, scene.robot)
    own, person = shares(scene, frames)
    assert own <= 0.02
    assert person >= 0.8
    assert not any(frame.muted for frame in frames[round(scene.alone / RATE * MODEL_RATE) :])


def test_no_sound_counts_before_the_room_is_known(scene: Scene) -> None:
    """The first of a voice as a person's was taken for speech otherwise, and for a backchannel."""
    blocks = scene.robot[: len(scene.robot) // 160 * 160].reshape(-1, 160)
    sounding = np.sqrt(np.mean(blocks**2, axis=1)) >= SOUNDING
    learnt = np.searchsorted(np.cumsum(sounding), LEARNING) / 100
    frames, _ = heard(scene.microphone(0.06, -6)[: scene.alone], scene.robot)
    at = np.array([frame.stamp - START for frame in frames]) / NANOSECONDS
    muted = np.array([frame.muted for frame in frames])
    # A tick is judged by what was known when it came, which is up to 0.2 s later.
    before = sounding[(at * 100).astype(int)] & (at < learnt - 0.2)
    assert muted[before].all() and before.sum() > MODEL_RATE
    assert not muted[at > learnt].any() and (at > learnt).sum() > MODEL_RATE


def test_without_the_canceller_the_own_voice_would_be_speech(scene: Scene) -> None:
    frames, _ = heard(scene.microphone(0.06, -6), None)
    assert shares(scene, frames)[0] > 0.5


def with_vocal(scene: Scene, told: bool) -> list[SpeakerFrame]:
    """Return what is perceived of a vocal that is played 1 s after the start, for 0.6 s."""
    vocal = scene.person[scene.alone + RATE :][: round(0.6 * RATE)]
    played = np.zeros(3 * RATE)
    played[RATE : RATE + len(vocal)] = vocal
    sound = in_room(played, RATE, 0.1)[: len(played)]
    sound = sound * loudness(played) / loudness(sound) + noise(len(sound))
    chain, answers = head(), []
    for k in range(0, len(sound) - CHUNK + 1, CHUNK):
        if told and k <= RATE < k + CHUNK:
            chain.hear_own_vocal(pcm(vocal).tobytes(), START + NANOSECONDS, FORMAT)
        answers += chain.hear(pcm(sound[k : k + CHUNK]), START + k * NANOSECONDS // RATE)
    return [answer.speaker for answer in answers]


def test_a_vocal_of_the_listener_is_no_speech(scene: Scene) -> None:
    assert ticks(with_vocal(scene, told=False)).sum() > 0.3 * MODEL_RATE
    frames = with_vocal(scene, told=True)
    assert not ticks(frames).any()
    muted = [(frame.stamp - START) / NANOSECONDS for frame in frames if frame.muted]
    # From its beginning to the end of the tail, and no longer.
    assert min(muted) <= 1.04 and max(muted) == pytest.approx(1.6 + SPEAKING_TAIL, abs=0.05)


def test_where_the_room_is_known_the_person_is_heard_over_a_vocal(scene: Scene) -> None:
    """The canceller knows it from what the robot has said, and takes the vocal away, too."""
    until = scene.alone
    vocal = scene.robot[RATE : RATE + round(0.6 * RATE)]
    robot = np.concatenate([scene.robot[:until], np.zeros(4 * RATE)])
    played = robot.copy()
    begin = until + 2 * RATE
    played[begin : begin + len(vocal)] += vocal
    person = np.zeros(len(robot))
    person[until + RATE :] = scene.person[scene.alone : scene.alone + 3 * RATE]
    own = in_room(played, RATE, 0.06)[: len(played)]
    own *= 10 ** (-6 / 20) * loudness(person) / loudness(own)
    for speaks in (False, True):
        chain, answers = head(), []
        sound = own + speaks * person + noise(len(own))
        chain.senses.mute.tell(True)
        for k in range(0, len(sound) - CHUNK + 1, CHUNK):
            stamp = START + k * NANOSECONDS // RATE
            if k < until:
                chain.hear_own_voice(pcm(robot[k : k + CHUNK]), stamp, FORMAT)
            else:
                chain.senses.mute.tell(False)
            if k <= begin < k + CHUNK:
                begun = START + begin * NANOSECONDS // RATE
                chain.hear_own_vocal(pcm(vocal).tobytes(), begun, FORMAT)
            answers += chain.hear(pcm(sound[k : k + CHUNK]), stamp)
        frames = [a.speaker for a in answers if a.speaker.stamp > START + begin * 62_500]
        assert not any(frame.muted for frame in frames)
        share = np.mean([frame.speaking for frame in frames[: MODEL_RATE // 2]])
        assert share > 0.6 if speaks else share == 0.0


def test_the_persons_mouth_counts_while_a_vocal_covers_their_voice() -> None:
    talker, mouth = Talker(), np.sin(np.arange(60) * 2 * np.pi / 8)
    said = []
    for tick, opening in enumerate(mouth):
        face = FaceMotion.missing()
        expression = face.expression.copy()
        expression[ARKIT_INDEX['jawOpen']] = 0.3 + 0.2 * opening
        covered = tick >= 40
        seen = replace(face, expression=expression)
        said.append(talker.update(seen, not covered, 1.0 - covered, deaf=tick < 50))
    assert all(talk.speaking and not talk.mouthed for talk in said[20:40])
    assert all(talk.speaking and talk.mouthed for talk in said[40:50])
    # Without the vocal, a mouth alone says nothing in so short a pause.
    assert not any(talk.speaking for talk in said[50:])


@pytest.mark.parametrize('rate', [24000, 44100])
def test_the_own_voice_may_have_another_rate(scene: Scene, rate: int) -> None:
    robot = np.interp(np.arange(len(scene.robot) * rate // RATE) * RATE / rate,
                      np.arange(len(scene.robot)), scene.robot)  # fmt: skip
    microphone = scene.microphone(0.06, -6)[: scene.alone]
    frames, _ = heard(microphone, robot, rate=rate)
    assert not ticks(frames).any()


@pytest.mark.parametrize('given', [np.ndarray.tobytes, np.asarray])
def test_a_wrong_rate_is_noticed_and_mutes(
    scene: Scene, given: Callable[[np.ndarray], bytes | np.ndarray]
) -> None:
    robot = np.repeat(scene.robot, 2)
    chain = head()
    chain.senses.mute.tell(True)
    frames = []
    for k in range(100):
        stamp = START + k * NANOSECONDS // 50
        chain.hear_own_voice(given(pcm(robot[k * 640 : (k + 1) * 640])), stamp)
        frames += [a.speaker for a in chain.hear(pcm(scene.robot[k * 320 : (k + 1) * 320]), stamp)]
    assert all(frame.muted for frame in frames if frame.stamp > START + 1.2 * NANOSECONDS)
    assert chain.senses.canceller is not None
    assert 'robot_voice is 2.00 times as long' in chain.senses.canceller.length.problem()
    # One without stamps after it is another stream.
    chain.hear_own_voice(given(pcm(scene.robot[:320])))
    assert chain.senses.canceller.length.problem() == ''


def test_without_stamps_it_counts_as_played_when_it_comes(scene: Scene) -> None:
    frames, _ = heard(scene.microphone(0.06, -6), scene.robot, stamped=False)
    own, person = shares(scene, frames)
    assert own <= 0.02 and person >= 0.8


@pytest.mark.parametrize('rate', [8000, 24000, 32000])
def test_a_wrong_rate_without_stamps_is_noticed_by_its_pace_and_mutes(
    scene: Scene, rate: int
) -> None:
    robot = resample_poly(scene.robot, rate // 1000, RATE // 1000)
    chain, frames = head(), []
    chain.senses.mute.tell(True)
    size = rate // 50
    for k in range(200):
        stamp = START + k * NANOSECONDS // 50
        chain.hear_own_voice(pcm(robot[k * size : (k + 1) * size]))  # as 16 kHz
        # The microphone comes in chunks of another length.
        if k % 3 == 2:
            heard_now = scene.robot[(k - 2) * 320 : (k + 1) * 320]
            begin = stamp - 2 * NANOSECONDS // 50
            frames += [a.speaker for a in chain.hear(pcm(heard_now), begin)]
    assert chain.senses.canceller is not None
    problem = chain.senses.canceller.pace.problem()
    assert f'comes {rate / RATE:.2f} times as fast as it would be played' in problem
    assert f'it looks like {rate} Hz mono' in problem and 'publish robot_voice_info' in problem
    assert all(frame.muted for frame in frames)


@pytest.mark.parametrize(
    ('step', 'length'),
    [(0.02, 0.02), (0.02, 0.0201), (0.02, 0.024), (0.3, 0.45), (0.001, 0.02)],
    ids=['as played', 'another clock', 'ahead', 'ahead in pieces', 'all at once'],
)
def test_an_own_voice_that_is_played_or_sent_ahead_is_of_the_rate_it_says(
    step: float, length: float
) -> None:
    check = PaceCheck()
    for k in range(round(3 / step)):
        check.hear(length, round(k * step * NANOSECONDS), AudioFormat(24000))
    assert check.problem() == ''


def test_an_uneven_pace_tells_nothing_and_a_right_one_is_believed_again() -> None:
    check, at = PaceCheck(), 0.0
    for k in range(60):  # twice as fast on average, in bursts
        at += 0.01 if k % 20 else 1.0
        check.hear(0.1, round(at * NANOSECONDS), FORMAT)
    assert check.actual is None
    for pace in (0.05, 0.1):
        for _ in range(60):
            at += pace
            check.hear(0.1, round(at * NANOSECONDS), FORMAT)
        assert check.actual == (32000 if pace == 0.05 else None)


def test_a_gap_begins_the_judgement_of_the_pace_anew() -> None:
    check = PaceCheck()
    for k in range(30):
        check.hear(0.15, k * NANOSECONDS // 10, FORMAT)
    assert check.actual == 24000
    check.hear(3.0, 5 * NANOSECONDS, FORMAT)  # a whole sentence
    assert check.problem() == ''


def test_stamps_end_what_was_said_of_the_pace() -> None:
    canceller, rng = EchoCanceller(), np.random.default_rng(0)
    verdicts = []
    for k in range(80):
        stamp = START + k * NANOSECONDS // 10
        for _ in canceller.free(np.zeros(RATE // 10, np.float32), stamp):
            pass
        stamped = k >= 40
        count = RATE // 10 if stamped else RATE * 3 // 20
        ahead = stamp + NANOSECONDS // 10
        voice = pcm(0.1 * rng.normal(size=count))
        canceller.hear_own(voice.tobytes(), ahead if stamped else 0, FORMAT)
        verdicts.append((canceller.pace.actual, canceller.freed))
    assert verdicts[39] == (24000, False)
    assert {actual for actual, _ in verdicts[40:]} == {None}
    assert verdicts[-1][1]


def test_what_comes_too_late_mutes(scene: Scene) -> None:
    frames, chain = heard(scene.microphone(0.06, -6)[: scene.alone], scene.robot, late=0.2)
    assert chain.senses.canceller is not None and chain.senses.canceller.late > 100
    assert all(frame.muted for frame in frames) and not any(frame.speaking for frame in frames)


def test_what_stops_coming_mutes_while_the_robot_speaks(scene: Scene) -> None:
    until = 4.5  # the room is known by then
    frames, chain = heard(scene.microphone(0.06, -6)[: 7 * RATE], scene.robot, until=until)
    muted = [(frame.stamp - START) / NANOSECONDS for frame in frames if frame.muted]
    begin = min(at for at in muted if at > until - 0.5)
    # A tick is judged by what was known when it came, which is up to 0.2 s later.
    assert until + 0.1 < begin <= until + RECENT / 100
    assert max(muted) > 6.7  # to the end
    assert not any(frame.speaking for frame in frames if frame.stamp > START + NANOSECONDS * begin)
    assert chain.senses.canceller is not None and chain.senses.canceller.silence > 1.0


def test_one_late_chunk_is_forgiven(scene: Scene) -> None:
    chain = head()
    chain.hear(np.zeros(CHUNK, np.int16), START)
    chain.hear_own_voice(np.zeros(RATE, np.int16), START)
    canceller = chain.senses.canceller
    assert canceller is not None
    for k in range(1, 36):  # 0.1 s more than the own voice
        chain.hear(np.zeros(CHUNK, np.int16), START + k * CHUNK * NANOSECONDS // RATE)
    assert canceller.freed
    chain.hear_own_voice(np.zeros(3 * RATE, np.int16), START + NANOSECONDS)
    assert canceller.late == 1 and not canceller.freed
    for k in range(36, 37 + DISTRUST * 160 // CHUNK):
        chain.hear(np.zeros(CHUNK, np.int16), START + k * CHUNK * NANOSECONDS // RATE)
    assert canceller.freed and canceller.late == 1


def test_a_sentence_may_come_as_a_whole_and_chunks_of_any_length(scene: Scene) -> None:
    microphone = scene.microphone(0.06, -6)[: scene.alone]
    chain = head()
    chain.senses.mute.tell(True)
    chain.hear(pcm(microphone[:160]), START)
    chain.hear_own_voice(pcm(scene.robot[: scene.alone]), START)
    frames = []
    for first in range(160, len(microphone), 1777):
        stamp = START + first * NANOSECONDS // RATE
        frames += [a.speaker for a in chain.hear(pcm(microphone[first : first + 1777]), stamp)]
    assert shares(scene, frames)[0] <= 0.02


def test_the_same_sound_is_freed_to_the_same_bits(scene: Scene) -> None:
    microphone = scene.microphone(0.12, -6)[: 2 * RATE]
    one, two = ([frame.acoustic for frame in heard(microphone, scene.robot)[0]] for _ in range(2))
    np.testing.assert_array_equal(one, two)


def replayed(scene: Scene, late: float, ordered: bool = True) -> list[tuple]:
    """What is perceived of a recording in which the voice comes so much later than it is played."""
    chain, answers = head(), []
    chain.senses.mute.tell(True)
    order = StampOrder('audio', patience=lambda: NANOSECONDS)
    microphone = scene.microphone(0.06, -6)
    size = RATE // 50

    def hear(k: int) -> None:
        stamp = START + k * NANOSECONDS // RATE
        answers.extend(chain.hear(pcm(microphone[k : k + CHUNK]), stamp))

    def say(k: int) -> None:
        chain.hear_own_voice(pcm(scene.robot[k : k + size]), START + k * NANOSECONDS // RATE)

    arrivals = [(k / RATE, 'audio', k, hear) for k in range(0, 5 * RATE, CHUNK)]
    arrivals += [(k / RATE + late, OWN_VOICE, k, say) for k in range(0, 5 * RATE, size)]
    for _, stream, k, take in sorted(arrivals, key=lambda arrival: arrival[:2]):
        stamp = START + k * NANOSECONDS // RATE - (stream == OWN_VOICE) * AHEAD_NS
        job = partial(take, k)
        for _, ready in order.put(stream, stamp, job) if ordered else [(stream, job)]:
            ready()
    frames = [answer.speaker for answer in answers][: 4 * MODEL_RATE]
    return [(f.stamp, f.muted, f.speaking, f.acoustic.tobytes()) for f in frames]


def test_a_recording_gives_the_same_bits_however_its_topics_overtake_each_other(
    scene: Scene,
) -> None:
    in_time = replayed(scene, -0.5)
    assert len(in_time) > 3 * MODEL_RATE
    assert replayed(scene, 0.0) == in_time and replayed(scene, 0.15) == in_time
    assert replayed(scene, 0.15, ordered=False)[: len(in_time)] != in_time


def test_after_the_robot_the_person_is_heard_as_ever(scene: Scene) -> None:
    """Also one who speaks while nobody's voice is to be taken away; gaps are theirs then."""
    chain = head()
    person = scene.person[scene.alone : scene.alone + 3 * RATE]
    chain.hear(pcm(noise(CHUNK)), START - CHUNK * NANOSECONDS // RATE)
    chain.hear_own_voice(np.zeros(160, np.int16), START)
    frames = []
    for first in range(0, len(person) - CHUNK, CHUNK):
        stamp = START + first * NANOSECONDS // RATE
        frames += [a.speaker for a in chain.hear(pcm(person[first : first + CHUNK]), stamp)]
    said = ticks(frames)
    plain = ticks(heard(person, None)[0])
    assert abs(int(said.sum()) - int(plain.sum())) <= BRIDGED_TICKS


def test_the_echo_of_a_room_rings_as_long_as_it_is_told_to() -> None:
    """Schroeder's integral, Journal of the Acoustical Society of America 37(3), 1965."""
    response = impulse_response(RATE, 0.4)
    direct = int(np.argmax(response != 0))
    distance = np.linalg.norm(np.subtract((2.5, 2.0, 1.2), (2.6, 2.1, 1.35)))
    assert direct == pytest.approx(distance / 343 * RATE, abs=1)
    left = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1] / np.sum(response**2))
    times = [np.flatnonzero(left < level)[0] / RATE for level in (-10, -30)]
    assert 3 * (times[1] - times[0]) == pytest.approx(0.4, rel=0.25)


def test_without_the_extra_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'livekit', None)
    chain = head()
    with pytest.raises(NotInstalledError, match='sound is ignored while it speaks.*echo.txt'):
        chain.hear_own_voice(np.zeros(160, np.int16), START)
    chain.senses.mute.tell(True)
    frames = [a.speaker for k in range(40)
              for a in chain.hear(np.zeros(CHUNK, np.int16), START + k * 32_000_000)]  # fmt: skip
    assert frames and all(frame.muted for frame in frames)


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(SettingError, match='no microphone'):
        head(None).hear_own_voice(b'\0\0', START)
    chain = head()
    with pytest.raises(SettingError, match='pcm'):
        chain.hear_own_voice('voice', START)  # type: ignore[arg-type]
    chain.hear(np.zeros(CHUNK, np.int16), START)
    with pytest.raises(AudioFormatError):
        chain.hear_own_voice(b'\0\0\0', START)
    with pytest.raises(SettingError, match='sample rate'):
        chain.hear_own_voice(b'\0\0', START, AudioFormat(4000))


@pytest.mark.parametrize('cancelled', [False, True])
def test_a_vocal_that_is_none_is_refused_and_mutes_nothing(cancelled: bool) -> None:
    chain = head()
    chain.hear(np.zeros(CHUNK, np.int16), START)
    if cancelled:
        chain.hear_own_voice(np.zeros(160, np.int16), START)
        chain.hear(np.zeros(CHUNK, np.int16), START)
    for vocal, audio, error, message in [
        (bytes(1_000_000), AudioFormat(8000), SettingError, r'takes 62\.5 s, but at most 2 s'),
        (None, FORMAT, SettingError, 'pcm must be'),
        (bytes(320), None, SettingError, 'audio must be an AudioFormat'),
        (bytes(321), FORMAT, AudioFormatError, '321 bytes of audio are not a whole number'),
        (bytes(320), AudioFormat(0), SettingError, 'sample rate'),
        (bytes(320), replace(FORMAT, sample_format='S12'), AudioFormatError, 'unknown sample'),
    ]:
        with pytest.raises(error, match=message):
            chain.hear_own_vocal(vocal, 0, audio)  # type: ignore[arg-type]
        assert not chain.senses.mute.hears_vocal(START)
    chain.hear_own_vocal(bytes(2 * 2 * RATE), 0, FORMAT)
    assert chain.senses.mute.hears_vocal(START)
