"""`vico bench`: table, JSON, statistics, the pinned core, the clip it plays."""

import argparse
import json
import math
import os
import sys
import threading
from itertools import count

import cv2
import numpy as np
import pytest

from vico_listener.cli.main import main
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.benchmark import bench_table
from vico_listener.lab.benchmark import core as core_module
from vico_listener.lab.benchmark import machine as machine_module
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.bench_table import format_rows
from vico_listener.lab.benchmark.bench_table import percentiles
from vico_listener.lab.benchmark.bench_table import rates
from vico_listener.lab.benchmark.bench_table import sample
from vico_listener.lab.benchmark.machine import Core
from vico_listener.lab.benchmark.machine import describe_machine
from vico_listener.lab.benchmark.machine import one_core
from vico_listener.lab.benchmark.machine import time_of_others
from vico_listener.lab.benchmark.material import first_channel
from vico_listener.lab.benchmark.material import images_of
from vico_listener.lab.benchmark.material import write_fluent_clip
from vico_listener.lab.benchmark.sense_rows import librosa_ms
from vico_listener.lab.cli import bench
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.motion import FaceMotion

NAN = math.nan
LINUX = pytest.mark.skipif(not hasattr(os, 'sched_getaffinity'), reason='no affinities here')


@pytest.mark.parametrize(
    ('p50', 'p99', 'target', 'target_p99', 'higher', 'verdict'),
    [
        (5.0, 9.0, NAN, NAN, False, ''),
        (5.0, 9.0, 5.0, NAN, False, 'ok'),
        (5.1, 9.0, 5.0, NAN, False, 'missed'),
        (5.0, 9.0, 6.0, 8.0, False, 'missed'),
        (5.0, 8.0, 6.0, 8.0, False, 'ok'),
        (5.0, 9.0, NAN, 8.0, False, 'missed'),
        (99.0, 90.0, 100.0, NAN, True, 'missed'),
        (101.0, 90.0, 100.0, NAN, True, 'ok'),
        (NAN, NAN, 5.0, NAN, False, 'not measured'),
        (5.0, NAN, 6.0, 8.0, False, 'not measured'),
    ],
)
def test_verdict(p50, p99, target, target_p99, higher, verdict):
    row = Row('x', 'ms', p50, p99, target=target, target_p99=target_p99, higher=higher)
    assert row.verdict == verdict


def test_json_has_every_field_and_no_nan():
    row = Row('face', 'ms', 5.0, NAN, target=7.5, reference='bare', quoted='other 9.8 ms')
    values = json.loads(json.dumps(row.to_json(), allow_nan=False))
    assert values == {
        'name': 'face',
        'unit': 'ms',
        'p50': 5.0,
        'p99': None,
        'target': 7.5,
        'target_p99': None,
        'higher': False,
        'reference': 'bare',
        'reference_p50': None,
        'quoted': 'other 9.8 ms',
        'verdict': 'ok',
    }


def test_table_is_aligned_and_tells_measured_from_quoted():
    rows = [
        Row('face', 'ms', 12.3456, 20, target=7.5, reference='bare', reference_p50=4.0),
        Row('rate', 'fps', 120, 90, target=100, higher=True, quoted='paper 12 fps'),
        Row('late', 'ms', NAN, NAN, target=12, target_p99=25),
    ]
    header, rule, face, rate, late = format_rows(rows).splitlines()
    assert set(rule) == {'-'}
    assert ' '.join(face.split()) == 'face 12.35 20 ms <= 7.5 missed bare: 4 ms'
    assert '>= 100' in rate
    assert ' ok ' in rate
    assert '<= 12, p99 <= 25  not measured' in late
    assert face.index('bare') == header.index('reference, this run')
    assert rate.index('paper') == header.index('quoted')
    assert header.index('p50') + 3 == face.index('12.35') + 5 == late.index('-') + 1


def test_sample_counts_after_the_warm_up(monkeypatch):
    # A clock of 1, 2, 4, 8, ... s: the durations are 1, 4, 16 s, whatever the machine does.
    ticks = count()
    monkeypatch.setattr(bench_table.time, 'perf_counter', lambda: 2.0 ** next(ticks))
    calls = []
    durations = sample(lambda: calls.append(0), 3, warm_up=2)
    assert len(calls) == 5
    np.testing.assert_array_equal(durations, [1e3, 4e3, 16e3])


def test_percentiles_are_of_all_samples():
    assert percentiles(np.arange(101.0)) == (50.0, 99.0)


