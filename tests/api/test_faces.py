"""The two faces are one client, and the package shows all of itself."""

from __future__ import annotations

import inspect
import types
from typing import Any

import pytest

from heygen_widget import api
from heygen_widget.api import (
    Assets,
    AsyncAssets,
    AsyncAvatarRealtime,
    AsyncAvatars,
    AsyncHeyGen,
    AsyncPages,
    AsyncUsers,
    AsyncVideos,
    AsyncVoices,
    AsyncWordStream,
    AvatarRealtime,
    Avatars,
    HeyGen,
    Pages,
    Users,
    Videos,
    Voices,
    WordStream,
    assets,
    client,
    errors,
    models,
    realtime,
    words,
)

# What may differ: names of types, and words that only make sense for one face.
AWAITING = {
    "_async_wire": "_wire",
    "AsyncAssets": "Assets",
    "AsyncHeyGen": "HeyGen",
    "AsyncAvatarRealtime": "AvatarRealtime",
    "AsyncAvatars": "Avatars",
    "AsyncPages": "Pages",
    "AsyncUsers": "Users",
    "AsyncVideos": "Videos",
    "AsyncVoices": "Voices",
    "AsyncWordStream": "WordStream",
    "httpx.AsyncClient": "httpx.Client",
    "AsyncClient": "Client",
    "AsyncWire": "Wire",
    "aclose": "close",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
}


def as_blocking(text: str) -> str:
    for ours, theirs in AWAITING.items():
        text = text.replace(ours, theirs)
    return text


def signature(method: Any) -> str:
    return as_blocking(str(inspect.signature(method)))


def public(face: type) -> dict[str, Any]:
    return {
        name: getattr(member, "__func__", member)
        for name, member in vars(face).items()
        if callable(member) or isinstance(member, classmethod)
        if not name.startswith("_") or name == "__init__"
    }


@pytest.mark.parametrize(
    ("blocking", "awaiting"),
    [
        (HeyGen, AsyncHeyGen),
        (Assets, AsyncAssets),
        (AvatarRealtime, AsyncAvatarRealtime),
        (Avatars, AsyncAvatars),
        (Pages, AsyncPages),
        (Users, AsyncUsers),
        (Videos, AsyncVideos),
        (Voices, AsyncVoices),
        (WordStream, AsyncWordStream),
    ],
)
def test_both_faces_have_the_same_methods_signatures_and_docstrings(
    blocking: type, awaiting: type
) -> None:
    ours = {as_blocking(name): member for name, member in public(awaiting).items()}
    theirs = public(blocking)

    assert list(ours) == list(theirs)
    assert f"`{blocking.__name__}`" in (inspect.getdoc(awaiting) or "")
    for name, member in theirs.items():
        assert signature(ours[name]) == signature(member)
        assert as_blocking(ours[name].__doc__ or "") == (member.__doc__ or "")


def test_all_is_sorted_and_complete() -> None:
    public_names = {
        name
        for module in (assets, client, errors, models, realtime, words)
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
    }
    shown = {
        name
        for name, thing in vars(api).items()
        if not name.startswith("_") and not isinstance(thing, types.ModuleType)
    }

    assert list(api.__all__) == sorted(api.__all__)
    assert shown == set(api.__all__)
    assert public_names <= shown
