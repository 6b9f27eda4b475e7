"""What the listener hears: phrase ends, low regions, stressed syllables; and what it mimics."""

from dataclasses import replace

import numpy as np
import pytest
from made_faces import face_with
from synthetic_speaker import NOISE
from synthetic_speaker import VOICE
from synthetic_speaker import Speech
from synthetic_speaker import silence
from synthetic_speaker import speaker_frame
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.clock import MODEL_RATE
from vico_listener.listener.cues import LOW_SPACING
from vico_listener.listener.cues import PAUSE
from vico_listener.listener.cues import Voice
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.mimicry import Mimicry
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

SMILES = [ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]


def hear(speech: Speech) -> list[Voice]:
    cues = VoiceCues()
    return [cues.update(frame) for frame in speaker_frames(speech, with_face=False)]


def tone(*parts: tuple[float, float]) -> Speech:
    """Parts of (seconds, level in dB); NOISE is silence, all else is voice with slight ripple."""
    energy = np.concatenate([np.full(round(s * MODEL_RATE), level) for s, level in parts])
    speaking = energy > NOISE
    ripple = np.sin(2 * np.pi * 5 * np.arange(len(energy)) / MODEL_RATE)
    return Speech(energy + ripple, np.zeros(len(energy)), speaking)


def ends(voices: list[Voice]) -> list[float]:
    return [step / MODEL_RATE for step, voice in enumerate(voices) if voice.ended]


def test_pause_after_speech_ends_a_phrase_once() -> None:
    voices = hear(tone((1.0, NOISE), (2.0, VOICE), (3.0, NOISE)))
    assert ends(voices) == pytest.approx([3.0 + PAUSE], abs=0.07)
    (end,) = [voice for voice in voices if voice.ended]
    assert end.phrase.seconds == pytest.approx(2.0, abs=0.1)


def test_short_gap_and_short_word_end_nothing() -> None:
    assert ends(hear(tone((1.0, VOICE), (0.13, NOISE), (1.0, VOICE)))) == []
    assert ends(hear(tone((1.0, NOISE), (0.5, VOICE), (1.0, NOISE)))) == []


def test_gap_inside_a_phrase_counts_to_its_length() -> None:
    voices = hear(tone((0.5, VOICE), (0.13, NOISE), (0.5, VOICE), (1.0, NOISE)))
    (end,) = [voice for voice in voices if voice.ended]
    assert end.phrase.seconds == pytest.approx(1.13, abs=0.08)


def test_lingering_voice_activity_does_not_hide_a_pause() -> None:
    speech = tone((3.0, VOICE), (2.0, NOISE))
    speech.speaking[:] = True
    assert ends(hear(speech))[0] == pytest.approx(3.0 + PAUSE, abs=0.07)


def test_gain_of_the_microphone_does_not_matter() -> None:
    speech = synthetic_speech(1, 30.0)
    louder = Speech(speech.energy + 17.0, speech.tilt + 3.0, speech.speaking)
    for one, other in zip(hear(speech), hear(louder), strict=True):
        assert (one.ended, one.low) == (other.ended, other.low)
        assert one.level == pytest.approx(other.level, abs=1e-3)


def test_low_regions_follow_the_rule() -> None:
    voices = hear(synthetic_speech(2, 120.0))
    steps = np.array([step for step, voice in enumerate(voices) if voice.low])
    talk = sum(voice.voiced for voice in voices) / MODEL_RATE
    assert 8 < 60 * len(steps) / talk < 40
    assert np.diff(steps).min() >= LOW_SPACING * MODEL_RATE - 1
    at_low = np.mean([voices[step].level for step in steps])
    assert at_low < np.mean([voice.level for voice in voices if voice.voiced]) - 0.5
    assert min(voices[step].phrase.seconds for step in steps) >= 0.7


def test_stress_is_heard_at_the_peak() -> None:
    speech = tone((2.0, VOICE), (0.2, VOICE + 12), (2.0, VOICE))
    peaks = [step / MODEL_RATE for step, voice in enumerate(hear(speech)) if voice.stress > 1.0]
    assert len(peaks) == 1
    assert peaks[0] == pytest.approx(2.22, abs=0.1)


def test_silence_and_invalid_audio_hold_no_cue() -> None:
    assert not any(v.ended or v.low or v.stress or v.voiced for v in hear(silence(5.0)))
    cues = VoiceCues()
    speech = tone((2.0, VOICE), (2.0, NOISE))
    for step in range(len(speech)):
        frame = speaker_frame(speech, step)
        if step >= 55:
            frame = replace(frame, audio_valid=False)
        assert not cues.update(frame).ended


