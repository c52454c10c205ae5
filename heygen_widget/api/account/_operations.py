"""The operations of an account, each described once, for both clients.

A list is described by a `Listing`; what takes several requests by a generator, a `Flow`, that
yields the operations. Sends nothing itself.
"""

import re
import uuid
from difflib import get_close_matches
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode

from heygen_widget.api._binding import Flow
from heygen_widget.api._bodies import RequestBody
from heygen_widget.api._operations import ASSETS, Operation, checked, encoded, item_path
from heygen_widget.api.account.balance import Balance, balance_of
from heygen_widget.api.account.models import (
    Account,
    AssetQuery,
    AvatarGroup,
    AvatarLook,
    CreatedVideo,
    CreateVideoRequest,
    DeletedAsset,
    GroupQuery,
    LookQuery,
    Ownership,
    SpeechAnswer,
    SpeechRequest,
    StoredAsset,
    Video,
    Voice,
    VoiceMatches,
    VoiceQuery,
    VoiceSearch,
)
from heygen_widget.api.account.speech_file import SpeechFile, has_breaks, joined, pieces
from heygen_widget.api.errors import InvalidRequest, NoMatch
from heygen_widget.api.pages import EXPIRED, LISTS, ItemT, Listing, Page
from heygen_widget.api.prices import REALTIME

_AVATARS: Final = "/v3/avatars"
_LOOKS: Final = "/v3/avatars/looks"
_VOICES: Final = "/v3/voices"
_VIDEOS: Final = "/v3/videos"
_SUGGESTIONS: Final = 3
_ID: Final = 80  # characters of an id that an error quotes
_KEY: Final = re.compile(r"[A-Za-z0-9_:.-]{1,255}")

_BodyT = TypeVar("_BodyT", bound=RequestBody)


def _valid(body: type[_BodyT], **fields: Any) -> _BodyT:
    return checked(body.model_validate, fields)


def _list(
    name: str, path: str, item: type[ItemT], query: RequestBody, key: str = "id"
) -> Listing[ItemT]:
    asked = query.model_dump(exclude_none=True)

    def page(token: str | None) -> Operation[Page[ItemT]]:
        following = {} if token is None else {"token": token}
        return Operation(
            name=name,
            method="GET",
            path=f"{path}?{urlencode({**asked, **following})}",
            answer=Page[item],  # type: ignore[valid-type]
            dialect=LISTS,
            hints={400: EXPIRED} if following else {},
        )

    return Listing(page, lambda each: getattr(each, key))


def _unknown(what: str) -> dict[int, str]:
    return {404: f"Check the id and the base URL: this account has no such {what}."}


def groups(*, ownership: Ownership | None = None, limit: int = 50) -> Listing[AvatarGroup]:
    """List the people of the account, page by page as they are read.

    Parameters
    ----------
    ownership
        ``"private"`` for the account's own, ``"public"`` for HeyGen's; both by default.
    limit
        How many a request fetches, 1 to 50.
    """
    query = _valid(GroupQuery, ownership=ownership, limit=limit)
    return _list("Listing the avatars", _AVATARS, AvatarGroup, query)


def group(group_id: str) -> Operation[AvatarGroup]:
    """Read one person."""
    return Operation(
        name="Reading the avatar",
        method="GET",
        path=item_path(_AVATARS, group_id, "group_id", "Pass the id of an AvatarGroup."),
        answer=AvatarGroup,
        hints=_unknown("avatar"),
    )


def looks(
    group_id: str | None = None,
    *,
    avatar_type: Literal["studio_avatar", "digital_twin", "photo_avatar"] | None = None,
    ownership: Ownership | None = None,
    limit: int = 50,
) -> Listing[AvatarLook]:
    """List looks, page by page as they are read.

    Parameters
    ----------
    group_id
        The person whose looks to list; those of all by default.
    avatar_type
        Only looks of this type.
    ownership
        ``"private"`` for the account's own, ``"public"`` for HeyGen's; both by default.
    limit
        How many a request fetches, 1 to 50.
    """
    query = _valid(
        LookQuery, group_id=group_id, avatar_type=avatar_type, ownership=ownership, limit=limit
    )
    return _list("Listing the looks", _LOOKS, AvatarLook, query)


def look(look_id: str) -> Operation[AvatarLook]:
    """Read one look."""
    return Operation(
        name="Reading the look",
        method="GET",
        path=item_path(_LOOKS, look_id, "look_id", "Pass the id of an AvatarLook."),
        answer=AvatarLook,
        hints=_unknown("look"),
    )


