"""Vocal backchannels: how many, when, with which gesture, and what is never said."""

from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np
import pytest
from synthetic_speaker import silence
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.listener_event import ListenerEvent
from vico_listener.listener.listener_event import Vocal
from vico_listener.listener.vocals import ALL_TOKENS
from vico_listener.listener.vocals import APART
from vico_listener.listener.vocals import Vocals
from vico_listener.listening_head import ListeningHead
from vico_listener.live.vocal_player import VocalPlayer
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.media.synthesizer import SynthesizerError
from vico_listener.media.vocal_clips import VocalClip
from vico_listener.media.vocal_clips import clips_of
from vico_listener.media.vocal_clips import lengths
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

TALK = speaker_frames(synthetic_speech(3, 60.0))


def agent_of(attitude: Attitude = Attitude.POSITIVE, seed: int = 3) -> ListeningAgent:
    agent = ListeningAgent.create(
        'rules', FaceMotion.neutral(), seed=seed, idle=False, attitude=attitude
    )
    agent.set_vocal(True)
    return agent


def told(agent: ListeningAgent, frames: list[SpeakerFrame] = TALK) -> list[ListenerEvent]:
    """Return all events of an agent."""
    events: list[ListenerEvent] = []
    for frame in frames:
        agent.step(frame)
        events += agent.events
    return events


def sounds(events: list[ListenerEvent]) -> list[Vocal]:
    return [event.vocal for event in events if event.vocal is not None]


def stretch_ends(frames: list[SpeakerFrame]) -> np.ndarray:
    """(N,) the ends of stretches of speech that a gap of 0.2 s or more follows, s."""
    voiced = np.array([frame.speaking for frame in frames])
    last = np.flatnonzero(voiced[:-1] & ~voiced[1:])
    return np.array([(k + 1) / MODEL_RATE for k in last if not voiced[k + 1 : k + 7].any()])


@dataclass
class Said:
    """What was said without a listener's gestures over a few speakers."""

    count: int = 0
    speech: float = 0.0
    overlaps: int = 0
    tokens: list[str] = field(default_factory=list)
    from_end: list[float] = field(default_factory=list)
    apart: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def over_speakers(attitude: Attitude, speakers: int = 10) -> Said:
    """Let somebody say something to generated speakers of two minutes."""
    said = Said()
    for seed in range(speakers):
        frames = speaker_frames(synthetic_speech(seed, 120.0), with_face=False)
        voice, vocals = VoiceCues(), Vocals(seed)
        ends, onsets = stretch_ends(frames), []
        for frame in frames:
            found = vocals.step(frame.stamp, voice.update(frame), attitude, (), True)
            if found is None:
                continue
            vocal, onset = found[0], found[0].onset / 1e9
            tick = min(int(onset * MODEL_RATE), len(frames) - 1)
            said.overlaps += frames[tick].speaking
            said.from_end.append(onset - ends[np.argmin(np.abs(ends - onset))])
            said.tokens.append(vocal.token)
            said.seconds.append(vocal.duration)
            onsets.append(onset)
        said.count += len(onsets)
        said.speech += sum(frame.speaking for frame in frames) / MODEL_RATE
        said.apart += np.diff(onsets).tolist()
    return said


@pytest.mark.parametrize('attitude', Attitude)
def test_there_are_as_many_as_in_telephone_talk(attitude: Attitude) -> None:
    """Half of 300 telephone conversations have 3.3 to 7.0 a minute of the partner's speech."""
    said = over_speakers(attitude)
    assert 3.3 <= said.count / (said.speech / 60.0) <= 7.0
    assert said.count > 50


def test_half_of_them_overlap_and_most_lie_at_the_end_of_a_stretch() -> None:
    """Measured: 47 % overlap; quartiles of -0.58, +0.03 and +0.25 s from the end of a stretch.

    Who only hears what has been said is later by the pause that it must notice first.
    """
    said = over_speakers(Attitude.NEUTRAL)
    assert 0.37 <= said.overlaps / said.count <= 0.57
    low, median, high = np.quantile(said.from_end, (0.25, 0.5, 0.75))
    assert -1.0 < low < -0.2
    assert -0.35 < median < 0.35
    assert 0.15 < high < 0.4


def test_they_are_as_long_as_measured() -> None:
    low, median, high = np.quantile(over_speakers(Attitude.POSITIVE).seconds, (0.25, 0.5, 0.75))
    assert low == pytest.approx(0.26, abs=0.06)
    assert median == pytest.approx(0.42, abs=0.08)
    assert high == pytest.approx(0.64, abs=0.12)


