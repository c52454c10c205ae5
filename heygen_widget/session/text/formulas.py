"""Formulas in TeX's notation are left as they are; prices are not formulas."""

import re
from typing import Final

LONGEST_FORMULA: Final = 1000
"""Characters of a displayed formula at most."""
LONGEST_INLINE: Final = 300
"""Characters of a formula within a line at most."""

_PRICE = re.compile(r"\$\d[\d.,]*\s*(?P<after>[^\d.,\s]?)")
_OPERATORS: Final = frozenset("+=^_{}\\*<>$")
_CLOSES_ONE = re.compile(r"(?<![\s\\$])\$(?![\d$])")
_CLOSES_TWO = re.compile(r"(?<!\\)\$\$")
_ENVIRONMENT = re.compile(r"\\begin\{(?P<name>\w+\*?)\}")
_MAY_BE_ENVIRONMENT = re.compile(r"\\b(?:e(?:g(?:i(?:n(?:\{\w*\*?)?)?)?)?)?")


def may_open(text: str, at: int, length: int) -> bool:
    """Tell whether the dollar signs at `at` may open a formula: no word is in front of them."""
    before, after = text[at - 1 : at], text[at + length : at + length + 1]
    if length > 1:
        return length == 2  # noqa: PLR2004 (a displayed formula)
    return not (before.isalnum() or before == "\\") and bool(after) and not after.isspace()


def is_price(text: str, at: int, *, final: bool) -> bool | None:
    """Tell whether the dollar sign at `at` is that of a price; None if later text decides."""
    match = _PRICE.match(text, at)
    if match is None:
        return False
    if not match["after"] and not final:
        return None
    return match["after"] not in _OPERATORS


def longest_at(text: str, at: int) -> int:
    """Return how many characters the formula that begins at `at` has at most."""
    return (
        LONGEST_INLINE
        if text.startswith(("$", r"\("), at) and text[at : at + 2] != "$$"
        else (LONGEST_FORMULA)
    )


def closing_dollars(text: str, opened: int, start: int) -> int | None:
    """Return where the formula that dollar signs at `opened` begin ends, from `start` on."""
    closes = _CLOSES_TWO if text.startswith("$$", opened) else _CLOSES_ONE
    match = closes.search(text, start, opened + longest_at(text, opened))
    return match.end() if match else None


def closing_of(text: str, at: int, *, final: bool) -> tuple[str, int]:
    """Return what ends the formula that a backslash at `at` begins, and where its content starts.

    Returns
    -------
    tuple
        An empty string if it begins none, or with a length of -1 if later text decides.
    """
    opening = text[at : at + 2]
    if opening in {r"\(", r"\["}:
        return (r"\)" if opening == r"\(" else r"\]"), at + 2
    if match := _ENVIRONMENT.match(text, at):
        return f"\\end{{{match['name']}}}", match.end()
    is_open = not final and _MAY_BE_ENVIRONMENT.fullmatch(text, at)
    return "", -1 if is_open else at
