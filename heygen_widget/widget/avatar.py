"""`Avatar`: the widget of HeyGen's Avatar Realtime, and its verbs.

`HlsBackend` carries them out.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from heygen_widget.account.playable_speech import PlayableSpeech
from heygen_widget.api import AsyncHeyGen, HeyGen
from heygen_widget.api.examples import DEFAULT_AVATAR_ID, DEFAULT_VOICE_ID
from heygen_widget.controller.controller import OnInterrupt
from heygen_widget.controller.hls.backend import HlsBackend
from heygen_widget.controller.presenter import Presented
from heygen_widget.frontend.protocol import Transport
from heygen_widget.lifecycle.connection import Connection, MaxCost
from heygen_widget.present.cues import Calls, Cues
from heygen_widget.present.figure import Figure
from heygen_widget.present.objects import figure_of
from heygen_widget.session import PRICE_PER_SECOND, Speech
from heygen_widget.session.writers import TextSource
from heygen_widget.take import Recording, Snapshot
from heygen_widget.widget.base import SessionWidget
from heygen_widget.widget.port import newest_widget
from heygen_widget.widget.running_cell import a_cell_runs

if TYPE_CHECKING:
    from heygen_widget.local import LocalServer


class Avatar(SessionWidget):
    """A HeyGen avatar in a notebook: show it, then let it speak.

    Creating and showing one opens no session and costs nothing. Without a key it rehearses with the
    embedded avatar server, on this machine.

    A session ends with `stop`, `close` or the ``with`` block, when the cell that made the avatar
    runs again, at its limits and with the kernel; and, once all queued text is spoken, when
    neither a page nor a variable refers to the avatar any more.

    Parameters
    ----------
    avatar_id, voice_id
        Identifiers of a HeyGen look and voice. The embedded server accepts any.
    client
        A `HeyGen` or `AsyncHeyGen`, whose key and address are used.
    local
        True to rehearse even with a key, False never to; a `LocalServer`; or a client for
        one that someone else runs: ``HeyGen(its_key, its_address)``.
    transport
        How the picture reaches a page: ``"direct"``, it fetches the stream itself; ``"kernel"``,
        the kernel reads the stream and hands it on through the notebook; ``"auto"``, whichever
        works.
    max_cost, max_seconds
        Limits in dollars and seconds that end a session; announced ten seconds ahead. With
        ``max_cost="balance"`` it is what is left in the account when the session begins.
    price_per_second
        Dollars, for the meter.
    interrupt
        What interrupting a cell ends: only the wait, or with ``"stop"`` also the session.
    floating
        Whether the picture floats in a corner of the notebook while it is scrolled out of sight.

    Examples
    --------
    >>> avatar = Avatar()  # doctest: +SKIP
    >>> avatar  # shows it  # doctest: +SKIP
    >>> avatar.speak("Hello!")  # in the next cell  # doctest: +SKIP
    """

    def __init__(
        self,
        avatar_id: str | None = None,
        voice_id: str | None = None,
        *,
        client: HeyGen | AsyncHeyGen | None = None,
        local: "LocalServer | HeyGen | AsyncHeyGen | bool | None" = None,
        transport: Transport = "auto",
        max_cost: MaxCost | None = None,
        max_seconds: float | None = None,
        price_per_second: float = PRICE_PER_SECOND,
        interrupt: OnInterrupt = "wait",
        floating: bool = True,
    ) -> None:
        avatar_id = avatar_id or DEFAULT_AVATAR_ID
        connection = Connection(client=client, local=local)
        self._backend = HlsBackend(
            avatar_id,
            voice_id or DEFAULT_VOICE_ID,
            connection,
            connection.setup(price_per_second, max_cost, max_seconds),
            transport=transport,
            cell_runs=a_cell_runs,
        )
        # What cues call, as long as they may: it may refer to this avatar.
        self._calls: WeakKeyDictionary[Presented, Calls] = WeakKeyDictionary()
        super().__init__(
            avatar_id, connection, self._backend, interrupt=interrupt, floating=floating
        )

    def start(
        self,
        text: str | None = None,
        *,
        audio: object = None,
        rate: int | None = None,
        type: Literal["text_stream", "tts", "audio"] | None = None,  # noqa: A002 (the API's name)
    ) -> Speech | None:
        """Open a session that starts with `text`, or that moves the lips to `audio`.

        Parameters
        ----------
        text
            The first words. HeyGen does not open a session without text or audio.
        audio
            Existing audio: what `listen` returned (with captions, if its words are known), a path,
            bytes, a URL, an asset id, an open file, `(samples, rate)`, or an array of samples with
            `rate`, (n,) or (n, 2), int16 or float in -1 to 1. Large ones are uploaded.
        rate
            Samples per second of an array.
        type
            ``"text_stream"`` (default) accepts more text later, ``"tts"`` ends after `text`.

        Returns
        -------
        Speech or None
            The handle of `text`; None for audio.

        Raises
        ------
        ValueError
            If the text is empty, too long for one ``"tts"`` request, or the arguments
            contradict each other.
        RuntimeError
            If a session is already open and not ending, or this avatar is closed.

        Examples
        --------
        >>> avatar.start("Welcome!", type="tts")  # doctest: +SKIP
        """
        return self._backend.start(text, audio, rate, type)

    def speak(
        self,
        text: TextSource,
        *,
        cues: Cues | None = None,
        lexicon: Mapping[str, str] | None = None,
        final: bool = False,
        raw: bool = False,
        reopen: bool = False,
    ) -> Speech:
        """Speak `text` after everything already queued. Opens a session if none is open.

        Returns immediately. If a stream fails later and nothing waits for the speech, the cell
        that called this method shows why.

        Parameters
        ----------
        text
            A string, or an iterable or asynchronous iterable of strings or of the chunks that the
            packages of OpenAI, Anthropic, Google, Mistral, Cohere, Ollama, Bedrock, Hugging Face,
            LangChain, LangGraph, LiteLLM, LlamaIndex, pydantic-ai and openai-agents stream.
        cues
            What happens at the marks ``[[name]]`` in the text, by their names, when the word after
            a mark is heard. An action of `heygen_widget.present` on the figure presented last, a
            function to call when the kernel is free, or several of them. Without `cues`, marks are
            text.
        lexicon
            What the voice is told, by what is written instead: ``{"LiDAR": "LIE-dar"}``. The
            transcript, captions and films keep the written word.
        final
            Accept no more text after this one.
        raw
            Send Markdown unchanged, instead of what a person would read aloud.
        reopen
            If the session ends early, continue in a new one, once.

        Raises
        ------
        TypeError
            If it is neither text nor a stream of text, if that is known within 0.1 s.
        ValueError
            If the text is empty, longer than a session can hold, or has a mark that `cues` lacks;
            or if the lexicon has a blank entry.
        RuntimeError
            When this avatar is closed.

        Examples
        --------
        >>> avatar.speak("The model has converged.").result(timeout=60)  # doctest: +SKIP
        >>> avatar.speak(openai.chat.completions.create(..., stream=True))  # doctest: +SKIP
        """
        presented = self._plan(cues)
        return self._backend.speak(
            text, presented, lexicon=lexicon, final=final, raw=raw, reopen=reopen
        )

    def listen(
        self, text: str, *, speed: float = 1.0, language: str | None = None
    ) -> PlayableSpeech:
        """Let the avatar's voice speak `text` alone: no picture, no session, a 75th of the price.

        The result plays where it is shown, and marks the words as they are heard.
        ``avatar.start(audio=result)`` gives a face to exactly that sound.

        Parameters
        ----------
        text
            What is spoken, with pauses such as ``<break time="0.5s"/>``.
        speed
            0.5 to 2.
        language
            Such as ``"en"``; by default the voice's.

        Raises
        ------
        HeyGenError
            When it cannot be spoken, or the sound cannot be fetched.

        Examples
        --------
        >>> avatar.listen('Wait. <break time="1s"/> Now.', speed=0.9)  # doctest: +SKIP
        """
        return self._backend.listen(text, speed, language)

    def present(
        self,
        thing: object,
        text: TextSource,
        *,
        cues: Cues | None = None,
        lexicon: Mapping[str, str] | None = None,
        title: str | None = None,
        final: bool = False,
        raw: bool = False,
        reopen: bool = False,
    ) -> Speech:
        """Show an object beside the picture, and speak about it.

        It is shown from the first word of `text` on, until another one is presented. What is shown
        is a copy of the object as it is now.

        Parameters
        ----------
        thing
            A figure of matplotlib, Altair or Plotly, a data frame of pandas or polars, or any
            object that represents itself as HTML, SVG or an image.
        text
            As in `speak`.
        cues
            As in `speak`; the actions are about `thing`.
        lexicon
            As in `speak`.
        title
            What it is called, for those who do not see it.
        final, raw, reopen
            As in `speak`.

        Raises
        ------
        TypeError
            If the object cannot be presented, or `text` is not text.
        ValueError
            As in `speak`; and if a table has no such row or column.
        RuntimeError
            When this avatar is closed.

        Examples
        --------
        >>> from heygen_widget.present import row
        >>> avatar.present(df, "[[ada]]Ada leads.", cues={"ada": row("Ada")})  # doctest: +SKIP
        """
        presented = self._plan(cues, figure_of(thing, title))
        return self._backend.speak(
            text, presented, lexicon=lexicon, final=final, raw=raw, reopen=reopen
        )

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        width: int | None = None,
        timeout: float | None = None,
    ) -> Path:
        """Save what the newest session has streamed so far; all of it once it has ended.

        Parameters
        ----------
        path
            ``talk.html`` makes a page that plays anywhere, with captions, a transcript, and what
            was presented, its cues in time; about 3 MB a minute, and what plotting packages need.
            ``talk.mp4`` makes a film with captions, ``talk.vtt`` or ``talk.srt`` captions alone.
        width
            Pixels of a page's picture, 640 by default; a smaller one takes fewer bytes.
        timeout
            Seconds.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        TakeError
            When there is nothing to save, it is too large, or PyAV is missing.
        ValueError
            When the suffix is none of these, or the picture would be too narrow.
        TimeoutError
            When it takes longer.

        Examples
        --------
        >>> avatar.save("talk.html")  # doctest: +SKIP
        """
        return self._backend.save(path, width, timeout)

    @property
    def avatar_id(self) -> str:
        """Identifier of the look."""
        return self._backend.avatar_id

    @property
    def voice_id(self) -> str:
        """Identifier of the voice."""
        return self._backend.voice_id

    @property
    def recording(self) -> Recording:
        """The newest session's stream so far, as a page that stays in the notebook; see `save`."""
        return self._backend.record()

    def snapshot(self) -> Snapshot:
        """Take a picture of the avatar as it is now, which stays in the notebook.

        Raises
        ------
        TakeError
            When there is no picture yet, or PyAV is missing.

        Examples
        --------
        >>> avatar.snapshot()  # doctest: +SKIP
        """
        return self._backend.snapshot()

    def _plan(self, cues: Cues | None, figure: Figure | None = None) -> Presented | None:
        calls = Calls()
        presented = self._backend.presenter.plan(cues, calls, figure)
        if presented is not None:
            self._calls[presented] = calls
        return presented

    @property
    def idle_time_left(self) -> float | None:
        """Seconds until the server closes the input for lack of text.

        None while no timeout is pending: outside a session and while text is queued.
        """
        return self._now.idle_left


def speak(
    text: TextSource,
    *,
    cues: Cues | None = None,
    lexicon: Mapping[str, str] | None = None,
    final: bool = False,
    raw: bool = False,
    reopen: bool = False,
) -> Speech:
    """Speak `text` with the newest avatar; see `Avatar.speak`.

    Raises
    ------
    RuntimeError
        When there is no avatar.

    Examples
    --------
    >>> speak("Here come the results.")  # doctest: +SKIP
    """
    return newest().speak(text, cues=cues, lexicon=lexicon, final=final, raw=raw, reopen=reopen)


def newest() -> Avatar:
    """Return the most recently created avatar that is not closed.

    Raises
    ------
    RuntimeError
        When there is none.
    """
    found = newest_widget(Avatar)
    if found is None:
        raise RuntimeError("No avatar yet. Create and show one: avatar = Avatar(); avatar")
    return found
