"""`vico study`: the questions are blind and balanced, the scores are those of the closed form."""

import csv
import io
import json
import statistics
from pathlib import Path

import av
import pytest
from clip_files import write_clip

from vico_listener.cli.main import main
from vico_listener.lab.study.answer_files import collect
from vico_listener.lab.study.manifest import StudyClip
from vico_listener.lab.study.manifest import StudyError
from vico_listener.lab.study.manifest import read_manifest
from vico_listener.lab.study.questions import MATCHING
from vico_listener.lab.study.questions import StudyTest
from vico_listener.lab.study.questions import ask
from vico_listener.lab.study.questions import read_key
from vico_listener.lab.study.questions import write_key
from vico_listener.lab.study.results import format_csv
from vico_listener.lab.study.results import format_markdown
from vico_listener.lab.study.results import score
from vico_listener.lab.study.static_page import public
from vico_listener.motion import Attitude

PATHS = {a: Path(f'{a.value}.mp4') for a in Attitude}
HEADER = 'clip,split,speaker,listener,attitude,positive,neutral,negative\n'


def make_clips(count: int, split: str = 'test') -> list[StudyClip]:
    return [
        StudyClip(f'{split}_{n}', split, Path('s.mp4'), Path('l.mp4'), Attitude.POSITIVE, PATHS)
        for n in range(count)
    ]


def answer_file(path, key, participant, choose, **changes):
    """A file as the page writes it; `choose(question)` gives the meaning that is picked.

    For labels it gives a function, which gives the label of a listener of an attitude.
    """
    answers = []
    for question in key.questions:
        if question.test is StudyTest.LABELS:
            label = choose(question)
            given = {name: label(question, what) for name, what in question.options.items()}
            answers.append({'question': question.id, 'choice': given})
            continue
        by_meaning = {meaning: choice for choice, meaning in question.choices.items()}
        answers.append({'question': question.id, 'choice': by_meaning[choose(question)]})
    content = {
        'format': 'vico_study_answers/1',
        'study': key.study,
        'participant': participant,
        'session': participant,
        'answers': answers,
    }
    path.write_text(json.dumps(content | changes), encoding='utf-8')
    return path


