r"""The words of RTF that a document is read by: destinations, looks, signs, and what is passed over."""

from __future__ import annotations

from typing import Final

from pipeline.formats.document_content import PROPERTIES
from pipeline.formats.document_lines import CONCEALED, DELETED, INSERTED

HEADERS: Final = {
    "header": ("header", "default"), "headerr": ("header", "default"), "headerl": ("header", "even"),
    "headerf": ("header", "first"), "footer": ("footer", "default"), "footerr": ("footer", "default"),
    "footerl": ("footer", "even"), "footerf": ("footer", "first"),
}  # fmt: skip
"""Destinations that are headers and footers: kind and pages."""

DESTINATIONS: Final = {
    "footnote": "story", "annotation": "story", "shptxt": "story", "dptxbxtext": "story", "pict": "gap",
    "objdata": "gap", "field": "field", "fldinst": "code", "fldrslt": "result", "colortbl": "colours",
    "stylesheet": "styles",
}  # fmt: skip
"""Other destinations with a part of their own to play."""

CAPTURED: Final = {
    "title": (PROPERTIES["title"], "kept"), "subject": (PROPERTIES["subject"], "kept"),
    "keywords": (PROPERTIES["keywords"], "kept"), "category": (PROPERTIES["category"], "kept"),
    "doccomm": (PROPERTIES["description"], "kept"), "comment": (PROPERTIES["description"], "kept"),
    "bkmkstart": ("name of a bookmark", "unseen"),
    "xe": ("entry of an index", "unseen"), "tc": ("entry of an index", "unseen"),
    "rxe": ("entry of an index", "unseen"),
    "txe": ("entry of an index", "unseen"),
    "propname": ("property of the file", "unseen"),
    "staticval": ("property of the file", "unseen"), "linkval": ("property of the file", "unseen"),
    "docvar": ("variable of the document", "unseen"), "ffname": ("entry of a form field", "unseen"),
    "ffdeftext": ("entry of a form field", "unseen"), "ffhelptext": ("entry of a form field", "unseen"),
    "ffstattext": ("entry of a form field", "unseen"), "ffl": ("entry of a form field", "unseen"),
    "ffformat": ("entry of a form field", "unseen"), "listtext": ("label of a list", "label"),
    "pntext": ("label of a list", "label"),
    "info": ("property of the file", "unseen"), "sn": ("", "name"), "sv": ("", "value"),
}  # fmt: skip
"""Destinations whose text is gathered: its kind, and whether it is kept, examined only, or used."""

DROPPED: Final = {
    "author": "properties of the file (who made it, when, for whom)",
    "operator": "properties of the file (who made it, when, for whom)",
    "manager": "properties of the file (who made it, when, for whom)",
    "company": "properties of the file (who made it, when, for whom)",
    "hlinkbase": "properties of the file (who made it, when, for whom)",
    "atnid": "who wrote a comment, and when", "atnauthor": "who wrote a comment, and when",
    "atndate": "who wrote a comment, and when", "revtbl": "a list of people who commented or changed the text",
    "protusertbl": "a list of people who may change the text", "mailmerge": "a connection to the data of a form letter",
    "template": "the place of a template", "passwordhash": "protection of the text",
    "datastore": "data of another program", "nonshppict": "a picture in an older form",
    "shprslt": "a drawing in an older form", "oldcprops": "an earlier look", "oldpprops": "an earlier look",
    "oldtprops": "an earlier look", "oldsprops": "an earlier look", "factoidname": "what a program took a word for",
}  # fmt: skip
"""Destinations that are left out unread, and what they are."""

SILENT: Final = frozenset(
    {
        *(
            "generator",
            "rsidtbl",
            "themedata",
            "colorschememapping",
            "latentstyles",
            "xmlnstbl",
            "pgptbl",
            "pgdsctbl",
            "listtable",
        ),
        *("listoverridetable", "pnseclvl", "bkmkend", "atrfstart", "atrfend", "atnref", "ftnsep", "ftnsepc", "ftncn"),
        *("aftnsep", "aftnsepc", "aftncn", "blipuid", "wgrffmtfilter", "nonesttables", "defchp", "defpap", "objclass"),
        *("creatim", "revtim", "printim", "buptim", "fchars", "lchars", "panose", "falt", "fname"),
    }
)
"""Destinations that hold no text of anybody."""

STATES: Final = {"v": CONCEALED, "deleted": DELETED, "revised": INSERTED}
LETTERS: Final = {
    "b": "b", "i": "i", "ul": "u", "uld": "u", "uldb": "u", "ulw": "u", "ulwave": "u", "ulth": "u", "strike": "s",
    "striked": "s",
}  # fmt: skip
SIGNS: Final = {
    "line": "\n", "softline": "\n", "lbr": "\n", "column": "\n", "tab": "\t", "emdash": "\u2014", "endash": "\u2013",
    "bullet": "\u2022", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d",
    "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
COUNTED: Final = {"chpgn": "#PAGE"}
