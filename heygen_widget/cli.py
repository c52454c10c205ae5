"""The ``heygen-widget`` command: demo, serve, gateway, voices and doctor."""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from heygen_widget._version import __version__
from heygen_widget.gateway.command import add_gateway
from heygen_widget.local import LocalServerError, Settings
from heygen_widget.local.settings import KEY_VARIABLE, VOICE_ENGINES, default_voice_engine
from heygen_widget.voices import add_voices

QUICKSTART = "quickstart.ipynb"
CALM = "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
"""A rehearsal needs no network."""
DEMO_CONFIG = Path(__file__).parent / "demo_config"
"""Jupyter configuration of the demo: JupyterLab does not ask whether to fetch news."""

MAX_KEY = 4096
"""The maximum number of characters read from a key file."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heygen-widget", description="HeyGen avatars in a notebook, with or without a key."
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.set_defaults(
        run=lambda _: parser.error("choose a command: demo, serve, gateway, voices or doctor")
    )
    commands = parser.add_subparsers(metavar="demo | serve | gateway | voices | doctor")

    demo = commands.add_parser("demo", help="open the quickstart notebook in JupyterLab")
    demo.add_argument(
        "--check",
        action="store_true",
        help="without a notebook: run the embedded server, read its stream back, and report",
    )
    demo.set_defaults(run=_demo)

    serve = commands.add_parser(
        "serve",
        help="run the embedded avatar server",
        epilog=f"Without --key-file the key comes from {KEY_VARIABLE}, or is random. "
        "The server prints one line of JSON with its address and key.",
    )
    settings = Settings(voice_engine="auto")

    def add(flag: str, text: str, **keywords: Any) -> None:
        default = getattr(settings, flag.removeprefix("--").replace("-", "_"))
        serve.add_argument(flag, default=default, help=text, **keywords)

    add("--host", "address to listen on (default: %(default)s)")
    add("--port", "TCP port (default: any free one)", type=int)
    key_help = "file with the key that clients must send (`ps` shows keys on the command line)"
    serve.add_argument("--key-file", dest="api_key", type=_key_in, metavar="FILE", help=key_help)
    serve.add_argument("--key", dest="api_key", type=_refuse_key, help=argparse.SUPPRESS)
    seconds: Final = {"type": float, "metavar": "SECONDS"}
    add(
        "--idle-timeout",
        "seconds without text after which a session ends (default: %(default)g)",
        **seconds,
    )
    add("--max-length", "maximum length of a session (default: %(default)g)", **seconds)
    add(
        "--concurrency",
        "sessions that may be open at once (default: %(default)s)",
        type=int,
        metavar="SESSIONS",
    )
    add(
        "--segment",
        "length of a media segment: 0.2 has less delay, 2 is classic HLS (default: %(default)s)",
        **seconds,
    )
    add("--warm-up", "seconds that sessions stay pending (default: %(default)g)", **seconds)
    add(
        "--pace",
        "run sessions so many times as fast, up to 16, for use without a browser; word times, "
        "films and costs stay the same (default: %(default)g)",
        type=float,
        metavar="FACTOR",
    )
    serve.add_argument(
        "--voice-engine",
        default=default_voice_engine(),
        choices=VOICE_ENGINES,
        help="speech synthesizer: hibari for English, if installed (default: %(default)s)",
    )
    add("--voice-file", "path of a Piper voice (.onnx)", type=Path, metavar="FILE")
    serve.add_argument(
        "--voice",
        dest="voices",
        action=_AddVoice,
        default={},
        metavar="ID=NAME",
        help="the installed voice NAME speaks for the voice id ID; may be repeated",
    )
    add(
        "--balance",
        "dollars in the account, which sessions and speech files use up (default: endless)",
        type=float,
        metavar="DOLLARS",
    )
    for things, field in (("avatars", "avatar_count"), ("voices", "voice_count")):
        serve.add_argument(
            f"--{things}",
            dest=field,
            type=int,
            default=0,
            metavar="NUMBER",
            help=f"list at least so many {things}, to rehearse long lists",
        )
    add("--allow-private-urls", "also fetch audio from private addresses", action="store_true")
    add(
        "--responder",
        "what answers questions: echo, or module:function (default: %(default)s)",
        metavar="NAME",
    )
    serve.set_defaults(run=_serve)

    add_gateway(commands, _key_in)
    add_voices(commands)

    doctor = commands.add_parser("doctor", help="print what a bug report needs, without the key")
    doctor.add_argument("--network", action="store_true", help="also check whether HeyGen responds")
    doctor.set_defaults(run=_doctor)
    return parser


class _AddVoice(argparse.Action):
    """Collects pairs of a voice id and a voice."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, *_: Any
    ) -> None:
        voice_id, equals, name = str(values).rpartition("=")
        if not equals or not name:
            parser.error(f"--voice: {values!r} is not of the form ID=NAME")
        setattr(namespace, self.dest, {**getattr(namespace, self.dest), voice_id: name})


