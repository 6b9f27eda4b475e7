"""What a run was worth, as far as the topics of the stack tell."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.msg import KeyValue
from vico_listener.msg import SpeakerFrame

from vico_listener.lab.cli.playing import _length
from vico_listener.media.remarks import Remarks
from vico_listener.nodes.sense_watch import SenseWatch


def watch(values: dict[str, Any], face: bool = True, sound: bool = True) -> SenseWatch:
    """A watch that has seen ten ticks, and diagnostics with these values."""
    found = SenseWatch()
    for _ in range(10):
        found.on_speaker(SpeakerFrame(face_valid=face, audio_valid=sound, speaking=False))
    pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
    status = DiagnosticStatus(name='vico_listener: perception', message='running', values=pairs)
    found.on_diagnostics(DiagnosticArray(status=[status]))
    return found


def source(sound: bool = True, wanted: bool = True) -> Any:
    remarks = Remarks()
    remarks.add('images that cannot be decoded', 3)
    return SimpleNamespace(
        info=SimpleNamespace(path=Path('talk.mp4'), has_audio=sound),
        wants_audio=wanted,
        audio_behind=-0.2,
        notes=['track 1 of 2'],
        remarks=remarks,
    )


def test_what_was_lost_is_named() -> None:
    check = watch({'dropped_images': 7, 'lost_audio_messages': 0, 'skipped_ticks': 40}).check()
    assert list(check.skipped) == [
        '7 images came faster than they could be processed, or were lost on the way',
        '40 ticks lay in gaps longer than a second',
    ]
    assert check.verdict == 'ok'


@pytest.mark.parametrize(('told', 'behind'), [('0.350', 0.35), ('nan', None)])
def test_offset_is_that_of_the_diagnostics(told: str, behind: float | None) -> None:
    assert watch({'audio_behind': told}).check().audio_behind == behind


def test_audio_is_missed_unless_the_stack_was_told_that_there_is_none() -> None:
    missed = 'no audio in 100% of the time'
    assert watch({'audio_format': '16000 Hz'}, sound=False).check().verdict == missed
    assert watch({'audio_format': None}, sound=False).check().verdict == 'ok'


def test_recording_tells_what_was_skipped_and_whether_audio_was_wanted() -> None:
    heard = watch({'late_images': 1, 'audio_format': '16000 Hz'}).check(source())
    assert heard.audio_behind == -0.2 and list(heard.notes) == ['track 1 of 2']
    assert list(heard.skipped) == [
        'images that cannot be decoded: 3',
        '1 images were older than the last one',
    ]
    # A clip without audio was not asked for, even where the stack was set up for it.
    silent = watch({'audio_format': None}, sound=False)
    assert silent.check(source(sound=False)).verdict == 'no audio in 100% of the time'
    assert silent.check(source(sound=False, wanted=False)).verdict == 'ok'
    assert silent.check(source()).verdict == 'ok'


def test_images_that_were_turned_are_told() -> None:
    told = 'images were turned clockwise by 180 degrees'
    found = watch({'image_rotation': 180})
    assert list(found.check().notes) == [told]
    assert list(found.check(source()).notes) == ['track 1 of 2', told]
    assert list(watch({'image_rotation': 0}).check().notes) == []


@pytest.mark.trouble(
    'senses',
    'Half of the images or more cannot be read, so the last face is kept',
    sees='At the end of a run: `check: ... of the images could not be read`.',
    remedy='What the lines `skipped` tell.',
)
def test_images_that_cannot_be_read_are_told_although_the_face_is_held() -> None:
    live = watch({'images': 30, 'unreadable_images': 30}).check()
    assert live.verdict == '50% of the images could not be read'
    assert list(live.skipped) == ['30 images could not be read']
    played = source()  # of whose images three could not be decoded
    assert watch({'images': 4}).check(played).verdict == 'ok'
    assert watch({'images': 1}).check(played).verdict == '75% of the images could not be read'


def test_camera_info_that_is_ignored_is_told() -> None:
    told = 'camera_info is for images of 1280x720, these have 640x480: fov_deg is used instead'
    assert list(watch({'camera_misfit': told}).check().skipped) == [told]
    assert told in watch({'camera_misfit': told}).check(source()).skipped
    assert list(watch({'camera_misfit': ''}).check().skipped) == []


def test_node_that_is_not_active_says_nothing() -> None:
    found = watch({'dropped_images': 2})
    status = DiagnosticStatus(name='vico_listener: perception', message='not active')
    found.on_diagnostics(DiagnosticArray(status=[status]))
    assert found.diagnosed and len(found.check().skipped) == 1


@pytest.mark.parametrize(
    ('told', 'met', 'length'),
    [(73.0, 'jumps of the stamps, taken out', 3.0), (0.0, '', 3.0), (3.1, '', 3.1)],
)
def test_length_of_what_was_played(told: float, met: str, length: float) -> None:
    """As it is told, unless the stamps were put right, or all was recorded at one time."""
    remarks = Remarks()
    if met:
        remarks.add(met)
    source = SimpleNamespace(remarks=remarks, info=SimpleNamespace(duration=told), start=10**9)
    assert _length(source, SimpleNamespace(last_motion=4 * 10**9)) == length
