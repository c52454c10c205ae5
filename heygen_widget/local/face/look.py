"""Who there is to look at: each person as data. Nothing is drawn here."""

import hashlib
import re
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
    Skin("#f0c29c", "#dfa780", "#b9774f", "#85462f", "#dc6a52", "#c9625c", "#ac4d4a", "#f4b0a0"),
    Hair("waves", "#1c100e", "#38211a", "#704630", "#b57c52"),
    Gaze("#4a2c1a", "#97622f", "#2e1c16", "#1a0e0e"),
    Clothes("blazer", "#b2543b", "#d2724f", "#7c3526", "#f8efe4", "#e6cdb2"),
    Backdrop("bokeh", ("#1d4654", "#163544", "#0d2130"), ("#ffc27a", "#5fb8bd", "#ff8f5e")),
    Build(cheeks=114, jaw=88, chin=30, shoulders=262, lips=1.12, mouth=38, eye=1.1),
)
THEO: Final = Look(
    "Theo",
    Skin("#a86f4a", "#8a5535", "#5c341f", "#331a10", "#94492f", "#9a5048", "#713630", "#c98a7a"),
    Hair("coils", "#0e0a0a", "#1d1614", "#4a3a32", "#7d6656", beard="stubble"),
    Gaze("#2c1a10", "#5e3a20", "#120c0a", "#0d0808", brow_weight=1.25, brow_arch=0.75, lashes=0.25),
    Clothes("knit", "#d19a34", "#e8b858", "#93651a", "#f6efe2", "#ffffff"),
    Backdrop("studio", ("#a9694c", "#8a4f3b", "#5d3129"), ("#ffcf9a", "#3a1c18")),
    Build(
        cheeks=117, jaw=99, chin=41, neck=62, shoulders=305, nose=24, lips=1.22, mouth=42, eye=1.02
    ),
)
CLARA: Final = Look(
    "Clara",
    Skin(
        "#fde3d0",
        "#f5cdb4",
        "#d89a7c",
        "#a5614b",
        "#ef8a7c",
        "#d67a74",
        "#ba5f5c",
        "#ffc9be",
        freckles=True,
    ),
    Hair("bun", "#4a1d0f", "#8a3f1e", "#c1703a", "#eaa968"),
    Gaze("#3d6b57", "#7fae86", "#83472a", "#4a2618", brow_weight=0.9),
    Clothes("cardigan", "#8fa58a", "#afc2a6", "#5f755e", "#fbf7f0", "#c9b08c"),
    Backdrop(
        "window",
        ("#efe3d3", "#e3d2bf", "#cdb8a4"),
        ("#f3e6d4", "#fffaf2", "#cfe4f2", "#7d9a76", "#5f8264", "#c98563"),
    ),
    Build(
        cheeks=113, jaw=89, chin=30, shoulders=255, neck=47, nose=18, mouth=38, lips=1.0, eye=1.1
    ),
    glasses="#6e3b22",
    earrings="#d9a441",
)
JONAS: Final = Look(
    "Jonas",
    Skin("#f4cfac", "#e2b08a", "#bd8258", "#865036", "#d87860", "#c27066", "#9c5248", "#eeb0a0"),
    Hair("short", "#1d1512", "#3c2b22", "#6d5040", "#a5806a", beard="full"),
    Gaze("#39607c", "#7fa9c4", "#33241c", "#231612", brow_weight=1.3, brow_arch=0.7, lashes=0.2),
    Clothes("overshirt", "#3d5a80", "#5b7ba4", "#22344f", "#f4f5f5", "#e8dcc4"),
    Backdrop("plain", ("#9fb4be", "#7e97a4", "#566c7a"), ("#eef6f8",)),
    Build(
        cheeks=117,
        jaw=100,
        chin=42,
        neck=63,
        shoulders=310,
        nose=22,
        lips=0.9,
        mouth=41,
        eye=1.0,
        chin_y=460,
    ),
)
MEI: Final = Look(
    "Mei",
    Skin("#fbdfc4", "#f0c8a4", "#cf9870", "#99603f", "#ee8c7a", "#d46a6a", "#b64f54", "#ffc0b8"),
    Hair("bob", "#0c0b10", "#1c1a22", "#44404e", "#8b879a"),
    Gaze("#2c1c16", "#6b4430", "#1f1818", "#120d0e", brow_weight=0.85, brow_arch=0.7),
    Clothes("knit", "#7c6bb0", "#a294cf", "#4c3f7c", "#f6efe2", "#ffffff"),
    Backdrop("studio", ("#e9b9a6", "#d79a90", "#a96f76"), ("#fff0dc", "#8a5060")),
    Build(
        cheeks=115, jaw=90, chin=31, shoulders=252, neck=46, nose=18, mouth=36, lips=1.08, eye=1.06
    ),
)

LOOKS: Final = (MAYA, THEO, CLARA, JONAS, MEI)
"""Everyone there is."""


_NUMBER: Final = re.compile(r"-[0-9]+$")


def look_for(avatar_id: str) -> Look:
    """Choose a person: the one of that name (in any case), else always the same for the same id.

    A number after the name, as in ``maya-2``, means the same person.
    """
    name = _NUMBER.sub("", avatar_id.strip().casefold())
    for look in LOOKS:
        if look.name.casefold() == name:
            return look
    digest = hashlib.sha256(avatar_id.encode()).digest()
    return LOOKS[int.from_bytes(digest[:8], "big") % len(LOOKS)]
