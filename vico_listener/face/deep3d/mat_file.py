"""Reads matrices out of MATLAB's files, version 5 to 7.2, and of nothing else.

SciPy's reader crashes the process for some damaged files. What is read here is what Deep3DFaceRecon
writes: real matrices of numbers. Source: MAT-File Format, The MathWorks, R2018b, chapter 1.
"""

import struct
import zlib
from collections.abc import Collection
from collections.abc import Iterator
from itertools import islice
from math import prod

import numpy as np
from numpy.typing import NDArray

HEADER = 128
"""Bytes before the first element; the last four tell version and byte order."""

MATRIX, COMPRESSED = 14, 15
"""The types of elements that stand in a file."""

NUMBERS = {
    1: 'i1',
    2: 'u1',
    3: 'i2',
    4: 'u2',
    5: 'i4',
    6: 'u4',
    7: 'f4',
    9: 'f8',
    12: 'i8',
    13: 'u8',
}
"""NumPy's type of the numbers by the type of their element."""

CLASSES = range(6, 16)
"""The classes of arrays that hold numbers: from mxDOUBLE to mxUINT64."""

COMPLEX = 0x0800
"""The flag of an array that has an imaginary part, too."""

LARGEST = 2**30
"""Bytes of a matrix; more is damage."""


def read_matrices(data: bytes, wanted: Collection[str]) -> dict[str, NDArray]:
    """Return the matrices of these names that a file holds.

    Args:
        data: the file.
        wanted: names of its variables; others are left alone.

    Raises:
        ValueError: it is no such file, or it is damaged.
    """
    order = {b'IM': '<', b'MI': '>'}.get(data[HEADER - 2 : HEADER])
    if order is None or struct.unpack(f'{order}H', data[HEADER - 4 : HEADER - 2])[0] != 0x0100:
        raise ValueError('it is not a MATLAB file of version 5 to 7.2')
    found = {}
    for kind, content in _elements(data[HEADER:], order):
        if kind == COMPRESSED:
            kind, content = next(_elements(_inflated(content), order), (0, b''))
        if kind == MATRIX:
            name, matrix = _matrix(content, order, wanted)
            if matrix is not None:
                found[name] = matrix
    return found


def _inflated(data: bytes) -> bytes:
    """Return what was compressed, at most `LARGEST` bytes of it."""
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, LARGEST)
    except zlib.error as error:
        raise ValueError(f'it is damaged: {error}') from None
    if not stream.eof:
        raise ValueError('it is damaged: compressed data without an end')
    return plain


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield the type and content of the elements that follow each other."""
    place = 0
    while place < len(data):
        if len(data) - place < 8:
            raise ValueError('it is damaged: it ends in a tag')
        kind, size = struct.unpack_from(f'{order}II', data, place)
        if kind >> 16:  # a small element: its size and content stand in the tag
            kind, size, begin, after = kind & 0xFFFF, kind >> 16, place + 4, place + 8
        else:
            begin = place + 8
            # Compressed ones follow each other without a gap.
            after = begin + size + (0 if kind == COMPRESSED else -size % 8)
        if begin + size > min(len(data), after):
            raise ValueError('it is damaged: an element runs over its end')
        yield kind, data[begin : begin + size]
        place = after


def _matrix(data: bytes, order: str, wanted: Collection[str]) -> tuple[str, NDArray | None]:
    """Return name and content of an array; no content for one that is not wanted."""
    parts = list(islice(_elements(data, order), 4))
    if len(parts) < 3 or len(parts[0][1]) != 8 or len(parts[1][1]) % 4:
        return '', None  # of a kind without a shape
    flags, sizes, name = (content for _, content in parts[:3])
    told = name.decode('ascii', 'replace')
    if told not in wanted:
        return told, None
    what = struct.unpack(f'{order}II', flags)[0]
    kind, numbers = parts[3] if len(parts) > 3 else (0, b'')
    if what & 0xFF not in CLASSES or what & COMPLEX or kind not in NUMBERS:
        raise ValueError(f"'{told}' holds no real numbers")
    shape = struct.unpack(f'{order}{len(sizes) // 4}i', sizes)
    type_ = np.dtype(f'{order}{NUMBERS[kind]}')
    if min(shape, default=-1) < 0 or prod(shape) * type_.itemsize != len(numbers):
        raise ValueError(f"'{told}' is damaged: {len(numbers)} bytes for the shape {shape}")
    return told, np.frombuffer(numbers, type_).reshape(shape, order='F')
