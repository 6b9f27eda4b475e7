"""Runs long work on many clips in several processes."""

import os
from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import as_completed
from typing import Any
from typing import TypeVar

from tqdm import tqdm

from vico_listener.errors import SettingError
from vico_listener.lab.processes import submitted

Result = TypeVar('Result')


def run_jobs(
    function: Callable[..., Result],
    jobs: Sequence[tuple[Any, ...]],
    workers: int | None,
    what: str,
    unit: str = 'clip',
    on_ray: bool = False,
) -> list[Result]:
    """Call `function(*job)` for every job, with a progress bar; return the results in order.

    Args:
        function: function of a module, so that another process finds it.
        jobs: its arguments, which can be pickled.
        workers: how many processes work; None for one per core, 1 to stay in this one.
        what: label of the progress bar.
        unit: name of one job in the progress bar.
        on_ray: in the cluster of Ray at RAY_ADDRESS, or one made here with so many workers. Files
            must be where every machine of it finds them.

    Raises:
        SettingError: `workers` is less than one.
        ModuleNotFoundError: Ray is asked for and not installed.
        Exception: what `function` raised; jobs that have not begun are given up.
    """
    workers = (os.cpu_count() or 1) if workers is None else workers
    if workers < 1:
        raise SettingError(f'workers: at least 1, not {workers}')
    if on_ray:
        return _run_on_ray(function, jobs, workers, what, unit)
    if workers == 1 or len(jobs) < 2:
        return [function(*job) for job in tqdm(jobs, desc=what, unit=unit)]
    with submitted(function, jobs, min(workers, len(jobs))) as futures:
        for future in tqdm(as_completed(futures), total=len(jobs), desc=what, unit=unit):
            future.result()
        return [future.result() for future in futures]


def _run_on_ray(
    function: Callable[..., Result],
    jobs: Sequence[tuple[Any, ...]],
    workers: int,
    what: str,
    unit: str,
) -> list[Result]:
    os.environ['RAY_USAGE_STATS_ENABLED'] = '0'  # before the import: nothing is sent anywhere
    import ray

    # The number of CPUs of a cluster that runs already is its own.
    size = {} if 'RAY_ADDRESS' in os.environ else {'num_cpus': workers, 'include_dashboard': False}
    ray.init(log_to_driver=False, **size)
    try:
        task = ray.remote(function)
        results = [task.remote(*job) for job in jobs]
        running = list(results)
        with tqdm(total=len(jobs), desc=f'{what} (ray)', unit=unit) as bar:
            while running:
                finished, running = ray.wait(running)
                ray.get(finished)  # raises what the task raised
                bar.update(len(finished))
        return [ray.get(result) for result in results]
    finally:
        ray.shutdown()
