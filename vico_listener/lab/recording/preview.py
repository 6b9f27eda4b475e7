"""preview.png: a filmstrip of both faces with head angles, smiles and speech under it."""

from pathlib import Path

from vico_listener.clock import NANOSECONDS
from vico_listener.lab.recording.filmstrip import Filmstrip
from vico_listener.media.curves import Curves

COLUMNS = 9


def write_preview(path: Path, curves: Curves, strip: Filmstrip, title: str) -> None:
    """Draw the preview as a PNG at `path`; `title` is printed on top."""
    import matplotlib

    matplotlib.use('Agg')
    import matplotlib.pyplot as plt

    pictures = strip.pick(COLUMNS)
    figure = plt.figure(figsize=(13.5, 7.8), dpi=100, layout='constrained')
    figure.suptitle(title, fontsize=13)
    grid = figure.add_gridspec(
        5, max(1, len(pictures)), height_ratios=[1.45, 1.45, 1.5, 1.0, 0.8], wspace=0.02
    )
    table = curves.table()
    origin = table['time'][0] if len(table['time']) else 0.0
    for column, (stamp, *pair) in enumerate(pictures):
        for row, picture in enumerate(pair):
            axes = figure.add_subplot(grid[row, column])
            axes.imshow(picture[..., ::-1])
            axes.set_xticks([])
            axes.set_yticks([])
            if column == 0:
                axes.set_ylabel(('speaker', 'listener')[row], fontsize=11)
        axes.set_xlabel(f'{stamp / NANOSECONDS - origin:.1f} s', fontsize=9)
    head = figure.add_subplot(grid[2, :])
    smile = figure.add_subplot(grid[3, :], sharex=head)
    speech = figure.add_subplot(grid[4, :], sharex=head)
    times = table['time'] - origin
    for name, label, colour in (
        ('pitch', 'pitch (down +)', 'C3'),
        ('yaw', 'yaw (left +)', 'C0'),
        ('roll', 'roll (right ear down +)', 'C2'),
    ):
        head.plot(times, table[name], colour, label=f'listener {label}', linewidth=1.4)
    smile.plot(times, table['smile'], 'C1', label='listener smile')
    smile.plot(times, table['speaker_smile'], 'C4--', label='speaker smile', linewidth=1.0)
    smile.plot(times, table['blink'], 'C7', label='listener eyelids', linewidth=0.8)
    speech.plot(times, table['loudness'], 'k', label='speaker loudness', linewidth=0.9)
    head.set_ylabel('head [deg]')
    smile.set_ylabel('0..1')
    smile.set_ylim(-0.05, 1.05)
    speech.set_ylabel('[LUFS]')
    speech.set_xlabel('time [s]; grey: the speaker speaks')
    for axes in (head, smile, speech):
        axes.fill_between(
            times,
            0,
            1,
            where=table['speaking'] > 0,
            transform=axes.get_xaxis_transform(),
            color='0.92',
            linewidth=0,
        )
        axes.legend(loc='upper right', fontsize=8, ncols=3)
        axes.grid(alpha=0.3)
        if len(times) > 1:
            axes.set_xlim(times[0], times[-1])
    figure.savefig(path)
    plt.close(figure)
