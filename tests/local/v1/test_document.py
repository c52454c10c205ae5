"""The snippets of HeyGen's skill document run here with only the host, the key and the id changed.

The curls and the Python as they are, the TypeScript in Node, and its WebRTC in Chromium, which has
some. What the document leaves to its reader is written here: how descriptions are exchanged, what a
ping is, how the end of a speech is waited for. Its half minutes between pings are shortened. The
React component is not run: it says nothing to the server that its client does not.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.lab import launch
from tests.local.v1.conftest import Live, Streamer
from tests.local.v1.pages import LIVEKIT, WatchingPage, esbuild

DOCUMENT = Path(__file__).with_name("document.md").read_text()
HOST = "https://api.heygen.com"
ITS_OWN = """
declare const event: never;
async function processCustomerQuery(query: string) { return `You asked: ${query}`; }
async function waitForSpeechComplete(_: string) {} // a task in sync returns when it is spoken
"""


@cache
def snippets(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def snippet(language: str, holding: str) -> str:
    (found,) = (each for each in snippets(language) if holding in each)
    return found


def curl(streamer: Streamer, holding: str, session_id: str = "") -> dict[str, Any]:
    here = snippet("bash", holding).replace("\\\n", "").replace(HOST, streamer.server.base_url)
    here = here.replace("$HEYGEN_API_KEY", streamer.server.api_key)
    program, _, method, url, *options = shlex.split(here.replace("your_session_id", session_id))
    assert program == "curl"
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
    (body,) = (value for name, value in given if name == "-d")
    answer = httpx.request(method, url, headers=headers, content=body.encode(), timeout=30)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    assert said["error"] is None
    assert said["code"] == 100
    return said


def typescript(streamer: Streamer, *needed: str, run: str) -> Any:
    """Run `run` after the snippets that hold `needed`, in Node; return what it returns."""
    source = "\n".join([ITS_OWN, *(snippet("typescript", each) for each in needed)])
    source += f"\nasync function main() {{ {run} }}"
    source += "\nmain().then((value) => console.log(JSON.stringify(value ?? null)));"
    here = esbuild(source.replace(HOST, streamer.server.base_url), "--loader=ts", "--platform=node")
    node = shutil.which("node")
    assert node is not None
    environment = os.environ | {"HEYGEN_API_KEY": streamer.server.api_key}
    done = subprocess.run(
        [node, "-"], input=here, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_curls_open_a_session_speak_in_it_and_stop_it(streamer: Streamer) -> None:
    opened = curl(streamer, "streaming.new")["data"]
    assert {"session_id", "access_token", "url", "ice_servers"} <= set(opened)
    viewer = streamer.watch(opened)
    assert viewer.seen.pictures[0].size == (1920, 1080)
    spoken = curl(streamer, "streaming.task", opened["session_id"])["data"]
    assert spoken["duration_ms"] > 1000
    viewer.wait_for_event("avatar_stop_talking")
    told = viewer.events("avatar_talking_message")
    assert "".join(each["message"] for each in told) == "Hello! How can I help you today?"
    curl(streamer, "streaming.stop", opened["session_id"])
    assert opened["session_id"] not in streamer.sessions()


def test_the_python_opens_a_session(streamer: Streamer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_API_KEY", streamer.server.api_key)
    names: dict[str, Any] = {}
    exec(snippet("python", "requests").replace(HOST, streamer.server.base_url), names)
    opened = names["create_streaming_session"]({"avatar_id": "anna", "voice_id": "en"})
    streamer.data("stop", session_id=opened["session_id"])
    with pytest.raises(Exception, match="Invalid 'quality'"):
        names["create_streaming_session"]({"avatar_id": "anna", "quality": "ultra"})


NEW = "interface StreamingSessionRequest"
SEND = "interface StreamingTaskRequest"


def test_the_typescript_opens_lists_and_stops(streamer: Streamer) -> None:
    listed, left = typescript(
        streamer,
        NEW,
        "stopStreamingSession(sessionId: string)",
        "listActiveSessions",
        run="""
          const config = { avatar_id: "anna", voice_id: "en", quality: "low" as const };
          const { session_id } = await createStreamingSession(config);
          const here = async () =>
            (await listActiveSessions()).filter((each: any) => each.session_id === session_id);
          const listed = await here();
          await stopStreamingSession(session_id);
          return [listed.length, (await here()).length];
        """,
    )
    assert (listed, left) == (1, 0)


def test_the_typescript_is_told_what_is_wrong(streamer: Streamer) -> None:
    said = typescript(
        streamer,
        NEW,
        run="""
          const config = { avatar_id: "anna", voice_id: "en", quality: "ultra" as any };
          return createStreamingSession(config).catch((error) => error.message);
        """,
    )
    assert "'quality'" in said


@pytest.mark.parametrize(
    ("needed", "run", "spoken"),
    [
        ("handleCustomerQuery", "handleCustomerQuery(id, 'Why?')", ["You asked: Why?"]),
        (
            "conductTrainingSession",
            "conductTrainingSession(id, ['One.', 'Two.'])",
            ["One.", "Two."],
        ),
        ("interruptAndSpeak", "interruptAndSpeak(id, 'Something else.')", ["Something else."]),
    ],
)
def test_the_typescript_speaks(live: Live, needed: str, run: str, spoken: list[str]) -> None:
    typescript(live.streamer, SEND, needed, run=f"const id = '{live.id}'; await {run};")
    live.viewer.wait_for_event("avatar_stop_talking", len(spoken))
    told = live.viewer.events("avatar_talking_message")
    assert "".join(each["message"] for each in told) == "".join(spoken)


def test_the_typescript_keeps_a_session_alive_until_it_is_told_to_stop(live: Live) -> None:
    base_url, key = live.streamer.server.base_url, live.streamer.server.api_key
    pings, later = typescript(
        live.streamer,
        "startKeepAlive",
        run=f"""
          class Client extends StreamingAvatarClient {{
            sessionId = "{live.id}";
            pings = 0;
            async ping() {{
              const answer = await fetch("{base_url}/v1/streaming.keep_alive", {{
                method: "POST",
                headers: {{ "X-Api-Key": "{key}", "Content-Type": "application/json" }},
                body: JSON.stringify({{ session_id: this.sessionId }}),
              }});
              if (!answer.ok) throw new Error(await answer.text());
              this.pings += 1;
            }}
          }}
          const every = setInterval;
          globalThis.setInterval = (act, ms) => every(act, ms / 300);
          const client = new Client();
          client.startKeepAlive();
          while (client.pings < 2) await new Promise((done) => setTimeout(done, 10));
          client.stopKeepAlive();
          await new Promise((done) => setTimeout(done, 200)); // the last one may be on its way
          const before = client.pings;
          await new Promise((done) => setTimeout(done, 300));
          return [before, client.pings];
        """,
    )
    assert pings >= 2
    assert later == pings


@pytest.fixture
def page(streamer: Streamer) -> Iterator[WatchingPage]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = WatchingPage(browser, streamer.server, LIVEKIT)
        yield page
        browser.close()


def test_the_client_of_the_document_connects_speaks_and_disconnects(
    streamer: Streamer, page: WatchingPage
) -> None:
    """Its exchange of descriptions "depends on the signaling method": it is left to LiveKit's."""
    needed = (NEW, SEND, "stopStreamingSession(sessionId: string)", "async connect(avatarId")
    source = "\n".join(snippet("typescript", each) for each in needed)
    source += "\nObject.assign(window, { StreamingAvatarClient });"
    here = esbuild(source.replace(HOST, streamer.server.base_url), "--loader=ts")
    page.run("window.process = { env: { HEYGEN_API_KEY: given[0] } };", streamer.server.api_key)
    page.page.add_script_tag(content=here)
    page.run("""
      const ask = window.fetch;
      window.fetch = async (url, ...rest) => {
        const answer = await ask(url, ...rest);
        if (url.endsWith("streaming.new")) window.opened = (await answer.clone().json()).data;
        return answer;
      };
      const client = new StreamingAvatarClient();
      await client.connect("anna", "en");
      window.w = await enter(opened.url, opened.access_token);
      await until(() => w.attentive, "a picture");
      await client.speak("Hello there.");
      await until(() => w.loud.length, "sound");
      await client.disconnect();
      await until(() => of(w, "disconnected").length, "the end");
    """)
    assert page.run("return opened.session_id;") not in streamer.sessions()
