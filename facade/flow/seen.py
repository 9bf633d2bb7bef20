"""Which raw records a full read has met: one bit each, so that memory stays flat."""

from __future__ import annotations


class Seen:
    """A set of small positive integers."""

    def __init__(self) -> None:
        self._bits = bytearray(1024)

    def add(self, number: int) -> None:
        byte = number >> 3
        if byte >= len(self._bits):
            self._bits.extend(bytes(max(len(self._bits), byte + 1 - len(self._bits))))
        self._bits[byte] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        byte = number >> 3
        return byte < len(self._bits) and bool(self._bits[byte] >> (number & 7) & 1)
