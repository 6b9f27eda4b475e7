"""What is dropped of a backlog, and that pictures are seen whatever piles up beside them."""

import threading

from vico_listener.nodes.input_queue import LIVE_SOUNDS
from vico_listener.nodes.input_queue import InputQueue


def test_pictures_are_seen_although_sound_piles_up():
    seen: list[str] = []
    gate = threading.Event()
    queue = InputQueue(lambda error: None, lossless=False)
    queue.put('audio', lambda: gate.wait(10.0) and None)
    for number in range(6):
        queue.put('image', lambda n=number: seen.append(f'image {n}'))
        for _ in range(3):
            queue.put('audio', lambda: seen.append('sound'))
    done = threading.Event()
    queue.put('audio', done.set)
    gate.set()
    assert done.wait(10.0)
    queue.stop()
    assert [what for what in seen if what != 'sound'] == ['image 0', 'image 5']
    assert seen[0] == 'image 0' and seen.count('sound') == 18 and queue.dropped == {'image': 4}


def test_of_sound_that_piles_up_the_oldest_is_dropped_and_counted():
    seen: list[int] = []
    gate, busy, done = threading.Event(), threading.Event(), threading.Event()
    queue = InputQueue(lambda error: None, lossless=False)
    queue.put('audio', lambda: busy.set() or gate.wait(10.0) and None)
    assert busy.wait(10.0)
    for number in range(LIVE_SOUNDS + 30):
        queue.put('audio', lambda n=number: seen.append(n))
    assert len(queue) == LIVE_SOUNDS
    queue.put('camera', done.set)
    gate.set()
    assert done.wait(10.0)
    queue.stop()
    assert seen == list(range(30, LIVE_SOUNDS + 30)) and queue.dropped == {'audio': 30}


def test_lossless_keeps_every_picture():
    seen: list[int] = []
    gate, done = threading.Event(), threading.Event()
    queue = InputQueue(lambda error: None, lossless=True)
    queue.put('audio', lambda: gate.wait(10.0) and None)
    for number in range(6):
        queue.put('image', lambda n=number: seen.append(n))
    queue.put('audio', done.set)
    gate.set()
    assert done.wait(10.0)
    queue.stop()
    assert seen == list(range(6)) and not queue.dropped