def find(name: str) -> Flow[AvatarLook]:
    """Find a person by name, in any case, and return the first look that can be used.

    Someone of exactly that name comes before someone whose name begins with it.

    Parameters
    ----------
    name
        The name, or its beginning.

    Raises
    ------
    NoMatch
        When nobody has that name, or has no finished look.
    """
    wanted = name.strip().casefold()
    if not wanted:
        raise InvalidRequest("The name is empty.", hint="Nothing was sent.", param="name")
    person = yield from _person(name, wanted)
    their = looks(person.id)
    while (candidate := (yield from _next_of(their))) is not None:
        if candidate.usable:
            return candidate
    raise NoMatch(f"{person.name} has no look that is finished.", hint="Ask avatars.looks(...).")


def _person(name: str, wanted: str) -> Flow[AvatarGroup]:
    people = groups()
    names: list[str] = []
    beginning: AvatarGroup | None = None
    while (person := (yield from _next_of(people))) is not None:
        names.append(person.name)
        if person.name.casefold() == wanted:
            return person
        if beginning is None and person.name.casefold().startswith(wanted):
            beginning = person
    if beginning is not None:
        return beginning
    similar = get_close_matches(name, names, n=_SUGGESTIONS)
    hint = f"Similar names: {', '.join(similar)}." if similar else "List them: avatars.list()."
    raise NoMatch(f"No avatar is called {name!r:.80}.", hint=hint)


def _next_of(listed: Listing[ItemT]) -> Flow[ItemT | None]:
    while (page := listed.wanted()) is not None:
        listed.take((yield page))
    return listed.pop()


def voices(
    *,
    type: Ownership | None = None,  # noqa: A002 (HeyGen's name, which people copy)
    engine: str | None = None,
    language: str | None = None,
    gender: Literal["male", "female"] | None = None,
    limit: int = 100,
) -> Listing[Voice]:
    """List voices, page by page as they are read.

    Parameters
    ----------
    type
        ``"private"`` for the account's own; HeyGen's ``"public"`` ones by default.
    engine
        Only voices of this engine: ``"starfish"`` for those that speak to files.
    language
        Only voices of this language, such as ``"English"``.
    gender
        Only these.
    limit
        How many a request fetches, 1 to 100.
    """
    query = _valid(
        VoiceQuery, type=type, engine=engine, language=language, gender=gender, limit=limit
    )
    return _list("Listing the voices", _VOICES, Voice, query, key="voice_id")


def voice(voice_id: str) -> Operation[Voice]:
    """Read one voice."""
    return Operation(
        name="Reading the voice",
        method="GET",
        path=item_path(_VOICES, voice_id, "voice_id", "Pass the voice_id of a Voice."),
        answer=Voice,
        hints=_unknown("voice"),
    )


def search(
    prompt: str, *, gender: str | None = None, locale: str | None = None, seed: int = 0
) -> Operation[VoiceMatches]:
    """Find up to three voices by a description, such as ``"a calm elderly storyteller"``.

    Parameters
    ----------
    prompt
        The description, of at most 1,000 characters.
    gender, locale
        What else they should be, such as ``"female"`` and ``"en-GB"``.
    seed
        Another number finds other voices.
    """
    body = _valid(VoiceSearch, prompt=prompt, gender=gender, locale=locale, seed=seed)
    return Operation(
        name="Searching for a voice",
        method="POST",
        path=_VOICES,
        body=encoded(body, leave_out_none=True),
        answer=VoiceMatches,
    )


def speech(
    text: str,
    voice_id: str,
    *,
    input_type: Literal["text", "ssml"] | None = None,
    speed: float = 1.0,
    language: str | None = None,
    locale: str | None = None,
) -> Flow[SpeechFile]:
    """Speak a text to a sound file, for a seventy-fifth of what a session costs.

    A text of more than 5,000 characters is split at sentences, and each piece costs a request.
    Never retried automatically, except after 429.

    Parameters
    ----------
    text
        Text, or text with pauses such as ``<break time="0.5s"/>``.
    voice_id
        A voice of the engine ``"starfish"``.
    input_type
        ``"ssml"`` if the text has break tags, else ``"text"``; detected by default.
    speed
        0.5 to 2.
    language, locale
        Such as ``"en"`` and ``"en-US"``; by default the voice's.
    """
    if input_type is None:
        input_type = "ssml" if has_breaks(text) else "text"
    asked = [
        _valid(
            SpeechRequest,
            text=piece,
            voice_id=voice_id,
            input_type=input_type,
            speed=speed,
            language=language,
            locale=locale,
        )
        for piece in pieces(text)
    ]
    answers: list[SpeechAnswer] = []
    for body in asked:
        answers.append(  # noqa: PERF401 (a comprehension cannot yield)
            (
                yield Operation(
                    name="Speaking to a file",
                    method="POST",
                    path=f"{_VOICES}/speech",
                    patience=60.0,
                    body=encoded(body, leave_out_none=True),
                    answer=SpeechAnswer,
                    hints={
                        404: "This server has no such voice; list those with engine='starfish'.",
                        409: "The voice is not ready yet; try again later.",
                    },
                )
            )
        )
    return joined(text, answers, ssml=input_type == "ssml")


