"""`vico bench`: table, JSON, statistics, the pinned core, the clip it plays."""

import argparse
import json
import math
import os
import subprocess
import threading
from itertools import count

import cv2
import numpy as np
import pytest

from vico_listener.cli.main import main
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.benchmark import bare_process as bare_process_module
from vico_listener.lab.benchmark import core as core_module
from vico_listener.lab.benchmark import durations as durations_module
from vico_listener.lab.benchmark import machine as machine_module
from vico_listener.lab.benchmark import mediapipe_task
from vico_listener.lab.benchmark import network_time as network_time_module
from vico_listener.lab.benchmark import sense_rows
from vico_listener.lab.benchmark.bench_table import Result
from vico_listener.lab.benchmark.bench_table import Row
from vico_listener.lab.benchmark.bench_table import format_results
from vico_listener.lab.benchmark.bench_table import pool
from vico_listener.lab.benchmark.bench_table import unsteady
from vico_listener.lab.benchmark.durations import blocks
from vico_listener.lab.benchmark.durations import paired
from vico_listener.lab.benchmark.durations import percentiles
from vico_listener.lab.benchmark.durations import sample
from vico_listener.lab.benchmark.machine import Conditions
from vico_listener.lab.benchmark.machine import Core
from vico_listener.lab.benchmark.machine import describe_machine
from vico_listener.lab.benchmark.machine import one_core
from vico_listener.lab.benchmark.machine import time_of_others
from vico_listener.lab.benchmark.material import first_channel
from vico_listener.lab.benchmark.material import images_of
from vico_listener.lab.benchmark.material import write_fluent_clip
from vico_listener.lab.benchmark.network_time import sample_with_networks
from vico_listener.lab.cli import bench
from vico_listener.lab.docs.speed import MEASURED
from vico_listener.lab.docs.speed import speed_parts
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.motion import FaceMotion

NAN = math.nan
LINUX = pytest.mark.skipif(not hasattr(os, 'sched_getaffinity'), reason='no affinities here')


def result(**values) -> Result:
    row = Row(**({'name': 'x', 'unit': 'ms', 'p50': 5.0, 'p99': 9.0, 'reference': 'bare',
                  'reference_p50': 4.0} | values))  # fmt: skip
    return pool([[row]])[0]


@pytest.mark.parametrize(
    ('p50', 'p99', 'target', 'target_p99', 'verdict'),
    [
        (5.0, 9.0, NAN, NAN, ''),
        (5.0, 9.0, 1.25, NAN, 'ok'),
        (5.1, 9.0, 1.25, NAN, 'missed'),
        (5.0, 9.0, 1.5, 2.0, 'missed'),
        (5.0, 8.0, 1.5, 2.0, 'ok'),
        (5.0, 9.0, NAN, 2.0, 'missed'),
        (NAN, NAN, 1.25, NAN, 'not measured'),
        (5.0, NAN, 1.5, 2.0, 'not measured'),
    ],
)
def test_verdict_is_of_the_ratio_to_the_reference(p50, p99, target, target_p99, verdict):
    one = result(p50=p50, p99=p99, target=target, target_p99=target_p99)
    assert one.verdict == verdict


def test_runs_are_pooled_by_their_medians():
    figures = [(5.0, 4.0), (6.0, 4.0), (50.0, 40.0), (9.0, 4.5), (4.4, 4.0)]
    runs = [[Row('x', 'ms', own, 2 * own, 'bare', bare, target=2)] for own, bare in figures]
    runs[0].append(Row('once', 's', 1.0, 1.0, 'bare', 2.0))
    one, once = pool(runs)
    assert (one.p50, one.p99, one.reference_p50) == (6.0, 12.0, 4.0)
    assert (one.ratio, one.low, one.high) == (1.25, 1.1, 2.0)
    # The best and the worst reference do not count: 4.0, 4.0, 4.5.
    assert one.spread == pytest.approx(0.125)
    assert once.name == 'once' and once.spread == 0.0


def test_a_reference_that_varies_says_so():
    runs = [[Row('x', 'ms', 5.0, 6.0, 'bare', bare)] for bare in (4.0, 4.0, 5.0, 6.0, 9.0)]
    (told,) = unsteady(pool(runs))
    assert told == 'x: its reference varied by 40 % from run to run'
    assert unsteady(pool(runs[:1])) == []


def test_results_survive_json_without_nan():
    one = result(p99=NAN, target=1.5)
    values = json.loads(json.dumps(one.to_json(), allow_nan=False))
    assert values['p99'] is None and values['target_p99'] is None
    again = Result.from_json(values)
    assert repr(again) == repr(one)


