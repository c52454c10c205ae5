"""Markdown inside a paragraph: how it reads aloud, while it is still being written.

Gives out what no later text can change, and holds the rest back for a limited number of characters.
What is not certainly Markdown is text. Knows nothing of blocks.
"""

import re
from typing import Final, NamedTuple

from heygen_widget.session.text.emphasis import LONGEST_HOLD, Emphasis, Run, is_latin, run_at
from heygen_widget.session.text.formulas import (
    LONGEST_FORMULA,
    closing_dollars,
    closing_of,
    is_price,
    longest_at,
    may_open,
)
from heygen_widget.session.text.links import (
    Found,
    Undecided,
    address_at,
    address_in_angles,
    link_at,
)
from heygen_widget.session.text.tags import entity_at, may_be_in_angles, tag_at

# An address may follow a letter of a script without spaces.
_NO_LETTER: Final = r"(?<![^\W\u0e00-\U0010ffff])"
LONGEST_TICKS: Final = 100
"""Backticks in a row that may begin code."""
_MARK = re.compile(
    rf"\*+|_+|~+|`{{1,{LONGEST_TICKS}}}|(?<!\w)!\[|\[|\\|<|&|\$+|{_NO_LETTER}(?:https?://|www\.)",
    re.IGNORECASE,
)
_MAY_BECOME_MARK = re.compile(
    rf"(?:{_NO_LETTER}(?:h(?:t(?:t(?:p(?:s?(?::/?)?)?)?)?)?|w{{1,3}})|(?<!\w)!)\Z", re.IGNORECASE
)
_ESCAPED: Final = frozenset("*_`<>#~|&!+-.$")
# Of a path, of TeX, of a shrug, or of a regular expression.
_PLAIN_BACKSLASHES = re.compile(
    r"\\[^\W_]|\\\\|[:\u00af]\\|^\^|^\\\.[a-z]|(?<!\\)\$\Z|\.[*+?](?!\*)|\[\^|\(\?|\]\+"
)
_WORD_END = re.compile(r"\s")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ARGUMENTS = re.compile(
    r"\w*[\d_]\w*|[b-z]|k?w?args|kwds|kw|params?|options?|opts|extras?|config|defaults", re.ASCII
)
_CODE_AFTER = re.compile(r"\s*(?:[)\]};=({\[]|[-+*/<>]=?\s)")
_CODE_BEFORE = re.compile(
    r"(?:\b(?:char|int|void|float|double|bool|short|long|unsigned|signed|const|struct \w+|\w+_t"
    r"|FILE|auto|mut|return|lambda)|[\w)\]]\([^()]*,|[&=(])\s*\Z"
)
_VARIABLE_BEFORE = re.compile(r"(?:^|[^\w'])[^\W\d_] \Z")  # x **2
_LONGEST_WORD: Final = 100
_ALL: Final = 1 << 60


class _Piece(NamedTuple):
    start: int  # in the source
    said: str | Run


class Spans:
    """The text of a paragraph in, in pieces of any size; what to say out, as soon as it is sure.

    Examples
    --------
    >>> text = Spans()
    >>> text.feed("so **it is")
    >>> text.take()
    'so '
    >>> text.feed(" bold**, 640*480")
    >>> text.take(final=True)
    'it is bold, 640*480'
    """

    def __init__(self) -> None:
        self._behind = ""  # the end of the source that was given out
        self._held = ""  # the source that was not
        self._strays = 0  # how many openings of emphasis were given up and left out
        self._dollars: int | None = None  # where a formula may have begun, from what is held

    def feed(self, piece: str) -> None:
        """Add the next piece of the paragraph."""
        self._held += piece

    def take(self, *, final: bool = False) -> str:
        """Return what can be said by now and was not returned before.

        With `final` the paragraph ends there, and the next one begins.
        """
        scan = self._scan(self._held, final=final)
        text = self._behind + self._held
        scan.run()
        said = scan.said()
        self._strays = scan.strays
        self._behind = "" if final else text[max(0, scan.cut - LONGEST_FORMULA) : scan.cut]
        self._held = text[scan.cut :]
        self._dollars = None
        if final:
            self._strays = 0
        elif scan.dollars_at_cut is not None and scan.cut - scan.dollars_at_cut < LONGEST_FORMULA:
            self._dollars = scan.dollars_at_cut - scan.cut
        return said

    def is_in_formula(self, more: str) -> bool:
        """Tell whether a displayed formula is open after `more` text."""
        text = self._behind + self._held
        if "$$" not in text and "\\" not in text:
            return False
        scan = self._scan(self._held + more, final=False)
        scan.run()
        return scan.is_in_display

    def _scan(self, held: str, *, final: bool) -> "_Scan":
        begin = len(self._behind)
        dollars = None if self._dollars is None else begin + self._dollars
        return _Scan(self._behind + held, begin, dollars, self._strays, final=final)


