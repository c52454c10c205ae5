"""Turns Markdown into what a person would say, while it is still being written.

Reads line by line and word by word, and gives out only what no later text can change. Knows
nothing of voices, nor of when the text is sent.
"""

from typing import Final

from heygen_widget.session.text.graphemes import is_wide
from heygen_widget.session.text.lines import (
    PLACEHOLDER,
    Kind,
    LineStart,
    closes_code,
    is_undecided,
    may_delimit_table,
    pause_after,
    start_of,
    table_row,
)
from heygen_widget.session.text.spans import (
    LONGEST_HOLD,
    WORD,
    is_marked,
    is_settled,
    may_become_marked,
    may_complete,
    spoken,
)

CODE: Final = "(code)"


class PlainText:
    r"""Markdown in, in pieces of any size; what to say out, as soon as it is sure.

    However the text is cut into pieces, the same is said. Prose passes unchanged.

    Examples
    --------
    >>> text = PlainText()
    >>> text.feed("# Dear *all*\n\nsee [the no")
    >>> text.take()
    'Dear all.\n\nsee '
    >>> text.feed("tes](https://example.com)")
    >>> text.take(final=True)
    'the notes'
    """

    def __init__(self) -> None:
        self._source = ""  # fed, not yet read
        self._said: list[str] = []  # read, not yet taken
        self._tail = ""  # the end of what the open block has said
        self._gap = ""  # white space to be said before whatever follows
        self._at_line_start = True
        self._context = ""  # resembles the open block's last line; empty between blocks
        self._pauses = False  # whether a pause follows the open block
        self._fence = ""  # what has opened the open code
        self._table = ""  # the head of the open table
        self._span = ""  # marked words that may still change how they read
        self._before_span = ""
        self._before = ""  # the character in front of the next one, if both are in one word

    def feed(self, piece: str) -> None:
        """Add the next piece of Markdown."""
        self._source += piece

    def take(self, *, final: bool = False) -> str:
        """Return what can be said by now and was not returned before.

        With `final` that is all the rest; nothing may be fed afterwards.
        """
        at: int | None = 0
        read = 0
        while at is not None and at < len(self._source):
            read = at
            at = (self._read_line_start if self._at_line_start else self._read_word)(at, final)
        self._source = "" if at is not None else self._source[read:]
        if final:
            self._end_block()
            self._said.append(self._gap)
        said, self._said = "".join(self._said), []
        return said

    # Each reader returns the position up to which it has read, None if it must see more.

    def _read_line_start(self, at: int, final: bool) -> int | None:  # noqa: FBT001
        end = self._source.find("\n", at)
        whole = final or end >= 0
        line = self._source[at : end if end >= 0 else None]
        if self._fence:
            return self._skip_code(at, line) if whole else None
        if not line.strip():
            return self._end_line(at, line, line) if whole else None
        if line.lstrip().startswith("|"):
            return self._read_row(at, line, final) if whole else None
        self._table = ""
        if not whole and is_undecided(line) and len(line) < LONGEST_HOLD:
            return None
        start = start_of(line, self._context)
        if not start.needs_whole_line:
            return self._start_text(at, line, start)
        return self._start_block(at, line, start) if whole else None

    def _start_text(self, at: int, line: str, start: LineStart) -> int:
        if start.kind is Kind.CONTINUED:
            if self._span:
                self._span += self._gap + start.said
                self._gap = ""
            else:
                self._say(start.said)
        else:
            self._end_block()
            self._say(start.said)
            self._pauses = start.kind is not Kind.PROSE
            if start.kind is not Kind.HEADING:
                self._context = line[: start.length] + PLACEHOLDER
        self._at_line_start = False
        self._before = ""
        return at + start.length

    def _start_block(self, at: int, line: str, start: LineStart) -> int:
        self._pauses |= start.kind is Kind.UNDERLINE
        self._end_block()
        if start.kind is Kind.CODE:
            self._fence = start.fence
            self._say(CODE)
            return at + len(line) + 1
        return self._end_line(at, line, start.said)

    def _skip_code(self, at: int, line: str) -> int:
        if closes_code(line, self._fence):
            self._fence = ""
            return self._end_line(at, line, "")
        return at + len(line) + 1

    def _read_row(self, at: int, line: str, final: bool) -> int | None:  # noqa: FBT001
        if self._table:
            return self._end_line(at, line, table_row(self._table + line.strip()) or "")
        below, newline, _ = self._source[at + len(line) + 1 :].partition("\n")
        if not (newline or final) and may_delimit_table(below):
            return None
        head = f"{line.strip()}\n{below.strip()}\n"
        if (row := table_row(head)) is None:
            return self._start_text(at, line, start_of(line, self._context))
        self._table = head
        return self._end_line(at, f"{line}\n{below}", row)

    def _end_line(self, at: int, line: str, said: str) -> int:
        """Read a whole line that is no text, or no more."""
        self._end_block()
        self._say(said)
        end = at + len(line)
        self._gap += self._source[end : end + 1]
        return end + 1

    def _read_word(self, at: int, final: bool) -> int | None:  # noqa: FBT001
        if self._source[at] == "\n":
            self._gap += "\n"
            self._at_line_start = True
            return at + 1
        match = WORD.match(self._source, at)
        end = match.end() if match else self._source.find("\n", at)
        word = self._source[at : end if end >= 0 else None]
        if final or end >= 0:
            self._add_word(word)
        elif self._span or may_become_marked(word):
            return None
        else:
            self._say(word)
        self._before = "" if word[-1].isspace() or is_wide(word[-1]) else word[-1]
        return at + len(word)

    def _add_word(self, word: str) -> None:
        if self._span:
            self._span += word
        elif is_marked(word):
            self._said.append(self._gap)  # so that the gap is what comes after the span
            self._span, self._before_span, self._gap = word, self._before, ""
        else:
            self._say(word)
            return
        is_possible = self._span == word or may_complete(self._span, len(self._span) - len(word))
        if (is_possible and is_settled(self._span, self._before_span)) or (
            len(self._span) > LONGEST_HOLD
        ):
            self._release()

    def _release(self) -> None:
        span, self._span = self._span, ""
        gap, self._gap = self._gap, ""
        self._say(spoken(span, self._before_span))
        self._gap += gap

    def _end_block(self) -> None:
        self._release()
        if self._pauses:
            self._said.append(pause_after(self._tail))
        self._pauses, self._context, self._tail = False, "", ""

    def _say(self, text: str) -> None:
        if not text:
            return
        text = self._gap + text
        # A full stop may have to go in front of the white space that ends a heading or an item.
        kept = len(text.rstrip()) if self._pauses else len(text)
        self._said.append(text[:kept])
        self._gap = text[kept:]
        self._tail = (self._tail + text[:kept])[-8:].rstrip()
