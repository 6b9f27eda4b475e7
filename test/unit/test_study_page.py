"""The page of a study in a real browser, from a disk, up to the file that it saves."""

import json
import shutil

import pytest
from clip_files import write_clip

from vico_listener.cli.main import main
from vico_listener.lab.study.answer_files import collect
from vico_listener.lab.study.questions import MATCHING
from vico_listener.lab.study.questions import StudyTest
from vico_listener.lab.study.questions import read_key
from vico_listener.lab.study.results import score


@pytest.fixture(scope='module', params=MATCHING)
def study(tmp_path_factory, request):
    """A page with one preference question and one of attitude matching, and its key."""
    folder = tmp_path_factory.mktemp('study')
    write_clip(folder / 's.mp4', [0, 100, 200, 300], audio_ms=400)
    for name in ('l', 'p', 'u', 'n'):
        write_clip(folder / f'{name}.mp4', [0, 100, 200, 300])
    (folder / 'clips.csv').write_text(
        'clip,split,speaker,listener,attitude,positive,neutral,negative\n'
        'one,test,s.mp4,l.mp4,positive,p.mp4,u.mp4,n.mp4\n',
        encoding='utf-8',
    )
    arguments = [folder / 'clips.csv', '--out', folder / 'page', '--seed', 4, '--size', 64]
    arguments += ['--matching', request.param]
    assert main(['study', 'make', *map(str, arguments)]) == 0
    return folder / 'page', read_key(folder / 'page.key.json')


@pytest.fixture
def page(chromium, study):
    """The page, opened from the disk by a participant of their own."""
    context = chromium.new_context(accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    opened.requested = []
    opened.on('request', lambda request: opened.requested.append(request.url))
    opened.goto((study[0] / 'index.html').as_uri())
    yield opened
    context.close()


def begin(page):
    page.fill('#participant', 'P-07')
    page.click('text=Start')
    page.wait_for_selector('#question:not([hidden])')


def watch(page):
    page.click('#play')
    page.wait_for_selector('#play:enabled:has-text("Play again")')


def answer(page, question, letter):
    """Watch, and choose a listener, or give every listener its own label."""
    watch(page)
    if question.test is not StudyTest.LABELS:
        page.click(f'#choices button:has-text("Listener {letter}")')
        return
    for name, attitude in question.options.items():
        assert page.locator('#choices button:enabled').count() == 0  # not before all have one
        page.select_option(f'#listeners select[name="{name}"]', attitude)
    page.click('#choices button:has-text("Next")')


def test_page_asks_everything_and_saves_answers_that_can_be_scored(page, study, tmp_path):
    folder, key = study
    assert '1 × two listeners' in page.inner_text('#parts')
    begin(page)
    shown = {}
    for number, question in enumerate(key.questions, 1):
        assert page.inner_text('#count') == f'{number} of 2'
        sources = page.eval_on_selector_all(
            '#listeners video', 'videos => videos.map(v => v.src.split("/").pop())'
        )
        assert sources == [f'{name}.mp4' for name in question.options]
        shown[question.test] = (page.inner_text('#asked'), page.locator('#choices button').count())
        assert page.locator('#choices button:enabled').count() == 0  # not before it was seen
        assert page.is_visible('#criteria') == (question.test is StudyTest.PREFERENCE)
        answer(page, question, 'B')
    asked = 'The listener is meant to be positive. Which one reacts better to the speaker?'
    assert shown[StudyTest.PREFERENCE] == (asked, 3)
    if (wanted := key.questions[1].attitude) is not None:
        assert shown[StudyTest.ATTITUDE] == (f'Which listener shows a {wanted.value} attitude?', 3)
    else:
        assert shown[StudyTest.LABELS] == ('Which attitude does each listener show?', 1)
    with page.expect_download() as download:
        page.click('#save')
    assert download.value.suggested_filename == f'answers_{key.study}_P-07.json'
    file = tmp_path / 'answers.json'
    download.value.save_as(file)
    (answers,), left_out = collect([file], key)
    assert not left_out
    assert answers.participant == 'P-07'
    chosen = {q.id: list(q.options.values())[1] for q in key.questions}
    labelled = {q.id for q in key.questions if q.test is StudyTest.LABELS}
    assert answers.meanings == {q: what for q, what in chosen.items() if q not in labelled}
    assert answers.labels == {
        q: {attitude: attitude for attitude in ('positive', 'neutral', 'negative')}
        for q in labelled
    }
    assert {s.mean for s in score(key, [answers])} <= {0.0, 100.0}
    written = json.loads(file.read_text(encoding='utf-8'))
    assert [a['plays'] for a in written['answers']] == [1, 1]
    assert all(url.startswith((folder.as_uri(), 'blob:')) for url in page.requested)


def test_progress_survives_a_reload_and_the_next_participant_starts_anew(page, study):
    begin(page)
    watch(page)
    page.click('text=Both are equally good')
    page.reload()
    page.wait_for_selector('#question:not([hidden])')
    assert page.inner_text('#count') == '2 of 2'
    answer(page, study[1].questions[1], 'C')
    assert page.is_hidden('#again')  # nothing is thrown away before it is saved
    with page.expect_download():
        page.click('#save')
    page.click('#again')
    page.wait_for_selector('#welcome:not([hidden])')
    assert page.input_value('#participant') == ''


def test_a_participant_needs_a_code(page):
    page.click('text=Start')
    assert page.is_visible('#welcome')
    page.fill('#participant', 'no spaces/please')
    page.click('text=Start')
    assert page.is_visible('#welcome')


def test_a_missing_video_is_named(page, study, tmp_path):
    folder, key = study
    name = f'{next(iter(key.questions[0].options))}.mp4'
    copy = shutil.copytree(folder, tmp_path / 'page')
    (copy / 'videos' / name).unlink()
    page.goto((copy / 'index.html').as_uri())
    begin(page)
    page.wait_for_selector('#problem:not([hidden])')
    assert name in page.inner_text('#problem')
