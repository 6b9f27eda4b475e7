"""To whom the head attends: by lips and voice together, by direction, by name."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from vico_listener import ListeningHead
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.face.attention import Attention
from vico_listener.face.lip_motion import FULL
from vico_listener.face.lip_motion import Lips
from vico_listener.face.lip_motion import Loudness
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.face.people import Person
from vico_listener.face.selection import Candidate
from vico_listener.face.selection import SelectionSettings
from vico_listener.face.selection import SpeakerSelector
from vico_listener.media.clip import camera_frames
from vico_listener.motion import FaceMotion
from vico_listener.speech import AudioFormat

RATE = 25
SECOND = 1_000_000_000


def wave(seconds: float, rhythm: float = 4.0) -> float:
    return 0.06 * (1 + np.sin(2 * np.pi * rhythm * seconds))


def lips_of(openings: np.ndarray) -> Lips:
    lips = Lips()
    for frame, opening in enumerate(openings):
        lips.add(round(frame * SECOND / RATE), opening)
    return lips


def test_the_motion_of_lips_is_their_range_of_late() -> None:
    openings = np.r_[np.full(50, 0.1), np.full(8, 0.1 + FULL / 2)]
    now = round((len(openings) - 1) * SECOND / RATE)
    assert lips_of(openings).motion(now, 0) == pytest.approx(0.5)
    assert lips_of(openings).motion(now + SECOND, 0) == 0.0
    assert lips_of(openings * 9).motion(now, 0) == 1.0
    assert lips_of(openings).motion(now, now - SECOND // 10) == 0.0


def test_harmony_is_the_correlation_with_loudness() -> None:
    random = np.random.default_rng(1)
    loud, openings = random.normal(size=50), random.normal(size=50)
    loudness = Loudness()
    for frame, level in enumerate(loud):
        # What is heard is 0.08 s behind.
        loudness.add(round((frame + 2) * SECOND / RATE), level)
    expected = np.corrcoef(loud, openings)[0, 1]
    assert lips_of(openings).harmony(loudness) == pytest.approx(expected, abs=0.02)
    assert lips_of(loud).harmony(loudness) == pytest.approx(1.0, abs=0.02)
    assert lips_of(np.full(50, 0.2)).harmony(loudness) == 0.0
    assert lips_of(loud).harmony(Loudness()) == 0.0


def test_lips_that_cannot_be_measured_are_left_out() -> None:
    assert lips_of(np.array([np.nan, 0.1, np.nan, 0.1])).motion(SECOND // 5, 0) == 0.0


def play(selector: SpeakerSelector, seconds: float, people, begin: float = 0.0, **heard) -> list:
    """Step a selector; `people` makes the candidates at a time, `level` is a function of it."""
    chosen = []
    level = heard.pop('level', None)
    for frame in range(round(seconds * RATE)):
        at = begin + frame / RATE
        loud = None if level is None else level(at)
        chosen.append(selector.choose(people(at), round(at * SECOND), True, loud))
    return chosen


def test_the_disengaged_are_left_out_while_others_are_in_view() -> None:
    def seen(key: int, size: float) -> Person:
        box = np.array([0, 0, size, size], np.float32)
        face = FaceObservation(
            np.zeros((0, 3), np.float32),
            box,
            FaceMotion(np.zeros(52, np.float32)),
            Roi(0, 0, size),
            0.0,
        )
        return Person(key, face, 0, 0)

    people = SimpleNamespace(everybody=[seen(0, 100.0), seen(1, 40.0)])
    people.get = lambda key: next((p for p in people.everybody if p.key == key), None)
    attention = Attention(people, SelectionSettings(), 1.0)

    def attended(stamp: int) -> str:
        return attention.choose(stamp, False, None).name

    assert attended(0) == 'face_1'
    attention.leave_out(frozenset({'face_1'}))
    assert attended(SECOND // 2) == 'face_2'
    attention.attend_to('face_1')  # who is named is attended to
    assert attended(SECOND) == 'face_1'
    attention.attend_to('auto')
    attention.leave_out(frozenset({'face_1', 'face_2'}))  # rather one of them than nobody
    assert attended(3 * SECOND // 2) == 'face_1'


def both_talk(at: float) -> list[Candidate]:
    """Two who move their lips all the time, in rhythms of their own."""
    return [
        Candidate(1, 100, wave(at, 2.3), 2.0, 0.3),
        Candidate(2, 99, wave(at, 3.1), 1.0, -0.3),
    ]


@pytest.mark.parametrize(('rhythm', 'who'), [(2.3, 1), (3.1, 2)])
def test_of_two_who_move_their_lips_the_one_who_goes_with_the_voice_speaks(
    rhythm: float, who: int
) -> None:
    chosen = play(SpeakerSelector(), 6.0, both_talk, level=lambda at: wave(at - 0.08, rhythm))
    assert set(chosen[4 * RATE :]) == {who}


def test_a_turn_is_followed_within_a_second() -> None:
    def turns(at: float) -> list[Candidate]:
        first = at % 8 < 4
        return [
            Candidate(1, 100, wave(at) if first else 0.05),
            # As others are: measured every third time.
            Candidate(2, 90, None if round(at * RATE) % 3 else 0.05 if first else wave(at)),
        ]

    chosen = play(SpeakerSelector(), 24.0, turns)
    for turn in range(1, 6):
        late = chosen[turn * 4 * RATE + RATE : (turn + 1) * 4 * RATE]
        assert set(late) == {1 + turn % 2}


@pytest.mark.parametrize(('azimuth', 'who'), [(0.3, 1), (-0.35, 2), (0.3 + 2 * np.pi, 1)])
def test_the_direction_of_the_sound_breaks_the_tie(azimuth: float, who: int) -> None:
    selector = SpeakerSelector()
    for turn in range(30):
        selector.hear_from(azimuth, round(turn * SECOND / 10))
        chosen = play(selector, 0.1, both_talk, turn / 10)
    assert chosen[-1] == who


def test_a_direction_where_nobody_is_or_of_long_ago_changes_nothing() -> None:
    selector = SpeakerSelector()
    selector.hear_from(-0.3, -SECOND)
    assert set(play(selector, 2.0, both_talk)) == {1}
    for turn in range(20, 40):
        selector.hear_from(2.0, round(turn * SECOND / 10))
        assert set(play(selector, 0.1, both_talk, turn / 10)) == {1}


def test_the_nearest_the_largest_and_a_person() -> None:
    selector = SpeakerSelector()

    def quiet(at: float) -> list[Candidate]:
        return [Candidate(1, 140, 0.05, 2.0), Candidate(2, 99, wave(at), 1.0)]

    selector.attend = 'largest'
    assert set(play(selector, 2.0, quiet)) == {1}
    selector.attend = 'nearest'
    assert play(selector, 2.0, quiet, 2.0)[-1] == 2
    selector.attend = 1
    assert set(play(selector, 2.0, quiet, 4.0)) == {1}
    selector.attend = 'auto'
    assert play(selector, 2.0, quiet, 6.0)[-1] == 2


def test_how_likely_each_speaks() -> None:
    selector = SpeakerSelector()
    play(selector, 2.0, lambda at: [Candidate(1, 100, wave(at)), Candidate(2, 99, 0.05)])
    assert (selector.score(1), selector.score(2)) == (1.0, 0.0)
    selector.reset()
    play(selector, 2.0, both_talk)
    assert selector.score(1) + selector.score(2) == pytest.approx(1.0)
    for frame in range(RATE):
        selector.choose(both_talk(0.0), round((2 + frame / RATE) * SECOND), False)
    assert selector.score(1) == selector.score(2) == 0.0


# The head as a whole, before photos.


@pytest.fixture(scope='module')
def couple(portrait_photo: Path) -> np.ndarray:
    """The same person on the left and, smaller, on the right."""
    photo = cv2.imread(str(portrait_photo))
    left = cv2.resize(photo, (400, 400))
    right = np.full_like(left, 127)
    right[50:350, :300] = cv2.resize(photo, (300, 300))
    return np.hstack([left, right])


@pytest.fixture
def before_two(couple: np.ndarray) -> ListeningHead:
    head = ListeningHead(listener='rules', audio=None)
    see(head, couple, range(30))
    return head


def see(head: ListeningHead, image: np.ndarray, frames: range) -> None:
    for frame in frames:
        head.see(image, round(frame * SECOND / RATE))


def test_people_are_told_where_they_are(before_two: ListeningHead) -> None:
    left, right = before_two.people
    assert left.attended and not right.attended
    assert left.box[2] < 0.5 < right.box[0]
    assert 0.4 < left.distance < right.distance < 3.0
    assert left.azimuth > 0 > right.azimuth
    assert left.speaking == right.speaking == 0.0


def test_attending_to_a_person_by_name(before_two: ListeningHead, couple: np.ndarray) -> None:
    right = before_two.people[1].name
    before_two.attend(right)
    see(before_two, couple, range(30, 34))
    assert before_two.people[0].name == right and before_two.people[0].attended


def test_who_is_not_there_is_refused_by_name(before_two: ListeningHead) -> None:
    names = [person.name for person in before_two.people]
    with pytest.raises(SettingError, match=f"no person 'face_77'.*{names[0]}.*auto, largest"):
        before_two.attend('face_77')
    with pytest.raises(SettingError, match='nobody is in view'):
        ListeningHead(listener='rules', audio=None).attend('face_1')


def test_whoever_goes_is_let_go_and_their_name_not_given_again(
    before_two: ListeningHead, couple: np.ndarray
) -> None:
    left, right = before_two.people
    before_two.attend(right.name)
    alone = couple.copy()
    alone[:, 400:] = 127
    see(before_two, alone, range(30, 70))
    assert [person.name for person in before_two.people] == [left.name]
    with pytest.raises(SettingError, match=right.name):
        before_two.attend(right.name)
    frame = 70
    while len(before_two.people) < 2:  # the detector looks at one part of the image at a time
        assert frame < 500
        see(before_two, couple, range(frame, frame + 1))
        frame += 1
    assert before_two.people[0].name == left.name
    assert before_two.people[1].name not in (left.name, right.name)


@pytest.mark.parametrize('azimuth', [np.nan, np.inf])
def test_a_direction_that_is_not_finite_is_refused(
    before_two: ListeningHead, azimuth: float
) -> None:
    with pytest.raises(DataError, match='direction of a sound must be finite'):
        before_two.hear_from(azimuth)


def test_a_direction_that_is_none_is_refused(before_two: ListeningHead) -> None:
    before_two.hear_from(-180)
    with pytest.raises(DataError, match='between -180 and 180 degrees, got 720'):
        before_two.hear_from(720)
    with pytest.raises(SettingError, match="azimuth must be a number of degrees, not 'left'"):
        before_two.hear_from('left')  # type: ignore[arg-type]


# Real people who take turns.


def loaded(path: Path) -> tuple[list[np.ndarray], np.ndarray]:
    """The first four seconds of a clip: images at 25 fps, and the sound at 16 kHz."""
    from vico_listener.media.clip import audio_chunks

    images = [cv2.resize(item.image, (320, 320)) for item in camera_frames(path)]
    chunks = list(audio_chunks(path))
    sound = np.concatenate([chunk.samples.mean(axis=1) for chunk in chunks])
    rate = chunks[0].sample_rate
    at = np.arange(int(len(sound) / rate * 16000)) * rate / 16000
    return images[:100], np.interp(at, np.arange(len(sound)), sound)


@pytest.mark.clips
def test_real_people_side_by_side_take_turns(clips: Path) -> None:
    (left, heard_left), (right, heard_right) = (
        loaded(clips / name) for name in ('speaker_3.mp4', 'speaker_4.mp4')
    )
    turn = 100
    attended = []
    with ListeningHead(listener='rules', seed=1, audio=AudioFormat(16000, 1)) as head:
        for frame in range(3 * turn):
            second = frame // turn == 1  # who waits is held in the image
            place = frame % turn
            pair = (left[-1 if frame < 2 * turn else place], right[place])
            pair = pair if second else (left[place], right[0 if frame < turn else -1])
            sound = (heard_right if second else heard_left)[place * 640 : (place + 1) * 640]
            stamp = round(frame * SECOND / RATE)
            head.see(np.hstack(pair), stamp)
            head.hear(sound.astype(np.int16)[:, None], stamp)
            box = head.people[0].box
            attended.append((box[0] + box[2] > 1) == second)
    late = [attended[begin + RATE : begin + turn] for begin in (turn, 2 * turn)]
    assert np.mean(late) >= 0.9
