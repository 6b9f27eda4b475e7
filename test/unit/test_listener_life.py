"""What makes the rule-based listener live: each part does what it promises, over many seeds."""

from dataclasses import replace

import numpy as np
import pytest
from listening import Listening
from made_faces import face_with
from scipy.signal import find_peaks
from synthetic_speaker import silence
from synthetic_speaker import speaker_frame
from synthetic_speaker import synthetic_speech

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener import create_listener
from vico_listener.listener.bearing import Bearing
from vico_listener.listener.body import Behaviour
from vico_listener.listener.chance import Chance
from vico_listener.listener.cues import Phrase
from vico_listener.listener.episodes import Episodes
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import LAUGH
from vico_listener.listener.expression import MOST_FROWN
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import SLACK_FROWN
from vico_listener.listener.expression import SMILE
from vico_listener.listener.expression import open_browed
from vico_listener.listener.expression import softened
from vico_listener.listener.face_cues import SMILE_SECONDS
from vico_listener.listener.face_cues import FaceCues
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.gestures import Kind
from vico_listener.listener.nod_families import AT_ENDS
from vico_listener.listener.nod_families import FEEDBACK
from vico_listener.listener.nod_families import IN_SPEECH
from vico_listener.listener.nod_families import make_nod
from vico_listener.listener.personality import Personality
from vico_listener.listener.smile_episodes import SmileEpisodes
from vico_listener.listener.style import STYLES
from vico_listener.listener.style import Style
from vico_listener.listener.traits import AVERAGE
from vico_listener.listener.traits import Traits
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

USUAL = Phrase(2.0, 0.0, 0.0, 0.0, 0.0)
PERSON = Personality()
POSITIVE, NEUTRAL, NEGATIVE = (STYLES[attitude] for attitude in Attitude)
SMILES = [ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]
SPEECH = synthetic_speech(3, 30.0)
EVENT = 15.0
"""When the speaker's face changes, s."""


def nods(weights: tuple[float, ...], style: object = POSITIVE, count: int = 600) -> list:
    chance = Chance(1)
    return [make_nod(USUAL, style, PERSON, chance, weights, 0.0) for _ in range(count)]  # type: ignore[arg-type]


def test_feedback_nods_are_small_and_slow() -> None:
    """0.52 / 1.16 / 3.3 s long (736 of them), 0.4 times as large and half as fast as others."""
    feedback = nods((1, 0, 0, 0, 0))
    affirmations = nods((0, 1, 0, 0, 0))
    lengths = [n.cycles / n.frequency for n in feedback]
    low, middle, high = np.quantile(lengths, [0.1, 0.5, 0.9])
    assert 0.45 < low < 0.9
    assert 0.9 < middle < 1.7
    assert 2.0 < high < 3.6
    size, other = (np.median([n.size for n in found]) for found in (feedback, affirmations))
    assert size / other == pytest.approx(0.4, abs=0.06)
    pace, quick = (np.median([n.frequency for n in found]) for found in (feedback, affirmations))
    assert 0.5 < pace / quick < 0.75


def test_nods_in_speech_are_smaller_than_at_phrase_ends() -> None:
    at_ends, in_speech = (np.median([n.size for n in nods(w)]) for w in (AT_ENDS, IN_SPEECH))
    assert in_speech < 0.8 * at_ends
    assert len({(n.cycles, n.upswing) for n in nods(AT_ENDS)}) >= 8


def test_loud_bright_phrases_get_larger_nods() -> None:
    chance = Chance(2)
    loud = replace(USUAL, loudness=1.5, brightness=1.5)
    emphatic = [make_nod(loud, POSITIVE, PERSON, chance, AT_ENDS, 0.0).size for _ in range(400)]
    assert np.median(emphatic) > 1.3 * np.median([n.size for n in nods(AT_ENDS, count=400)])


def test_family_without_weight_never_comes() -> None:
    assert {n.upswing for n in nods((0, 0, 1, 0, 0), count=50)} == {0.85}
    assert all(n.upswing in (0.0, FEEDBACK.upswing) for n in nods((1, 0, 0, 0, 0), count=50))