def test_never_twice_within_two_seconds_and_no_yeah_in_negative() -> None:
    said = {attitude: over_speakers(attitude) for attitude in Attitude}
    assert min(min(one.apart) for one in said.values()) >= APART
    assert 'yeah' in said[Attitude.POSITIVE].tokens
    assert 'yeah' not in said[Attitude.NEGATIVE].tokens
    assert set(said[Attitude.NEUTRAL].tokens) == set(ALL_TOKENS)


def test_one_decision_gives_nod_and_sound() -> None:
    events = told(agent_of())
    together = [event for event in events if event.kind == 'nod' and event.vocal]
    assert len(together) >= 2
    assert len(together) >= len([event for event in events if event.kind == 'vocal'])
    for event in together:
        assert event.vocal is not None
        assert event.stamp < event.vocal.onset <= event.stamp + 120_000_000
    assert {event.cue for event in events if event.vocal} <= {'pause', 'speech', 'nod', 'mood'}


def test_the_sound_changes_nothing_of_the_motion() -> None:
    silent, speaking = agent_of(), agent_of()
    silent.set_vocal(False)
    for frame in TALK[:600]:
        motions = silent.step(frame), speaking.step(frame)
        assert motions[0] is not None and motions[1] is not None
        np.testing.assert_array_equal(motions[0].face.rotation, motions[1].face.rotation)
    assert not sounds(told(silent))


def test_a_still_head_says_it_without_a_nod() -> None:
    agent = agent_of()
    agent.set_knobs(Preset.RECEPTIONIST)
    events = told(agent)
    assert sounds(events)
    assert {event.kind for event in events if event.vocal} == {'vocal'}


@pytest.mark.parametrize('state', [s for s in ConversationState if s.value != 'listening'])
def test_nothing_is_said_when_it_does_not_listen(state: ConversationState) -> None:
    agent = agent_of()
    agent.set_state(state)
    assert told(agent) == []
    agent.set_state(ConversationState.LISTENING)
    assert sounds(told(agent))


def test_nothing_is_said_to_nobody_or_while_released() -> None:
    assert not sounds(told(agent_of(), speaker_frames(silence(60.0))))
    agent = agent_of()
    agent.set_active(False)
    assert told(agent) == []


def test_a_change_to_negative_ends_every_yeah_at_once() -> None:
    agent = agent_of()
    told(agent, TALK[:300])
    agent.set_attitude(Attitude.NEGATIVE)
    assert 'yeah' not in {vocal.token for vocal in sounds(told(agent, TALK[300:]))}


def test_the_same_seed_says_the_same_and_a_reset_forgets() -> None:
    agent = agent_of()
    first = told(agent)
    assert first == told(agent_of())
    agent.reset()
    assert told(agent) == first
    assert sounds(first) != sounds(told(agent_of(seed=4)))


def test_smiles_are_told_when_they_begin() -> None:
    agent = agent_of()
    smiles = []
    for tick, frame in enumerate(TALK):
        motion = agent.step(frame)
        assert motion is not None
        smiles += [(tick, event) for event in agent.events if event.kind == 'smile']
    assert len(smiles) >= 3
    assert {event.cue for _, event in smiles} <= {'smile', 'laugh', 'nod', 'mood'}
    assert all(0.0 < event.size <= 1.5 and event.duration > 1.0 for _, event in smiles)
    unsmiling = agent_of(Attitude.NEGATIVE)
    assert not [event for event in told(unsmiling) if event.kind == 'smile']


# Clips.


def write_clip(path: Path, seconds: float = 0.4) -> None:
    import soundfile

    soundfile.write(path, 0.2 * np.sin(np.arange(round(seconds * 16000)) / 10.0), 16000)


def test_the_clips_of_a_folder_are_those_that_are_called_as_a_token(tmp_path: Path) -> None:
    for name in ('mm-hm.wav', 'mm-hm_2.wav', 'Yeah.flac', 'cough.wav', 'yeah_old.wav'):
        write_clip(tmp_path / name)
    clips = clips_of(tmp_path, ALL_TOKENS)
    assert {token: len(takes) for token, takes in clips.items()} == {'mm-hm': 2, 'yeah': 1}
    assert lengths(clips)['yeah'] == [pytest.approx(0.4, abs=0.01)]


