"""The command ``heygen-widget gateway``. Needs the extra `gateway` only when it runs."""

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

from heygen_widget.gateway.settings import STORE_VARIABLE, TOKEN_VARIABLE, Settings

_DEFAULTS: Final = {each.name: each.default for each in fields(Settings)}


def add_gateway(commands: Any, read_secret: Callable[[str], str]) -> None:
    """Add the command; `read_secret` returns the key in a file."""
    gateway = commands.add_parser(
        "gateway",
        help="share one key with a class: slots, a queue, budgets",
        epilog=f"The key comes from HEYGEN_API_KEY, the teacher's token from {TOKEN_VARIABLE}; "
        "without a store, a missing token is random. Prints one line of JSON when it is ready.",
    )

    def add(flag: str, text: str, **keywords: Any) -> None:
        default = _DEFAULTS[flag.removeprefix("--").replace("-", "_")]
        gateway.add_argument(flag, default=default, help=text, **keywords)

    add("--upstream", "address of the API, or 'local' for an embedded server (%(default)s)")
    gateway.add_argument(
        "--store",
        default=os.environ.get(STORE_VARIABLE),
        help=f"valkey://host:port, for any number of gateways; default: {STORE_VARIABLE}, "
        "or the memory of this process",
    )
    add("--workshop", "name of the workshop in the store (%(default)s)")
    add("--slots", "sessions at once (%(default)s)", type=int)
    add("--budget", "dollars for the class (%(default)g)", type=float)
    add("--per-learner", "dollars for each learner (%(default)g)", type=float)
    add("--max-session", "seconds that a session may last (%(default)g)", type=float)
    add("--pace", "how many times as fast as real time an embedded server is", type=float)
    add("--host", "address to listen on (%(default)s)")
    add("--port", "TCP port (any free one)", type=int)
    for flag, what in (("--key-file", "the key"), ("--token-file", "the teacher's token")):
        gateway.add_argument(flag, type=read_secret, metavar="FILE", help=f"file with {what}")
    gateway.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    token = options.token_file or os.environ.get(TOKEN_VARIABLE, "")
    new = not token and options.store is None
    given = {name: getattr(options, name) for name in _DEFAULTS if hasattr(options, name)}
    try:
        settings = Settings(
            **given,
            key=options.key_file or os.environ.get("HEYGEN_API_KEY", ""),
            token=secrets.token_urlsafe(24) if new else token,
        )
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        from heygen_widget.gateway.server import serve  # noqa: PLC0415 (needs the extra)
    except ImportError as error:
        sys.stderr.write(
            "This command needs the extra 'gateway': pip install 'heygen-widget[gateway]' "
            f"({error}).\n"
        )
        return 2
    return serve(settings, show_token=new)
