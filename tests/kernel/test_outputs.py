"""What a saved notebook holds of an avatar, for those who read it where no widget runs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kernel.notebook import Kernel

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"
MOST = 66_000  # bytes, of which the script and its style are 50,000
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("outputs"))
    yield kernel
    kernel.close()


@pytest.fixture
def kernel(shared: Kernel) -> Iterator[Kernel]:
    """A kernel that has shown nothing yet, as far as it is heard."""
    shared.heard.clear()
    yield shared
    shared.run("avatar.close()\navatar._controller.loop.ask(lambda: None)")  # no output comes late


def _shown(kernel: Kernel, kind: str) -> list[dict[str, Any]]:
    return [message["content"] for message in kernel.heard if message["msg_type"] == kind]


def test_an_avatar_that_is_shown_can_be_read_without_a_widget(kernel: Kernel) -> None:
    kernel.run(SHOW)
    (shown,) = _shown(kernel, "display_data")
    assert set(shown["data"]) == {WIDGET, "text/html", "text/plain"}
    for kind in ("text/html", "text/plain"):
        assert "Avatar rehearsal, idle" in shown["data"][kind]
        assert "pip install" in shown["data"][kind]


def test_when_its_session_is_over_its_picture_and_transcript_are_kept(kernel: Kernel) -> None:
    kernel.run(SHOW)
    kernel.run("avatar.speak('One <b>two</b> three.', final=True, raw=True)\navatar.wait()")
    kernel.until(lambda: _shown(kernel, "update_display_data"))
    (shown,) = _shown(kernel, "display_data")
    renewed = _shown(kernel, "update_display_data")[-1]
    assert renewed["transient"] == shown["transient"]
    assert renewed["data"][WIDGET] == shown["data"][WIDGET]
    assert "completed" in renewed["data"]["text/plain"]
    assert "three." in renewed["data"]["text/plain"]
    html = renewed["data"]["text/html"]
    assert "three." in html
    assert "<b>" not in html
    assert 'src="data:image/jpeg;base64,' in html
    assert len(html) < 40_000


def test_the_transcripts_of_all_its_sessions_are_kept(kernel: Kernel) -> None:
    kernel.run(SHOW)
    for text in ("Good morning.", "Good evening."):
        kernel.run(f"avatar.speak({text!r}, final=True)\navatar.wait()")
    kernel.until(lambda: len(_shown(kernel, "update_display_data")) == 2)
    plain = _shown(kernel, "update_display_data")[-1]["data"]["text/plain"]
    assert plain.index("Good morning.") < plain.index("Good evening.")


def test_transcripts_are_kept_of_an_avatar_that_is_closed_at_once(kernel: Kernel) -> None:
    kernel.run(SHOW)
    kernel.run("avatar.speak('Good night.', final=True)\navatar.wait()\navatar.close()")
    kernel.until(lambda: _shown(kernel, "update_display_data"))
    renewed = _shown(kernel, "update_display_data")[-1]["data"]
    assert set(renewed) == {"text/html", "text/plain"}
    assert "Good night." in renewed["text/html"]


def test_a_closed_avatar_shows_what_it_was(kernel: Kernel) -> None:
    kernel.run(SHOW)
    kernel.run("avatar.close()")
    kernel.run("avatar")
    shown = _shown(kernel, "display_data")[-1]["data"]
    assert set(shown) == {"text/html", "text/plain"}


def test_keeping_the_transcript_starts_no_server_that_was_closed(kernel: Kernel) -> None:
    kernel.run(
        "from heygen_widget import Avatar, LocalServer\nserver = LocalServer()\n"
        "avatar = Avatar(local=server)\navatar"
    )
    kernel.run("avatar.speak('Good night.', final=True)\navatar.wait()\nserver.close()")
    kernel.until(lambda: _shown(kernel, "update_display_data"))
    assert kernel.run("print(server.running)") == "False"


def test_an_avatar_that_was_never_shown_writes_nothing(kernel: Kernel) -> None:
    kernel.run(SHOW + ";")
    kernel.run("avatar.speak('Hello.', final=True)\navatar.wait()")
    assert kernel.run("print(avatar.status)") == "completed"
    assert _shown(kernel, "update_display_data") == []


def test_a_notebook_saved_with_widget_state_stays_small(kernel: Kernel) -> None:
    kernel.run(SHOW)
    kernel.run("avatar.speak('Good morning.', final=True)\navatar.wait()")
    kernel.until(lambda: _shown(kernel, "update_display_data"))
    hour = "Good morning to all of you. " * 2000
    kernel.run(f"avatar._outputs.note(2, {hour!r}, None)\navatar._outputs.renew_if_unused()")
    bundle = _shown(kernel, "update_display_data")[-1]["data"]
    assert hour[-1000:] in bundle["text/html"]
    state = kernel.run(
        "import json\nfrom ipywidgets.embed import dependency_state\n"
        "print(json.dumps(dependency_state([avatar], drop_defaults=False)))"
    )
    assert len(json.dumps(bundle)) + len(state) < MOST
