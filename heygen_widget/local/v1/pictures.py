"""The encoded pictures of one stream: replayed while the face rests, otherwise encoded.

Knows a face and the mouth it is asked to show, not what is said, and no time.
"""

from heygen_widget.local.encoding import VideoEncoder, VideoFormat
from heygen_widget.local.face import Face
from heygen_widget.local.mouth import REST, Mouth
from heygen_widget.local.v1.resting import CLIP, rest_of


class Pictures:
    """A stream's pictures, which may switch from replaying to encoding at any frame."""

    def __init__(self, face: Face, form: VideoFormat) -> None:
        self._face = face
        self._rest = rest_of(face, form)
        self._encoder = VideoEncoder(form)
        self._clip: list[bytes] | None = None  # what is being replayed
        self._kept: list[bytes] | None = None  # of the running clip, while it is all rest

    def picture(self, frame: int, mouth: Mouth, *, key: bool) -> tuple[bytes, bool]:
        """Return the next encoded picture.

        Parameters
        ----------
        frame
            Its number; numbers are consecutive.
        mouth
            The shape of the mouth.
        key
            Whether decoding must be able to start at it, as it is wherever a clip begins.

        Returns
        -------
        bytes
            The coded picture.
        bool
            Whether decoding can start at it.
        """
        place = frame % CLIP
        resting = mouth == REST and (place == 0 or not key)
        replaying = self._clip is not None
        if place == 0:
            self._clip = self._rest.clip(frame) if resting else None
            self._kept = []
        elif not resting:
            self._clip = self._kept = None
        if self._clip is not None:
            return self._clip[place], place == 0
        key = key or place == 0 or replaying
        picture = self._face.frame(frame, mouth, over=self._encoder.latest)
        coded = self._encoder.encode(picture, key=key)
        self._keep(frame, coded, resting=resting)
        return coded, key

    def _keep(self, frame: int, coded: bytes, *, resting: bool) -> None:
        """Share a picture with other streams, if it and all before it in its clip show rest."""
        if self._kept is None or not resting:
            self._kept = None
            return
        self._kept.append(coded)
        if len(self._kept) == CLIP:
            self._rest.keep(frame - CLIP + 1, self._kept)
