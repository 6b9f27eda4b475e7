"""Entry point of the executable `dashboard`: the page of a running stack as part of its launch."""

from collections.abc import Sequence

from vico_listener.cli.page_process import serve_page


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Serve the dashboard until the process is asked to end, see `serve_page`."""
    return serve_page(name, 'vico_listener.cli.attached', 'live', arguments)
