"""Compiled libraries of packages, without what only a debugger reads: most of PyYAML's."""

import struct

_ELF_64_LITTLE = b"\x7fELF\x02\x01"
_PROGRAM_TABLE = struct.Struct("<32xQ14xHH")  # where it is, the size of an entry, how many
_SEGMENT = struct.Struct("<8xQ16xQ")  # where it is in the file, and its size there
_SECTION_TABLE = slice(40, 48)
_SECTION_COUNTS = slice(60, 64)


def stripped(library: bytes) -> bytes:
    """Return *library* up to the end of what is loaded into a process; other files as they are.

    The loader goes by the segments alone. The table of sections, which comes behind them like the
    sections for debuggers, is gone, and the header says so. https://refspecs.linuxfoundation.org/elf/
    """
    if not library.startswith(_ELF_64_LITTLE):
        return library
    at, size, count = _PROGRAM_TABLE.unpack_from(library)
    segments = [_SEGMENT.unpack_from(library, at + size * number) for number in range(count)]
    kept = bytearray(library[: max(start + length for start, length in segments)])
    for gone in (_SECTION_TABLE, _SECTION_COUNTS):
        kept[gone] = bytes(gone.stop - gone.start)
    return bytes(kept)