def test_rates_do_not_hide_work_that_comes_now_and_then():
    durations = np.tile([5.0, 5.0, 20.0], 20)  # 100 fps in the long run, 200 by the median
    assert rates(durations, 3) == (pytest.approx(100.0), pytest.approx(100.0))
    slow = np.concatenate([durations, [40.0, 40.0, 20.0]])  # one block of 30 fps
    p50, p99 = rates(np.append(slow, 1e9), 3)  # an incomplete block is left out
    assert p50 == pytest.approx(100.0)
    assert 30.0 <= p99 < 100.0
    with pytest.raises(ValueError, match='2 durations do not fill a block of 3'):
        rates(np.ones(2), 3)


@LINUX
def test_one_core_holds_every_thread_and_lets_go():
    before, threads = os.sched_getaffinity(0), cv2.getNumThreads()
    ready, done = threading.Event(), threading.Event()

    def work() -> None:
        ready.set()
        done.wait(10)

    other = threading.Thread(target=work)
    other.start()
    ready.wait(10)
    try:
        with pytest.raises(RuntimeError, match='half way'), one_core() as core:
            mine, its = os.sched_getaffinity(0), os.sched_getaffinity(other.native_id)
            assert core.pinned
            assert cv2.getNumThreads() == 1
            raise RuntimeError('half way')
        assert len(mine) == 1
        assert its == mine
        assert os.sched_getaffinity(0) == before
        assert os.sched_getaffinity(other.native_id) == before
        assert cv2.getNumThreads() == threads
        assert 0.0 <= core.share <= 1.0
    finally:
        done.set()
        other.join()


def test_one_core_says_when_the_system_cannot(monkeypatch):
    monkeypatch.delattr(os, 'sched_getaffinity', raising=False)
    with one_core() as core:
        pass
    assert not core.pinned


def test_share_is_cpu_time_per_wall_time(monkeypatch):
    wall, used = iter([10.0, 20.0]), iter([1.0, 4.0])
    monkeypatch.setattr(machine_module.time, 'perf_counter', lambda: next(wall))
    monkeypatch.setattr(machine_module.time, 'process_time', lambda: next(used))
    with one_core() as core:
        pass
    assert core.share == pytest.approx(0.3)


@pytest.mark.skipif(not os.path.exists('/proc/stat'), reason='no /proc/stat')
def test_own_work_and_that_of_children_is_not_that_of_others(monkeypatch):
    monkeypatch.setattr(
        machine_module.Path, 'read_text', lambda _: 'cpu  700 50 250 9999 77 10 20 70 0 0\ncpu0 1'
    )
    monkeypatch.setattr(machine_module.os, 'sysconf', lambda _: 100)
    monkeypatch.setattr(machine_module.os, 'times', lambda: (1.0, 0.5, 2.0, 0.25, 1234.5))
    assert time_of_others() == pytest.approx(11.0 - 3.75)


def test_machine_names_what_counts():
    machine = json.loads(json.dumps(describe_machine()))
    assert {'cpu', 'cores', 'load', 'python', 'libraries', 'date'} <= machine.keys()
    assert machine['libraries']['numpy'] == np.__version__


@pytest.fixture(scope='module')
def fluent(speech_clip, tmp_path_factory):
    """The clip that the latency rows play, and how many frames it is said to have."""
    path = tmp_path_factory.mktemp('bench') / 'speaker.mkv'
    return path, write_fluent_clip(speech_clip, path)


def test_played_clip_is_that_of_a_common_camera(fluent, speech_clip):
    path, sent = fluent
    info = probe_clip(path)
    assert (info.width, info.height, info.fps) == (640, 480, 30.0)
    stamps = np.array([f.stamp for f in camera_frames(path)])
    assert len(stamps) == sent
    # The container's clock has milliseconds.
    np.testing.assert_allclose(np.diff(stamps) / NANOSECONDS, 1 / 30, atol=1.1e-3)
    samples, rate = first_channel(path)
    expected, expected_rate = first_channel(speech_clip)
    assert rate == expected_rate
    np.testing.assert_array_equal(samples, expected)


def test_played_clip_holds_every_image_at_its_time(fluent, speech_clip):
    path, _ = fluent
    sources = list(camera_frames(speech_clip))
    images = images_of(speech_clip, alone=True)
    for frame in list(camera_frames(path))[3::37]:
        newest = max(i for i, s in enumerate(sources) if s.stamp <= frame.stamp + 1_000_000)
        difference = frame.image.astype(int) - images[newest]
        assert np.abs(difference).mean() < 4  # JPEG