def test_sides_and_attitudes_are_balanced_in_every_split():
    key, _ = ask(make_clips(12) + make_clips(7, 'ood'), 3, 'attitude')
    for split, count in (('test', 12), ('ood', 7)):
        asked = [q for q in key.questions if q.split == split]
        pairs = [q for q in asked if q.test is StudyTest.PREFERENCE]
        first = sum(next(iter(q.options.values())) == 'true' for q in pairs)
        assert len(pairs) == count
        assert first in (count // 2, count - count // 2)
        wanted = [q.attitude for q in asked if q.test is StudyTest.ATTITUDE]
        assert {wanted.count(a) for a in Attitude} <= {count // 3, -(-count // 3)}


def test_seed_decides_everything():
    clips = make_clips(9)
    assert ask(clips, 5) == ask(clips, 5)
    key, other = ask(clips, 5)[0], ask(clips, 6)[0]
    assert key.study != other.study
    assert [q.clip for q in key.questions] != [q.clip for q in other.questions]


def test_preference_comes_before_the_generated_listeners_are_compared():
    key, _ = ask(make_clips(5), 1)
    assert [q.test for q in key.questions] == [StudyTest.PREFERENCE] * 5 + [StudyTest.LABELS] * 5


def test_no_video_name_serves_two_questions():
    key, videos = ask(make_clips(4), 1)
    options = [name for q in key.questions for name in q.options]
    assert len(options) == len(set(options)) == 4 * 2 + 4 * 3
    assert set(videos) == {*options, *(q.speaker for q in key.questions)}


def test_participants_see_nothing_of_the_key():
    for matching in MATCHING:
        key, _ = ask(make_clips(6), 1, matching)
        for question in key.questions:
            shown = public(question)
            assert shown['options'] == list(question.options)
            assert set(shown) <= {'id', 'test', 'speaker', 'options', 'attitude'}
            # Both of a pair have the attitude that is told; labels ask for it.
            assert ('attitude' in shown) == (question.test is not StudyTest.LABELS)


def test_key_survives_its_file(tmp_path):
    for matching in MATCHING:
        key, _ = ask(make_clips(3) + make_clips(2, 'ood'), 8, matching)
        write_key(tmp_path / 'key.json', key)
        assert read_key(tmp_path / 'key.json') == key


def test_scores_are_those_of_the_closed_form(tmp_path):
    key, _ = ask(make_clips(4) + make_clips(3, 'ood'), 2, 'attitude')
    pairs = [q.id for q in key.questions if q.test is StudyTest.PREFERENCE and q.split == 'test']

    def choices(generated, equal, right):
        def choose(question):
            if question.test is StudyTest.ATTITUDE:
                wrong = Attitude.NEUTRAL if question.attitude is Attitude.POSITIVE else 'positive'
                return question.attitude.value if right else Attitude(wrong).value
            place = pairs.index(question.id) if question.id in pairs else 99
            return 'generated' if place < generated else 'equal' if place < equal else 'true'

        return choose

    # Of four pairs of the split test: 1, 2 and 4 times generated; 1, 0 and 0 times equal.
    files = [
        answer_file(tmp_path / 'a.json', key, 'a', choices(1, 2, True)),
        answer_file(tmp_path / 'b.json', key, 'b', choices(2, 2, False)),
        answer_file(tmp_path / 'c.json', key, 'c', choices(4, 4, True)),
    ]
    answers, left_out = collect(files, key)
    cells = {(s.test.value, s.row, s.split): s for s in score(key, answers)}
    expected = {
        ('preference', 'generated', 'test'): (25, 50, 100),
        ('preference', 'equal', 'test'): (25, 0, 0),
        ('preference', 'true', 'test'): (50, 50, 0),
        ('preference', 'true', 'ood'): (100, 100, 100),
        ('attitude', 'negative', 'test'): (100, 0, 100),
        ('attitude', 'positive', 'ood'): (100, 0, 100),
    }
    assert not left_out
    for place, shares in expected.items():
        mean = sum(shares) / 3
        assert cells[place].mean == pytest.approx(mean)
        assert cells[place].variance == pytest.approx(sum((s - mean) ** 2 for s in shares) / 2)
        assert cells[place].participants == 3
    assert cells['preference', 'true', 'test'].questions == 4
    assert cells['attitude', 'positive', 'ood'].questions == 1
    whole = [cells['preference', row, 'test'].mean for row in ('equal', 'true', 'generated')]
    assert sum(whole) == pytest.approx(100)


def test_labels_are_scored_by_the_attitude_of_each_listener(tmp_path):
    key, _ = ask(make_clips(4), 2)
    labelled = [q.id for q in key.questions if q.test is StudyTest.LABELS]

    def choose(rightly):
        def label(question, attitude):
            # A negative listener is taken for a neutral one but in so many questions.
            miss = attitude == 'negative' and labelled.index(question.id) >= rightly
            return 'neutral' if miss else attitude

        return lambda q: 'equal' if q.test is StudyTest.PREFERENCE else label

    files = [answer_file(tmp_path / f'{n}.json', key, f'p{n}', choose(n)) for n in (1, 3)]
    answers, left_out = collect(files, key)
    assert not left_out
    cells = {(s.test.value, s.row): s for s in score(key, answers)}
    assert ('attitude', 'negative') not in cells
    assert [cells['labels', a.value].mean for a in Attitude] == [100, 100, 50]
    assert cells['labels', 'negative'].variance == pytest.approx(statistics.variance([25, 75]))
    table = format_markdown(score(key, answers), [])
    assert '| labels | negative | 50.0 (1250.0) | 4 | 63.9 |' in table


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        (lambda choice: 'positive', 'answer 2 does not label each of the three listeners once'),
        (lambda choice: dict(list(choice.items())[:2]), 'does not label each of the three'),
        (lambda choice: dict.fromkeys(choice, 'bored'), "answer 2: 'bored' is no attitude"),
    ],
)
def test_labels_that_are_none_are_not_counted(tmp_path, change, reason):
    key, _ = ask(make_clips(1), 2)
    good = json.loads(
        answer_file(
            tmp_path / 'a.json',
            key,
            'a',
            lambda q: 'equal' if q.test is StudyTest.PREFERENCE else lambda q, attitude: attitude,
        ).read_text()
    )
    good['answers'][1]['choice'] = change(good['answers'][1]['choice'])
    (tmp_path / 'b.json').write_text(json.dumps(good))
    _, (left_out,) = collect([tmp_path / 'b.json'], key)
    assert reason in left_out.reason


