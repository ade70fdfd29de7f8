"""Text that a format shows from right to left, with the signs that say the same in plain text (UAX #9).

So it is examined as it is shown (:func:`pipeline.texts.plain_form.turned_form`), and its copy reads as it did.
"""

from __future__ import annotations

import re
from typing import Final

OVERRIDE: Final = "\u202e"
"""Every sign from right to left, whatever it is: ``9934-09-635`` is read as 536-90-4399."""
EMBEDDED: Final = "\u202b"
"""Numbers and words keep their order, and stand one left of the other: ``4399 90 536`` is read as 536 90 4399."""
_END: Final = "\u202c"
_SIGNS: Final = dict.fromkeys(map(ord, (OVERRIDE, EMBEDDED, _END)))
_LINE: Final = re.compile("[^\n\r\u2029]+")


def shown(text: str, sign: str) -> str:
    """Return a text with each of its lines between a sign and its end; what it says of this itself goes.

    Texts that go on in one another get signs of their own each: then a line may end between two of them.
    """
    return _LINE.sub(lambda line: f"{sign}{line[0]}{_END}", text.translate(_SIGNS))