def test_only_what_there_is_a_clip_of_is_said() -> None:
    agent = agent_of()
    agent.set_vocal(True, {'oh': [0.3, 0.5]})
    said = sounds(told(agent))
    assert {vocal.token for vocal in said} == {'oh'}
    assert {(vocal.take, vocal.duration) for vocal in said} <= {(0, 0.3), (1, 0.5)}


def test_a_folder_that_gives_no_clips_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match='there is no folder .*nowhere'):
        clips_of(tmp_path / 'nowhere', ALL_TOKENS)
    with pytest.raises(SettingError, match=r'holds no sound file: name them mm-hm.wav, yeah.wav'):
        clips_of(tmp_path, ALL_TOKENS)
    (tmp_path / 'oh.wav').write_text('no audio')
    unreadable = r'vocal_folder: .*oh\.wav cannot be read as a sound file: give one of wav, flac'
    with pytest.raises(SettingError, match=unreadable):
        clips_of(tmp_path, ALL_TOKENS)
    (tmp_path / 'oh.wav').unlink()
    (tmp_path / 'oh.wav').mkdir()
    with pytest.raises(SettingError, match=unreadable):
        clips_of(tmp_path, ALL_TOKENS)
    (tmp_path / 'oh.wav').rmdir()
    write_clip(tmp_path / 'hm.wav', 3.0)
    with pytest.raises(SettingError, match=r'hm\.wav takes 3\.0 s, but at most 2 s are allowed'):
        clips_of(tmp_path, ALL_TOKENS)


def test_espeak_says_every_token() -> None:
    try:
        Synthesizer()
    except SynthesizerError as error:
        pytest.skip(str(error))
    clips = clips_of('', ALL_TOKENS)
    assert set(clips) == set(ALL_TOKENS)
    for takes in clips.values():
        assert 0.1 < takes[0].seconds < 1.0
        assert np.abs(takes[0].samples).max() > 0.05


class Loudspeaker:
    """What a player plays on; stands for the module `sounddevice`."""

    class PortAudioError(Exception):
        pass

    def __init__(self, there: bool = True) -> None:
        self.played: list[int] = []
        self._there = there

    def query_devices(self, device: None, kind: str) -> None:
        if not self._there:
            raise self.PortAudioError('Error querying device -1')

    def play(self, samples: np.ndarray, rate: int) -> None:
        if not self._there:
            raise self.PortAudioError('it was unplugged')
        self.played.append(len(samples))


CLIPS = {'oh': [VocalClip(np.zeros((800, 1), np.float32), 16000)]}
OH = ListenerEvent.of_vocal(10**9, Vocal('oh', 10**9 + 33_333_333, 0.05), 'pause')


def test_a_sound_is_played_unless_the_turn_has_changed() -> None:
    speaker, may, played = Loudspeaker(), True, []
    player = VocalPlayer(CLIPS, lambda: may, played.append, speaker)
    player.say(OH)
    player.join()
    may = False
    player.say(OH)
    player.say(ListenerEvent(0, 'nod', 0, 1.0))
    player.join()
    assert speaker.played == [800] and played == CLIPS['oh']


def test_a_sound_that_is_cancelled_is_not_played() -> None:
    speaker = Loudspeaker()
    player = VocalPlayer(CLIPS, lambda: True, sounddevice=speaker)
    player.cancel()  # there is none yet
    player.say(ListenerEvent.of_vocal(10**9, Vocal('oh', 10**9 + 300_000_000, 0.05), 'pause'))
    player.cancel()
    player.join()
    assert speaker.played == []


def test_a_loudspeaker_that_is_not_there_is_told_of() -> None:
    with pytest.raises(UnavailableError, match='there is no loudspeaker to say "mm-hm" on'):
        VocalPlayer(CLIPS, lambda: True, sounddevice=Loudspeaker(there=False))
    speaker = Loudspeaker()
    player = VocalPlayer(CLIPS, lambda: True, sounddevice=speaker)
    speaker._there = False
    player.say(OH)
    player.join()
    assert player.problem == 'it was unplugged'


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'vocal': 'loud'}, "vocal must be one of off, event, play, not 'loud'"),
        ({'vocal': 'play', 'vocal_folder': '/nowhere'}, 'there is no folder /nowhere'),
        ({'preset': 'wild'}, "unknown preset 'wild': choose one of attentive, everyday"),
        ({'knobs': {'head_gain': 3.0}}, 'head_gain must be a number between 0.0 and 2.0, not 3.0'),
    ],
)
def test_a_head_refuses_what_there_is_not(options: dict, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        ListeningHead('rules', **options)
