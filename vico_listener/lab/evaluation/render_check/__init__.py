"""Checks renderers by reading their pictures back: what is commanded, and what a tracker sees."""

from vico_listener.lab.evaluation.render_check.probes import PROBES
from vico_listener.lab.evaluation.render_check.probes import Probe
from vico_listener.lab.evaluation.render_check.reading import Reading
from vico_listener.lab.evaluation.render_check.reading import read_back
from vico_listener.lab.evaluation.render_check.sheet import contact_sheet
from vico_listener.lab.evaluation.render_check.table import Row
from vico_listener.lab.evaluation.render_check.table import format_rows
from vico_listener.lab.evaluation.render_check.table import rows_of

__all__ = [
    'PROBES',
    'Probe',
    'Reading',
    'Row',
    'contact_sheet',
    'format_rows',
    'read_back',
    'rows_of',
]