def smiles_after(
    event: Seen, meanwhile: Seen, joy: float = 1.0, seconds: float = 8.0
) -> list[np.ndarray]:
    """The smile channel (T,) from an event on, of many seeds; the greeting is over by then."""
    shown = []
    for seed in range(40):
        smiles = SmileEpisodes(Chance(seed), Chance(seed, 1))
        for _ in range(12 * MODEL_RATE):
            smiles.step(Seen(present=True), False, 1.0, POSITIVE, PERSON)
        answer = [smiles.step(event, False, joy, POSITIVE, PERSON)[SMILE]]
        for tick in range(round(seconds * MODEL_RATE)):
            now = meanwhile if tick < 2 * MODEL_RATE else Seen(present=True)
            answer.append(smiles.step(now, False, joy, POSITIVE, PERSON)[SMILE])
        shown.append(np.array(answer))
    return shown


def test_a_smile_is_answered_within_a_second_held_and_let_go() -> None:
    smile = Seen(present=True, smiled=True, smile=0.6)
    answers = smiles_after(smile, Seen(present=True, smile=0.6))
    given = [a for a in answers if a.max() > 0.2]
    assert len(given) / len(answers) == pytest.approx(POSITIVE.smile_answers, abs=0.15)
    starts = [SMILE_SECONDS + np.argmax(a > 0.05 * a.max()) / MODEL_RATE for a in given]
    assert min(starts) >= 0.2
    assert max(starts) < 1.2
    rises = [(np.argmax(a > 0.9 * a.max()) - np.argmax(a > 0.05 * a.max())) / 30 for a in given]
    assert np.quantile(rises, 0.1) > 0.4
    assert np.quantile(rises, 0.9) < 2.0
    held = [(a > 0.8 * a.max()).sum() / MODEL_RATE for a in given]
    assert np.quantile(held, 0.1) > 0.5
    assert max(held) < 6.0
    assert np.mean([a[-1] < 0.3 * a.max() for a in given]) > 0.8


def test_a_laugh_is_shared() -> None:
    laugh = Seen(present=True, smiled=True, laughed=True, laughing=True, smile=0.9)
    answers = smiles_after(laugh, Seen(present=True, laughing=True, smile=0.9))
    assert all(a.max() > 0.5 for a in answers)
    assert np.median([np.argmax(a > 0.1) for a in answers]) / MODEL_RATE < 0.8


