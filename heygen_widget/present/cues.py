"""What `cues=` says: by the name of a mark, what happens when the word after it is heard."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from heygen_widget.frontend.cues import Cue, CueAction
from heygen_widget.present.actions import Action, highlight
from heygen_widget.present.figure import Figure
from heygen_widget.session.text import is_name

Step: TypeAlias = "Action | str | Callable[[], object]"
"""An action; a target to highlight; or a function, which the kernel calls when it is free."""

Cues: TypeAlias = Mapping[str, "Step | Iterable[Step]"]
"""By the name of a mark, what happens there."""


class Calls(dict[str, tuple[Callable[[], object], ...]]):
    """By the name of a mark, the functions that are called there. Can be held weakly."""


def read_cues(cues: Cues, figure: Figure | None, calls: Calls) -> dict[str, Cue]:
    """Read `cues=` for a figure, which is what the actions are about.

    Parameters
    ----------
    cues
        As users write them.
    figure
        What was presented.
    calls
        Takes the functions.

    Raises
    ------
    TypeError, ValueError
        If a name or what it stands for is not valid, or the figure has no such part.
    """
    if not isinstance(cues, Mapping):
        raise TypeError(f"cues must be a mapping of names to actions, not {type(cues).__name__}.")
    read = {}
    for name, steps in cues.items():
        actions, calls[_name(name)] = _steps(name, steps)
        shown = figure.id if figure and actions else None
        resolved = [_resolved(name, action, figure) for action in actions]
        read[name] = Cue(figure=shown, actions=resolved, calls=bool(calls[name]))
    return read


def _name(name: object) -> str:
    if not is_name(name):
        raise ValueError(
            f"{name!r} cannot be the name of a mark. A name has letters, digits and -_.: and "
            "spaces within, 64 characters at most."
        )
    return str(name)


def _steps(name: str, steps: Any) -> tuple[list[Action], tuple[Callable[[], object], ...]]:
    """Tell the actions of a cue from its functions."""
    alone = isinstance(steps, Action | str) or callable(steps)
    actions: list[Action] = []
    calls: list[Callable[[], object]] = []
    for step in [steps] if alone else _all(name, steps):
        if isinstance(step, Action | str):
            actions.append(highlight(step) if isinstance(step, str) else step)
        elif callable(step):
            calls.append(step)
        else:
            raise _unknown(name, step)
    return actions, tuple(calls)


def _all(name: str, steps: object) -> Iterable[object]:
    if not isinstance(steps, Iterable):
        raise _unknown(name, steps)
    return steps


def _unknown(name: str, step: object) -> TypeError:
    return TypeError(
        f"The cue {name!r} is {step!r}, but must be an action such as highlight('line-2'), a "
        "function, or several of them."
    )


def _resolved(name: str, action: Action, figure: Figure | None) -> CueAction:
    if figure is None:
        raise ValueError(
            f"The cue {name!r} is about a figure, and nothing was presented yet: use "
            "avatar.present(figure, text, cues=...)."
        )
    return CueAction(do=action.do, target=figure.selector(action.target))