def test_tables_hold_the_scores(tmp_path):
    key, _ = ask(make_clips(2), 1, 'attitude')
    files = [
        answer_file(
            tmp_path / f'{n}.json',
            key,
            f'p{n}',
            lambda q, n=n: (
                q.attitude.value if q.test is StudyTest.ATTITUDE else ('true', 'equal')[n]
            ),
        )
        for n in range(2)
    ]
    scores = score(key, collect(files, key)[0])
    table = format_markdown(scores, [])
    assert '| test | row | test | test: questions | test: paper |' in table
    assert (
        f'| preference | true better | 50.0 ({statistics.variance([0, 100]):.1f}) | 2 | 56.2 |'
        in table
    )
    lines = list(csv.DictReader(io.StringIO(format_csv(scores))))
    (true,) = [line for line in lines if line['row'] == 'true']
    assert float(true['mean']) == 50
    assert float(true['variance']) == 5000
    one = score(key, collect(files[:1], key)[0])
    assert '| preference | true better | 100.0 (-) |' in format_markdown(one, [])


def test_files_that_cannot_be_counted_are_named(tmp_path):
    key, _ = ask(make_clips(2), 1, 'attitude')
    other, _ = ask(make_clips(2), 2, 'attitude')

    def choose(question):
        return 'positive' if question.test is StudyTest.ATTITUDE else 'true'

    good = answer_file(tmp_path / 'good.json', key, 'Ann', choose)
    broken = tmp_path / 'broken.json'
    broken.write_text('{"format"', encoding='utf-8')
    alien = tmp_path / 'alien.json'
    alien.write_text('[1, 2]', encoding='utf-8')
    content = json.loads(good.read_text())
    first = content['answers'][0]
    cases = {
        tmp_path / 'missing.json': 'cannot be read',
        broken: 'broken: no JSON',
        alien: 'foreign: no file of answers',
        answer_file(
            tmp_path / 'other.json', other, 'x', choose
        ): f'foreign: of study {other.study}',
        answer_file(tmp_path / 'again.json', key, ' ann ', choose): f'duplicate: .* in {good}',
        answer_file(
            tmp_path / 'half.json', key, 'y', choose, answers=[first]
        ): 'broken: 1 of 4 questions are answered',
        answer_file(
            tmp_path / 'twice.json', key, 'y', choose, answers=[first, first]
        ): 'broken: answer 2 is the second to question',
        answer_file(
            tmp_path / 'odd.json', key, 'y', choose, answers=[first | {'choice': 'me'}]
        ): "broken: answer 1: 'me' is not one of the options",
        answer_file(
            tmp_path / 'no_question.json', key, 'y', choose, answers=[{'choice': 'equal'}]
        ): 'broken: answer 1 is to no question',
        answer_file(
            tmp_path / 'list.json', key, 'y', choose, answers=3
        ): 'broken: it holds no list',
        answer_file(tmp_path / 'nobody.json', key, ' ', choose): 'broken: it names no participant',
    }
    answers, left_out = collect([good, *cases], key)
    assert [a.participant for a in answers] == ['Ann']
    assert [item.path for item in left_out] == list(cases)
    for item in left_out:
        with pytest.raises(StudyError, match=cases[item.path]):
            raise StudyError(item.reason)
    assert 'half.json: broken: 1 of 4' in format_markdown(score(key, answers), left_out)


