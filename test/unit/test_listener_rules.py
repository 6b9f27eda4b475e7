"""How the rule-based listener behaves: answers to the voice, attitudes, portraits."""

from itertools import pairwise

import numpy as np
import pytest
from listening import Listening
from made_faces import face_with
from synthetic_speaker import silence
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.evaluation.answer_criteria import answers
from vico_listener.lab.evaluation.events import phrase_ends
from vico_listener.lab.evaluation.liveliness import constant_share
from vico_listener.lab.evaluation.nods import find_nods
from vico_listener.lab.evaluation.nods import find_shakes
from vico_listener.listener import create_listener
from vico_listener.listener.gestures import SETTLE
from vico_listener.listener.gestures import Kind
from vico_listener.listener.personality import DRAWN
from vico_listener.listener.personality import Personality
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

SECONDS = 60.0
DYADS = 3
SPEECH = [synthetic_speech(seed, SECONDS) for seed in range(DYADS)]
FRAMES = [speaker_frames(speech, seed=seed) for seed, speech in enumerate(SPEECH)]
SMILES = [ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]
STERN = [
    ARKIT_INDEX[name + side] for name in ('browDown', 'mouthFrown') for side in ('Left', 'Right')
]


def listen(
    frames: list[SpeakerFrame],
    attitude: Attitude,
    reference: FaceMotion | None = None,
    personality: Personality | None = None,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """(T, 3) degrees and (T, 52) of the listener without the idle layer."""
    listener = Listening(create_listener('rules', personality=personality, seed=seed))
    listener.reset(reference or FaceMotion.neutral(), attitude)
    motion = [listener.step(frame) for frame in frames]
    angles = np.degrees([m.rotation for m in motion]).astype(float)
    return angles, np.array([m.expression for m in motion])


@pytest.fixture(scope='module')
def pool() -> dict[Attitude, list[tuple[np.ndarray, np.ndarray]]]:
    """What the default listener does in each attitude to the same speakers."""
    return {attitude: [listen(frames, attitude) for frames in FRAMES] for attitude in Attitude}


def rate(pool: dict, attitude: Attitude, detector: object) -> float:
    """Gestures per minute of talk."""
    found = sum(len(detector(angles)) for angles, _ in pool[attitude])  # type: ignore[operator]
    return found / (sum(speech.speaking.sum() for speech in SPEECH) / MODEL_RATE / 60)


def test_attitudes_nod_in_order(pool: dict) -> None:
    positive, neutral, negative = (rate(pool, attitude, find_nods) for attitude in Attitude)
    assert 6 <= positive <= 25
    assert 4 <= neutral <= positive
    assert negative <= min(neutral - 2, 8)


def test_only_the_negative_listener_shakes_its_head(pool: dict) -> None:
    positive, neutral, negative = (rate(pool, attitude, find_shakes) for attitude in Attitude)
    assert positive == neutral == 0
    assert 1 <= negative <= 8


def test_nods_have_human_form(pool: dict) -> None:
    nods = [nod for angles, _ in pool[Attitude.POSITIVE] for nod in find_nods(angles)]
    assert 3 <= np.median([nod.amplitude for nod in nods]) <= 7
    assert 1.4 <= np.median([nod.frequency for nod in nods]) <= 3.2
    cycles = np.array([nod.cycles for nod in nods])
    assert 0.15 <= (cycles == 1).mean() <= 0.65
    assert cycles.max() <= 5
    assert len({round(nod.amplitude, 1) for nod in nods}) > len(nods) / 3


def hits(angles: np.ndarray, frames: list[SpeakerFrame]) -> tuple[int, float, int]:
    """Answered phrase ends, those by chance, and all."""
    speaking = np.array([frame.speaking for frame in frames])
    onsets = np.array([nod.start for nod in find_nods(angles)])
    result = answers(phrase_ends(speaking), onsets, SECONDS)
    return result.hits, result.chance_hits, result.ends


@pytest.mark.parametrize('attitude', [Attitude.POSITIVE, Attitude.NEUTRAL])
def test_nods_answer_phrase_ends_and_not_those_of_another_speaker(
    pool: dict, attitude: Attitude
) -> None:
    own = np.sum([hits(a, f) for (a, _), f in zip(pool[attitude], FRAMES, strict=True)], axis=0)
    swapped = np.sum(
        [
            hits(pool[attitude][i][0], FRAMES[j])
            for i in range(DYADS)
            for j in range(DYADS)
            if i != j
        ],
        axis=0,
    )
    assert 0.15 <= own[0] / own[2] <= 0.75
    assert own[0] / own[1] >= 1.3
    assert 0.7 <= swapped[0] / swapped[1] <= 1.2


@pytest.mark.parametrize('attitude', list(Attitude))
def test_no_nod_and_no_shake_without_voice(attitude: Attitude) -> None:
    angles, _ = listen(speaker_frames(silence(30.0)), attitude)
    assert find_nods(angles) == []
    assert find_shakes(angles) == []


def test_smiles_and_frowns_by_attitude(pool: dict) -> None:
    smile = {a: np.mean([e[:, SMILES].mean() for _, e in pool[a]]) for a in Attitude}
    stern = {a: np.mean([e[:, STERN].mean() for _, e in pool[a]]) for a in Attitude}
    assert 0.35 <= smile[Attitude.POSITIVE] <= 0.85
    assert 0.02 <= smile[Attitude.NEUTRAL] <= 0.35
    assert smile[Attitude.NEGATIVE] <= 0.12
    assert 0.1 <= stern[Attitude.NEGATIVE] <= 0.4
    assert max(stern[Attitude.POSITIVE], stern[Attitude.NEUTRAL]) < 0.06


@pytest.mark.parametrize('portrait_smile', [0.0, 0.3, 0.9])
def test_expression_is_relative_to_the_portrait(portrait_smile: float) -> None:
    reference = face_with(mouthSmile=portrait_smile, jawOpen=0.3, browDownLeft=0.2)
    faces = {a: listen(FRAMES[0][:600], a, reference)[1] for a in Attitude}
    smile = {a: e[60:, SMILES].mean() for a, e in faces.items()}
    assert smile[Attitude.POSITIVE] >= min(portrait_smile + 0.15, 0.4)
    assert smile[Attitude.POSITIVE] <= 0.85
    assert 0.02 <= smile[Attitude.NEUTRAL] <= 0.35
    assert smile[Attitude.NEGATIVE] <= 0.12
    assert all(e[60:, ARKIT_INDEX['jawOpen']].max() < 0.08 for e in faces.values())
    brow = {a: e[60:, ARKIT_INDEX['browDownLeft']].mean() - 0.2 for a, e in faces.items()}
    assert abs(brow[Attitude.NEUTRAL]) < 0.1 < brow[Attitude.NEGATIVE] < 0.4


def test_eyes_stay_on_the_speaker_while_nodding(pool: dict) -> None:
    angles, expression = pool[Attitude.POSITIVE][0]
    up = expression[:, ARKIT_INDEX['eyeLookUpLeft']] - expression[:, ARKIT_INDEX['eyeLookDownLeft']]
    np.testing.assert_allclose(30.0 * up, angles[:, 1], atol=1e-3)


def test_speakers_smile_is_returned_unless_negative() -> None:
    frames = speaker_frames(silence(9.0))
    smiles = {}
    for attitude in Attitude:
        _, expression = listen(frames, attitude)
        smiles[attitude] = np.ptp(expression[45:, SMILES[0]])
    assert smiles[Attitude.POSITIVE] > smiles[Attitude.NEUTRAL] > 0.03
    assert smiles[Attitude.NEGATIVE] < 0.01


def test_personality_changes_behaviour_within_limits(pool: dict) -> None:
    lively = Personality(responsiveness=1.6, amplitude=1.5)
    angles, _ = listen(FRAMES[0], Attitude.POSITIVE, personality=lively)
    calm, _ = listen(FRAMES[0], Attitude.POSITIVE, personality=Personality(responsiveness=0.4))
    default, _ = pool[Attitude.POSITIVE][0]
    counts = [len(find_nods(a)) for a in (calm, default, angles)]
    assert counts[0] < counts[1] <= counts[2]
    assert np.median([n.amplitude for n in find_nods(angles)]) > 1.2 * np.median(
        [n.amplitude for n in find_nods(default)]
    )


def test_nods_are_as_various_as_real_ones(pool: dict) -> None:
    """2.2 / 3.4 / 10.2 deg, 1.25 / 2.25 / 2.8 Hz, 50 to 76 % begin downward, and they cluster."""
    nods = [find_nods(angles) for angles, _ in pool[Attitude.POSITIVE]]
    every = [nod for found in nods for nod in found]
    small, middle, large = np.quantile([nod.amplitude for nod in every], [0.1, 0.5, 0.9])
    assert 1.9 < small < 3.0 < middle < 5.0
    assert large < 12.0
    assert 2.0 <= large / small <= 8.0  # the range of `vico describe`; real people have 4.6
    slow, usual, fast = np.quantile([nod.frequency for nod in every], [0.1, 0.5, 0.9])
    assert slow < 1.6 < usual < 2.6 < fast < 3.4
    assert 0.5 <= np.mean([nod.strokes[0].size > 0 for nod in every]) <= 0.8
    pauses = [b.start - a.end for found in nods for a, b in pairwise(found)]
    assert 0.2 < np.mean(np.array(pauses) < 2.0) < 0.7


def test_shakes_never_run_together_with_nods_or_glances(pool: dict) -> None:
    overlapping = [
        (shake, nod)
        for angles, _ in pool[Attitude.NEGATIVE]
        for shake in find_shakes(angles)
        for nod in find_nods(angles)
        if nod.start < shake.end and shake.start < nod.end
    ]
    assert overlapping == []
    for frames in FRAMES:
        listener = Listening(create_listener('rules', seed=1))
        listener.reset(FaceMotion.neutral(), Attitude.NEGATIVE)
        free = 0.0
        for tick, frame in enumerate(frames):
            listener.step(frame)
            for gesture in listener.listener.last.gestures:  # type: ignore[attr-defined]
                start = tick / MODEL_RATE + gesture.delay
                assert start >= free - 1.01 / MODEL_RATE  # both are rounded to ticks
                free = start + len(gesture.curve()) / MODEL_RATE
                free -= SETTLE if gesture.kind in (Kind.NOD, Kind.BEAT) else 0.0


def test_smiles_come_and_go(pool: dict) -> None:
    """The smile of six real listeners spreads by 0.19 within a clip, up to 0.44."""
    for _, expression in pool[Attitude.POSITIVE]:
        smile = expression[:, SMILES].mean(axis=1)
        assert 0.12 < smile.std() < 0.45
        assert np.quantile(smile, 0.1) < 0.35
        assert np.quantile(smile, 0.9) > 0.6
        assert constant_share(smile, 0.3, 0.1, 5.0) < 0.4
        assert np.abs(np.diff(smile)).max() * MODEL_RATE < 5.0


def test_only_the_seed_of_the_form_is_left_to_chance() -> None:
    frames = FRAMES[0][:600]
    one, same, other = (listen(frames, Attitude.POSITIVE, seed=seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one[0], same[0])
    np.testing.assert_array_equal(one[1], same[1])
    start = slice(0, 5 * MODEL_RATE)
    assert np.abs(one[1][start] - other[1][start]).max() > 0.1


def test_drawn_personalities_are_reproducible_and_differ() -> None:
    assert Personality.draw(4) == Personality.draw(4)
    assert Personality.draw(4) != Personality.draw(5)
    assert Personality.draw(4).traits != Personality.draw(5).traits
    many = [Personality.draw(seed) for seed in range(40)]
    for name, ends in DRAWN.items():
        values = [getattr(person, name) for person in many]
        assert np.ptp(values) > 0.5 * abs(ends[1] - ends[0])
    assert {np.sign(person.traits.tilt) for person in many} == {-1.0, 1.0}
    assert create_listener('rules', personality=4).personality == Personality.draw(4)  # type: ignore[attr-defined]
    assert create_listener('rules').personality == Personality()  # type: ignore[attr-defined]


def test_personality_out_of_range_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r'personality delay = 2.0 is out of range: give 0.0 to 0.6'
    ):
        Personality(delay=2.0)
    with pytest.raises(ValueError, match='tempo'):
        Personality(tempo=float('nan'))


def test_reference_of_another_basis_or_with_nan_is_refused() -> None:
    listener = create_listener('rules')
    for reference in (FaceMotion.neutral(BFM64), face_with(jawOpen=np.nan)):
        with pytest.raises(ValueError, match='must be finite and in the basis arkit52'):
            listener.reset(reference, Attitude.NEUTRAL)
