"""HTML in a paragraph: tags of elements that exist are not said, all else in angles is text."""

import html
import re
import unicodedata
from html.entities import html5
from typing import Final

from heygen_widget.session.text.emphasis import LONGEST_HOLD
from heygen_widget.session.text.links import Found, Undecided

_INLINE: Final = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp"  # noqa: SIM905 (a list of 130 strings is no easier to read)
    " small span strike strong sub sup time tt u var wbr".split()
)
"""Elements in the middle of a line, maybe of a word."""

_VOID: Final = frozenset("br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905

ELEMENTS: Final = (
    _INLINE
    | _VOID
    | frozenset(
        "address article aside audio blockquote body button canvas caption center colgroup datalist"  # noqa: SIM905
        " dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head"
        " header hgroup html iframe legend li main map menu meter nav noscript object ol optgroup"
        " option output p picture pre progress script search section select slot style summary svg"
        " table tbody td template textarea tfoot th thead title tr ul video".split()
    )
)
"""Names of HTML's elements."""

_WORDS: Final = frozenset(
    "address area article audio body button caption center col dialog embed figure footer form head"  # noqa: SIM905
    " header input label legend link main map menu meta meter object option output param picture"
    " progress script search section select slot source style summary table template title track"
    " video".split()
)
"""Elements named by words that people put in angle brackets too, to be replaced."""

_FLAGS: Final = (
    "allowfullscreen|async|autofocus|autoplay|checked|controls|default|defer|disabled|hidden|inert"
    "|ismap|loop|multiple|muted|nomodule|novalidate|open|playsinline|readonly|required|reversed"
    "|selected|download"
)
_VALUE: Final = r"\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+"
_ATTRIBUTE: Final = rf"\s+(?:[a-zA-Z_:@][\w:.@-]*\s*=\s*(?:{_VALUE})|(?:{_FLAGS})(?=[\s/>]))"
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<more>(?:{_ATTRIBUTE})*\s*/?)>")
_MAY_BE_TAG = re.compile(
    r"</?(?P<name>[a-zA-Z][a-zA-Z0-9]*)?"
    r"(?P<more>(?:\s+|/)(?:[^\"'<>]|\"[^\"<>]*(?:\"|\Z)|'[^'<>]*(?:'|\Z))*)?"
)
_IS_NAMED = re.compile(r"[ \t]+(?:tags?|elements?)\b", re.IGNORECASE)  # the <br> tag
_POWER = re.compile(r"[-+]?\d")  # 10<sup>6</sup>
_MAY_BE_NAMED = re.compile(r"[ \t]*|[ \t]+[a-z]{1,8}", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!doctype\s[^<>]*>", re.IGNORECASE)
_MAY_BE_IN_ANGLES = re.compile(r"<[a-zA-Z0-9][^\s<>]*")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MAY_BE_ENTITY = re.compile(r"&(?:#(?:\d{0,7}|[xX][0-9a-fA-F]{0,6})|[A-Za-z][A-Za-z0-9]{0,31})?")


def tag_at(text: str, at: int, limit: int, *, final: bool) -> Found | None:
    """Read a tag or comment: nothing of it is said, but a space where a line or block ends.

    Raises
    ------
    Undecided
        When it is not complete yet.
    """
    is_open = not final and len(text) < at + limit
    if match := _COMMENT.match(text, at, at + limit) or _DOCTYPE.match(text, at, at + limit):
        return Found("", match.end())
    if not (match := _TAG.match(text, at, at + limit)):
        if is_open and _may_become_tag(text, at):
            raise Undecided
        return None
    name = match["name"].casefold()
    if name not in ELEMENTS or not (match["name"].islower() or match["name"].isupper()):
        return None  # <Enter>, List<Object>
    if is_open and _MAY_BE_NAMED.fullmatch(text, match.end()):
        raise Undecided  # what follows may decide
    if _needs_close(text, match):
        closing = re.compile(rf"</{name}\s*>", re.IGNORECASE)
        if not closing.search(text, match.end(), at + limit):
            if is_open:
                raise Undecided
            return None
    if name == "sup" and text[at - 1 : at].isdigit() and _POWER.match(text, match.end()):
        return Found("^", match.end())
    return Found("" if name in _INLINE else " ", match.end())


def _needs_close(text: str, match: re.Match[str]) -> bool:
    """Tell whether a tag is text if nothing closes it: List<i>, Map<a, b>, Enter <address>."""
    name, start = match["name"].casefold(), match.start()
    if match["close"] or match["more"].strip():
        return False
    before = text[max(0, start - LONGEST_HOLD) : start].rpartition("\n")[2].strip()
    follows_markup = not before or before.endswith(">")
    if name in _WORDS:
        return not (follows_markup and text[match.end() : match.end() + 1] in {"\n", "\r", "<"})
    if name in _VOID:
        return _IS_NAMED.match(text, match.end()) is not None
    return name in _INLINE or not follows_markup


def _may_become_tag(text: str, at: int) -> bool:
    rest = text[at:]
    if "<!--".startswith(rest[:4]) or "<!doctype".startswith(rest[:9].casefold()):
        return True
    match = _MAY_BE_TAG.fullmatch(rest)
    if match is None:
        return False
    name = (match["name"] or "").casefold()
    if match["more"]:
        return name in ELEMENTS
    return any(element.startswith(name) for element in ELEMENTS)


def may_be_in_angles(text: str, at: int, limit: int) -> bool:
    """Tell whether the end of `text`, from `at` on, may become an address in angle brackets."""
    return len(text) < at + limit and _MAY_BE_IN_ANGLES.fullmatch(text, at) is not None


def entity_at(text: str, at: int, *, final: bool) -> Found | None:
    """Read a character that is written by its name or number.

    Raises
    ------
    Undecided
        When it is not complete yet.
    """
    if match := _ENTITY.match(text, at):
        said = html.unescape(match[0])
        if (
            not (match[0][1] == "#" or match[0][1:] in html5)
            or unicodedata.category(said[:1]) == "Cc"
        ):
            return None
        return Found(" " if said.isspace() else said, match.end())
    if not final and _MAY_BE_ENTITY.fullmatch(text, at):
        raise Undecided
    return None
