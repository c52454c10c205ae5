"""People to look at, drawn by code, frame by frame. Does not know what they say."""

from heygen_widget.local.face.canvas import FRAME_RATE, HEIGHT, WIDTH
from heygen_widget.local.face.face import Face, face_for
from heygen_widget.local.face.look import LOOKS, Look, look_for

__all__ = ["FRAME_RATE", "HEIGHT", "LOOKS", "WIDTH", "Face", "Look", "face_for", "look_for"]