def _key_in(file: str) -> str:
    """Return the key in a file."""
    try:
        with Path(file).open(encoding="ascii") as opened:
            key = opened.read(MAX_KEY).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not ASCII text"
        raise argparse.ArgumentTypeError(f"cannot read {file}: {reason}.") from None
    if not key:
        raise argparse.ArgumentTypeError(f"{file} contains no key.")
    return key


def _refuse_key(_: str) -> str:
    raise argparse.ArgumentTypeError(
        f"`ps` shows keys on the command line. Put the key into {KEY_VARIABLE} or a file, "
        "and pass that file with --key-file."
    )


def _serve(options: argparse.Namespace) -> int:
    try:
        from heygen_widget.local.server import serve  # noqa: PLC0415 (needs the extra `local`)
    except ImportError as error:
        return _lacks("local", error)
    try:
        settings = Settings(**{each.name: getattr(options, each.name) for each in fields(Settings)})
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return serve(settings)


def _doctor(options: argparse.Namespace) -> int:
    from heygen_widget.reports.diagnosis import diagnose  # noqa: PLC0415 (only this command needs it)

    print(diagnose(network=options.network))
    return 0


def _demo(options: argparse.Namespace) -> int:
    return _check() if options.check else _open_quickstart()


def _check() -> int:
    try:
        from heygen_widget.self_check import check  # noqa: PLC0415 (needs the extra `local`)
    except ImportError as error:
        return _lacks("local", error)
    try:
        return check()
    except LocalServerError as error:
        print(error, file=sys.stderr)
        return 2


def _open_quickstart() -> int:
    try:
        import jupyterlab  # noqa: F401, PLC0415 (needs the extra `lab`)
    except ImportError as error:
        return _lacks("lab", error)
    notebook = _quickstart()
    # So the URL it prints leads to the notebook, where no browser can be opened.
    place = [
        f"--ServerApp.root_dir={notebook.parent}",
        f"--LabApp.default_url=/lab/tree/{QUICKSTART}",
    ]
    command = [sys.executable, "-m", "jupyterlab", *place, CALM]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    try:
        return subprocess.run(command, check=False, env=_demo_environment()).returncode  # noqa: S603 (our own arguments)
    except KeyboardInterrupt:
        return 0


def _demo_environment() -> dict[str, str]:
    """Return the environment of JupyterLab; the user's own settings still come first."""
    path = [str(DEMO_CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(path)}


def _quickstart() -> Path:
    """Return the notebook of a source checkout, or a copy of the installed one to work on."""
    package = Path(__file__).parent
    checkout = package.parent / "notebooks" / QUICKSTART
    if checkout.is_file():
        return checkout
    copy = Path.cwd() / QUICKSTART
    # Written only where nothing is: not even through a link that leads nowhere yet.
    with contextlib.suppress(FileExistsError), copy.open("xb") as file:
        file.write((package / "static" / QUICKSTART).read_bytes())
    return copy


def _lacks(extra: str, error: ImportError) -> int:
    print(
        f"This command needs the extra '{extra}': pip install 'heygen-widget[{extra}]' ({error}).",
        file=sys.stderr,
    )
    return 2
