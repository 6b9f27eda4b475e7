"""At a glance: windows are told from other speakers', and pictures are read as they were meant."""

from pathlib import Path

import numpy as np
import pytest
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.cli.main import main
from vico_listener.errors import DataError
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.glances import shown_motion
from vico_listener.lab.glances.told_apart import Part
from vico_listener.lab.glances.told_apart import Shown
from vico_listener.lab.glances.told_apart import discriminated
from vico_listener.lab.glances.told_apart import figures
from vico_listener.lab.glances.told_apart import told_apart
from vico_listener.motion import ARKIT_INDEX
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait

RATE = 10.0
SMILES = [ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]


def shown(kind: str, speaker: str, smile: float, roll: float, seconds: float = 13.0) -> Shown:
    """A listener who holds a smile and a tilt, with noise that another speaker's has not."""
    rng = np.random.default_rng([ord(kind[0]), int(speaker)])
    count = round(seconds * RATE)
    expression = rng.normal(0.2, 0.01, (count, 52))
    expression[:, SMILES] += smile
    rotation = rng.normal(0.0, 0.01, (count, 3))
    rotation[:, 0] += roll * (1 if int(speaker) % 2 else -1)
    return Shown(kind, speaker, RATE, rotation, rng.normal(0, 0.001, (count, 3)), expression)


def listeners(**changed: float) -> list[Shown]:
    """Listeners who smile, do nothing, or tilt the head, for four speakers."""
    kinds = {'glad': (0.3, 0.0), 'calm': (0.0, 0.0), 'tilted': (0.0, 0.1)}
    return [shown(k, str(s), *v, **changed) for s in range(4) for k, v in kinds.items()]


def test_what_differs_is_told_and_what_does_not_is_chance() -> None:
    every = listeners()
    assert told_apart(every, 2.0).share == 1.0
    face, head = (told_apart(every, 2.0, part) for part in (Part.FACE, Part.TURNS))
    assert face.counts[0].tolist() == [24, 0, 0, 0]
    assert 6 <= face.counts[1, 1] <= 18  # calm and tilted have the same face
    assert head.counts[2].tolist() == [0, 0, 24, 0]  # to either side, which changes
    assert 6 <= head.counts[0, 0] <= 18


def test_the_speaker_who_is_asked_about_is_not_known() -> None:
    """One listener differs from all others; it could be told only by who knew its own windows."""
    every = [shown(k, str(s), 0.0, 0.0) for s in range(4) for k in ('a', 'b')]
    every[0].expression[:, ARKIT_INDEX['jawOpen']] += 0.5
    assert 0.3 < told_apart(every, 2.0).share < 0.7


def test_windows_that_could_not_be_read_are_not_told() -> None:
    every = listeners()
    every[0].rotation[10:30] = np.nan  # the first window, of 20 rows, after a second
    every[0].expression[10:30] = np.nan
    every[1].rotation[10:19] = np.nan  # less than half of it
    result = told_apart(every, 2.0)
    assert result.counts[:, -1].tolist() == [1, 0, 0]
    assert result.share == pytest.approx(71 / 72)
    assert len(figures(every[0], 2.0, Part.HEAD)) == 6


def test_discriminant_weighs_by_the_spread() -> None:
    """The second figure differs by more, but spreads by far more."""
    rng = np.random.default_rng(3)
    kind = np.repeat([0, 1], 200)
    known = np.stack([kind + rng.normal(0, 0.1, 400), 3 * kind + rng.normal(0, 9, 400)], axis=1)
    assert discriminated(known, kind, np.array([[0.1, 3.0], [0.9, 0.0]])).tolist() == [0, 1]


def test_too_little_is_refused() -> None:
    with pytest.raises(DataError, match='two speakers'):
        told_apart(listeners()[:3], 2.0)
    with pytest.raises(DataError, match=r'longer than 3 s'):
        told_apart(listeners(seconds=2.5), 2.0)


@pytest.fixture
def speakers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two speakers of six seconds; nothing is synthesised."""
    monkeypatch.setattr(shown_motion, 'synthetic_scene', lambda number, seconds: (number, 0))

    def frames(number: int) -> list[SpeakerFrame]:
        return speaker_frames(synthetic_speech(number, 6.0), seed=number)

    monkeypatch.setattr(shown_motion, 'perceived', frames)


@pytest.mark.usefixtures('speakers')
def test_command_writes_tables_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ['--listener', 'rules', '--renderer', 'cartoon', '--size', '64', '--runs', '2']
    assert main(['glance', *options, '--out', str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert '| commands, face and head | 2 | 12 |' in said
    assert '| pictures' not in said and 'finds no face in these pictures' in said
    assert '| figure | positive | neutral | negative |' in said
    assert (tmp_path / 'glance.jpg').stat().st_size > 1000
    assert (tmp_path / 'glance.md').read_text() in said
    people = ['--personalities', '3', '--attitude', 'neutral']
    assert main(['glance', *options, *people, '--out', str(tmp_path)]) == 0
    assert '| personality 0 | personality 1 | personality 2 |' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        (['--runs', '1'], 'at least 2 speakers'),
        (['--window', '0'], 'a window must last 0.2 s or more, not 0'),
        (['--window', '-1'], 'a window must last 0.2 s or more, not -1'),
        (['--seconds', '3'], '--seconds must be more than 3, not 3'),
        (['--personalities', '1'], '1 cannot be told apart'),
        (['--seed', '-1'], 'the seed must be 0 or more, not -1'),
    ],
)
def test_what_cannot_be_compared_is_refused_before_it_is_drawn(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['glance', '--renderer', 'cartoon', *given]) == 1
    shown = capsys.readouterr().err
    assert said in shown and 'speaker/s' not in shown


def test_pictures_are_read_as_they_were_meant(portrait_photo: Path) -> None:
    renderer = create_renderer('portrait', size=192, portrait=load_portrait(portrait_photo))
    rest = renderer.reference
    rotation = np.zeros((9, 3))
    rotation[6:, 1] = np.radians(8.0)
    still = np.tile(rest.expression, (9, 1)).astype(float)
    read, pictures = shown_motion._drawn(renderer, (rotation, np.zeros((9, 3)), still))
    assert read is not None and len(pictures) == shown_motion.PICTURES
    pitch = np.degrees(read[0][:, 1])
    assert len(pitch) == 3
    assert pitch[2] - pitch[:2].mean() == pytest.approx(8.0, abs=3.0)
    assert abs(read[1]).max() < 0.1
