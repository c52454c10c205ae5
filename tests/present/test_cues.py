"""What `cues=` may say."""

import pytest

from heygen_widget.frontend.cues import CueAction
from heygen_widget.present import cell, column, dim, highlight, row, zoom
from heygen_widget.present.cues import Calls, Cues, Step, read_cues
from heygen_widget.present.figure import Figure

FIGURE = Figure("svg", "<svg></svg>", "Sales")


def _function() -> None:
    """Do nothing."""


def test_a_cue_is_an_action_a_target_a_function_or_several() -> None:
    calls = Calls()
    several: list[Step] = [dim("line-2"), zoom("line-2"), _function]
    cues: Cues = {"a": highlight("line-1"), "b": "line-2", "c": _function, "d": several}
    read = read_cues(cues, FIGURE, calls)
    verbs = {name: [(each.do, each.target) for each in cue.actions] for name, cue in read.items()}
    assert verbs == {
        "a": [("highlight", "line-1")],
        "b": [("highlight", "line-2")],
        "c": [],
        "d": [("dim", "line-2"), ("zoom", "line-2")],
    }
    assert [cue.calls for cue in read.values()] == [False, False, True, True]
    assert [cue.figure for cue in read.values()] == [FIGURE.id, FIGURE.id, None, FIGURE.id]
    assert calls == {"a": (), "b": (), "c": (_function,), "d": (_function,)}


@pytest.mark.parametrize(
    ("cues", "error", "why"),
    [
        ({"a": 3}, TypeError, "The cue 'a' is 3"),
        ({"a": [highlight("x"), None]}, TypeError, "The cue 'a' is None"),
        ({"a b ": "x"}, ValueError, "cannot be the name of a mark"),
        ({"</script>": "x"}, ValueError, "cannot be the name of a mark"),
        (["a"], TypeError, "must be a mapping"),
        ({"a": row("Ada")}, ValueError, "a part of a table"),
    ],
)
def test_what_is_no_cue_is_refused(cues: Cues, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        read_cues(cues, FIGURE, Calls())


def test_an_action_needs_a_figure_and_a_function_needs_none() -> None:
    with pytest.raises(ValueError, match="nothing was presented yet"):
        read_cues({"a": "line-2"}, None, Calls())
    assert read_cues({"a": _function}, None, Calls())["a"].calls


def test_targets_are_named_or_are_cells() -> None:
    assert zoom(row("Ada")) == zoom(row("Ada"))
    assert dim(cell("Ada", "total")).target == cell("Ada", "total").target
    assert column("total").do == "highlight"
    for target in (3, "", "  "):
        with pytest.raises(TypeError, match="A target is"):
            highlight(target)  # type: ignore[arg-type]


def test_text_of_users_stays_data_on_the_wire() -> None:
    action = CueAction(do="highlight", target="</script><script>alert(1)</script>")
    assert action.model_dump() == {"do": "highlight", "target": action.target}
