"""Films for tests of what reads them."""

from pathlib import Path

import av
import numpy as np


def write_video(path: Path, pictures: list[np.ndarray]) -> None:
    """Write pictures (H, W, 3) BGR at 30 a second."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=30, options={'crf': '8'})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = 'yuv420p'
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format='bgr24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