def test_table_is_aligned_and_concludes_only_when_told():
    results = [
        result(name='face', p50=12.3456, p99=20.0, target=2.0),
        result(name='late', p50=NAN, p99=NAN, target=1.0, target_p99=2.0),
        result(name='lost', unit='', p50=0.0, p99=0.0, reference_p50=250.0, target=0.0),
    ]
    header, rule, face, late, lost = format_results(results, concluded=True).splitlines()
    assert set(rule) == {'-'}
    assert ' '.join(face.split()) == 'face 12.3 ms 20 ms bare: 4 ms 3.09 3.09..3.09 <= 2: missed'
    assert late.endswith('<= 1, 99 % <= 2: not measured')
    assert lost.endswith('<= 0: ok')
    assert face.index('bare') == header.index('reference, in the same run')
    assert 'missed' not in format_results(results, concluded=False)


def test_sample_counts_after_the_warm_up(monkeypatch):
    # A clock of 1, 2, 4, 8, ... s: the durations are 1, 4, 16 s, whatever the machine does.
    ticks = count()
    monkeypatch.setattr(durations_module.time, 'perf_counter', lambda: 2.0 ** next(ticks))
    calls = []
    durations = sample(lambda: calls.append(0), 3, warm_up=2)
    assert len(calls) == 5
    np.testing.assert_array_equal(durations, [1e3, 4e3, 16e3])


def test_percentiles_are_of_all_samples():
    assert percentiles(np.arange(101.0)) == (50.0, 99.0)


def test_blocks_do_not_hide_work_that_comes_now_and_then():
    durations = np.tile([5.0, 5.0, 20.0], 20)  # 10 ms in the long run, 5 by the median
    np.testing.assert_allclose(blocks(durations, 3), 10.0)
    np.testing.assert_allclose(blocks(np.append(durations, 1e9), 3), 10.0)
    with pytest.raises(ValueError, match='2 durations do not fill a block of 3'):
        blocks(np.ones(2), 3)


def test_pairs_take_turns():
    order = []
    own, others = paired(lambda: order.append('a'), lambda: order.append('b'), 15)
    assert len(own) == len(others) == 20
    text = ''.join(order)
    assert text == ('a' * 12 + 'b' * 12) * 2


