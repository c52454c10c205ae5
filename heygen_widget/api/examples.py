"""The avatar and voice of HeyGen's own first example (developers.heygen.com/avatar-realtime)."""

from typing import Final

DEFAULT_AVATAR_ID: Final = "Daisy-inskirt-20220818"
DEFAULT_VOICE_ID: Final = "1bd001e7e50f421d891986aad5158bc8"