def bearing(style: object, joy: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """What face (T, channels) and head (T, 4) show of a bearing, of several seeds, once begun."""
    faces, heads = [], []
    for seed in range(6):
        shown = Bearing(Chance(seed))
        steps = [shown.step(joy, style) for _ in range(20 * MODEL_RATE)]  # type: ignore[arg-type]
        faces += [face for face, _ in steps[2 * MODEL_RATE :]]
        heads += [head for _, head in steps[2 * MODEL_RATE :]]
    return np.array(faces), np.array(heads)


def test_attitude_shows_between_answers_and_is_no_mask() -> None:
    friendly, near = bearing(POSITIVE)
    stern, far = bearing(NEGATIVE)
    assert not any(shown.any() for shown in bearing(NEUTRAL))
    assert np.quantile(near[:, 3], 0.05) > 0.005 > -0.005 > np.quantile(far[:, 3], 0.95)
    assert np.quantile(friendly[:, [SMILE, BROW_UP]].sum(axis=1), 0.05) > 0.08
    assert np.quantile(stern[:, BROW_DOWN], 0.05) > 0.05
    assert not friendly[:, BROW_DOWN].any()
    assert friendly[:, BROW_UP].std() > 0.05
    assert near[:, 0].min() < -0.02 < 0.02 < near[:, 0].max()
    assert not bearing(POSITIVE, joy=0.0)[0].any()


def test_a_head_is_tilted_to_one_side_for_long() -> None:
    """Real heads spread by 1.5 deg in clips of some ten seconds, although they tilt by more."""
    for seed in range(6):
        shown = Bearing(Chance(seed))
        roll = np.degrees([shown.step(1.0, POSITIVE)[1][0] for _ in range(120 * MODEL_RATE)])
        sides = np.sign(roll[np.abs(roll) > 0.5])
        assert np.count_nonzero(np.diff(sides)) <= 8
        assert np.abs(roll).mean() > 1.5


def test_what_a_person_looks_like_at_rest_is_seen_in_any_attitude() -> None:
    own = Traits(tilt=0.05, turn=-0.04, smile=0.2, brows=0.2, lips=-0.2)

    def mean(traits: Traits, style: Style) -> tuple[np.ndarray, np.ndarray]:
        shown = Bearing(Chance(1), traits)
        steps = [shown.step(1.0, style) for _ in range(20 * MODEL_RATE)]
        return np.mean([face for face, _ in steps], axis=0), np.mean([p for _, p in steps], axis=0)

    smiles = []
    for style in (POSITIVE, NEUTRAL, NEGATIVE):
        face, pose = mean(own, style)
        usual, level = mean(AVERAGE, style)
        assert pose[2] - level[2] < -0.01
        assert face[BROW_UP] - usual[BROW_UP] > 0.05
        assert face[PRESS] - usual[PRESS] > 0.05
        smiles.append(face[SMILE] - usual[SMILE])
    assert smiles[0] > 2.0 * smiles[1] > smiles[2] == 0.0


def test_mouth_corners_never_get_so_low_that_lips_bend() -> None:
    corners = [ARKIT_INDEX['mouthFrownLeft'], ARKIT_INDEX['mouthFrownRight']]
    told = np.linspace(-0.3, 2.0, 200)
    shown = np.array([softened(np.full(52, value)) for value in told])
    np.testing.assert_array_equal(
        np.delete(shown, corners, 1), np.delete(told[:, None] + np.zeros(52), corners, 1)
    )
    lowered = shown[:, corners]
    assert lowered.max() <= MOST_FROWN
    assert (np.diff(lowered, axis=0) >= 0.0).all()
    np.testing.assert_array_equal(
        lowered[told <= SLACK_FROWN], told[told <= SLACK_FROWN, None] + np.zeros(2)
    )


def test_no_smile_where_none_is_in_place() -> None:
    smile = Seen(present=True, smiled=True, smile=0.6)
    assert max(a[30:].max() for a in smiles_after(smile, smile, joy=0.0)) < 0.05


def frames_with(face: FaceMotion | None, start: float = EVENT) -> list[SpeakerFrame]:
    """A talk with a neutral face that turns into `face` for 4 s; None: nobody there any more."""
    rest, made = face_with(), []
    for tick in range(len(SPEECH)):
        during = start <= tick / MODEL_RATE < start + 4.0
        made.append(speaker_frame(SPEECH, tick, face if during else rest))
    return made


def shown(
    frames: list[SpeakerFrame], attitude: Attitude, seeds: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """(seeds, T, 3) deg and (seeds, T, 52) of the listener without the idle layer."""
    turns, faces = [], []
    for seed in range(seeds):
        listener = Listening(create_listener('rules', seed=seed))
        listener.reset(FaceMotion.neutral(), attitude)
        motion = [listener.step(frame) for frame in frames]
        turns.append(np.degrees([m.rotation for m in motion]))
        faces.append(np.array([m.expression for m in motion]))
    return np.array(turns), np.array(faces)


@pytest.fixture(scope='module')
def plain() -> dict[Attitude, tuple[np.ndarray, np.ndarray]]:
    """What the listener does while the speaker's face does not change."""
    return {attitude: shown(frames_with(face_with()), attitude) for attitude in Attitude}


LATER = slice(round((EVENT + 1.2) * MODEL_RATE), round((EVENT + 2.0) * MODEL_RATE))
TEARS = face_with(browInnerUp=0.7, mouthFrown=0.6)


def test_an_unhappy_speaker_is_met_with_concern_or_sternness(plain: dict) -> None:
    change = {}
    for attitude in (Attitude.POSITIVE, Attitude.NEGATIVE):
        turns, faces = shown(frames_with(TEARS), attitude)
        change[attitude] = (faces - plain[attitude][1])[:, LATER].mean(axis=(0, 1))
        tilt = np.abs(turns - plain[attitude][0])[:, LATER, 0].mean()
        assert tilt > 1.0 if attitude is Attitude.POSITIVE else tilt < 0.5
    worried, stern = change[Attitude.POSITIVE], change[Attitude.NEGATIVE]
    assert worried[ARKIT_INDEX['browInnerUp']] > 0.3
    assert worried[SMILES].mean() < -0.1
    assert stern[ARKIT_INDEX['browDownLeft']] > 0.15
    assert stern[ARKIT_INDEX['browInnerUp']] < 0.05


def test_surprise_raises_the_brows(plain: dict) -> None:
    wide = face_with(browInnerUp=0.7, browOuterUp=0.8, eyeWide=0.5)
    soon = slice(round((EVENT + 0.2) * MODEL_RATE), round((EVENT + 1.0) * MODEL_RATE))
    for attitude in (Attitude.POSITIVE, Attitude.NEUTRAL):
        _, faces = shown(frames_with(wide), attitude)
        change = (faces - plain[attitude][1])[:, soon].mean(axis=(0, 1))
        assert change[ARKIT_INDEX['browOuterUpLeft']] > 0.1


def test_a_question_raises_the_brows_and_a_statement_does_not() -> None:
    """The same words whose pitch, at the end of each phrase, rises or falls by six semitones."""
    starts = np.flatnonzero(np.diff(SPEECH.speaking.astype(int), prepend=0) > 0)
    ends = np.flatnonzero(np.diff(SPEECH.speaking.astype(int)) < 0) + 1
    faces = {}
    for name, sign in (('question', 1), ('statement', -1)):
        pitch = np.where(SPEECH.speaking, 120.0, 0.0)
        for start, end in zip(starts, ends, strict=False):
            last = slice(max(end - 10, start), end)
            steps = np.arange(last.stop - last.start) / 9
            pitch[last] = 120 * 2 ** (sign * 6 / 12 * steps)
        frames = [replace(f, pitch=float(p)) for f, p in zip(frames_with(None), pitch, strict=True)]
        faces[name] = shown(frames, Attitude.NEUTRAL)[1][..., ARKIT_INDEX['browOuterUpLeft']]
    after = np.zeros(len(SPEECH), bool)
    for start, end in zip(starts, ends, strict=False):
        if end - start > MODEL_RATE:
            after[end + 10 : end + 30] = True
    assert faces['question'][:, after].mean() > faces['statement'][:, after].mean() + 0.05


@pytest.mark.parametrize(('axis', 'turn', 'sign'), [(0, 15.0, -1), (2, 25.0, -1)])
def test_tilt_and_turn_are_mirrored_in_part(plain: dict, axis: int, turn: float, sign: int) -> None:
    """3 to 5 of 15 deg, within 1.5 s."""
    rotation = np.zeros(3)
    rotation[axis] = np.radians(turn)
    turns, _ = shown(frames_with(face_with(rotation=rotation)), Attitude.POSITIVE)
    moved = sign * (turns - plain[Attitude.POSITIVE][0])[:, LATER, axis].mean()
    assert 3.0 < moved < 5.5


def test_when_somebody_leaves_the_smile_ends_and_the_eyes_look_around() -> None:
    quiet = silence(14.0)
    smiling = face_with(mouthSmile=0.6)
    frames = [
        speaker_frame(quiet, tick, smiling if tick < 4 * MODEL_RATE else None)
        for tick in range(len(quiet))
    ]
    _, faces = shown(frames, Attitude.POSITIVE)
    smile = faces[:, :, SMILES].mean(axis=2)
    assert smile[:, 3 * MODEL_RATE].mean() > 0.3
    assert smile[:, 10 * MODEL_RATE :].mean() < 0.1
    aside = faces[:, :, [ARKIT_INDEX['eyeLookOutLeft'], ARKIT_INDEX['eyeLookInLeft']]].max(axis=2)
    assert (aside[:, 6 * MODEL_RATE :].max(axis=1) > 0.2).all()
    assert (aside[:, : 4 * MODEL_RATE].max(axis=1) < 0.2).all()


def test_a_nod_is_answered_by_a_nod_and_so_is_no_steady_head() -> None:
    answered = dict.fromkeys(('nods', 'still'), 0)
    quiet = silence(6.0)
    for name, depth in (('nods', 0.14), ('still', 0.0)):
        for seed in range(10):
            listener = Listening(create_listener('rules', seed=seed))
            listener.reset(FaceMotion.neutral(), Attitude.POSITIVE)
            for tick in range(len(quiet)):
                time = tick / MODEL_RATE - 3.0
                pitch = depth * max(np.sin(2 * np.pi * 1.5 * time), 0.0) if 0 < time < 0.6 else 0.0
                face = face_with(rotation=np.array([0.0, pitch, 0.0]))
                listener.step(speaker_frame(quiet, tick, face))
                did = listener.listener.last.gestures  # type: ignore[attr-defined]
                answered[name] += any(gesture.kind == Kind.NOD for gesture in did)
    assert answered['still'] == 0
    assert answered['nods'] >= 10


def test_faces_are_compared_with_the_usual_face_of_the_speaker() -> None:
    """Brows that are always low are no anger, and a smile that never ends begins once."""
    cues = FaceCues()
    gloomy = face_with(browDown=0.6, mouthFrown=0.3, mouthSmile=0.5)
    quiet = silence(90.0)
    seen = [cues.update(speaker_frame(quiet, tick, gloomy)) for tick in range(len(quiet))]
    assert sum(s.smiled for s in seen) <= 1
    assert seen[-1].unhappy < 0.05
    assert seen[0].present
    assert not seen[0].returned


@pytest.mark.parametrize(('seconds', 'smiles'), [(0.1, 0), (0.45, 0), (1.4, 1), (4.0, 1)])
def test_lips_that_a_syllable_spreads_are_no_smile(seconds: float, smiles: int) -> None:
    """The longest syllable of four sober speakers, and the smile of a fifth."""
    cues, quiet = FaceCues(), silence(10.0)
    rest, spread = face_with(), face_with(mouthSmile=0.5)
    seen = [
        cues.update(
            speaker_frame(quiet, tick, spread if 5.0 <= tick / MODEL_RATE < 5.0 + seconds else rest)
        )
        for tick in range(len(quiet))
    ]
    assert sum(s.smiled for s in seen) == smiles


@pytest.mark.parametrize(('smile', 'jaw', 'laughs'), [(0.9, 0.8, 1), (0.9, 0.3, 0), (0.4, 0.8, 0)])
def test_a_mouth_that_opens_five_times_a_second_under_a_broad_smile_laughs(
    smile: float, jaw: float, laughs: int
) -> None:
    """Who only smiles, or only speaks, does not."""
    cues, quiet, seen = FaceCues(), silence(8.0), []
    for tick in range(len(quiet)):
        time = tick / MODEL_RATE - 4.0
        face = face_with()
        if 0.0 <= time < 2.0:
            note = max(np.sin(2 * np.pi * 5.0 * time), 0.0)
            face = face_with(mouthSmile=smile, jawOpen=jaw * note)
        seen.append(cues.update(speaker_frame(quiet, tick, face)))
    found = [tick for tick, s in enumerate(seen) if s.laughed]
    assert len(found) == laughs
    if found:
        assert found[0] < 4.6 * MODEL_RATE
        assert sum(s.laughing for s in seen) > 1.4 * MODEL_RATE
        assert not seen[-1].laughing


def test_a_laugh_has_a_rhythm_and_a_smile_has_none() -> None:
    """Notes of 0.17 to 0.26 s, in bouts with breaths between them; the head goes with them."""
    for seed in range(4):
        smiles = SmileEpisodes(Chance(seed), Chance(seed, 1))
        mouth, bounce = [], []
        for tick in range(20 * MODEL_RATE):
            laughs = 200 <= tick < 500
            laugh = Seen(True, smile=0.9, smiled=tick == 200, laughed=tick == 200, laughing=laughs)
            mouth.append(smiles.step(laugh, False, 1.0, POSITIVE, PERSON)[LAUGH])
            bounce.append(smiles.bounce)
        opened, head = np.array(mouth), np.degrees(bounce)
        assert not opened[:200].any()
        assert not head[:200].any()
        assert opened[-30:].max() < 0.01
        peaks, _ = find_peaks(opened, prominence=0.1)
        between = np.diff(peaks) / MODEL_RATE
        notes = between[between < 0.3]
        assert len(notes) >= 6
        assert 0.16 < np.median(notes) < 0.27
        assert -1.0 < head.min() < -0.3
        assert head.max() <= 0.0
        assert np.abs(np.diff(head)).max() * MODEL_RATE < 20.0


def test_a_laugh_is_shared_although_a_smile_was_about_to_begin() -> None:
    for seed in range(20):
        smiles, opened = SmileEpisodes(Chance(seed), Chance(seed, 1)), 0.0
        for tick in range(360, 460):
            laugh = Seen(True, smiled=tick == 360, laughed=tick == 362, laughing=tick >= 362)
            opened = max(opened, smiles.step(laugh, False, 1.0, POSITIVE, PERSON)[LAUGH])
        assert opened > 0.4


def test_brows_stay_open_under_a_broad_smile() -> None:
    drawn = np.full(52, 0.3)
    brows = [ARKIT_INDEX['browDownLeft'], ARKIT_INDEX['browDownRight']]
    for smile, share in ((0.0, 1.0), (0.35, 1.0), (0.55, 0.6), (0.75, 0.2), (1.0, 0.2)):
        change = open_browed(drawn, smile)
        np.testing.assert_allclose(change[brows], 0.3 * share)
        np.testing.assert_array_equal(np.delete(change, brows), np.delete(drawn, brows))


def test_a_smile_fills_what_is_left_above_the_calm_face() -> None:
    """A portrait that smiles reaches no plateau: it never smiles as broadly as can be drawn."""
    episodes = Episodes(0, PERSON)
    base = Behaviour([0.0] * 3, [0.0] * 3, 0.1 * FACE_CHANNELS[SMILE])
    for calm in (0.0, 0.2):
        episodes.reset()
        smile = 0.0
        for _ in range(3 * MODEL_RATE):
            change = episodes.joined(base, POSITIVE, 0.0, calm).change
            smile = max(smile, calm + change[SMILES].mean())
        assert 0.3 + calm < smile < 0.9


def test_who_comes_back_is_noticed() -> None:
    cues, quiet, face = FaceCues(), silence(5.0), face_with()
    there = [tick < 30 or tick >= 100 for tick in range(len(quiet))]
    seen = [
        cues.update(speaker_frame(quiet, tick, face if there[tick] else None))
        for tick in range(len(quiet))
    ]
    assert [tick for tick, s in enumerate(seen) if s.returned] == [100]
    assert seen[99].absent == pytest.approx(70 / MODEL_RATE)
    assert FaceCues().update(speaker_frame(quiet, 0)).absent == 0.0


def test_chance_is_reproducible_and_has_the_given_form() -> None:
    chance = Chance(7)
    first = [chance.around(2.0, 0.5, 0.5, 6.0) for _ in range(2000)]
    assert np.median(first) == pytest.approx(2.0, rel=0.05)
    assert np.log(first).std() == pytest.approx(0.5, rel=0.08)
    counts = np.bincount([chance.choice((1.0, 0.0, 3.0)) for _ in range(2000)], minlength=3) / 2000
    np.testing.assert_allclose(counts, [0.25, 0.0, 0.75], atol=0.03)
    chance.reset()
    assert [chance.around(2.0, 0.5, 0.5, 6.0) for _ in range(2000)] == first
