"""Notebooks that a program runs, as papermill and nbconvert do: no page shows what they show."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from heygen_widget.widget.saved_output import WIDGET
from tests.kernel.notebook import PATIENCE, Kernel

if TYPE_CHECKING:
    from nbformat import NotebookNode

SHOW = "from heygen_widget import Avatar\navatar = Avatar(local=True)\navatar"


def _run(folder: Path, *sources: str) -> "NotebookNode":
    import nbformat
    from nbclient import NotebookClient

    functions: Any = nbformat  # have no types
    cells = [functions.v4.new_code_cell(source) for source in sources]
    notebook: NotebookNode = functions.v4.new_notebook(cells=cells)
    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        notebook, timeout=PATIENCE, kernel_name="python3", resources=place, allow_errors=True
    )
    outside = {name: value for name, value in os.environ.items() if not name.startswith("HEYGEN_")}
    client.execute(env=outside | {"IPYTHONDIR": str(folder / "ipython")})
    return notebook


def _shown(notebook: "NotebookNode") -> list[dict[str, str]]:
    """Return what stands for each avatar, by media type."""
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    return [output.data for output in outputs if output.output_type == "display_data"]


def _is_told(shown: dict[str, str], words: Sequence[str]) -> None:
    for kind in ("text/html", "text/plain"):
        assert "idle" not in shown[kind]
        for word in words:
            assert word in shown[kind]
    assert 'src="data:image/jpeg;base64,' in shown["text/html"]


def test_every_avatar_s_picture_and_words_are_in_the_notebook_and_in_its_html(
    tmp_path: Path,
) -> None:
    import nbconvert

    notebook = _run(
        tmp_path,
        SHOW,
        "for text in ('Good morning.', 'Good evening.'):\n"
        "    avatar.speak(text, final=True)\n"
        "    avatar.wait()",
        "with Avatar(local=True) as other:\n    display(other)\n    other.speak('Nobody waits.')",
        "other.close()\ndel other",
        "%load_ext heygen_widget",
        "%%speak --avatar avatar --wait\n{1 + 1} apples",
        "1 / 0",
        "avatar.stop()",
    )
    first, second = _shown(notebook)
    _is_told(first, ["cancelled", "Good morning", "Good evening", "apples"])
    _is_told(second, ["completed", "Nobody waits"])
    convert: Any = nbconvert  # has no types
    page, _ = convert.HTMLExporter(embed_images=True).from_notebook_node(notebook)
    assert page.count('alt="The avatar"') == page.count('src="data:image/jpeg;base64,') == 2
    assert "Nobody waits" in page
    assert f'<script type="{WIDGET}">' not in page  # it would take the place of all that


WITHIN = """
from ipywidgets import AppLayout, HBox, Label, Output, Tab, interact
from IPython.display import display
from heygen_widget import Avatar

boxed, tabbed, laid_out, captured, played, added = avatars = [
    Avatar(local=True) for _ in range(6)
]
unshown = Avatar(local=True)
"""


def test_avatars_within_other_widgets_are_told_below_them(tmp_path: Path) -> None:
    notebook = _run(
        tmp_path,
        WITHIN,
        "HBox([Tab([Label('Listen!'), boxed]), HBox([tabbed, HBox()])])",
        "display(AppLayout(center=laid_out))",
        "out = Output()\nwith out:\n    display(captured)\nout",
        "interact(lambda volume: display(played), volume=3)\nlater = HBox()",
        "later.children = [added]\nlater",
        "unshown.speak('Nobody sees this.', final=True)\n"
        "for number, avatar in enumerate(avatars):\n"
        "    avatar.speak(f'Number {number}.', final=True)\n"
        "    avatar.wait()\n"
        "unshown.close()\n1 / 0",
        "boxed",
    )
    stories = [
        (place, output.data["text/html"])
        for place, cell in enumerate(notebook.cells)
        for output in cell.outputs
        if "Avatar rehearsal" in output.get("data", {}).get("text/html", "")
    ]
    assert [place for place, _ in stories] == [1, 1, 2, 3, 4, 5, 7]
    for (_, story), number in zip(stories, [0, 1, 2, 3, 4, 5, 0], strict=True):
        assert f"<blockquote>Number {number}.</blockquote>" in story
        assert "completed" in story
        assert 'src="data:image/jpeg;base64,' in story


def test_a_streaming_avatar_says_that_no_page_shows_it(tmp_path: Path) -> None:
    notebook = _run(
        tmp_path,
        "from heygen_widget import StreamingAvatar\nfrom heygen_widget.legacy import joining\n"
        "joining.JOINING = 0.5\navatar = StreamingAvatar(local=True)\navatar",
        "avatar.speak('Is anybody there?', wait=True)",
    )
    (shown,) = _shown(notebook)
    assert "No page shows the avatar" in shown["text/html"]


def test_a_notebook_that_ends_before_its_avatar_does_says_what_was_still_to_be_said(
    tmp_path: Path,
) -> None:
    notebook = _run(tmp_path, SHOW, "avatar.speak('Nobody waits for this. ' * 9, final=True);")
    (shown,) = _shown(notebook)
    _is_told(shown, ["Not yet spoken when this was saved: ", "waits for this"])


def test_why_a_session_failed_is_in_the_notebook(tmp_path: Path) -> None:
    notebook = _run(
        tmp_path,
        "from heygen_widget import Avatar, HeyGen\n"
        "avatar = Avatar(client=HeyGen('a-key-nobody-has', 'http://127.0.0.1:9'))\navatar",
        "avatar.speak('Is anybody there?')\navatar.wait('error')",
    )
    (shown,) = _shown(notebook)
    assert "could not be reached" in shown["text/html"]


@pytest.mark.parametrize(
    ("asks", "cell"),
    [
        ({"allow_stdin": True, "store_history": True}, {}),
        ({"allow_stdin": False, "store_history": True}, {"cellId": "one"}),
        ({"allow_stdin": False, "store_history": True}, {"colab": {"cell_id": "one"}}),
    ],
)
def test_where_people_look_on_the_widget_stays(
    kernel: Kernel, asks: dict[str, bool], cell: dict[str, Any]
) -> None:
    kernel.send("execute_request", {"code": SHOW, "silent": False, **asks}, cell)
    kernel.until(lambda: any(m["msg_type"] == "display_data" for m in kernel.heard))
    kernel.run("")
    shown = [m["content"]["data"] for m in kernel.heard if "display_data" in m["msg_type"]]
    assert all(WIDGET in data for data in shown)
