"""Who there is to look at: each person as data. Nothing is drawn here."""

import hashlib
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Skin:
    """Colours of the skin, and of what shows through it."""

    light: str
    base: str
    shade: str
    deep: str
    blush: str
    lip: str
    upper_lip: str
    lip_shine: str
    freckles: bool = False


@dataclass(frozen=True, slots=True)
class Build:
    """Measures of head and body, pixels. Widths are half widths."""

    cheeks: float = 116
    jaw: float = 92
    chin: float = 36
    chin_y: float = 458
    neck: float = 50
    shoulders: float = 225
    nose: float = 20
    mouth: float = 40
    lips: float = 1.0
    eye: float = 1.0


@dataclass(frozen=True, slots=True)
class Gaze:
    """Colours and character of eyes and brows."""

    iris: str
    iris_light: str
    brow: str
    lash: str
    brow_weight: float = 1.0
    brow_arch: float = 1.0
    lashes: float = 1.0


@dataclass(frozen=True, slots=True)
class Hair:
    """A hairstyle and its colours, from the depth to the shine."""

    style: str
    deep: str
    base: str
    light: str
    shine: str
    beard: str | None = None


@dataclass(frozen=True, slots=True)
class Clothes:
    """A garment and its colours."""

    style: str
    base: str
    light: str
    dark: str
    inner: str
    accent: str


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What is behind, and its colours."""

    style: str
    colours: tuple[str, ...]
    lights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A person."""

    name: str
    skin: Skin
    hair: Hair
    gaze: Gaze
    clothes: Clothes
    backdrop: Backdrop
    build: Build = field(default_factory=Build)
    glasses: str | None = None
    earrings: str | None = None


MAYA: Final = Look(
    "Maya",
    Skin("#eebf98", "#dca27a", "#b8744f", "#8a4c35", "#d9694f", "#c4605a", "#a84a48", "#f0a795"),
    Hair("waves", "#1e1210", "#3a231c", "#6b4230", "#a56f4c"),
    Gaze("#4a2c1a", "#8a5a30", "#33201a", "#1c1010"),
    Clothes("blazer", "#b4553a", "#cf6f4c", "#8c3d2a", "#f6ece0", "#f0d8b8"),
    Backdrop("bokeh", ("#27485a", "#17303f", "#0f2030"), ("#ffce8a", "#8fd0d8", "#ff9d6c")),
    earrings="#e8b860",
)

LOOKS: Final = (MAYA,)
"""Everyone there is."""


def look_for(avatar_id: str) -> Look:
    """Choose a person: the one of that name (in any case), or always the same one for the same id."""
    for look in LOOKS:
        if look.name.casefold() == avatar_id.strip().casefold():
            return look
    digest = hashlib.sha256(avatar_id.encode()).digest()
    return LOOKS[int.from_bytes(digest[:8], "big") % len(LOOKS)]