def test_mimicry_follows_late_weaker_and_mirrored() -> None:
    mimicry = Mimicry(0.3)
    still, moved = FaceMotion.neutral(), face_with(rotation=(0.2, 0.1, 0.15))
    moved = replace(moved, translation=np.array([0.1, 0, 0], np.float32))
    for _ in range(60):
        assert np.abs(mimicry.step(still, True)).max() < 1e-9
    answer = np.array([mimicry.step(moved, True) for _ in range(60)])
    assert np.abs(answer[: round(0.3 * MODEL_RATE)]).max() < 1e-9
    assert (answer[20] * [-1, 1, -1, 1] > 0.03).all()
    assert (np.abs(answer[:, :3]).max(axis=0) < [0.2, 0.1, 0.15]).all()
    assert answer[:, 3].max() < 0.1  # it leans in by less than the speaker does


def test_mimicry_gets_used_to_a_turned_head() -> None:
    mimicry = Mimicry(0.3)
    turned = face_with(rotation=(0.3, -0.2, 0.4))
    assert max(np.abs(mimicry.step(turned, True)[:3]).max() for _ in range(90)) < 1e-9


def test_mimicry_rests_without_a_face() -> None:
    mimicry = Mimicry(0.3)
    for step in range(60):
        mimicry.step(face_with(rotation=(0.2 * np.sin(step / 10), 0, 0)), True)
    gone = [mimicry.step(FaceMotion.missing(), False) for _ in range(120)]
    assert np.abs(gone[-1]).max() < 1e-4


def hear_pitch(speech: Speech, pitch: np.ndarray) -> list[Voice]:
    cues = VoiceCues()
    frames = speaker_frames(speech, with_face=False)
    return [cues.update(replace(f, pitch=p)) for f, p in zip(frames, pitch.tolist(), strict=True)]


def semitones(base: float, *parts: tuple[float, float, float]) -> np.ndarray:
    """Parts of (seconds, from, to): a pitch that glides, in semitones above a base in Hz."""
    glide = [np.linspace(low, high, round(s * MODEL_RATE)) for s, low, high in parts]
    return np.asarray(base * 2 ** (np.concatenate(glide) / 12))


@pytest.mark.parametrize('base', [90.0, 220.0])
def test_low_pitch_is_a_cue_whatever_the_level(base: float) -> None:
    """Every 2 s the voice falls by six semitones for 0.3 s, while its level says nothing."""
    pitch = semitones(base, *[(1.7, 1, -1), (0.3, -6, -6)] * 8)
    voices = hear_pitch(tone((16.0, VOICE)), pitch)
    low = np.array([step for step, voice in enumerate(voices) if voice.low]) / MODEL_RATE
    later = low[low > 4]
    assert len(later) >= 5
    inside = (later % 2.0 >= 1.7) & (later % 2.0 < 2.0)
    assert np.mean(inside) > 0.8


def test_without_pitch_the_level_tells_what_is_low() -> None:
    speech = synthetic_speech(3, 20.0)
    whisper = hear_pitch(speech, np.zeros(len(speech)))
    assert [v.low for v in whisper] == [v.low for v in hear(speech)]
    assert any(v.low for v in whisper)


@pytest.mark.parametrize(
    ('end', 'asks'),
    [((0.3, -3, 3), True), ((0.3, -2, -5), False), ((0.3, 0, 0), False), ((0.3, -3, -2), False)],
    ids=['rises', 'falls', 'level', 'rises a little'],
)
def test_a_phrase_that_rises_at_its_end_asks(end: tuple[float, float, float], asks: bool) -> None:
    pitch = np.concatenate([semitones(120, (1.7, 2, -1), end), np.zeros(MODEL_RATE)])
    voices = hear_pitch(tone((2.0, VOICE), (1.0, NOISE)), pitch)
    (ended,) = [voice for voice in voices if voice.ended]
    assert ended.asked is asks
    assert not any(voice.asked for voice in voices if not voice.ended)


def test_one_wrong_octave_at_the_end_asks_nothing() -> None:
    pitch = semitones(120, (1.7, 2, -1), (0.3, -1, -1))
    pitch[-1] *= 2
    voices = hear_pitch(
        tone((2.0, VOICE), (1.0, NOISE)), np.concatenate([pitch, np.zeros(MODEL_RATE)])
    )
    assert not any(voice.asked for voice in voices)


def test_a_question_before_is_forgotten_in_the_next_phrase() -> None:
    asks = semitones(120, (1.7, 2, -1), (0.3, -3, 3))
    says = semitones(120, (1.7, 2, -1), (0.3, -2, -5))
    pause = np.zeros(MODEL_RATE)
    speech = tone((2.0, VOICE), (1.0, NOISE), (2.0, VOICE), (1.0, NOISE))
    voices = hear_pitch(speech, np.concatenate([asks, pause, says, pause]))
    assert [voice.asked for voice in voices if voice.ended] == [True, False]
