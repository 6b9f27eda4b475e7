"""How a voice sounds in a room: impulse responses by the method of images.

Source: Allen & Berkley, Journal of the Acoustical Society of America 65(4), 1979. The walls of a
box reflect a sound as if it came from its mirror images; each reflection costs the same share.
"""

from itertools import product
from math import exp

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter
from scipy.signal import fftconvolve
from scipy.signal import sosfilt

HUM = 100.0
"""The frequency below which a response is silent, Hz."""
SOUND = 343.0
"""The speed of sound, m/s."""

Point = tuple[float, float, float]

SIZE: Point = (5.0, 4.0, 2.6)
"""A living room, m."""
LOUDSPEAKER: Point = (2.5, 2.0, 1.2)
MICROPHONE: Point = (2.6, 2.1, 1.35)
"""Where the robot has them: 0.2 m apart."""


def impulse_response(
    rate: int,
    ringing: float = 0.25,
    source: Point = LOUDSPEAKER,
    microphone: Point = MICROPHONE,
    size: Point = SIZE,
) -> NDArray[np.float64]:
    """Return the impulse response (N,) from a source to a microphone, 1 at 1 m.

    Args:
        rate: the sample rate, Hz.
        ringing: the time after which the sound has fallen by 60 dB, s.
        source: where the sound comes from, m.
        microphone: where it is heard, m.
        size: the size of the room, m.
    """
    x, y, z = size
    walls = 2.0 * (x * y + y * z + z * x)
    # Eyring's formula gives the share that a wall absorbs.
    absorbed = 1.0 - exp(-0.161 * x * y * z / (walls * ringing))
    response = np.zeros(round(ringing * rate))
    orders = [np.arange(-n, n + 1) for n in (int(ringing * SOUND / (2 * s)) + 1 for s in size)]
    grid = np.stack(np.meshgrid(*orders, indexing='ij'), axis=-1).reshape(-1, 3)
    for mirrored in product((0, 1), repeat=3):
        images = (1 - 2 * np.array(mirrored)) * source + 2 * grid * size
        distance = np.linalg.norm(images - microphone, axis=1)
        bounces = np.abs(grid - mirrored).sum(axis=1) + np.abs(grid).sum(axis=1)
        places = np.rint(distance / SOUND * rate).astype(int)
        heard = places < len(response)
        loudness = (1.0 - absorbed) ** (bounces / 2) / np.maximum(distance, 0.05)
        np.add.at(response, places[heard], loudness[heard])
    # As in the paper: that all images have one sign makes a hum of them that no room has.
    return np.asarray(sosfilt(butter(2, HUM, 'high', fs=rate, output='sos'), response))


def in_room(
    voice: NDArray[np.floating], rate: int, delay: float, ringing: float = 0.25
) -> NDArray[np.float64]:
    """Return a voice (N,) as the robot's own microphone hears it, as long as it rings.

    Args:
        voice: what the loudspeaker plays.
        rate: the sample rate, Hz.
        delay: how much later the loudspeaker plays it than its program says, s.
        ringing: see `impulse_response`.
    """
    late = np.zeros(round(delay * rate))
    return np.asarray(fftconvolve(voice, np.concatenate([late, impulse_response(rate, ringing)])))