def test_every_core_row_is_measured(speech_clip, monkeypatch):
    monkeypatch.setitem(sys.modules, 'librosa', None)
    frames = images_of(speech_clip, alone=False)[:12]
    assert frames[0].shape == (480, 640, 3)
    rows = [
        core_module.face_row('face', frames, 3, 7.5),
        core_module.speech_row(3),
        core_module.speech_network_row(3),
        *core_module.listener_rows(frames, 3),
        *core_module.network_rows(frames, 3),
        core_module.render_row('portrait', 256, 1.5, 3),
        core_module.render_row('cartoon', 320, 1.0, 3, width=480),
        core_module.chain_row(speech_clip, frames, 30),
    ]
    for row in rows:
        low, high = sorted((row.p50, row.p99))
        assert 0 < low <= high < math.inf, row.name
    with_reference = [row.name for row in rows if row.reference_p50 > 0]
    networks = [row.name for row in rows if row.name.startswith('network step')]
    assert len(networks) == 4
    drawn = ['portrait render 256x256', 'cartoon render 480x320']
    assert with_reference == ['face', 'telling speech from other sounds', *networks, *drawn]
    assert rows[1].reference == 'librosa: not installed'


def test_librosa_is_measured_when_it_is_there():
    pytest.importorskip('librosa')
    assert librosa_ms(2) > 0


def fake_row(name, *_, **options):
    return Row(str(name), 'ms', 1.0, 2.0)


def test_core_rows_report_each_stage(speech_clip, monkeypatch):
    for name in ('face_row', 'render_row', 'chain_row'):
        monkeypatch.setattr(core_module, name, fake_row)
    for name in ('speech_row', 'speech_network_row'):
        monkeypatch.setattr(core_module, name, lambda n: fake_row('speech'))
    for name in ('listener_rows', 'network_rows'):
        monkeypatch.setattr(core_module, name, lambda *_: [fake_row('warm')] * 4)
    stages = []
    rows, core = core_module.core_rows(speech_clip, True, stages.append)
    assert len(stages) == core_module.CORE_STAGES
    assert len(rows) == 17
    assert isinstance(core, Core)


REPORT = {
    'frames': {'images in': 250, 'images dropped': 3},
    'latency [ms]': {
        'audio_wait': {'p50': 1.0, 'p99': 20.0, 'max': 21.0},
        'motion': {'p50': 10.0, 'p99': 30.0, 'max': 31.0},
        'command': {'p50': 20.0, 'p99': 40.0, 'max': 41.0},
    },
    'stack': {'start-up [s]': 2.0, 'first command [s]': 2.5, 'peak memory [MB]': 700.0},
}


def test_latency_rows_count_lost_frames_from_both_ends():
    rows = bench.report_rows(REPORT, 260, 'face shown')
    assert all('face shown' in row.name for row in rows)
    motion, command, wait, lost, start, memory = rows
    assert (motion.p50, motion.p99, motion.verdict) == (10.0, 30.0, 'missed')
    assert (command.p50, command.p99, command.verdict) == (20.0, 40.0, '')
    assert (wait.p50, wait.verdict) == (1.0, '')
    assert (lost.p50, lost.verdict) == (10.0, 'missed')
    assert '260' in lost.name
    assert (start.p50, start.verdict) == (2.5, 'ok')
    assert (memory.p50, memory.verdict) == (700.0, 'missed')


def test_no_command_is_not_a_success():
    silent = REPORT | {'latency [ms]': {k: dict.fromkeys(('p50', 'p99'), NAN) for k in
                                        ('audio_wait', 'motion', 'command')}}  # fmt: skip
    assert bench.report_rows(silent, 250, 'x')[0].verdict == 'not measured'


def arguments(*given):
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    return parser.parse_args([str(part) for part in given])


@pytest.fixture
def measured(monkeypatch, speech_clip):
    """Every measurement stubbed; the list takes note of the latency runs."""
    runs = []

    def core_rows(clip, quick, report):
        for stage in range(core_module.CORE_STAGES):
            report(f'stage {stage}')
        return [fake_row('face, quick' if quick else 'face')], Core(pinned=True, share=0.5)

    def latency_rows(clip, shown):
        runs.append(shown)
        return [fake_row(f'latency {shown}')]

    monkeypatch.setattr(bench, 'core_rows', core_rows)
    monkeypatch.setattr(bench, 'latency_rows', latency_rows)
    monkeypatch.setattr(bench.demo, 'default_clip', lambda: speech_clip)
    return runs