@pytest.mark.parametrize(
    ('rows', 'complaint'),
    [
        ('', 'holds no clip'),
        ('a,test,s.mp4,,,,,\n', "'a'.* serves no test"),
        ('a,test,s.mp4,l.mp4,,,,\n', 'the attitude of the true listener is missing'),
        ('a,test,s.mp4,l.mp4,happy,,,\n', "attitude 'happy' is not one of"),
        ('a,test,s.mp4,l.mp4,positive,,p.mp4,\n', "is given under 'positive'"),
        ('a,test,gone.mp4,l.mp4,positive,p.mp4,,\n', 'speaker: no such file'),
        (',test,s.mp4,l.mp4,positive,p.mp4,,\n', 'clip 1: clip must be given'),
        ('a,test,s.mp4,l.mp4,positive,p.mp4,,\n' * 2, 'appear twice: a'),
        ('a,test,s.mp4,l.mp4,positive,p.mp4,,,extra\n', 'unknown column None'),
    ],
)
def test_wrong_manifests_are_refused(tmp_path, rows, complaint):
    for name in ('s', 'l', 'p'):
        (tmp_path / f'{name}.mp4').touch()
    (tmp_path / 'clips.csv').write_text(HEADER + rows, encoding='utf-8')
    with pytest.raises(StudyError, match=complaint):
        read_manifest(tmp_path / 'clips.csv')


def test_csv_and_yaml_say_the_same(tmp_path):
    for name in ('s', 'l', 'p', 'u', 'n'):
        (tmp_path / f'{name}.mp4').touch()
    row = 'a,test,s.mp4,l.mp4,positive,p.mp4,u.mp4,n.mp4\n'
    (tmp_path / 'clips.csv').write_text(HEADER + row, encoding='utf-8')
    (tmp_path / 'clips.yaml').write_text(
        '- {clip: a, split: test, speaker: s.mp4, listener: l.mp4, attitude: positive,\n'
        '   positive: p.mp4, neutral: u.mp4, negative: n.mp4}\n',
        encoding='utf-8',
    )
    (clip,) = read_manifest(tmp_path / 'clips.csv')
    assert read_manifest(tmp_path / 'clips.yaml') == [clip]
    assert clip.asks_preference and clip.asks_attitude
    (tmp_path / 'clips.txt').touch()
    with pytest.raises(StudyError, match=r'\.csv, \.yaml or \.yml'):
        read_manifest(tmp_path / 'clips.txt')


def test_make_writes_a_page_without_the_key(tmp_path, capsys):
    write_clip(tmp_path / 'speaker_secret.mp4', [0, 100, 200, 300], audio_ms=400)
    for name in ('true', 'positive'):
        write_clip(tmp_path / f'{name}_secret.mp4', [0, 100, 200, 300])
    (tmp_path / 'clips.csv').write_text(
        'clip,split,speaker,listener,attitude,positive\n'
        'clip_secret,ood_secret,speaker_secret.mp4,true_secret.mp4,positive,positive_secret.mp4\n',
        encoding='utf-8',
    )
    page = tmp_path / 'page'
    make = ['study', 'make', str(tmp_path / 'clips.csv'), '--out', str(page)]
    assert main([*make, '--key', str(page / 'key.json')]) == 1
    assert 'the key must not be in the folder of the page' in capsys.readouterr().err
    assert main([*make, '--size', '65']) == 1
    assert main([*make, '--seed', '1', '--size', '64']) == 0
    key = read_key(tmp_path / 'page.key.json')
    (question,) = key.questions
    for file in page.rglob('*'):
        assert 'secret' not in file.name
        assert file.is_dir() or b'secret' not in file.read_bytes(), file
    code = (page / 'study.js').read_text(encoding='utf-8')
    assert not any(word in code for word in ('true', 'generated', 'seed'))
    names = {f'{name}.mp4' for name in (*question.options, question.speaker)}
    assert {f.name for f in (page / 'videos').iterdir()} == names
    for name in question.options:
        with av.open(str(page / 'videos' / f'{name}.mp4')) as container:
            assert not container.streams.audio
            (video,) = container.streams.video
            assert (video.codec_context.name, video.width, video.height) == ('h264', 64, 64)
            assert video.average_rate == 30
            assert 'creation_time' not in container.metadata | video.metadata
    with av.open(str(page / 'videos' / f'{question.speaker}.mp4')) as container:
        (sound,) = container.streams.audio
        assert float(sound.duration * sound.time_base) == pytest.approx(0.4, abs=0.05)
    capsys.readouterr()
    assert main([*make, '--key', str(tmp_path / 'other.json')]) == 1
    assert 'is not empty' in capsys.readouterr().err
    assert main(make) == 1
    assert 'page.key.json exists' in capsys.readouterr().err


