"""`%%speak`, `%avatar`, `%%avatar_script`: methods for cells with text instead of code.

Loaded by ``%load_ext heygen_widget``, and the only module that needs IPython. Uses nothing of an
avatar but what everybody may.
"""

import argparse
import keyword
import re
import shlex
import traceback
from collections.abc import Callable
from itertools import islice
from types import CodeType, SimpleNamespace
from typing import Any, Final

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser

from heygen_widget.api.plain import one_line
from heygen_widget.script import Script
from heygen_widget.session import Speech
from heygen_widget.widget.avatar import Avatar, newest

ACTIONS: Final = ("status", "stop", "finish")

MOST_BRACES: Final = 100
"""Closing braces that are tried as the end of one expression."""

LONGEST_SHOWN: Final = 60
"""Characters of an expression shown in an error."""

_BRACES: Final = re.compile(r"\{\{|\}\}|[{}]")
_CLOSING: Final = re.compile("}")

_SPEAK: Final = """Let an avatar speak the text of this cell.

{expressions} are evaluated in the notebook, as in an f-string: {loss:.2f}. Write a literal brace
twice, {{ or }}. Markdown is read as a person would read it aloud."""

_AVATAR: Final = """Show the state of an avatar, or end its session.

status shows the session's state and cost. finish accepts no more text, so that the session ends
once everything has been spoken. stop ends it now."""

_SCRIPT: Final = """Keep the Markdown of this cell as a script, in a variable.

Headings name segments, paragraphs are spoken, HTML comments are notes, and the front matter holds
look, voice and lexicon."""


Parser: type[argparse.ArgumentParser] = MagicArgumentParser
"""Raises instead of exiting, and formats its help as IPython shows it."""


def load(shell: Any) -> None:
    """Add the magics, their help and their completion to a shell of IPython."""
    speak, avatar, script = _speak_options(), _avatar_options(), _script_options()

    def speak_magic(line: str, cell: str) -> Speech:
        return _speak(shell, speak.parse_args(_words(line)), cell)

    def avatar_magic(line: str) -> None:
        _avatar(shell, avatar.parse_args(_words(line)))

    def script_magic(line: str, cell: str) -> Script:
        return _script(shell, script.parse_args(_words(line)), cell)

    speak_magic.__doc__, avatar_magic.__doc__ = speak.format_help(), avatar.format_help()
    script_magic.__doc__ = script.format_help()
    shell.register_magic_function(speak_magic, "cell", "speak")
    shell.register_magic_function(avatar_magic, "line", "avatar")
    shell.register_magic_function(script_magic, "cell", "avatar_script")
    shell.set_hook("complete_command", _completer(speak), str_key="%%speak")
    shell.set_hook("complete_command", _completer(avatar, ACTIONS), str_key="%avatar")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"Cannot parse {one_line(line)}: {error}.") from error


def _speak_options() -> argparse.ArgumentParser:
    options = Parser("%speak", description=_SPEAK)
    _add_avatar(options)
    options.add_argument("--wait", action="store_true", help="wait until the text has been spoken")
    options.add_argument("--final", action="store_true", help="end the session after this text")
    options.add_argument(
        "--raw", action="store_true", help="send the text as is, including Markdown"
    )
    options.add_argument(
        "--cues", metavar="NAME", help="a variable: what happens at the marks [[name]] in the text"
    )
    return options


def _avatar_options() -> argparse.ArgumentParser:
    options = Parser("avatar", description=_AVATAR)
    options.add_argument("action", choices=ACTIONS, nargs="?", default="status")
    _add_avatar(options)
    return options


def _script_options() -> argparse.ArgumentParser:
    options = Parser("%avatar_script", description=_SCRIPT)
    options.add_argument("name", help="the variable")
    return options


def _script(shell: Any, options: argparse.Namespace, cell: str) -> Script:
    if not options.name.isidentifier() or keyword.iskeyword(options.name):
        raise UsageError(f"{options.name!r} cannot be the name of a variable.")
    script = Script.parse(cell)
    shell.push({options.name: script})
    return script


def _add_avatar(options: argparse.ArgumentParser) -> None:
    options.add_argument("--avatar", metavar="NAME", help="a variable (default: the newest avatar)")


def _speak(shell: Any, options: argparse.Namespace, cell: str) -> Speech:
    avatar = _chosen(shell, options.avatar)
    speech = avatar.speak(
        _filled_in(shell, cell),
        cues=_cues(shell, options.cues),
        final=options.final,
        raw=options.raw,
    )
    return speech.result() if options.wait else speech


def _cues(shell: Any, name: str | None) -> Any:
    """Return what a variable holds; nothing if no name is given."""
    if name is not None and name not in shell.user_ns:
        raise UsageError(f"--cues names a variable, and there is no {name!r}.")
    return None if name is None else shell.user_ns[name]


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
    filled, at = [], 0
    while brace := _BRACES.search(text, at):
        filled.append(text[at : brace.start()])
        at = brace.end()
        if len(brace[0]) == 2:  # noqa: PLR2004 (written twice)
            filled.append(brace[0][0])
        elif brace[0] == "}":
            raise _unfilled(text, brace.start(), at, "It has no opening {.")
        else:
            code, at = _expression(text, brace.start())
            try:
                filled.append(str(eval(code, shell.user_ns)))  # noqa: S307 (the user's own cell)
            except Exception as error:
                reason = "".join(traceback.format_exception_only(error))
                raise _unfilled(text, brace.start(), at, reason) from error
    filled.append(text[at:])
    return "".join(filled).strip()


def _expression(text: str, start: int) -> tuple[CodeType, int]:
    """Compile the expression whose brace is at `start`; return it and where it ends.

    It ends at the first brace with which Python takes it, since those in its strings, its own
    brackets and its format are part of it.

    Raises
    ------
    UsageError
        When Python takes it with none.
    """
    failed: tuple[int, Exception] | None = None
    balanced = False
    for closing in islice(_CLOSING.finditer(text, start), MOST_BRACES):
        end = closing.end()
        field = text[start:end]
        quotes = "'''" if '"""' in field else '"""'
        try:
            # Raw, so that a backslash is a backslash.
            return compile(f"rf{quotes}{field}{quotes}", "<the text of %%speak>", "eval"), end
        except (SyntaxError, ValueError, RecursionError, MemoryError) as mistake:
            if not balanced:  # what a reader takes for the expression
                failed, balanced = (end, mistake), field.count("{") == field.count("}")
    if failed is None:
        raise _unfilled(text, start, len(text), "It has no closing }.")
    end, error = failed
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    raise _unfilled(text, start, end, reason.removeprefix("f-string: ")) from error


def _unfilled(text: str, start: int, end: int, reason: str) -> UsageError:
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    shown = one_line(text[start:end], LONGEST_SHOWN)
    return UsageError(
        f"Cannot fill in {shown} in line {line}, column {column} of the text: "
        f"{one_line(reason).rstrip('.')}. "
        "Braces contain Python expressions; write {{ and }} for literal braces."
    )


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
