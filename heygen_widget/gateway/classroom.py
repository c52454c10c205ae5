"""A learner's client of a workshop."""

from typing import Any

from heygen_widget.api import HeyGen


class Classroom(HeyGen):
    """A workshop that shares its avatars, for one learner.

    Parameters
    ----------
    base_url
        The gateway's address.
    api_key
        The learner's code.
    **options
        What `HeyGen` takes.

    Raises
    ------
    ConfigurationError
        When the address or the code cannot be used.

    Examples
    --------
    >>> avatar = Avatar(client=Classroom("https://avatars.example.org", "maple-k7qd2x"))
    """

    def __init__(self, base_url: str, api_key: str, **options: Any) -> None:
        super().__init__(api_key, base_url, **options)
