"""The report of a renderer: Table 4 of the paper in Markdown."""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.lab.dataset.features import ClipFeatures
from vico_listener.lab.evaluation.comparison.tables import Results
from vico_listener.lab.evaluation.comparison.tables import renderer_table
from vico_listener.lab.evaluation.images.rendering import Features
from vico_listener.lab.evaluation.images.rendering import listener_video
from vico_listener.lab.evaluation.images.rendering import render_results
from vico_listener.lab.evaluation.images.rendering import render_score

NOTE = (
    'The renderer draws the true motion from the first picture of each video; every later picture '
    'is held against the true one, at {size} px. SSIM (higher is better) and PSNR in dB (higher) '
    'with scikit-image; CPBD (higher is sharper) of the drawn pictures; FID (lower) of Inception '
    'features. In brackets the 95 % interval when clips are resampled. Means are over all frames. '
    'Rows marked *ViCo* are those of Zhou et al., ECCV 2022, Table 4: PIRenderer on ViCo; their '
    'CPBD comes from another implementation, and is not comparable to the last digit.'
)
NO_FID = 'FID was not taken: it needs `--inception`.'


def evaluate_renderer(
    renderer: str,
    clips: Sequence[ClipFeatures],
    videos: Path,
    size: int,
    network: Features | None = None,
    quiet: bool = False,
    options: Mapping[str, Any] | None = None,
) -> Results:
    """Score a renderer on the videos of the clips' listeners.

    Raises:
        ValueError: a clip without video, and what `render_score` refuses.
    """
    paths = [listener_video(videos, clip) for clip in clips]
    pairs = list(zip(clips, paths, strict=True))
    with tqdm(pairs, desc=renderer, unit='clip', disable=quiet) as bar:
        scores = [render_score(renderer, clip, path, size, network, options) for clip, path in bar]
    return Results(render_results(renderer, scores))


def compose(
    renderer: str, results: Results, splits: Sequence[str], size: int, notes: Sequence[str]
) -> str:
    """The report in Markdown."""
    parts = [f'# Renderer {renderer}', NOTE.format(size=size)]
    with_fid = any(result.metric == 'FID' for result in results.all)
    lines = [*notes, *([] if with_fid else [NO_FID])]
    parts += ['\n'.join(f'* {line}' for line in lines)] if lines else []
    for split in splits:
        parts += [f'## {split}', renderer_table(results, renderer, split)]
    return '\n\n'.join(parts) + '\n'
