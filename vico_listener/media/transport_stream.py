"""Where in an MPEG transport stream (ISO/IEC 13818-1) its streams change: files joined end to end.

A demultiplexer opens the decoders that the first programme map asks for and feeds them all that
comes later, even when that is of another codec.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SYNC = 0x47
PACKETS = {188: 0, 192: 4}
"""Bytes from one packet to the next (192: a time stands before each), and where it begins there."""

PROOF = 5
"""Packets in a row that show where packets lie."""

BLOCK = 20_000
"""Packets that are looked at in one go."""

ASSOCIATIONS = 0
"""The PID of the table that says where the programme map is."""

Bytes = NDArray[np.uint8]


def parts_of(path: Path) -> list[tuple[int, int]]:
    """Return first byte and end of each part with the same streams; other files are one part."""
    size = path.stat().st_size
    with path.open('rb') as file:
        head = np.frombuffer(file.read(PROOF * max(PACKETS)), np.uint8)
    pitch = next((p for p in PACKETS if _packets_at(head, p)), None)
    if pitch is None:
        return [(0, size)]
    starts = [0]
    programme = table_at = -1
    known = new = b''
    new_at = 0
    for position, packet in _tables(np.memmap(path, np.uint8, 'r'), pitch):
        if _pid(packet) == ASSOCIATIONS:
            programme, table_at = _programme_map(packet), position
            continue
        streams = _streams(packet) if _pid(packet) == programme else b''
        if not streams:
            continue
        if streams == known or not known:
            known, new = streams, b''
        elif streams != new:
            new, new_at = streams, table_at
        else:
            # Said twice: no damage.
            starts.append(new_at)
            known, new = streams, b''
    return list(zip(starts, [*starts[1:], size], strict=True))


def _packets_at(data: Bytes, pitch: int) -> bool:
    marks = data[PACKETS[pitch] :: pitch][:PROOF]
    return len(marks) == PROOF and bool((marks == SYNC).all())


def _tables(data: Bytes, pitch: int) -> Iterator[tuple[int, bytes]]:
    """Yield place and bytes of the packets that begin an association table or a programme map."""
    offset = PACKETS[pitch]
    maps: set[int] = set()
    position = 0
    while position + pitch <= len(data):
        count = min(BLOCK, (len(data) - position) // pitch)
        rows = data[position : position + count * pitch].reshape(count, pitch)[:, offset:]
        lost = np.flatnonzero(rows[:, 0] != SYNC)
        rows = rows[: lost[0]] if len(lost) else rows
        heads = rows[:, 1:3].astype(np.uint16)
        pids = (heads[:, 0] & 0x1F) << 8 | heads[:, 1]
        begins = heads[:, 0] & 0xC0 == 0x40  # begins something, and no error is known
        maps |= {_programme_map(bytes(row)) for row in rows[begins & (pids == ASSOCIATIONS)]}
        for row in np.flatnonzero(begins & np.isin(pids, [ASSOCIATIONS, *maps])):
            yield position + int(row) * pitch, bytes(rows[row])
        position += len(rows) * pitch
        if len(lost):
            position = _resumed(data, position + 1, pitch)


def _resumed(data: Bytes, position: int, pitch: int) -> int:
    """Return where packets lie again from a position on; the end of the data when nowhere."""
    while position < len(data):
        marks = np.flatnonzero(data[position : position + BLOCK] == SYNC)
        for mark in (marks + position - PACKETS[pitch]).tolist():
            if mark >= 0 and _packets_at(data[mark : mark + PROOF * pitch], pitch):
                return int(mark)
        position += BLOCK
    return len(data)


def _pid(packet: bytes) -> int:
    return (packet[1] & 0x1F) << 8 | packet[2]


def _section(packet: bytes) -> bytes:
    """Return the table in a packet from its own header on, as far as it lies in this packet."""
    begin = 4
    if packet[3] & 0x20:  # an adaptation field comes first
        begin += 1 + packet[4]
    begin += 1 + packet[begin] if begin < len(packet) else 0
    length = (packet[begin + 1] & 0x0F) << 8 | packet[begin + 2] if begin + 2 < len(packet) else 0
    return packet[begin : begin + 3 + length - 4]  # without its checksum


def _programme_map(packet: bytes) -> int:
    """Return the PID of the first programme's map in an association table, or -1."""
    section = _section(packet)
    for entry in range(8, len(section) - 3, 4):
        if section[entry : entry + 2] != b'\0\0':  # 0 is the network's own table
            return (section[entry + 2] & 0x1F) << 8 | section[entry + 3]
    return -1


def _streams(packet: bytes) -> bytes:
    """Return the type and PID of each stream in a programme map, three bytes each."""
    section = _section(packet)
    if len(section) < 12 or section[0] != 2:
        return b''
    found = b''
    place = 12 + ((section[10] & 0x0F) << 8 | section[11])
    while place + 5 <= len(section):
        found += bytes([section[place], section[place + 1] & 0x1F, section[place + 2]])
        place += 5 + ((section[place + 3] & 0x0F) << 8 | section[place + 4])
    return found
