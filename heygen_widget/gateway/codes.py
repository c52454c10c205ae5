"""Class codes: made at random, kept as hashes, and recognised again.

Knows no HTTP.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Literal

from heygen_widget.gateway.store import Code, Known, Store, StoreUnavailable

TEACHER: Final = "teacher"
"""The name under which the teacher's own token opens sessions."""

REMEMBERED_FOR: Final = 10.0
"""Seconds for which a replica does not ask the store again about a code."""
MOST: Final = 10_000
"""Codes that a replica remembers."""

# Without what looks alike. Six of them and a word are some 35 bits, which nobody guesses within
# the attempts that are allowed.
_SIGNS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_WORDS: Final = (
    *("acorn", "amber", "apple", "aspen", "birch", "brook", "cedar", "cherry", "clover", "coral"),
    *("dune", "elm", "fern", "fjord", "garnet", "grove", "hazel", "heron", "iris", "ivory"),
    *("jade", "juniper", "lagoon", "lark", "lemon", "linden", "lotus", "maple", "meadow", "mint"),
    *("moss", "oak", "olive", "onyx", "opal", "orchid", "otter", "pearl", "pine", "plum"),
)


def new_code() -> str:
    """Make a code, such as ``maple-k7qd2x``."""
    return f"{secrets.choice(_WORDS)}-{''.join(secrets.choice(_SIGNS) for _ in range(6))}"


class Codes:
    """Recognises learners and the teacher.

    Parameters
    ----------
    store
        Where the hashes are.
    token
        The teacher's token. Hashes are made with it, so that a copy of the store gives no code
        away.
    """

    def __init__(self, store: Store, token: str) -> None:
        self._store = store
        self._pepper = hashlib.blake2b(token.encode(), person=b"workshop codes").digest()
        self._teacher = self._hash(token)
        self._known: OrderedDict[str, tuple[Known, float]] = OrderedDict()

    async def add(self, learners: Sequence[str], hours: float, budget: int | None) -> list[str]:
        """Make a code for each learner; it cannot be read again."""
        codes = [new_code() for _ in learners]
        ends = time.time() + hours * 3600
        await self._store.add_codes(
            [
                Code(self._hash(code), learner, ends, budget)
                for code, learner in zip(codes, learners, strict=True)
            ]
        )
        return codes

    async def identify(self, code: str, address: str) -> str | Literal[False] | None:
        """Return whose code this is; None if nobody's, False if the address is locked out.

        Raises
        ------
        StoreUnavailable
            When the store must be asked and does not answer.
        """
        hashed = self._hash(code)
        if hmac.compare_digest(hashed, self._teacher):
            return TEACHER
        now = time.time()
        known, until = self._known.get(hashed, (None, 0.0))
        if known is not None and now < min(until, known.ends):
            return known.learner
        try:
            answer = await self._store.identify(hashed, address)
        except StoreUnavailable:
            if known is None:
                raise
            answer = known  # whoever speaks goes on meanwhile
        if not isinstance(answer, Known) or now >= answer.ends:
            return False if answer == "locked" else None
        self._known[hashed] = (answer, now + REMEMBERED_FOR)
        self._known.move_to_end(hashed)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return answer.learner

    def _hash(self, code: str) -> str:
        return hashlib.blake2b(code.encode(), key=self._pepper, digest_size=32).hexdigest()
