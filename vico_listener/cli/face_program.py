"""Entry point of the executable `face_page`: `vico face` as a process of a launch."""

from collections.abc import Sequence

from vico_listener.cli.page_process import serve_page


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Serve the page of `vico face` until the process is asked to end, see `serve_page`."""
    return serve_page(name, 'vico_listener.cli.face', 'face', arguments)