def test_a_speaker_s_audio_is_its_video_s_or_that_of_a_file(tmp_path, capsys):
    for name in ('speaker', 'true', 'positive'):
        write_clip(tmp_path / f'{name}.mp4', [0, 100, 200, 300])
    write_clip(tmp_path / 'voice.mp4', [0, 300], audio_ms=300)
    rows = 'clip,split,speaker,audio,listener,attitude,positive\n'
    rows += 'a,test,speaker.mp4,{},true.mp4,positive,positive.mp4\n'
    make = ['study', 'make', str(tmp_path / 'clips.csv'), '--size', '64', '--seed', '1']
    (tmp_path / 'clips.csv').write_text(rows.format(''), encoding='utf-8')
    assert main([*make, '--out', str(tmp_path / 'silent')]) == 1
    assert 'speaker.mp4 has no audio: name the file of the audio' in capsys.readouterr().err
    (tmp_path / 'clips.csv').write_text(rows.format('voice.mp4'), encoding='utf-8')
    assert main([*make, '--out', str(tmp_path / 'page')]) == 0
    (question,) = read_key(tmp_path / 'page.key.json').questions
    with av.open(str(tmp_path / 'page' / 'videos' / f'{question.speaker}.mp4')) as container:
        (sound,) = container.streams.audio
        assert float(sound.duration * sound.time_base) == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize('matching', MATCHING)
def test_who_guesses_is_right_by_chance(matching, tmp_path, capsys):
    key, _ = ask(make_clips(60), 1, matching)
    write_key(tmp_path / 'key.json', key)
    guess = ['study', 'guess', str(tmp_path / 'key.json'), '--out', str(tmp_path / 'g')]
    assert main([*guess, '--participants', '30']) == 0
    answers, left_out = collect(sorted((tmp_path / 'g').iterdir()), key)
    assert (len(answers), left_out) == (30, [])
    for cell in score(key, answers):
        spread = 10_000 * 2 / 9 / cell.questions  # of the share, binomial
        assert cell.mean == pytest.approx(100 / 3, abs=4 * (spread / 30) ** 0.5)
        assert cell.variance == pytest.approx(spread, rel=0.9)
    assert main([*guess, '--participants', '0']) == 1
    assert '--participants must be 1 or more' in capsys.readouterr().err


def test_score_prints_the_table_and_names_what_is_left_out(tmp_path, capsys):
    key, _ = ask(make_clips(2), 1, 'attitude')
    write_key(tmp_path / 'key.json', key)
    bad = tmp_path / 'bad.json'
    bad.write_text('no', encoding='utf-8')
    assert main(['study', 'score', str(tmp_path / 'key.json'), str(bad)]) == 1
    assert 'none of the answer files can be used' in capsys.readouterr().err
    good = answer_file(
        tmp_path / 'good.json',
        key,
        'a',
        lambda q: q.attitude.value if q.test is StudyTest.ATTITUDE else 'equal',
    )
    arguments = [tmp_path / 'key.json', good, bad, '--csv', tmp_path / 's.csv']
    arguments += ['--markdown', tmp_path / 's.md']
    assert main(['study', 'score', *map(str, arguments)]) == 0
    printed = capsys.readouterr()
    assert '| preference | equal | 100.0 (-) |' in printed.out
    assert f'not counted: {bad}: broken' in printed.err
    assert (tmp_path / 's.md').read_text(encoding='utf-8') == printed.out
    assert len((tmp_path / 's.csv').read_text().splitlines()) == 1 + 3 + 2
    assert main(['study', 'score', str(good), str(good)]) == 1
    assert 'is no key' in capsys.readouterr().err