def test_what_fills_the_caches_is_not_measured(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(durations_module.time, 'perf_counter', lambda: now[0])

    def passes(seconds):
        now[0] += seconds

    measured = sample(lambda: passes(1.0), 3, warm_up=0, between=lambda: passes(50.0))
    np.testing.assert_array_equal(measured, 1e3)


def test_networks_are_timed_in_their_place_and_let_go(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(network_time_module.time, 'perf_counter', lambda: now[0])

    class Slow:
        def run(self, seconds):
            now[0] += seconds
            return seconds

    monkeypatch.setattr(network_time_module, 'RUNS', ((Slow, 'run'),))
    network, before = Slow(), Slow.run

    def action():
        assert network.run(2.0) == 2.0
        now[0] += 1.0
        with pytest.raises(TypeError):
            network.run('x')
        network.run(0.5)

    whole, inside = sample_with_networks(action, 4, warm_up=1)
    np.testing.assert_array_equal(whole, 3500.0)
    np.testing.assert_array_equal(inside, 2500.0)
    assert Slow.run is before


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
    monkeypatch.setattr(machine_module, '_own_seconds', lambda: next(used))
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
    frames = images_of(speech_clip, alone=False)[:12]
    assert frames[0].shape == (480, 640, 3)
    sound = core_module.speech(speech_clip, 48_000, 2)
    rows = [
        core_module.face_row('face', frames, 3, 1.15),
        core_module.voice_row(sound, 48_000, 3),
        *core_module.listener_rows(frames, 3),
        *core_module.network_rows(frames, 3),
        core_module.render_row('portrait', 256, 1.5, 3),
        core_module.render_row('cartoon', 320, 1.0, 3, width=480),
        *core_module.chain_rows(speech_clip, frames, 30),
    ]
    assert len(rows) == 12
    for row in rows:
        assert 0 < row.p50 <= row.p99 < math.inf, row.name
        assert row.ratio > 0, row.name
    in_place = [row for row in rows if 'in their place' in row.reference]
    assert len(in_place) == 6
    # A part is less than the whole; the networks of a chain run in several threads at once.
    assert all(row.ratio > 1 for row in in_place[:-2])
    spoken = core_module.speech(speech_clip, 16_000, 2)
    assert spoken.shape[1] == 2 and len(spoken) * 3 == pytest.approx(len(sound), abs=3)
    assert np.array_equal(spoken[:, 0], spoken[:, 1])


def test_librosa_is_a_reference_where_it_is_there(speech_clip, monkeypatch):
    sound = core_module.speech(speech_clip, 16_000, 1)
    monkeypatch.setattr(sense_rows, 'find_spec', lambda name: None)
    assert core_module.acoustic_row('x', sound, 16_000, 3, 0.025) == []
    monkeypatch.undo()
    pytest.importorskip('librosa')
    (row,) = core_module.acoustic_row('x', sound, 16_000, 3, 0.025)
    assert row.p50 > 0 and row.reference_p50 > 0 and row.target == 0.025


def test_mediapipe_runs_without_a_network_or_not_at_all(monkeypatch, tmp_path):
    images = [np.zeros((4, 4, 3), np.uint8)]
    monkeypatch.setattr(mediapipe_task, 'find_spec', lambda name: name)
    monkeypatch.setattr(mediapipe_task.shutil, 'which', lambda name: None)
    assert len(mediapipe_task.durations_of_mediapipe(images, 3, tmp_path)) == 0
    monkeypatch.setattr(mediapipe_task.shutil, 'which', lambda name: name)
    asked = []

    def fake(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, len(asked) - 1, 'INFO: ready\n[1.0, 2.0]\n')

    monkeypatch.setattr(mediapipe_task.subprocess, 'run', fake)
    found = mediapipe_task.durations_of_mediapipe(images, 3, tmp_path)
    np.testing.assert_array_equal(found, [1.0, 2.0])
    assert asked[0][0] == 'unshare' and '--net' in asked[0]
    # Where that is not allowed, it does not run.
    assert len(mediapipe_task.durations_of_mediapipe(images, 3, tmp_path)) == 0
    assert core_module.mediapipe_rows('face', images, 3) == []


def test_a_bare_process_takes_time_and_memory(monkeypatch):
    monkeypatch.setattr(bare_process_module, 'LIBRARIES', ('json',))
    seconds, megabytes = bare_process_module.bare_process()
    assert seconds > 0 and 1 < megabytes < 500


def fake_row(name, *_, **options):
    return Row(str(name), 'ms', 1.0, 2.0, 'bare', 1.0)


def test_core_rows_report_each_stage(speech_clip, monkeypatch):
    for name in ('face_row', 'render_row'):
        monkeypatch.setattr(core_module, name, fake_row)
    monkeypatch.setattr(core_module, 'voice_row', lambda *_: fake_row('voice'))
    for name in ('mediapipe_rows', 'acoustic_row', 'listener_rows', 'network_rows', 'chain_rows'):
        monkeypatch.setattr(core_module, name, lambda *_: [fake_row('warm')] * 2)
    stages = []
    rows, core = core_module.core_rows(speech_clip, True, stages.append)
    assert len(stages) == core_module.CORE_STAGES
    assert len(rows) == 19
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
    rows = bench.report_rows(REPORT, 260, 'face shown', 8.0, (1.0, 100.0))
    assert all('face shown' in row.name for row in rows)
    results = pool([rows])
    motion, command, wait, lost, start, memory = results
    assert (motion.ratio, motion.ratio_p99, motion.verdict) == (1.25, 3.75, 'missed')
    assert (command.ratio, command.verdict) == (20.0 / 18.0, '')
    assert wait.ratio == pytest.approx(0.03)
    assert (lost.p50, lost.ratio, lost.verdict) == (10.0, 10 / 260, 'missed')
    assert (start.p50, start.ratio) == (2.5, 2.5)
    assert (memory.p50, memory.ratio) == (700.0, 7.0)


def test_no_command_is_not_a_success():
    silent = REPORT | {'latency [ms]': {k: dict.fromkeys(('p50', 'p99'), NAN) for k in
                                        ('audio_wait', 'motion', 'command')}}  # fmt: skip
    rows = bench.report_rows(silent, 250, 'x', 8.0, (1.0, 100.0))
    assert pool([rows])[0].verdict == 'not measured'


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
        return [fake_row('face, quick' if quick else 'face')], Core(pinned=True, share=1.0)

    def latency_rows(clip, core, report):
        for shown in (False, True):
            report('latency')
            runs.append(shown)
        return [fake_row('latency')]

    monkeypatch.setattr(bench, 'core_rows', core_rows)
    monkeypatch.setattr(bench, 'latency_rows', latency_rows)
    monkeypatch.setattr(bench.demo, 'default_clip', lambda: speech_clip)
    monkeypatch.setattr(bench.Conditions, 'doubts', lambda self, cores: [])
    return runs


def test_run_prints_and_writes_all_rows(measured, tmp_path, capsys):
    out = tmp_path / 'new' / 'bench.json'
    assert bench.run(arguments('--quick', '--out', out)) == 0
    assert measured == [False, True] * bench.QUICK_RUNS
    content = json.loads(out.read_text())
    assert [row['name'] for row in content['results']] == ['face, quick', 'latency']
    assert content['doubts'] == [] and content['machine']['python']
    printed = capsys.readouterr()
    assert 'face, quick' in printed.out and 'latency' in printed.out
    assert '24/24' in printed.err


def test_no_latency_leaves_ros_alone(measured, tmp_path, capsys):
    assert bench.run(arguments('--no-latency', '--out', tmp_path / 'bench.json')) == 0
    assert measured == []
    assert '30/30' in capsys.readouterr().err


def test_where_others_work_nothing_is_concluded_or_published(
    measured, tmp_path, monkeypatch, capsys
):
    told = ['other processes used 1.25 of 4 cores']
    monkeypatch.setattr(bench.Conditions, 'doubts', lambda self, cores: told)
    monkeypatch.setattr(bench, 'publish', lambda content: pytest.fail('published'))
    out = tmp_path / 'bench.json'
    assert bench.run(arguments('--publish', '--out', out)) == bench.DOUBTFUL == 3
    printed = capsys.readouterr().out
    assert 'nothing can be concluded' in printed and told[0] in printed
    assert json.loads(out.read_text())['doubts'] == told


def test_only_a_whole_run_is_published(measured, tmp_path, monkeypatch):
    published = []
    monkeypatch.setattr(bench, 'publish', published.append)
    out = tmp_path / 'bench.json'
    with pytest.raises(VicoError, match='whole run'):
        bench.run(arguments('--publish', '--quick', '--out', out))
    assert bench.run(arguments('--publish', '--out', out)) == 0
    (content,) = published
    (tmp_path / 'docs').mkdir()
    assert speed_parts(tmp_path) == dict.fromkeys(('speed', 'speed asked'), 'Not measured yet.')
    (tmp_path / MEASURED).write_text(json.dumps(content))
    parts = speed_parts(tmp_path)
    assert (
        '| face | 1 ms | 2 ms | bare: 1 ms | 1 | 1..1 |' in parts['speed']
        and 'face' not in parts['speed asked']
    )


def test_doubts_name_what_disturbs(monkeypatch):
    times = iter([(0.0, 0.0, 0.0), (10.0, 12.5, 0.5)] * 2)
    now = [0.0, 0.0, 0.0]
    monkeypatch.setattr(machine_module.time, 'monotonic', lambda: now[0])
    monkeypatch.setattr(machine_module, 'time_of_others', lambda: now[1])
    monkeypatch.setattr(machine_module, 'stolen_time', lambda: now[2])
    monkeypatch.setattr(machine_module.os, 'cpu_count', lambda: 4)

    def doubts(*cores):
        now[:] = next(times)
        conditions = Conditions()
        now[:] = next(times)
        return conditions.doubts(cores)

    pinned, share, others, stolen = doubts(Core(False, 0.4), Core(True, 1.0))
    assert 'cannot keep a process on one core' in pinned
    assert '40 %' in share
    assert '1.25 of 4 cores' in others
    assert '0.05 cores' in stolen
    monkeypatch.setattr(machine_module, 'OTHERS', 2.0)
    monkeypatch.setattr(machine_module, 'STOLEN', 2.0)
    assert doubts(Core(True, 0.99)) == []


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
    assert capsys.readouterr().out.startswith('no GPU, nothing was measured: torch ')
    content = json.loads(out.read_text())
    assert content['results'] == [] and content['machine']['gpu'] == ''


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
    papers = [row.reference_p50 for row in rows]
    assert papers == [52.5, 0.0372, 29.3, 29.3, 81.84, 1e3 / 12, 1e3 / 19]
    # 12 ms for the whole, and 80 frames a second.
    asked = [row.target * row.reference_p50 for row in rows[4:]]
    assert asked == pytest.approx([12.0, 12.5, 12.5])


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