def plain(markdown: str) -> str:
    """Say how a whole paragraph reads."""
    spans = Spans()
    spans.feed(markdown)
    return spans.take(final=True)


class _Scan:
    """One pass over the text that is held.

    Attributes
    ----------
    cut
        Up to where the text is decided.
    strays
        How many openings of emphasis were left out.
    """

    def __init__(
        self, text: str, begin: int, dollars: int | None, strays: int, *, final: bool
    ) -> None:
        self._text = text
        self._at = begin
        self._final = final
        self._pieces: list[_Piece] = []
        self._emphasis = Emphasis()
        # Where a formula may have begun, by the place in the source from which on this holds.
        self._dollars: list[tuple[int, int | None]] = [(begin, dollars)]
        self.strays = strays
        self.cut = begin

    def run(self) -> None:
        """Read on until later text decides."""
        try:
            while self._at < len(self._text):
                mark = _MARK.search(self._text, self._at)
                self._add_plain(mark.start() if mark else len(self._text))
                if mark:
                    self._read(mark)
        except Undecided:
            pass
        self.cut = self._at
        self._give_up(_ALL if self._final else self._at - LONGEST_HOLD)
        if first := self._emphasis.first:
            self.cut = first.start

    @property
    def dollars_at_cut(self) -> int | None:
        """Where a formula may have begun that goes on where the text is cut."""
        return next(at for since, at in reversed(self._dollars) if since <= self.cut)

    @property
    def is_in_display(self) -> bool:
        """Whether the text ends within a displayed formula."""
        opened = self._dollars[-1][1]
        if opened is not None and self._text.startswith("$$", opened):
            return True
        return self._text.startswith(("\\[", "\\(", "\\begin{"), self._at)

    def said(self) -> str:
        """Return how the text up to the cut reads."""
        said = (piece.said for piece in self._pieces if piece.start < self.cut)
        return "".join(each.rest if isinstance(each, Run) else each for each in said)

    def _add(self, said: str | Run, end: int) -> None:
        self._pieces.append(_Piece(self._at, said))
        self._at = end

    def _add_plain(self, end: int) -> None:
        """Add text that reads as it is written."""
        start = self._at
        ending = None
        if end == len(self._text) and not self._final:
            ending = _MAY_BECOME_MARK.search(self._text, max(start, end - 8))
            end = ending.start() if ending else end
        if end > start:
            opened = self._dollars[-1][1]
            is_inline = opened is not None and not self._text.startswith("$$", opened)
            if is_inline and "\n" in self._text[start:end]:
                self._dollars.append((start, None))
            self._add(self._text[start:end], end)
        if ending:
            raise Undecided

    def _read(self, mark: re.Match[str]) -> None:
        first = mark[0][0]
        if first == "$":
            self._read_dollars(mark)
            return
        if end := self._end_of_open_formula():
            self._dollars.append((self._at, None))
            self._add(self._text[self._at : end], end)
            return
        if first in "*_~":
            self._read_run(mark)
            return
        found = self._found(first, mark)
        if found is None:
            self._add(mark[0], mark.end())
        else:
            self._add(plain(found.said) if found.is_markdown else found.said, found.end)

    def _found(self, first: str, mark: re.Match[str]) -> Found | None:
        text, at, final = self._text, self._at, self._final
        match first:
            case "`":
                return self._code(mark)
            case "\\":
                return self._backslash()
            case "&":
                return entity_at(text, at, final=final)
            case "<":
                return self._angles()
            case "!" | "[":
                return self._link(mark.end() - 1)
        return address_at(text, at, final=final)

    def _angles(self) -> Found | None:
        text, at, final = self._text, self._at, self._final
        found = address_in_angles(text, at) or tag_at(text, at, LONGEST_HOLD, final=final)
        if found is None and not final and may_be_in_angles(text, at, LONGEST_HOLD):
            raise Undecided
        return found

    def _link(self, bracket: int) -> Found | None:
        before = self._text[bracket - 1 : bracket]
        may_be_index = is_latin(before) or before in {")", "]"}
        link = link_at(self._text, bracket, LONGEST_HOLD, final=self._final)
        return None if link and may_be_index and not link.is_remote else link

    def _read_run(self, mark: re.Match[str]) -> None:
        if mark.end() == len(self._text) and not self._final:
            raise Undecided
        self._give_up(self._at - LONGEST_HOLD)
        run = run_at(self._text, mark.start(), mark.end())
        self._emphasis.add(run, self._text)
        if run.closes and run.length > 1 and run not in self._emphasis and self.strays:
            self.strays -= 1
            run.length = 0
        self._add(run, mark.end())

    def _give_up(self, before: int) -> None:
        """Take for text what was not closed in time: the words of it, at least.

        A voice says "asterisk asterisk" for bold type that was never closed.
        """
        for run in self._emphasis.drop_before(before):
            if run.mark == "*" and run.length > 1 and self._looks_bold(run):
                self.strays += 1
                run.length = 0

    def _looks_bold(self, run: Run) -> bool:
        """Tell whether a word follows at the start of one, and not the name of arguments."""
        end = run.start + run.length
        before, after = self._text[run.start - 1 : run.start], self._text[end : end + 1]
        if (before and not before.isspace()) or not after.isalnum():
            return False
        since = max(0, run.start - _LONGEST_WORD)
        if after.isdigit() and _VARIABLE_BEFORE.search(self._text[since : run.start]):
            return False
        name = _NAME.match(self._text, end)
        return not name or not (
            _ARGUMENTS.fullmatch(name[0])
            or (name.end() < len(self._text) and _CODE_AFTER.match(self._text, name.end()))
            or _CODE_BEFORE.search(self._text, since, run.start)
        )

    def _code(self, mark: re.Match[str]) -> Found | None:
        around = (
            self._text[mark.start() - 1 : mark.start()] + self._text[mark.end() : mark.end() + 1]
        )
        if len(mark[0]) == 1 and len(around) == 2 and all(map(is_latin, around)):  # noqa: PLR2004
            return None  # an apostrophe: It`s
        limit = mark.start() + LONGEST_HOLD
        closing = re.compile(f"(?<!`){mark[0]}(?!`)").search(self._text, mark.end(), limit)
        if not self._final and (
            (closing is None and len(self._text) < limit)
            or len(self._text) in {mark.end(), closing.end() if closing else 0}
        ):
            raise Undecided
        if closing is None:
            return None
        code = self._text[mark.end() : closing.start()].replace("\n", " ")
        is_padded = code.strip() and code[0] == code[-1] == " "
        return Found(code[1:-1] if is_padded else code, closing.end())

    def _backslash(self) -> Found | None:
        text, at = self._text, self._at
        after = text[at + 1 : at + 2]
        if not after and not self._final:
            raise Undecided
        if end := self._end_of_tex():
            return Found(text[at:end], end)
        if after == "\n":  # a line break
            return None if self._is_in_path() else Found("", at + 1)
        if after == "[":  # neither a formula nor a link
            return Found("\\[", at + 2)
        if not after or after not in _ESCAPED:
            return None
        return Found(text[at : at + 2] if self._is_in_path() else after, at + 2)

    def _end_of_tex(self) -> int:
        """Return where the formula that a backslash begins ends; 0 if it begins none."""
        text, at = self._text, self._at
        closing, start = closing_of(text, at, final=self._final)
        if start < 0:
            raise Undecided
        if not closing:
            return 0
        limit = at + longest_at(text, at)
        end = text.find(closing, start, limit)
        if end < 0 and not self._final and len(text) < limit:
            raise Undecided
        return end + len(closing) if end >= 0 else 0

    def _is_in_path(self) -> bool:
        """Tell whether the word around a backslash is a path or TeX, and not escaped Markdown."""
        text, at = self._text, self._at
        end = _WORD_END.search(text, at, at + _LONGEST_WORD)
        if end is None and not self._final and len(text) < at + _LONGEST_WORD:
            raise Undecided
        stop = end.start() if end else at + _LONGEST_WORD
        before = text[max(0, at - _LONGEST_WORD) : at].split()
        start = at - len(before[-1]) if before and not text[at - 1].isspace() else at
        return _PLAIN_BACKSLASHES.search(text[start:stop]) is not None

    def _read_dollars(self, mark: re.Match[str]) -> None:
        """Note where a formula may begin; one without other marks reads as it is written."""
        text, at, length = self._text, self._at, len(mark[0])
        if mark.end() == len(text) and not self._final:
            raise Undecided
        _, opened = self._dollars[-1]
        if opened is not None and closing_dollars(text, opened, at) == mark.end():
            self._dollars.append((at, None))
        elif may_open(text, at, length):
            price = is_price(text, at, final=self._final) if length == 1 else False
            if price is None:
                raise Undecided
            if not price:
                self._dollars.append((at, at))
        self._add(mark[0], mark.end())

    def _end_of_open_formula(self) -> int:
        """Return where the formula around a mark ends; 0 if there is none."""
        _, opened = self._dollars[-1]
        if opened is None:
            return 0
        is_display = self._text.startswith("$$", opened)
        line = -1 if is_display else self._text.find("\n", self._at)
        end = closing_dollars(self._text, opened, self._at)
        is_whole = (
            self._final or line >= 0 or len(self._text) >= opened + longest_at(self._text, opened)
        )
        if not is_whole and (end is None or end == len(self._text)):
            raise Undecided
        if end is None or 0 <= line < end:
            self._dollars.append((self._at, None))
            return 0
        return end
