"""The gestures that a network decides on follow one another."""

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.listener.answers import BEAT_SECONDS
from vico_listener.listener.answers import PATIENCE
from vico_listener.listener.decisions import SOON
from vico_listener.listener.decisions import Decisions
from vico_listener.listener.gesture_order import PAUSE
from vico_listener.listener.gesture_order import GestureOrder
from vico_listener.listener.gestures import SETTLE
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind


def lengthy(gesture: Gesture) -> float:
    return len(gesture.curve()) / MODEL_RATE - SETTLE


def test_no_two_gestures_run_together() -> None:
    rng = np.random.default_rng(3)
    order = GestureOrder()
    shown: list[tuple[float, Gesture]] = []
    offered = 0
    for tick in range(240 * MODEL_RATE):
        order.step()
        if rng.random() > 0.04:
            continue
        offered += 1
        kind = Kind(int(rng.integers(4)))
        delay = float(rng.uniform(0.0, 0.6)) if kind is not Kind.BEAT else 0.0
        gesture = Gesture(kind, 0.06, delay, 2.0, int(rng.integers(1, 4)))
        placed = order.placed(gesture)
        if placed is not None:
            assert delay <= placed.delay <= delay + PATIENCE
            shown.append((tick / MODEL_RATE + placed.delay, placed))
    assert 0.3 * offered < len(shown) < offered
    free = beats_end = 0.0
    for start, gesture in sorted(shown, key=lambda one: one[0]):
        assert start > free - 1.01 / MODEL_RATE
        if gesture.kind is Kind.BEAT:
            beats_end = start + BEAT_SECONDS
        else:
            assert start > beats_end - 1.01 / MODEL_RATE
            free = start + lengthy(gesture) + PAUSE


def test_who_is_free_does_what_was_decided() -> None:
    order = GestureOrder()
    nod = Gesture(Kind.NOD, 0.08, 0.3, 2.0, 2)
    assert order.placed(nod) == nod
    assert order.placed(Gesture(Kind.BEAT, 0.02)) is None
    for _ in range(3 * MODEL_RATE):
        order.step()
    assert order.placed(nod) == nod


def test_what_comes_in_clusters_follows_sooner() -> None:
    gaps = []
    for clustered in ((), (0,)):
        decisions = Decisions(1, 4, clustered)
        hits = [t for t in range(60_000) if decisions.step(np.array([0.008], np.float32))]
        gaps.append(np.diff(hits))
    soon = [np.mean(found <= SOON[1]) for found in gaps]
    assert soon[1] > 1.4 * soon[0]
