"""Shared knowledge of human languages: where sentences and characters end.

Imports nothing of the project, and is the only place that lists marks or abbreviations.
"""

from heygen_widget.language.sentences import FIRST_WIDE, clause_ends, ends_sentence, sentence_ends
from heygen_widget.language.table import table

__all__ = ["FIRST_WIDE", "clause_ends", "ends_sentence", "sentence_ends", "table"]