def test_run_prints_and_writes_all_rows(measured, tmp_path, capsys):
    out = tmp_path / 'new' / 'bench.json'
    assert bench.run(arguments('--quick', '--out', out)) == 0
    assert measured == [False, True]
    content = json.loads(out.read_text())
    names = [row['name'] for row in content['rows']]
    assert names == ['face, quick', 'latency False', 'latency True']
    assert content['machine']['pinned'] is True
    assert content['machine']['core_share'] == 0.5
    printed = capsys.readouterr()
    assert all(name in printed.out for name in names)
    assert '50 % of their core' in printed.out
    assert '8/8' in printed.err


def test_no_latency_leaves_ros_alone(measured, tmp_path, capsys):
    assert bench.run(arguments('--no-latency', '--out', tmp_path / 'bench.json')) == 0
    assert measured == []
    assert '6/6' in capsys.readouterr().err


def test_notes_name_what_disturbs():
    machine = {'cores': 4, 'pinned': True, 'core_share': 0.99, 'cores_used_by_others': None}
    assert bench.notes(machine) == []
    machine = {'cores': 4, 'pinned': False, 'core_share': 0.4, 'cores_used_by_others': 1.25}
    unpinned, share, others = bench.notes(machine)
    assert 'cannot keep a process on one core' in unpinned
    assert '40 %' in share
    assert '1.25 of 4 cores' in others


def test_where_nothing_can_be_written_nothing_is_measured(measured, tmp_path, capsys):
    assert main(['bench', '--out', str(tmp_path)]) == 1
    assert measured == []
    assert str(tmp_path) in capsys.readouterr().err


def test_missing_clip_is_named(measured, tmp_path, monkeypatch, capsys):
    def missing():
        raise ClipError('the default clip is missing: install it')

    monkeypatch.setattr(bench.demo, 'default_clip', missing)
    assert main(['bench', '--out', str(tmp_path / 'bench.json')]) == 1
    assert 'vico bench: the default clip is missing: install it' in capsys.readouterr().err


def test_without_a_gpu_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr('vico_listener.lab.benchmark.gpu.describe_gpu', lambda: '')
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    out = tmp_path / 'gpu.json'
    assert bench.run(parser.parse_args(['--gpu', '--out', str(out)])) == 0
    assert capsys.readouterr().out.startswith('no GPU: ')
    content = json.loads(out.read_text())
    assert content['rows'] == [] and content['machine']['gpu'] == ''


def test_the_papers_chain_has_a_row_for_each_of_its_figures(monkeypatch):
    from vico_listener.lab.benchmark import gpu

    class Fake:
        def __init__(self, execution):
            self.execution = execution

        def fit(self, image):
            return SpeakerFrame(0, 0, 0, FaceMotion.neutral(), image)

        step = whole = render = direct = lambda self, *_: None

        def overlapped(self, images):
            yield from images

    monkeypatch.setattr(gpu, 'PaperChain', Fake)
    monkeypatch.setattr(gpu, 'images_of', lambda *_, **__: [np.zeros((4, 4, 3), np.uint8)])
    rows = gpu.chain_rows('clip', None, 5)
    quoted = [row.quoted.rpartition('V100 ')[2] for row in rows]
    expected = ['52.5 ms', '0.0372 ms', '29.3 ms', '29.3 ms', '81.84 ms', '12 fps']
    assert quoted == [*expected, '19 fps (pipelined)']
    assert [row.target for row in rows[4:]] == [12.0, 80.0, 80.0] and rows[-1].higher


def test_overlapped_draws_the_same_pictures_as_one_after_the_other(portrait_photo):
    import torch

    from vico_listener.lab.benchmark.gpu import PaperChain
    from vico_listener.neural.execution import Execution

    photo = cv2.imread(str(portrait_photo))
    photos = [np.roll(photo, shift, axis=1) for shift in (0, 6, 12)]
    torch.manual_seed(0)
    chain = PaperChain(Execution('torch', 'cpu', 1))
    overlapped = [answer.picture for answer in chain.overlapped(photos)]
    torch.manual_seed(0)
    again = PaperChain(Execution('torch', 'cpu', 1))
    answers = [again.whole(photo) for photo in photos]
    assert all(answer.speaker.face_valid for answer in answers)
    one_by_one = [answer.picture for answer in answers]
    assert len(overlapped) == len(photos) and (overlapped[0] != overlapped[-1]).any()
    for one, other in zip(overlapped, one_by_one, strict=True):
        np.testing.assert_array_equal(one, other)
    again.direct()
