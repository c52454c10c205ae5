"""``heygen-widget voices``: list, install and remove further voices for rehearsals."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from heygen_widget.api.plain import plain

if TYPE_CHECKING:
    from heygen_widget.local.voice_store import VoiceStore

_BAR = 30  # characters of a progress bar
_MEGABYTE = 1e6


def add_voices(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser("voices", help="list, install and remove further voices")
    actions = parser.add_subparsers(required=True, metavar="list | install | remove")
    listing = actions.add_parser("list", help="list the voices that are installed")
    listing.add_argument(
        "--all", action="store_true", help="also list what can be installed (asks its publishers)"
    )
    listing.set_defaults(run=_reported(_list))
    installing = actions.add_parser(
        "install",
        help="download a voice from its publisher",
        epilog="Shows size and licence first.",
    )
    installing.add_argument("name", metavar="NAME", help="such as emma, or en_US-joe-medium")
    installing.set_defaults(run=_reported(_install))
    removing = actions.add_parser("remove", help="delete a voice that was installed")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(run=_reported(_remove))


def _reported(action: Any) -> Any:
    """Return an action that prints its errors on one line."""

    def run(options: argparse.Namespace) -> int:
        from heygen_widget.local.voice_store import (  # noqa: PLC0415 (only this command needs it)
            VoiceStore,
            VoiceStoreError,
        )

        try:
            action(VoiceStore(), options)
        except VoiceStoreError as error:
            print(error, file=sys.stderr)
            return 1
        return 0

    return run


def _list(store: "VoiceStore", options: argparse.Namespace) -> None:
    installed = store.installed()
    for name in installed:
        print(f"{name:32} installed")
    if options.all:
        for offer in store.offers():
            if offer.name not in installed:
                size = f"{offer.size / _MEGABYTE:.0f} MB"
                print(f"{offer.name:32} {offer.language:8} {size:>7}  {offer.about}")
    elif not installed:
        print("No voices are installed: see heygen-widget voices list --all")


def _install(store: "VoiceStore", options: argparse.Namespace) -> None:
    offer = store.offer(options.name)
    print(f"{offer.name} ({offer.about}), {offer.size / _MEGABYTE:.1f} MB")
    print(*map(plain, store.licence(offer).splitlines()), sep="\n")

    def progress(done: int) -> None:
        part = done / max(1, offer.size)
        bar = "#" * round(_BAR * part)
        print(f"\r[{bar:{_BAR}}] {part:4.0%}", end="", file=sys.stderr, flush=True)

    try:
        folder = store.install(offer, progress)
    finally:
        print(file=sys.stderr)
    print(f"Installed in {folder}. Use it: LocalServer(voices={{'VOICE_ID': {offer.name!r}}})")


def _remove(store: "VoiceStore", options: argparse.Namespace) -> None:
    store.remove(options.name)
    print(f"Removed {options.name}.")
