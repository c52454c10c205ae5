"""Spoken words kept in columns: an hour of them takes a third of a megabyte.

A `WordEvent` is made of one each time it is asked for. One thread adds words, any may read them.
"""

from array import array
from collections.abc import Sequence
from typing import overload

from heygen_widget.api.models import WordEvent


class WordLog(Sequence[WordEvent]):
    """Words in the order in which they were spoken. A slice of them is a tuple."""

    def __init__(self) -> None:
        self._text = bytearray()  # of all words, in UTF-8
        self._times = array("d")  # start and end of each
        self._ends = array("I")  # where each ends in the text; the last column to grow

    def append(self, word: WordEvent) -> None:
        """Add the next word."""
        self._text += word.word.encode("utf-8", "surrogatepass")
        self._times.extend((word.start, word.end))
        self._ends.append(len(self._text))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> WordEvent: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[WordEvent, ...]: ...

    def __getitem__(self, index: int | slice) -> WordEvent | tuple[WordEvent, ...]:
        if isinstance(index, slice):
            return tuple(map(self._word, range(len(self))[index]))
        return self._word(range(len(self))[index])

    def _word(self, number: int) -> WordEvent:
        begin = self._ends[number - 1] if number else 0
        text = self._text[begin : self._ends[number]].decode("utf-8", "surrogatepass")
        return WordEvent(text, self._times[2 * number], self._times[2 * number + 1])
