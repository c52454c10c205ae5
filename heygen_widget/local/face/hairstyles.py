"""Hairstyles as data: where hair grows, which way it flows, where light catches it.

Lines are written as ``"x,y x,y ..."`` in pixels of the frame, root first. Outlines of things that
are the same on both sides are written as their right half, as ``"distance,y"`` from top to bottom.
"""

from dataclasses import dataclass, replace
from typing import Final

Band = tuple[float, float, float]
"""Where light catches hair, from root (0) to tip (1), how far that reaches, how bright it is."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hair that flows side by side.

    Attributes
    ----------
    guides
        Lines it flows along, from one edge of the sheet to the other; all of as many points.
    seed
        What makes its strands differ from those of other sheets.
    tone
        How much lighter (or darker, below 0) than other sheets it is, about -0.3 to 0.3.
    shine
        Where light catches it.
    stray
        How far strands leave their way, pixels.
    contrast
        How much strands differ in lightness.
    falloff
        How much darker the sheet is at its roots and edges.
    roots, tips
        How unevenly strands begin and end, a share of their length.
    flipped
        Whether it lies on the other side of the head.
    """

    guides: tuple[str, ...]
    seed: int
    tone: float = 0.0
    shine: tuple[Band, ...] = ((0.3, 0.12, 0.3),)
    stray: float = 1.5
    contrast: float = 0.13
    falloff: float = 0.12
    roots: float = 0.0
    tips: float = 0.0
    flipped: bool = False

    def flip(self, seed: int, tone: float) -> "Sheet":
        """Return the sheet on the other side of the head."""
        return replace(self, seed=seed, tone=tone, flipped=True)


@dataclass(frozen=True, slots=True)
class Hairstyle:
    """A hairstyle.

    Attributes
    ----------
    depth
        Half outlines behind the head, and how much of the hair's base each has (0 is its deepest
        colour).
    behind, over
        Sheets behind the head, and over the face, from back to front.
    cap
        Half outline under the sheets over the face.
    coils
        Half outline of tightly curled hair.
    fade
        Outline at the right temple where hair is cut so short that skin shines through.
    in_front
        Whether it falls over the clothes.
    ears
        Whether it leaves the ears free.
    """

    depth: tuple[tuple[str, float], ...] = ()
    behind: tuple[Sheet, ...] = ()
    over: tuple[Sheet, ...] = ()
    cap: str | None = None
    coils: str | None = None
    fade: str | None = None
    in_front: bool = False
    ears: bool = True


_WAVY: Final = ((0.16, 0.09, 0.34), (0.46, 0.06, 0.16), (0.68, 0.05, 0.15), (0.88, 0.05, 0.12))

_WAVES_BEHIND = Sheet(
    (
        "600,150 510,250 486,380 494,470 468,545 488,606",
        "610,160 540,260 520,380 528,470 504,545 504,612",
        "630,170 580,280 566,390 566,480 546,545 526,600",
    ),
    seed=1,
    tone=-0.2,
    tips=0.03,
)
_WAVES_LEFT = Sheet(
    (
        "660,116 594,108 526,146 494,230 486,320 462,400 480,480 454,548 484,606",
        "661,126 602,124 542,164 510,240 502,330 482,410 500,484 474,552 494,616",
        "662,140 614,144 558,184 526,256 516,340 502,418 522,490 496,556 506,620",
        "663,158 628,164 574,204 540,268 528,350 520,426 544,496 518,558 518,615",
        "664,176 638,184 588,224 550,282 536,358 538,434 562,502 538,560 528,604",
    ),
    seed=3,
    shine=_WAVY,
    tips=0.025,
)
_WAVES_RIGHT = Sheet(
    (
        "660,116 712,110 764,152 788,236 796,320 818,400 800,480 826,548 796,606",
        "661,126 710,126 750,172 772,250 780,330 798,410 780,484 806,552 786,616",
        "662,142 704,148 736,190 756,262 764,340 778,418 758,490 784,556 774,620",
        "663,159 698,168 726,208 744,274 752,350 760,426 736,496 762,558 762,615",
        "664,176 690,188 716,226 735,284 745,358 742,434 718,502 742,560 752,604",
    ),
    seed=4,
    tone=-0.05,
    shine=_WAVY,
    tips=0.025,
)


