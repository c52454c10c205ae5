"""What a page complains about, and whether the widget or the notebook around it is to blame."""

import re
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import ConsoleMessage, Error, Page

ADDRESS: Final = re.compile(r"\b(?:https?|blob):[^\s()'\"]+")
OURS: Final = re.compile(r"^blob:|/anywidget[@/]|/@file/|/hls/")
"""What hosts make scripts of (blobs, and files in marimo), anywidget which runs them, streams."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error that a page reports.

    Attributes
    ----------
    text
        What it says, with its stack.
    source
        Address of the script that reports it, or of what could not be had.
    """

    text: str
    source: str

    @property
    def concerns_the_widget(self) -> bool:
        """Whether the widget has to do with it, or nobody can tell who has."""
        addresses = [self.source, *ADDRESS.findall(self.text)]
        return not any(addresses) or any(map(OURS.search, addresses))


class Console:
    """Keeps the complaints of a page, from now on."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[Complaint] = []
        page.on("pageerror", self._note_error)
        page.on("console", self._note_message)

    @property
    def of_the_widget(self) -> list[Complaint]:
        """Those that would not be there without the widget."""
        return [complaint for complaint in self.complaints if complaint.concerns_the_widget]

    def _note_error(self, error: Error) -> None:
        self.complaints.append(Complaint(error.stack or error.message, ""))

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(Complaint(message.text, message.location["url"]))
