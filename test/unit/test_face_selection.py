"""Who is the speaker: lips with voice, else size, and no flipping."""

import numpy as np
import pytest

from vico_listener.face.selection import Candidate
from vico_listener.face.selection import SpeakerSelector

RATE = 25


class Scene:
    """Steps a selector through stream time; a talking mouth oscillates."""

    def __init__(self):
        self.selector = SpeakerSelector()
        self.frame = 0

    def play(self, seconds, sizes, talking=(), speaking=False, loud=()):
        """`talking` mouths move, those in `loud` half as much again."""
        chosen = []
        for _ in range(round(seconds * RATE)):
            stamp = round(self.frame * 1e9 / RATE)
            wave = 0.06 * (1 + np.sin(2 * np.pi * 4 * stamp * 1e-9))
            people = [
                Candidate(key, size, wave * (1.5 if key in loud else 1) if key in talking else 0.01)
                for key, size in sizes.items()
            ]
            chosen.append(self.selector.choose(people, stamp, speaking))
            self.frame += 1
        return chosen


def test_nobody():
    assert Scene().play(0.1, {}) == [None, None]


def test_the_largest_while_nobody_speaks():
    assert set(Scene().play(2, {1: 50, 2: 120, 3: 60})) == {2}


def test_similar_sizes_do_not_flip():
    scene = Scene()
    scene.play(1, {1: 100, 2: 90})
    assert set(scene.play(3, {1: 100, 2: 125})) == {1}


def test_a_face_that_becomes_much_larger_takes_over_after_a_while():
    scene = Scene()
    scene.play(1, {1: 100, 2: 90})
    chosen = scene.play(2, {1: 100, 2: 180})
    assert chosen[0] == 1
    assert chosen[-1] == 2
    assert chosen.index(2) >= 0.6 * RATE


def test_the_one_who_speaks_though_smaller():
    scene = Scene()
    chosen = scene.play(4, {1: 120, 2: 60}, talking={2}, speaking=True)
    assert chosen[0] == 1
    assert set(chosen[2 * RATE :]) == {2}


def test_lips_without_voice_do_not_count():
    assert set(Scene().play(4, {1: 120, 2: 60}, talking={2})) == {1}


def test_chewing_before_a_voice_is_heard_does_not_count():
    scene = Scene()
    scene.play(3, {1: 120, 2: 100}, talking={2})
    assert set(scene.play(2, {1: 120, 2: 100}, speaking=True)) == {1}


def test_a_speaker_who_pauses_stays_the_speaker_for_a_while():
    scene = Scene()
    scene.play(4, {1: 120, 2: 60}, talking={2}, speaking=True)
    assert set(scene.play(4, {1: 120, 2: 60})) == {2}
    assert scene.play(8, {1: 120, 2: 60})[-1] == 1


def test_turns_are_followed():
    scene = Scene()
    scene.play(4, {1: 80, 2: 80}, talking={1}, speaking=True)
    assert scene.selector.current == 1
    scene.play(4, {1: 80, 2: 80}, talking={2}, speaking=True)
    assert scene.selector.current == 2


def test_two_who_talk_at_once_do_not_flip():
    for loud in (1, 2):
        chosen = Scene().play(6, {1: 80, 2: 79}, talking={1, 2}, speaking=True, loud={loud})
        assert set(chosen) == {1}


def test_a_speaker_who_is_gone_is_replaced_at_once():
    scene = Scene()
    scene.play(1, {1: 120, 2: 60})
    assert scene.play(0.1, {2: 60})[0] == 2


@pytest.mark.parametrize('every', [1, 3, 6])
def test_a_rival_who_is_measured_less_often_is_still_noticed(every):
    selector = SpeakerSelector()
    for frame in range(6 * RATE):
        stamp = round(frame * 1e9 / RATE)
        wave = 0.06 * (1 + np.sin(2 * np.pi * 3.1 * stamp * 1e-9))
        people = [Candidate(1, 100, 0.0), Candidate(2, 90, None if frame % every else wave)]
        selector.choose(people, stamp, speaking=True)
    assert selector.current == 2


def test_reset_forgets():
    scene = Scene()
    scene.play(4, {1: 120, 2: 60}, talking={2}, speaking=True)
    scene.selector.reset()
    assert set(scene.play(1, {1: 120, 2: 60})) == {1}
