"""Core dataclasses to messages of this package and back."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time

import vico_listener.msg as msg
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import NOWHERE
from vico_listener.frames import ListenerMotion
from vico_listener.frames import PersonInView
from vico_listener.frames import SpeakerFrame
from vico_listener.frames import Timing
from vico_listener.frames import Whereabouts
from vico_listener.listener.listener_event import ListenerEvent
from vico_listener.listener.turn_end import Turn
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.motion import basis_by_name
from vico_listener.nodes.replay_pace import Standstill
from vico_listener.speech import AudioFormat

_FOREIGN_FORMATS = {
    1: ('float32', 'F32LE'),
    2: ('int32', 'S32LE'),
    8: ('int16', 'S16LE'),
    16: ('int8', 'S8'),
    32: ('uint8', 'U8'),
}
"""PortAudio's format flags: field of mgonzs13's AudioData, GStreamer's name."""


def time_message(stamp: int) -> Time:
    """Return the message of a stamp in ns."""
    return Time(sec=stamp // NANOSECONDS, nanosec=stamp % NANOSECONDS)


def stamp_of(message: Time) -> int:
    """Return the stamp in ns of a time message."""
    return message.sec * NANOSECONDS + message.nanosec


def wait_message(position: Standstill) -> msg.ReplayWait:
    """Return the message of a replay that waits."""
    return msg.ReplayWait(
        image=time_message(position.image),
        audio=time_message(position.audio),
        tick=time_message(position.tick),
    )


def face_message(face: FaceMotion, stamp: int, frame_id: str) -> msg.FaceMotion:
    """Return the message of a face."""
    message = msg.FaceMotion(
        basis=face.basis.name,
        expression=face.expression,
        rotation=face.rotation,
        translation=face.translation,
        crop=face.crop,
        confidence=float(face.confidence),
    )
    message.header.stamp = time_message(stamp)
    message.header.frame_id = frame_id
    return message


def face_of(message: msg.FaceMotion) -> FaceMotion:
    """Return the face of a message; VicoError for an unknown basis or wrong coefficients."""
    basis = basis_by_name(message.basis)
    if len(message.expression) != basis.size:
        raise DataError(
            f'{len(message.expression)} expression coefficients, '
            f"basis '{basis.name}' has {basis.size}"
        )
    return FaceMotion(
        np.array(message.expression, np.float32),
        np.array(message.rotation, np.float32),
        np.array(message.translation, np.float32),
        np.array(message.crop, np.float32),
        message.confidence,
        basis,
    )


def _received_message(timing: Timing) -> Time:
    return time_message(round(timing.received * NANOSECONDS))


def speaker_message(frame: SpeakerFrame, frame_id: str) -> msg.SpeakerFrame:
    """Return the message of a speaker frame; `frame_id` is the camera's."""
    message = msg.SpeakerFrame(
        tick=time_message(frame.stamp),
        index=frame.index,
        reset=frame.reset,
        face=face_message(frame.face, frame.source_stamp, frame_id),
        acoustic=frame.acoustic,
        acoustics=frame.acoustics,
        face_valid=frame.face_valid,
        audio_valid=frame.audio_valid,
        speaking=frame.speaking,
        mouthed=frame.mouthed,
        muted=frame.muted,
        pitch=frame.pitch,
        **_whereabouts_fields(frame.whereabouts),
        turn_over=frame.turn_over or 0.0,
        received=_received_message(frame.timing),
        audio_wait=frame.timing.audio_wait,
        face_time=frame.timing.face,
        speech_time=frame.timing.speech,
    )
    message.header = message.face.header
    return message


def speaker_of(message: msg.SpeakerFrame) -> SpeakerFrame:
    """Return the speaker frame of a message.

    Raises:
        VicoError: its face cannot be read.
    """
    acoustic = np.array(message.acoustic, np.float32)
    assert acoustic.shape == (ACOUSTIC_SIZE,)
    return SpeakerFrame(
        stamp=stamp_of(message.tick),
        source_stamp=stamp_of(message.header.stamp),
        index=message.index,
        face=face_of(message.face),
        acoustic=acoustic,
        face_valid=message.face_valid,
        audio_valid=message.audio_valid,
        speaking=message.speaking,
        mouthed=message.mouthed,
        muted=message.muted,
        pitch=message.pitch,
        turn_over=message.turn_over if message.turn_over > 0.0 else None,
        reset=message.reset,
        timing=Timing(
            stamp_of(message.received) / NANOSECONDS,
            message.audio_wait,
            message.face_time,
            message.speech_time,
        ),
        acoustics=message.acoustics,
        whereabouts=_whereabouts_of(message),
    )


def people_message(
    people: Sequence[PersonInView], attend: str, stamp: int, frame_id: str
) -> msg.People:
    """Return the message of the people in an image; `frame_id` is the camera's."""
    message = msg.People(attend=attend, people=[_person_message(person) for person in people])
    message.header.stamp = time_message(stamp)
    message.header.frame_id = frame_id
    return message


def people_of(message: msg.People) -> list[PersonInView]:
    """Return the people of a message."""
    return [
        PersonInView(
            person.id,
            (person.xmin, person.ymin, person.xmax, person.ymax),
            person.distance,
            person.azimuth,
            person.speaking,
            person.attended,
        )
        for person in message.people
    ]


def _person_message(person: PersonInView) -> msg.Person:
    xmin, ymin, xmax, ymax = person.box
    return msg.Person(
        id=person.name,
        xmin=xmin,
        ymin=ymin,
        xmax=xmax,
        ymax=ymax,
        distance=person.distance,
        azimuth=person.azimuth,
        speaking=person.speaking,
        attended=person.attended,
    )


def event_message(event: ListenerEvent, frame_id: str) -> msg.ListenerEvent:
    """Return the message of a decision; `frame_id` is that of the listener's head."""
    message = msg.ListenerEvent(
        kind=event.kind,
        onset=time_message(event.onset),
        duration=event.duration,
        size=event.size,
        cycles=event.cycles,
        cue=event.cue,
    )
    if event.vocal is not None:
        message.vocal = event.vocal.token
        message.vocal_onset = time_message(event.vocal.onset)
        message.vocal_duration = event.vocal.duration
    message.header.stamp = time_message(event.stamp)
    message.header.frame_id = frame_id
    return message


def turn_message(turn: Turn, stamp: int, frame_id: str) -> msg.Turn:
    """Return the message of a turn at a tick; `frame_id` is that of the listener's head."""
    message = msg.Turn(
        state=turn.state.value,
        probability=turn.probability,
        interruption=turn.interruption,
        user_backchannel=turn.user_backchannel,
        source=turn.source,
    )
    message.header.stamp = time_message(stamp)
    message.header.frame_id = frame_id
    return message


def motion_message(motion: ListenerMotion, frame_id: str) -> msg.ListenerMotion:
    """Return the message of a listener motion; `frame_id` is the head's base frame."""
    message = msg.ListenerMotion(
        source_stamp=time_message(motion.source_stamp),
        reset=motion.reset,
        face=face_message(motion.face, motion.stamp, frame_id),
        rest_rotation=motion.rest_rotation,
        attitude=motion.attitude.value,
        intensity=motion.intensity,
        active=motion.active,
        model=motion.model,
        **_whereabouts_fields(motion.whereabouts),
        received=_received_message(motion.timing),
        audio_wait=motion.timing.audio_wait,
        face_time=motion.timing.face,
        speech_time=motion.timing.speech,
        listener_time=motion.timing.listener,
    )
    message.header = message.face.header
    return message


def motion_of(message: msg.ListenerMotion) -> ListenerMotion:
    """Return the listener motion of a message.

    Raises:
        VicoError: it cannot be read.
    """
    return ListenerMotion(
        stamp=stamp_of(message.header.stamp),
        source_stamp=stamp_of(message.source_stamp),
        face=face_of(message.face),
        attitude=Attitude.parse(message.attitude),
        intensity=message.intensity,
        active=message.active,
        model=message.model,
        reset=message.reset,
        timing=Timing(
            stamp_of(message.received) / NANOSECONDS,
            message.audio_wait,
            message.face_time,
            message.speech_time,
            message.listener_time,
        ),
        rest_rotation=np.asarray(message.rest_rotation, np.float32),
        whereabouts=_whereabouts_of(message),
    )


def _whereabouts_fields(where: Whereabouts) -> dict[str, Any]:
    """Return the fields of a message that say where the speaker is, and what is not known."""
    place = where.place if where.seen else (math.nan if where.unmeasured else 0.0,) * 3
    known = math.isfinite(where.sound)
    sound = (math.cos(where.sound), math.sin(where.sound)) if known else (0.0, 0.0)
    return {'place': np.array(place, np.float32), 'sound': np.array(sound, np.float32)}


def _whereabouts_of(message: msg.SpeakerFrame | msg.ListenerMotion) -> Whereabouts:
    x, y, z = (float(number) for number in message.place)
    forward, left = (float(number) for number in message.sound)
    known = (forward or left) and math.isfinite(forward) and math.isfinite(left)
    where = Whereabouts((x, y, z), math.atan2(left, forward) if known else math.nan)
    if where.seen:
        return where
    return replace(where, place=NOWHERE.place, unmeasured=all(map(math.isnan, (x, y, z))))


def foreign_pcm(message: Any) -> tuple[bytes, AudioFormat]:
    """Return PCM and format of an AudioStamped of mgonzs13's audio_common_msgs.

    Raises:
        DataError: the sample format is unknown.
    """
    info, data = message.audio.info, message.audio.audio_data
    if info.format not in _FOREIGN_FORMATS:
        raise DataError(f'unknown PortAudio sample format {info.format}')
    kind, name = _FOREIGN_FORMATS[info.format]
    raw = np.asarray(getattr(data, f'{kind}_data'), dtype=kind).tobytes()
    return raw, AudioFormat(info.rate, info.channels, name)
