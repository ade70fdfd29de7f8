"""Verify: re-read what was written and search it for every withheld value, by keyed digests.

The worker that knows a value makes its needles (:func:`needles`); the :class:`WithheldIndex`
of all needles needs no value and can come from a case database.
"""

from pipeline.verify.canonical import Needle, Withheld, needles
from pipeline.verify.leaks import Elsewhere, Leak, leaks, shift
from pipeline.verify.readers import MAIL_FORMATS, Row, as_written, mail_structure, second_reader, seen
from pipeline.verify.search import Hit, WithheldIndex, search
from pipeline.verify.structure import column_structure
from pipeline.verify.views import View, byte_texts, views

__all__ = [
    "MAIL_FORMATS",
    "Elsewhere",
    "Hit",
    "Leak",
    "Needle",
    "Row",
    "View",
    "Withheld",
    "WithheldIndex",
    "as_written",
    "byte_texts",
    "column_structure",
    "leaks",
    "mail_structure",
    "needles",
    "search",
    "second_reader",
    "seen",
    "shift",
    "views",
]