def me() -> Operation[Account]:
    """Read whose key this is, and what is left of money or credits."""
    return Operation(name="Reading the account", method="GET", path="/v3/users/me", answer=Account)


def balance(*, price_per_second: float = REALTIME) -> Flow[Balance]:
    """Read what is left, as money and as seconds of an avatar's session.

    Parameters
    ----------
    price_per_second
        Dollars for a second of a session.
    """
    return balance_of((yield me()), price_per_second)


def create_video(
    avatar_id: str,
    *,
    script: str | None = None,
    audio_url: str | None = None,
    audio_asset_id: str | None = None,
    voice_id: str | None = None,
    idempotency_key: str | None = None,
    **more: Any,
) -> Operation[CreatedVideo]:
    """Order a film, which is rendered in the background and costs money.

    Sent again after a failure: a film with the same key is made once.

    Parameters
    ----------
    avatar_id
        A look.
    script, audio_url, audio_asset_id
        What is said: a text, or a sound file. Exactly one of them.
    voice_id
        The voice of the script; by default the look's.
    idempotency_key
        1 to 255 letters, digits and ``_:.-``; a new one by default. For 24 hours, the same key
        means the same film.
    **more
        The other fields of `CreateVideoRequest`: `title`, `aspect_ratio`, `resolution`,
        `background`, `caption`, `output_format` and so on.
    """
    body = _valid(
        CreateVideoRequest,
        avatar_id=avatar_id,
        script=script,
        audio_url=audio_url,
        audio_asset_id=audio_asset_id,
        voice_id=voice_id,
        **more,
    )
    key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
    if not _KEY.fullmatch(key):
        raise InvalidRequest(
            f"{key!r:.80} is not an idempotency key.",
            hint="Use 1 to 255 letters, digits and _:.- characters.",
            param="idempotency_key",
        )
    return Operation(
        name="Ordering the film",
        method="POST",
        path=_VIDEOS,
        body=encoded(body, leave_out_none=True),
        answer=CreatedVideo,
        idempotency_key=key,
        hints={409: f"Ask again with idempotency_key={key!r} in a moment."},
    )


def video(video_id: str) -> Operation[Video]:
    """Read the state of a film, and its URLs once it is ``completed``."""
    path = item_path(_VIDEOS, video_id, "video_id", "Pass the video_id that create() returned.")
    return Operation(
        name=f"Reading the state of film {video_id[:_ID]}",
        method="GET",
        path=path,
        answer=Video,
        hints=_unknown("film"),
    )


def assets(
    username: str, *, folder_id: str | None = None, limit: int = 100
) -> Listing[StoredAsset]:
    """List the files of a user, page by page as they are read.

    Parameters
    ----------
    username
        Whose; your own is ``users.me().username``.
    folder_id
        Only those in this folder.
    limit
        How many a request fetches, 1 to 100.
    """
    query = _valid(AssetQuery, username=username, folder_id=folder_id, limit=limit)
    return _list("Listing the files", ASSETS, StoredAsset, query)


def asset(asset_id: str) -> Operation[StoredAsset]:
    """Read what is known of a file."""
    return Operation(
        name="Reading the file",
        method="GET",
        path=item_path(ASSETS, asset_id, "asset_id", "Pass the asset_id of an upload."),
        answer=StoredAsset,
        hints=_unknown("file"),
    )


def delete_asset(asset_id: str) -> Operation[DeletedAsset]:
    """Delete a file. Never retried automatically, except after 429."""
    return Operation(
        name="Deleting the file",
        method="DELETE",
        path=item_path(ASSETS, asset_id, "asset_id", "Pass the asset_id of an upload."),
        answer=DeletedAsset,
        hints=_unknown("file"),
    )