def _wave(seed: int, *guides: str) -> Sheet:
    """Return a single lock that lies on top."""
    return Sheet(guides, seed, tone=0.05, shine=_WAVY, falloff=0.1, tips=0.03)


_WAVES = Hairstyle(
    depth=(("0,130 90,150 138,240 150,380 136,480 110,560 0,570", 0.0),),
    behind=(_WAVES_BEHIND, _WAVES_BEHIND.flip(2, -0.24)),
    over=(
        _WAVES_RIGHT,
        _WAVES_LEFT,
        _wave(
            5,
            "644,158 566,210 534,310 520,400 550,484 520,552 520,611",
            "644,159 590,216 552,300 538,396 570,484 546,552 521,612",
        ),
        _wave(
            6,
            "676,158 736,210 756,310 768,400 736,484 762,552 762,611",
            "676,159 714,216 738,300 746,396 712,484 738,552 761,612",
        ),
        _wave(
            7,
            "620,126 524,190 504,300 484,400 506,476 478,546 494,612",
            "621,127 548,190 520,300 500,400 522,478 498,550 496,613",
        ),
    ),
    in_front=True,
    ears=False,
)

_COILS = Hairstyle(
    coils="0,113 54,122 99,150 119,196 112,244 98,218 72,201 36,195 0,193",
    fade="764,312 768,262 758,210 728,178 724,214 739,248 744,282 746,312",
)

_GLOSS: Final = ((0.34, 0.12, 0.32), (0.75, 0.1, 0.1))
_BUN_SIDE = Sheet(
    (
        "530,326 515,268 524,206 566,152 626,128",
        "534,300 528,256 544,204 584,160 632,132",
        "545,262 556,222 584,184 610,158 636,136",
        "590,206 606,186 620,168 632,152 640,138",
        "648,190 648,176 646,162 644,150 642,138",
    ),
    seed=14,
    shine=((0.62, 0.14, 0.3),),
)
_TENDRIL = Sheet(
    (
        "531,296 528,335 535,376 526,418 533,452",
        "542,296 537,335 541,376 532,416 534,453",
    ),
    seed=17,
    tone=0.02,
    shine=((0.4, 0.15, 0.2),),
    stray=1.0,
    tips=0.2,
)
_BUN = Hairstyle(
    depth=(
        ("0,54 34,60 56,82 60,100 50,126 28,142 0,146", 0.55),
        ("0,134 66,146 104,190 114,260 108,330 80,380 0,380", 0.0),
    ),
    behind=(
        Sheet(
            (
                "600,132 570,104 590,66 634,52 684,64 700,112",
                "612,132 590,108 602,80 640,68 674,80 686,114",
                "622,132 608,112 616,94 640,86 664,94 676,110",
                "632,132 626,118 630,108 642,104 654,108 660,118",
            ),
            seed=11,
            shine=((0.45, 0.14, 0.3),),
        ),
        Sheet(
            ("606,116 616,92 644,84 668,96 662,118", "628,118 630,104 644,98 654,106 648,116"),
            seed=19,
            shine=((0.4, 0.2, 0.24),),
        ),
        Sheet(
            ("700,106 696,130 668,144 630,142 596,130", "688,108 680,118 660,124 632,120 608,110"),
            seed=12,
            tone=-0.02,
            shine=((0.5, 0.2, 0.22),),
        ),
    ),
    over=(
        _BUN_SIDE.flip(13, -0.05),
        _BUN_SIDE,
        Sheet(
            (
                "668,138 716,158 746,208 752,268 747,326",
                "666,150 706,172 732,216 744,270 746,328",
                "664,168 694,188 718,224 734,270 744,324",
            ),
            seed=15,
            shine=_GLOSS,
            tips=0.05,
        ),
        Sheet(
            (
                "672,136 606,140 552,180 530,244 532,330",
                "671,146 616,156 566,196 542,250 533,332",
                "670,158 628,176 584,214 554,258 535,330",
                "668,174 642,196 608,226 566,264 538,322",
            ),
            seed=16,
            tone=0.03,
            shine=_GLOSS,
            tips=0.05,
        ),
        _TENDRIL,
        _TENDRIL.flip(18, 0.0),
    ),
)

