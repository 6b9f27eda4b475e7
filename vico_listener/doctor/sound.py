"""Judges the sound of a microphone: its format, and how loud it is."""

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.speech import AudioFormat
from vico_listener.speech.pcm import AudioFormatError
from vico_listener.speech.pcm import PcmDecoder

QUIET = 10 ** (-60 / 20)
"""A peak below which nobody has spoken into the microphone, or it is turned down; full scale 1."""

CLIPPED = 0.999
"""A sample of that size is at the stop..."""

OFTEN = 0.001
"""...which is worth telling where so large a share of them is."""

LONG = 0.15
"""A message that holds more makes every answer late, s."""


def sound_findings(audio: AudioFormat, chunks: Sequence[bytes]) -> Iterator[Finding]:
    """Judge what a microphone sent.

    Args:
        audio: its format.
        chunks: the messages, in order.
    """
    if audio.fault:
        yield Finding.split('microphone', Level.WRONG, audio.fault)
        return
    length = max(map(audio.seconds, map(len, chunks)), default=0.0)
    yield Finding('microphone', Level.OK, f'{audio}, {1000.0 * length:.0f} ms per message')
    if length > LONG:
        text = f'the messages are {length:.1f} s long, and every answer waits for one'
        how = 'set the driver to send 20 to 100 ms at a time'
        yield Finding('microphone', Level.NOTE, text, how)
    cut = [chunk for chunk in chunks if len(chunk) % audio.frame_bytes]
    if cut:
        text = f'{len(cut)} of {len(chunks)} messages end within a sample of {audio}: not heard'
        how = 'correct the format that the driver tells, or make it send whole samples'
        yield Finding('microphone', Level.WRONG, text, how)
    decoder = PcmDecoder(1, audio.sample_format)
    whole = (chunk[: len(chunk) // audio.frame_bytes * audio.frame_bytes] for chunk in chunks)
    try:
        # Each channel by itself: the mean of all hides what one of them does.
        samples = decoder.decode(b''.join(whole)).reshape(-1, audio.channels)
    except AudioFormatError as error:
        yield Finding.split('microphone', Level.WRONG, str(error))
        return
    if not len(samples):
        return
    if decoder.damaged:
        share = decoder.damaged / samples.size
        text = f'{share:.1%} of the samples are NaN, infinite or far beyond full scale'
        how = 'they are taken for 0: correct the driver, or the sample format that it tells'
        yield Finding('microphone', Level.WRONG, text, how)
    if audio.channel is not None:
        samples = samples[:, audio.channel : audio.channel + 1]
    peak = float(np.abs(samples).max())
    clipped = float((np.abs(samples) >= CLIPPED).mean())
    if peak == 0.0 and not decoder.damaged:
        text, how = 'it sends nothing but zeros', 'it may be muted, or the wrong device'
        yield Finding('microphone', Level.WRONG, text, how)
    elif peak < QUIET:
        text = f'it is very quiet (peak {20 * np.log10(peak):.0f} dB)'
        yield Finding('microphone', Level.NOTE, text, 'speak, or turn its level up')
    elif clipped > OFTEN:
        text = f'{clipped:.1%} of the samples are clipped'
        yield Finding('microphone', Level.NOTE, text, 'turn its level down')
    else:
        yield Finding('microphone', Level.OK, f'peak {20 * np.log10(peak):.0f} dB of full scale')
