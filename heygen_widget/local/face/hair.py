"""Hairstyles: what is behind the head and what lies over the face. Strands themselves are drawn elsewhere."""

from heygen_widget.local.face.canvas import Canvas, Mask
from heygen_widget.local.face.look import Hair, Look
from heygen_widget.local.face.strands import Guide, paint_sheet


def draw_hair_behind(canvas: Canvas, look: Look) -> None:
    """Draw what of the hair is behind neck and shoulders."""
    behind, _ = _STYLES[look.hair.style]
    behind(canvas, look.hair)


def draw_hair_over(canvas: Canvas, look: Look) -> None:
    """Draw what of the hair lies over the face."""
    _, over = _STYLES[look.hair.style]
    over(canvas, look.hair)


def _mirror(guide: Guide) -> Guide:
    return [(1280 - x, y) for x, y in guide]


def _waves_behind(canvas: Canvas, hair: Hair) -> None:
    left: list[Guide] = [
        [(560, 190), (512, 290), (498, 400), (500, 500), (478, 590)],
        [(580, 200), (540, 300), (540, 400), (530, 500), (520, 605)],
        [(610, 210), (580, 320), (580, 420), (570, 520), (560, 600)],
        [(640, 210), (630, 330), (630, 420), (620, 520), (610, 590)],
    ]
    paint_sheet(canvas, hair, left, seed=1, tone=-0.25)
    paint_sheet(canvas, hair, [_mirror(guide) for guide in left], seed=2, tone=-0.28)


def _waves_over(canvas: Canvas, hair: Hair) -> None:
    right: list[Guide] = [
        [(618, 146), (700, 150), (752, 210), (768, 300), (776, 390), (764, 470), (790, 550), (776, 640)],
        [(616, 150), (692, 162), (740, 220), (758, 310), (762, 400), (748, 480), (768, 560), (752, 644)],
        [(614, 156), (680, 178), (730, 236), (750, 320), (752, 410), (732, 490), (746, 570), (728, 640)],
        [(612, 164), (664, 192), (716, 250), (742, 330), (740, 416), (716, 500), (724, 570), (706, 626)],
    ]
    left: list[Guide] = [
        [(618, 146), (560, 148), (520, 206), (508, 300), (500, 390), (518, 470), (490, 550), (504, 640)],
        [(616, 150), (572, 160), (532, 220), (520, 310), (514, 400), (532, 480), (508, 560), (524, 646)],
        [(614, 156), (584, 176), (546, 234), (530, 320), (526, 410), (546, 490), (530, 570), (548, 642)],
        [(612, 164), (596, 192), (562, 250), (540, 330), (538, 416), (562, 500), (552, 570), (572, 626)],
    ]
    paint_sheet(canvas, hair, left, seed=3)
    paint_sheet(canvas, hair, right, seed=4)


def draw_shadow_of_hair(canvas: Canvas, hair: Mask, face: Mask) -> None:
    """Draw the shadow that hair throws on the face."""
    canvas.paint(hair.blurred(5).moved(3, 8).within(face), "#3a1a10", 0.4)


def lies_in_front(look: Look) -> bool:
    """Return whether the hair falls over the clothes."""
    return look.hair.style in _OVER_SHOULDERS


_OVER_SHOULDERS = frozenset({"waves"})
_STYLES = {"waves": (_waves_behind, _waves_over)}
