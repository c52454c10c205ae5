"""Takes pictures of the widget in every state into `screenshots/`, and lays them out in sheets."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import av
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont, ImageOps

from heygen_widget.local.face import FRAME_RATE, LOOKS, face_for
from heygen_widget.local.mouth import VISEMES, Mouth
from heygen_widget.local.voice.casting import Voice
from heygen_widget.local.voice.hibari import HibariSpeaker
from heygen_widget.local.voice.lips import Lips
from heygen_widget.local.voice.visemes import mouth_cues
from tests.browser import chromium

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "screenshots"
CELL = 480  # width of a picture in a sheet, in pixels
SHEET_WIDTH = 1500
CAPTION = 22
FONT = Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")  # it has the letters of IPA
SPOKEN = "bumblebee, phone, moon, why"
HEAD = (430, 120, 850, 540)  # what a strip shows of a picture
STRIP = 8  # frames in a row


def take() -> None:
    """Take all pictures anew. The avatar's own goes first: the stand-in for a stream shows it."""
    shutil.rmtree(SCREENS, ignore_errors=True)
    SCREENS.mkdir()
    portrait(60, VISEMES["E"]).save(SCREENS / "avatar.png")
    strip().save(SCREENS / "lips.png")
    command = [sys.executable, "hatch_build.py", "run", "screens"]
    environment = os.environ | {"CHROMIUM_PATH": chromium.find()}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    for folder in sorted(path for path in SCREENS.iterdir() if path.is_dir()):
        lay_out(folder).save(SCREENS / f"{folder.name}.png")


def portrait(number: int, mouth: Mouth) -> Image.Image:
    """Return a frame of the first face."""
    planes = face_for(LOOKS[0]).frame(number, mouth)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    return Image.fromarray(frame.to_ndarray(format="rgb24"))


def strip() -> Image.Image:
    """Return the frames of a face that says `SPOKEN`, each with the phonemes that begin in it."""
    said = HibariSpeaker().say(SPOKEN, Voice("en-us"), "en-us")
    assert said is not None
    assert said.phonemes is not None
    seconds = len(said.samples) / said.rate
    lips = Lips()
    lips.add(mouth_cues(said.phonemes, seconds), 0.0)
    cells = []
    for number in range(round(seconds * FRAME_RATE)):
        begin, end = number / FRAME_RATE, (number + 1) / FRAME_RATE
        begun = "".join(ipa or "·" for time, ipa in said.phonemes if begin <= time < end)
        head = ImageOps.scale(portrait(number, lips.at(begin)).crop(HEAD), 0.4)
        cells.append(_labelled(f"{number}  {begun}", head))
    width, height = cells[0].size
    sheet = Image.new("RGB", (width * STRIP, height * -(-len(cells) // STRIP)), "#8a8f98")
    for number, cell in enumerate(cells):
        sheet.paste(cell, (number % STRIP * width, number // STRIP * height))
    return sheet


def lay_out(folder: Path) -> Image.Image:
    """Lay all pictures of a folder out in one, each with its name."""
    pictures = [(path.stem, Image.open(path)) for path in sorted(folder.glob("*.png"))]
    columns = max(1, SHEET_WIDTH // min(CELL, *(picture.width for _, picture in pictures)))
    cells = [_labelled(name, picture) for name, picture in pictures]
    rows = [cells[index : index + columns] for index in range(0, len(cells), columns)]
    heights = [max(cell.height for cell in row) for row in rows]
    width = max(cell.width for cell in cells) * columns
    sheet = Image.new("RGB", (width, sum(heights)), "#8a8f98")
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            sheet.paste(cell, (column * width // columns, top))
        top += height
    return sheet


def _labelled(name: str, picture: Image.Image) -> Image.Image:
    if picture.width > CELL:
        picture = ImageOps.scale(picture.convert("RGB"), CELL / picture.width)
    cell = ImageOps.expand(picture.convert("RGB"), (4, CAPTION, 4, 4), "#8a8f98")
    ImageDraw.Draw(cell).text((6, 5), name, "black", font=ImageFont.truetype(FONT, 11))
    return cell


if __name__ == "__main__":
    take()