_SHORT_SIDE = Sheet(
    (
        "527,322 518,276 519,222 542,166",
        "531,322 526,276 530,226 554,170",
        "535,308 535,270 544,232 568,184",
    ),
    seed=21,
    tone=-0.16,
    shine=((0.6, 0.2, 0.08),),
    stray=1.0,
    falloff=0.03,
    roots=0.14,
)


def _tuft(seed: int, *guides: str) -> Sheet:
    """Return a single lock that is swept up."""
    return Sheet(guides, seed, tone=0.05, shine=((0.5, 0.16, 0.28),), tips=0.06)


_SHORT = Hairstyle(
    cap="0,108 54,113 96,142 108,196 66,178 0,168",
    over=(
        _SHORT_SIDE,
        _SHORT_SIDE.flip(22, -0.18),
        Sheet(
            (
                "538,246 522,200 534,148 588,116 640,116",
                "556,218 546,174 574,124 634,100 684,110",
                "592,202 586,156 622,112 676,98 718,122",
                "634,198 634,154 668,116 714,112 742,148",
                "678,202 684,164 710,138 736,142 754,180",
                "716,218 726,190 740,174 752,184 760,214",
                "738,252 746,230 752,216 757,222 760,246",
            ),
            seed=23,
            shine=((0.5, 0.13, 0.34),),
            stray=1.3,
            falloff=0.08,
            roots=0.05,
            tips=0.03,
        ),
        _tuft(24, "574,196 556,160 588,122 646,104", "575,196 578,154 612,118 664,104"),
        _tuft(25, "618,184 608,150 642,116 694,106", "619,184 634,150 664,122 706,114"),
        _tuft(26, "668,186 668,158 696,134 734,142", "669,186 686,164 710,148 738,156"),
    ),
)

_BOB_SIDE = Sheet(
    (
        "641,108 568,116 510,176 494,270 489,370 495,440 512,482",
        "641,114 580,126 530,184 512,272 507,370 513,440 528,485",
        "641,122 592,140 546,194 526,276 522,370 529,438 546,483",
        "641,132 602,158 560,208 537,280 534,370 543,432 564,472",
    ),
    seed=32,
    shine=((0.27, 0.07, 0.42), (0.62, 0.12, 0.12)),
    stray=0.8,
    contrast=0.08,
    tips=0.012,
)
_BOB = Hairstyle(
    depth=(("0,124 88,140 136,210 146,330 132,430 114,466 0,468", 0.0),),
    over=(
        _BOB_SIDE.flip(31, -0.05),
        _BOB_SIDE,
        Sheet(
            (
                "634,118 576,134 546,186 536,244 541,292",
                "636,119 592,138 570,190 562,234 562,266",
                "638,120 614,142 602,190 598,230 600,260",
                "640,120 642,144 642,190 643,228 644,257",
                "642,120 668,142 680,190 685,230 684,260",
                "644,119 690,138 712,190 720,234 720,266",
                "646,118 706,134 736,186 744,244 739,292",
            ),
            seed=33,
            tone=0.02,
            shine=((0.45, 0.09, 0.42),),
            stray=0.8,
            contrast=0.08,
            falloff=0.05,
            tips=0.025,
        ),
    ),
    ears=False,
)

HAIRSTYLES: Final = {"waves": _WAVES, "coils": _COILS, "bun": _BUN, "short": _SHORT, "bob": _BOB}
"""Every hairstyle by its name."""
