"""Turns Markdown into what a person would say, while it is still being written.

Reads line by line and word by word, and gives out only what no later text can change. Knows
nothing of voices, nor of when the text is sent.
"""

from typing import Final

from heygen_widget.session.text import lines
from heygen_widget.session.text.emphasis import LONGEST_HOLD
from heygen_widget.session.text.spans import Spans

CODE: Final = "(code)"

LONGEST_MARKERS: Final = 1000
"""Maximum length, in characters, of a line that holds only markup."""

BYTE_ORDER_MARK: Final = "\ufeff"


class PlainText:
    r"""Markdown in, in pieces of any size; what to say out, as soon as it is sure.

    However the text is cut into pieces, the same is said. Prose passes unchanged, and what may be
    prose is. No word is lost except in fenced code, which is said as "(code)", in the addresses of
    links, and in HTML's tags and comments.

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
        self._has_begun = False
        self._said: list[str] = []  # read, not yet taken
        self._spans = Spans()  # the text of the open block
        self._tail = ""  # the end of what the open block has said
        self._introduced = False  # whether what was said last is a colon
        self._gap = ""  # white space to be said before whatever follows
        self._newline = ""  # the end of a line, whose block may go on
        self._at_line_start = True
        self._context = ""  # resembles the open block's last line; empty between blocks
        self._pauses = False  # whether a pause follows the open block
        self._in_heading = False
        self._fence = ""  # what has opened the open code
        self._code: list[str] = []  # the lines of the open code
        self._fence_is_text = False  # whether the next line opened code that was never closed
        self._in_table = False

    def feed(self, piece: str) -> None:
        """Add the next piece of Markdown."""
        self._source += piece if self._has_begun else piece.removeprefix(BYTE_ORDER_MARK)
        self._has_begun |= bool(piece)

    def take(self, *, final: bool = False) -> str:
        """Return what can be said by now and was not returned before.

        With `final` that is all the rest; nothing may be fed afterwards.
        """
        self._read(final=final)
        if final:
            while self._code:
                self._reread_code(len(self._source))
                self._read(final=True)
            self._end_block()
            self._said.append(self._gap)
        said, self._said = "".join(self._said), []
        return said

    def _read(self, *, final: bool) -> None:
        at: int | None = 0
        read = 0
        while at is not None and at < len(self._source):
            read = at
            read_on = self._read_line_start if self._at_line_start else self._read_text
            at = read_on(at, final)
        self._source = "" if at is not None else self._source[read:]

    # Each reader returns the position up to which it has read, None if it must see more.

    def _read_line_start(self, at: int, final: bool) -> int | None:  # noqa: FBT001
        end = self._source.find("\n", at)
        whole = final or end >= 0
        line = self._source[at : end if end >= 0 else None]
        if self._fence:
            return self._read_code(at, line) if whole else None
        if not line.strip():
            return self._end_line(at, line, line) if whole else None
        if (start := self._start_of_plain_line()) is not None:
            return self._start_text(at, line, start)
        if lines.may_be_row(line):
            return self._read_row(at, line, final) if whole else None
        if self._in_table and not whole and not line.strip(" \t>"):
            return None
        self._in_table = False
        return self._read_markers(at, line, whole=whole)

    def _start_of_plain_line(self) -> lines.LineStart | None:
        """Return the start of a line whose markers, if any, are text; None if they are not."""
        if self._context and self._spans.is_in_formula(self._newline):
            return lines.LineStart(lines.Kind.CONTINUED, 0)
        if self._fence_is_text:
            self._fence_is_text = False
            return lines.LineStart(lines.Kind.PROSE, 0)
        return None

    def _read_markers(self, at: int, line: str, *, whole: bool) -> int | None:
        if not whole and lines.is_undecided(line) and len(line) < LONGEST_HOLD:
            return None
        start = lines.start_of(line[:LONGEST_MARKERS], self._context, introduced=self._introduced)
        if start.needs_whole_line and len(line) > LONGEST_MARKERS:
            start = lines.LineStart(lines.Kind.CONTINUED if self._context else lines.Kind.PROSE, 0)
        if not start.needs_whole_line:
            return self._start_text(at, line, start)
        return self._start_block(at, line, start) if whole else None

    def _start_text(self, at: int, line: str, start: lines.LineStart) -> int:
        if start.kind is lines.Kind.CONTINUED:
            self._spans.feed(self._newline + start.said)
            self._newline = ""
            self._say(self._spans.take())
        else:
            self._end_block()
            self._say(start.said)
            self._pauses = start.kind is not lines.Kind.PROSE
            self._in_heading = start.kind is lines.Kind.HEADING
            if start.kind is not lines.Kind.HEADING:
                self._context = line[: start.length] + lines.PLACEHOLDER
        self._at_line_start = False
        return at + start.length

    def _start_block(self, at: int, line: str, start: lines.LineStart) -> int:
        self._pauses |= start.kind is lines.Kind.UNDERLINE
        self._end_block()
        if start.kind is lines.Kind.CODE:
            self._fence = start.fence
            self._code = [self._source[at : at + len(line) + 1]]
            return at + len(line) + 1
        return self._end_line(at, line, start.said)

    def _read_code(self, at: int, line: str) -> int:
        if lines.closes_code(line, self._fence):
            self._fence, self._code = "", []
            return self._end_line(at, line, CODE)
        if lines.opens_code(line, self._fence):  # so the code before was never closed
            return self._reread_code(at)
        self._code.append(self._source[at : at + len(line) + 1])
        return at + len(line) + 1

    def _reread_code(self, at: int) -> int:
        """Read what seemed to be code as text, which goes on at `at` with what was not read."""
        self._source = "".join(self._code) + self._source[at:]
        self._fence, self._code = "", []
        self._fence_is_text = True
        return 0

    def _read_row(self, at: int, line: str, final: bool) -> int | None:  # noqa: FBT001
        if self._in_table:
            return self._end_line(at, line, lines.table_row(line))
        below, newline, _ = self._source[at + len(line) + 1 :].partition("\n")
        if not (newline or final) and lines.may_delimit_table(below):
            return None
        if (head := lines.table_head(line, below)) is None:
            return self._start_text(at, line, lines.start_of(line, self._context))
        self._in_table = True
        return self._end_line(at, f"{line}\n{below}", head)

    def _end_line(self, at: int, line: str, said: str) -> int:
        """Read a whole line of markup, or what is left of one."""
        self._end_block()
        self._say(said)
        end = at + len(line)
        self._gap += self._source[end : end + 1]
        return end + 1

    def _read_text(self, at: int, final: bool) -> int | None:  # noqa: FBT001
        end = self._source.find("\n", at)
        if end == at:
            self._newline = "\n"
            self._at_line_start = True
            return at + 1
        text = self._source[at : end if end >= 0 else None]
        length = len(text)
        if self._in_heading:
            text, length = lines.without_closing_marks(text, is_whole=final or end >= 0)
        self._spans.feed(text)
        self._say(self._spans.take())
        return at + length if length else None

    def _end_block(self) -> None:
        self._say(self._spans.take(final=True))
        if self._pauses:
            self._said.append(lines.pause_after(self._tail))
        self._gap += self._newline
        self._newline = ""
        self._pauses, self._in_heading, self._context, self._tail = False, False, "", ""

    def _say(self, text: str) -> None:
        if not text:
            return
        text = self._gap + text
        # A full stop may have to go in front of the white space that ends a heading or an item.
        kept = len(text.rstrip()) if self._pauses else len(text)
        self._said.append(text[:kept])
        self._gap = text[kept:]
        self._tail = (self._tail + text[:kept])[-8:].rstrip()
        if text.strip():
            self._introduced = text.rstrip().endswith((":", "\uff1a"))


class Verbatim:
    """Text in, the same text out: `PlainText` for a text that is no Markdown."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def feed(self, piece: str) -> None:
        """Add the next piece."""
        self._held.append(piece)

    def take(self, *, final: bool = False) -> str:  # noqa: ARG002 (nothing is ever held back)
        """Return what was fed since the last call."""
        said, self._held = "".join(self._held), []
        return said
