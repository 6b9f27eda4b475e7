"""Finer attitudes look as the paper says and belong to one of the three, which stay as they are."""

import numpy as np
import pytest
from synthetic_speaker import silence
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.choices import ATTITUDE_NAMES
from vico_listener.choices import AnyAttitude
from vico_listener.choices import Attitude
from vico_listener.choices import FinerAttitude
from vico_listener.choices import parse_attitude
from vico_listener.errors import SettingError
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.finer_attitudes import POINTS
from vico_listener.listener.finer_attitudes import with_manner
from vico_listener.listener.mood import MoodFade
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion

SHOWN = ('browInnerUp', 'browDownLeft', 'mouthSmileLeft', 'mouthFrownLeft')


def settled(attitude: AnyAttitude, listener: str = 'rules', **options: float) -> dict[str, float]:
    """What a listener shows after two seconds in which nobody speaks."""
    agent = ListeningAgent.create(
        listener, FaceMotion.neutral(), seed=1, idle=False, attitude=attitude, **options
    )
    for frame in speaker_frames(silence(2.0)):
        answer = agent.step(frame)
    assert answer is not None and answer.attitude is POINTS[attitude].attitude
    shown = {name: float(answer.face.expression[ARKIT_INDEX[name]]) for name in SHOWN}
    tilt, lean = answer.face.rotation[0], answer.face.translation[0]
    return shown | {'tilt': float(np.degrees(tilt)), 'lean': float(lean)}


@pytest.mark.parametrize('listener', ['rules', 'lstm'])
def test_disbelief_tilts_and_frowns_and_interest_smiles_with_raised_brows(listener):
    neutral = settled(Attitude.NEUTRAL, listener)
    doubt = settled(FinerAttitude.DISBELIEVE, listener)
    assert doubt['tilt'] > neutral['tilt'] + 4.0
    assert doubt['browDownLeft'] > neutral['browDownLeft'] + 0.25
    interest = settled(FinerAttitude.INTERESTED, listener)
    assert interest['mouthSmileLeft'] > neutral['mouthSmileLeft'] + 0.1
    assert interest['browInnerUp'] > neutral['browInnerUp'] + 0.25
    assert interest['lean'] > neutral['lean'] + 0.01


def test_likes_and_dislikes_go_beyond_the_three():
    glad, cross = settled(Attitude.POSITIVE), settled(Attitude.NEGATIVE)
    assert settled(FinerAttitude.LIKE)['mouthSmileLeft'] > glad['mouthSmileLeft'] + 0.1
    assert settled(FinerAttitude.DISLIKE)['mouthFrownLeft'] > cross['mouthFrownLeft'] + 0.1


def test_intensity_scales_them():
    whole, half = (settled(FinerAttitude.DISBELIEVE, intensity=i)['tilt'] for i in (1.0, 0.5))
    assert half == pytest.approx(whole / 2, rel=0.1)


def test_who_agrees_nods_more_and_who_is_not_interested_hardly_at_all():
    frames = speaker_frames(synthetic_speech(3, 40.0))
    nods = []
    for attitude in (FinerAttitude.AGREE, Attitude.POSITIVE, FinerAttitude.NOT_INTERESTED):
        agent = ListeningAgent.create(
            'rules', FaceMotion.neutral(), seed=1, idle=False, attitude=attitude
        )
        events = [event for frame in frames if agent.step(frame) for event in agent.events]
        nods.append(sum(event.kind == 'nod' for event in events))
    agreed, liked, bored = nods
    assert agreed > liked > 2 * bored


def test_they_fade_like_the_three_and_leave_nothing():
    """All the way from one into another within 1.5 s, and no jump of more than a twelfth."""
    mood = MoodFade(Attitude.NEUTRAL, fade_in=False)
    plain = mood.step()
    assert not any(plain.manner) and plain.gesture_rate == plain.mimicry == 1.0
    mood.attitude = FinerAttitude.DISBELIEVE
    way = np.array([mood.step().manner for _ in range(45)])
    goal = np.array(POINTS[FinerAttitude.DISBELIEVE].manner)
    np.testing.assert_allclose(way[-1], goal, atol=0.01)
    steps = np.abs(np.diff(way, axis=0)).max(axis=0)
    assert (steps <= np.abs(goal) / 12).all()
    mood.attitude = Attitude.NEUTRAL
    back = [mood.step() for _ in range(60)][-1]
    assert back.attitude is Attitude.NEUTRAL and np.abs(back.manner).max() < 1e-3


def test_points_mix_the_three():
    for point in POINTS.values():
        assert sum(point.shares) == pytest.approx(1.0) and min(point.shares) >= 0.0
    assert set(POINTS) == {*Attitude, *FinerAttitude}
    for one in Attitude:
        assert not any(POINTS[one].manner) and POINTS[one].attitude is one


def test_where_components_have_no_names_the_face_stays_as_it_is():
    face = FaceMotion.neutral(BFM64)
    assert with_manner(face, tuple(POINTS[FinerAttitude.LIKE].manner), 1.0) is face


def test_names():
    assert parse_attitude(' Interested') is FinerAttitude.INTERESTED
    assert parse_attitude('negative') is Attitude.NEGATIVE
    assert len(ATTITUDE_NAMES) == 9
    with pytest.raises(SettingError, match="unknown attitude 'bored': choose one of positive"):
        parse_attitude('bored')
