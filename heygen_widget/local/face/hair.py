"""Hairstyles: what is behind the head and what lies over the face. Strands themselves are drawn elsewhere."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from heygen_widget.local.face.canvas import Canvas, Mask, closed, curve, ellipse, mask, mirrored, points
from heygen_widget.local.face.look import Hair, Look
from heygen_widget.local.face.strands import Guide, paint_coils, paint_sheet


class _Style(NamedTuple):
    behind: Callable[[Canvas, Hair], None]
    over: Callable[[Canvas, Hair, Mask], None]
    in_front: bool = False  # it falls over the clothes
    ears: bool = True  # it leaves the ears free


def draw_hair_behind(canvas: Canvas, look: Look) -> None:
    """Draw what of the hair is behind neck and shoulders."""
    _STYLES[look.hair.style].behind(canvas, look.hair)


def draw_hair_over(canvas: Canvas, look: Look, face: Mask) -> None:
    """Draw what of the hair lies over the face."""
    _STYLES[look.hair.style].over(canvas, look.hair, face)


def draw_shadow_of_hair(canvas: Canvas, look: Look, hair: Mask, face: Mask) -> None:
    """Draw the shadow that hair throws on the face."""
    canvas.paint(hair.blurred(5).moved(3, 8).within(face), look.skin.deep, 0.5)


def falls_in_front(look: Look) -> bool:
    """Return whether the hair falls over the clothes."""
    return _STYLES[look.hair.style].in_front


def shows_ears(look: Look) -> bool:
    """Return whether ears are to be seen."""
    return _STYLES[look.hair.style].ears


def _mirror(guide: Guide) -> Guide:
    return [(1280 - x, y) for x, y in guide]


def _nothing(_canvas: Canvas, _hair: Hair) -> None:
    pass


# Long waves, parted at the side.


def _waves_behind(canvas: Canvas, hair: Hair) -> None:
    canvas.fill(closed(mirrored([(0, 130), (90, 150), (138, 240), (150, 380), (140, 500), (120, 610), (0, 610)])), paint=hair.deep)
    left: list[Guide] = [
        [(600, 150), (510, 250), (486, 380), (494, 470), (462, 560), (476, 640)],
        [(610, 160), (540, 260), (520, 380), (528, 470), (504, 560), (500, 650)],
        [(630, 170), (580, 280), (566, 390), (572, 480), (556, 560), (540, 630)],
    ]
    paint_sheet(canvas, hair, left, seed=1, tone=-0.2, ragged=0.12)
    paint_sheet(canvas, hair, [_mirror(guide) for guide in left], seed=2, tone=-0.24, ragged=0.12)


def _waves_over(canvas: Canvas, hair: Hair, _face: Mask) -> None:
    left: list[Guide] = [
        [(660, 116), (594, 108), (526, 146), (494, 230), (486, 320), (462, 400), (480, 480), (448, 560), (474, 640)],
        [(661, 130), (602, 126), (542, 164), (510, 240), (502, 330), (482, 410), (500, 488), (470, 568), (490, 652)],
        [(662, 142), (614, 144), (558, 184), (526, 256), (516, 340), (502, 418), (522, 496), (494, 574), (508, 660)],
        [(663, 158), (628, 164), (574, 204), (540, 268), (528, 350), (520, 426), (544, 504), (518, 580), (524, 656)],
        [(664, 176), (638, 184), (588, 224), (550, 282), (536, 358), (538, 434), (566, 512), (544, 588), (542, 640)],
    ]
    right: list[Guide] = [
        [(660, 116), (712, 110), (764, 152), (788, 236), (796, 320), (818, 400), (800, 480), (832, 560), (806, 640)],
        [(661, 130), (710, 128), (750, 172), (772, 250), (780, 330), (798, 410), (780, 488), (810, 568), (790, 652)],
        [(662, 143), (704, 148), (736, 190), (756, 262), (764, 340), (778, 418), (758, 496), (786, 574), (772, 660)],
        [(663, 159), (698, 168), (726, 208), (744, 274), (752, 350), (760, 426), (736, 504), (762, 580), (756, 656)],
        [(664, 176), (690, 188), (716, 226), (735, 284), (745, 358), (742, 434), (714, 512), (736, 588), (738, 640)],
    ]
    waves = ((0.16, 0.09, 0.34), (0.46, 0.06, 0.16), (0.68, 0.05, 0.15), (0.88, 0.05, 0.12))
    paint_sheet(canvas, hair, right, seed=4, tone=-0.05, shine=waves, ragged=0.07, contrast=0.13)
    paint_sheet(canvas, hair, left, seed=3, shine=waves, ragged=0.07, contrast=0.13)
    for guides, seed in (
        ([[(644, 158), (566, 210), (534, 310), (520, 400), (550, 490), (520, 570), (532, 640)], [(644, 159), (590, 216), (552, 300), (538, 396), (574, 490), (548, 566), (534, 641)]], 5),
        ([[(676, 158), (736, 210), (756, 310), (768, 400), (736, 490), (766, 570), (750, 640)], [(676, 159), (714, 216), (738, 300), (746, 396), (710, 490), (738, 566), (748, 641)]], 6),
        ([[(620, 126), (524, 190), (504, 300), (484, 400), (506, 480), (476, 560), (490, 645)], [(621, 127), (548, 190), (520, 300), (500, 400), (522, 482), (498, 566), (492, 646)]], 7),
    ):
        paint_sheet(canvas, hair, guides, seed=seed, tone=0.05, shine=waves, ragged=0.05, falloff=0.1)


# Short coils, faded at the sides.


def _coils_over(canvas: Canvas, hair: Hair, face: Mask) -> None:
    for side in (-1, 1):
        x = 640.0
        sides = closed(points((x + side * 124, 312), (x + side * 128, 262), (x + side * 118, 210), (x + side * 88, 178), (x + side * 84, 214), (x + side * 99, 248), (x + side * 104, 282), (x + side * 106, 312)))
        grown = mask(sides, blur=3.5, bounds=canvas.box)
        fade = np.clip((322 - np.arange(grown.box.top, grown.box.bottom)) / 95, 0, 1).astype(np.float32)[:, None]
        canvas.paint(Mask(grown.box, grown.alpha * fade).within(face), hair.base, 0.9)
    top = closed(points((528, 244), (521, 196), (541, 150), (586, 122), (640, 113), (694, 122), (739, 150), (759, 196), (752, 244), (738, 218), (712, 201), (676, 195), (640, 193), (604, 195), (568, 201), (542, 218)))
    paint_coils(canvas, hair, top, seed=3, size=7.5)


# A loose bun with a fringe.


def _bun_behind(canvas: Canvas, hair: Hair) -> None:
    bun = [
        [(600, 132), (570, 104), (590, 66), (634, 52), (684, 64), (708, 100)],
        [(612, 132), (590, 108), (602, 80), (640, 68), (676, 80), (692, 104)],
        [(622, 132), (608, 112), (616, 94), (640, 86), (664, 94), (676, 110)],
        [(632, 132), (626, 118), (630, 108), (642, 104), (654, 108), (660, 118)],
    ]
    canvas.fill(ellipse(641, 100, 60, 46), paint=hair.deep)
    paint_sheet(canvas, hair, bun, seed=11, shine=((0.45, 0.14, 0.3),), stray=1.6)
    heart: list[Guide] = [
        [(606, 116), (616, 92), (644, 84), (668, 96), (662, 118)],
        [(628, 118), (630, 104), (644, 98), (654, 106), (648, 116)],
    ]
    paint_sheet(canvas, hair, heart, seed=19, shine=((0.4, 0.2, 0.24),), stray=1.5)
    swirl = [
        [(706, 90), (712, 122), (676, 144), (630, 142), (588, 128)],
        [(694, 96), (690, 118), (664, 128), (632, 126), (604, 112)],
    ]
    paint_sheet(canvas, hair, swirl, seed=12, tone=-0.02, shine=((0.5, 0.2, 0.22),), stray=1.6)
    canvas.fill(closed(mirrored([(0, 134), (66, 146), (104, 190), (114, 260), (108, 330), (80, 380), (0, 380)])), paint=hair.deep)


def _bun_over(canvas: Canvas, hair: Hair, _face: Mask) -> None:
    left: list[Guide] = [
        [(530, 326), (515, 268), (524, 206), (566, 152), (626, 128)],
        [(534, 300), (528, 256), (544, 204), (584, 160), (632, 132)],
        [(545, 262), (556, 222), (584, 184), (610, 158), (636, 136)],
        [(590, 206), (606, 186), (620, 168), (632, 152), (640, 138)],
        [(648, 190), (648, 176), (646, 162), (644, 150), (642, 138)],
    ]
    right: list[Guide] = [_mirror(guide) for guide in left]
    bands = ((0.62, 0.14, 0.3),)
    paint_sheet(canvas, hair, right, seed=13, tone=-0.05, shine=bands)
    paint_sheet(canvas, hair, left, seed=14, shine=bands)
    fringe_right: list[Guide] = [
        [(668, 138), (716, 158), (746, 208), (752, 268), (747, 326)],
        [(666, 150), (706, 172), (732, 216), (744, 270), (746, 328)],
        [(664, 168), (694, 188), (718, 224), (734, 270), (744, 324)],
    ]
    fringe: list[Guide] = [
        [(672, 136), (606, 140), (552, 180), (530, 244), (532, 330)],
        [(671, 146), (616, 156), (566, 196), (542, 250), (533, 332)],
        [(670, 158), (628, 176), (584, 214), (554, 258), (535, 330)],
        [(668, 174), (642, 196), (608, 226), (566, 264), (538, 322)],
    ]
    gloss = ((0.34, 0.12, 0.32), (0.75, 0.1, 0.1))
    paint_sheet(canvas, hair, fringe_right, seed=15, shine=gloss, ragged=0.05, falloff=0.12)
    paint_sheet(canvas, hair, fringe, seed=16, tone=0.03, shine=gloss, ragged=0.05, falloff=0.12)
    for side, seed in ((-1, 17), (1, 18)):
        x = 640.0
        tendril: list[Guide] = [
            [(x + side * 112, 286), (x + side * 121, 330), (x + side * 112, 376), (x + side * 121, 418), (x + side * 112, 452)],
            [(x + side * 105, 290), (x + side * 113, 330), (x + side * 105, 376), (x + side * 114, 416), (x + side * 111, 452)],
        ]
        paint_sheet(canvas, hair, tendril, seed=seed, tone=0.02, shine=((0.4, 0.15, 0.2),), ragged=0.2, stray=1)


# Short, swept up.


def _short_over(canvas: Canvas, hair: Hair, _face: Mask) -> None:
    for side, seed in ((-1, 21), (1, 22)):
        x = 640.0
        sides: list[Guide] = [
            [(x + side * 113, 322), (x + side * 122, 276), (x + side * 121, 222), (x + side * 98, 166)],
            [(x + side * 109, 322), (x + side * 114, 276), (x + side * 110, 226), (x + side * 86, 170)],
            [(x + side * 105, 308), (x + side * 105, 270), (x + side * 96, 232), (x + side * 72, 184)],
        ]
        paint_sheet(canvas, hair, sides, seed=seed, tone=-0.16, shine=((0.6, 0.2, 0.08),), stray=1, falloff=0.03, roots=0.16)
    top: list[Guide] = [
        [(538, 246), (522, 200), (534, 148), (588, 116), (640, 116)],
        [(556, 218), (546, 174), (574, 124), (634, 100), (684, 110)],
        [(592, 202), (586, 156), (622, 112), (676, 98), (718, 122)],
        [(634, 198), (634, 154), (668, 116), (714, 112), (742, 148)],
        [(678, 202), (684, 164), (710, 138), (736, 142), (754, 180)],
        [(716, 218), (726, 190), (740, 174), (752, 184), (760, 214)],
        [(738, 252), (746, 230), (752, 216), (757, 222), (760, 246)],
    ]
    paint_sheet(canvas, hair, top, seed=23, shine=((0.5, 0.13, 0.34),), stray=1.3, contrast=0.14, falloff=0.08, ragged=0.03, roots=0.09)
    for guides, seed in (
        ([[(574, 196), (556, 160), (588, 122), (646, 104)], [(575, 196), (578, 154), (612, 118), (664, 104)]], 24),
        ([[(618, 184), (608, 150), (642, 116), (694, 106)], [(619, 184), (634, 150), (664, 122), (706, 114)]], 25),
        ([[(668, 186), (668, 158), (696, 134), (734, 142)], [(669, 186), (686, 164), (710, 148), (738, 156)]], 26),
    ):
        paint_sheet(canvas, hair, guides, seed=seed, tone=0.05, shine=((0.5, 0.16, 0.28),), ragged=0.06, falloff=0.12)


# A straight bob with a full fringe.


def _bob_behind(canvas: Canvas, hair: Hair) -> None:
    canvas.fill(closed(mirrored([(0, 124), (88, 140), (136, 210), (146, 330), (142, 440), (126, 470), (0, 470)])), paint=hair.deep)


def _bob_over(canvas: Canvas, hair: Hair, _face: Mask) -> None:
    left: list[Guide] = [
        [(641, 108), (568, 116), (510, 176), (494, 270), (489, 370), (495, 440), (512, 482)],
        [(641, 114), (580, 126), (530, 184), (512, 272), (507, 370), (513, 440), (528, 485)],
        [(641, 122), (592, 140), (546, 194), (526, 276), (522, 370), (529, 438), (546, 483)],
        [(641, 132), (602, 158), (560, 208), (537, 280), (534, 370), (543, 432), (564, 472)],
    ]
    straight = ((0.27, 0.07, 0.42), (0.62, 0.12, 0.12))
    paint_sheet(canvas, hair, [_mirror(guide) for guide in left], seed=31, tone=-0.05, shine=straight, contrast=0.08, stray=0.8, ragged=0.02)
    paint_sheet(canvas, hair, left, seed=32, shine=straight, contrast=0.08, stray=0.8, ragged=0.02)
    fringe: list[Guide] = [
        [(634, 118), (576, 134), (546, 186), (536, 244), (541, 292)],
        [(636, 119), (592, 138), (570, 190), (562, 234), (562, 266)],
        [(638, 120), (614, 142), (602, 190), (598, 230), (600, 260)],
        [(640, 120), (642, 144), (642, 190), (643, 228), (644, 257)],
        [(642, 120), (668, 142), (680, 190), (685, 230), (684, 260)],
        [(644, 119), (690, 138), (712, 190), (720, 234), (720, 266)],
        [(646, 118), (706, 134), (736, 186), (744, 244), (739, 292)],
    ]
    paint_sheet(canvas, hair, fringe, seed=33, tone=0.02, shine=((0.45, 0.09, 0.42),), contrast=0.08, stray=0.8, ragged=0.06, falloff=0.05)


_STYLES = {
    "waves": _Style(_waves_behind, _waves_over, in_front=True, ears=False),
    "coils": _Style(_nothing, _coils_over),
    "bun": _Style(_bun_behind, _bun_over),
    "short": _Style(_nothing, _short_over),
    "bob": _Style(_bob_behind, _bob_over, ears=False),
}
__all__ = ["curve", "draw_hair_behind", "draw_hair_over", "draw_shadow_of_hair", "falls_in_front", "shows_ears"]
