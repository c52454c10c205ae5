r"""Scripts for avatars: written, read and compared, as Markdown. Knows no widget.

>>> from heygen_widget.script import Script
>>> script = Script.parse("# Hook\n\nWhat if your notebook could talk?")
>>> script["Hook"].text
'What if your notebook could talk?'
"""

from heygen_widget.script.check import Problem, Problems
from heygen_widget.script.diff import Change, ScriptDiff, SegmentDiff
from heygen_widget.script.errors import ScriptError
from heygen_widget.script.estimate import Estimate, SegmentEstimate
from heygen_widget.script.lexicon import Lexicon
from heygen_widget.script.record import TakenSegment, TakenWord
from heygen_widget.script.script import Script
from heygen_widget.script.segment import Part, Segment
from heygen_widget.script.takes import Take, Takes

__all__ = [
    "Change",
    "Estimate",
    "Lexicon",
    "Part",
    "Problem",
    "Problems",
    "Script",
    "ScriptDiff",
    "ScriptError",
    "Segment",
    "SegmentDiff",
    "SegmentEstimate",
    "Take",
    "TakenSegment",
    "TakenWord",
    "Takes",
]
