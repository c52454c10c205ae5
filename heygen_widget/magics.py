"""`%%speak` and `%avatar`: the avatar's verbs for cells that hold text instead of code.

Loaded by ``%load_ext heygen_widget``, and the only module that needs IPython. Uses nothing of an
avatar but what everybody may.
"""

import argparse
import shlex
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser

from heygen_widget.avatar import Avatar, newest
from heygen_widget.session import Speech

ACTIONS: Final = ("status", "stop", "finish")

_SPEAK: Final = """Let an avatar say the text of this cell.

{expressions} are filled in from the notebook's names, as in an f-string: {loss:.2f}. A brace that
is to be said is written twice, {{ or }}. Markdown is read as a person would read it aloud."""

_AVATAR: Final = """Look at an avatar, or end its session.

status says where the session stands and what it costs. finish takes no more text, so that the
session ends once all is spoken. stop ends it now."""


Parser: type[argparse.ArgumentParser] = MagicArgumentParser
"""Raises instead of exiting, and formats its help as IPython shows it."""


def load(shell: Any) -> None:
    """Add the magics, their help and their completion to a shell of IPython."""
    speak, avatar = _speak_options(), _avatar_options()

    def speak_magic(line: str, cell: str) -> Speech:
        return _speak(shell, speak.parse_args(shlex.split(line)), cell)

    def avatar_magic(line: str) -> None:
        _avatar(shell, avatar.parse_args(shlex.split(line)))

    speak_magic.__doc__, avatar_magic.__doc__ = speak.format_help(), avatar.format_help()
    shell.register_magic_function(speak_magic, "cell", "speak")
    shell.register_magic_function(avatar_magic, "line", "avatar")
    shell.set_hook("complete_command", _completer(speak), str_key="%%speak")
    shell.set_hook("complete_command", _completer(avatar, ACTIONS), str_key="%avatar")


def _speak_options() -> argparse.ArgumentParser:
    options = Parser("%speak", description=_SPEAK)
    _add_avatar(options)
    options.add_argument("--wait", action="store_true", help="block until it was spoken")
    options.add_argument(
        "--final", action="store_true", help="nothing more will come: end after it"
    )
    options.add_argument("--raw", action="store_true", help="send as it is, Markdown and all")
    return options


def _avatar_options() -> argparse.ArgumentParser:
    options = Parser("avatar", description=_AVATAR)
    options.add_argument("action", choices=ACTIONS, nargs="?", default="status")
    _add_avatar(options)
    return options


def _add_avatar(options: argparse.ArgumentParser) -> None:
    options.add_argument("--avatar", metavar="NAME", help="a variable; the newest avatar otherwise")


def _speak(shell: Any, options: argparse.Namespace, cell: str) -> Speech:
    avatar = _chosen(shell, options.avatar)
    speech = avatar.speak(_filled_in(shell, cell), final=options.final, raw=options.raw)
    return speech.result() if options.wait else speech


def _avatar(shell: Any, options: argparse.Namespace) -> None:
    avatar = _chosen(shell, options.avatar)
    match options.action:
        case "stop":
            avatar.stop()
        case "finish":
            avatar.finish()
        case _:
            parts = (repr(avatar), avatar.stream_id, avatar.error or avatar.end_reason)
            print(*(part for part in parts if part), sep="\n")  # noqa: T201 (in a cell, on request)


def _chosen(shell: Any, name: str | None) -> Avatar:
    """Return the avatar of that name; the newest if no name is given."""
    if name is None:
        return newest()
    avatar = shell.user_ns.get(name)
    if not isinstance(avatar, Avatar):
        known = ", ".join(_names(shell)) or "none"
        raise UsageError(f"{name!r} is not the name of an avatar. Avatars here: {known}.")
    return avatar


def _names(shell: Any) -> list[str]:
    names = (name for name, value in shell.user_ns.items() if isinstance(value, Avatar))
    return sorted(name for name in names if not name.startswith("_"))


def _filled_in(shell: Any, text: str) -> str:
    """Fill in what stands in braces, with the meaning it has in an f-string."""
    quotes = "'''" if '"""' in text else '"""'
    # Raw, so that a backslash is a backslash; the line feed keeps a last quote from ending it all.
    source = f"rf{quotes}{text}\n{quotes}"
    try:
        code = compile(source, "<the text of %%speak>", "eval")
    except SyntaxError as error:
        raise UsageError(
            f"The text cannot be filled in: {error.msg}. "
            "Braces hold Python expressions; write {{ and }} for braces that are to be said."
        ) from None
    return str(eval(code, shell.user_ns)).strip()  # noqa: S307 (the user's own cell)


def _completer(
    options: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Callable[[Any, SimpleNamespace], list[str]]:
    flags = [flag for action in options._actions for flag in action.option_strings]  # noqa: SLF001

    def complete(shell: Any, event: SimpleNamespace) -> list[str]:
        before = event.text_until_cursor.removesuffix(event.symbol).split()
        if before[-1:] == ["--avatar"]:
            return _names(shell)
        return [*words, *flags]

    return complete
