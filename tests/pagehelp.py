"""Made-up pages: a letter as PDF, the same as pixels, and PDFs with a value in every place where one can hide."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

import pypdf
import pypdfium2
from PIL import Image
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

LETTER = [
    "City of Helena, Office of the Clerk",
    "",
    "Dear clerk,",
    "my name is Rosalind Ackermann and I live at 1442 Juniper Street, Helena, MT 59601.",
    "You can reach me at (406) 555-0142 or rosalind.ackermann@example.com. The meter was",
    "read on March 3, 2025, and it was wrong by 400 gallons. My Social Security number is",
    "536-90-4399. Please let me know when the meter will be repaired, as Rosalind",
    "Ackermann cannot pay for water that nobody used.",
    "",
    "Sincerely,",
    "Rosalind Ackermann",
]
VALUES = ["Rosalind Ackermann", "Rosalind\nAckermann", "1442 Juniper Street", "(406) 555-0142", "536-90-4399"]
VALUES += ["rosalind.ackermann@example.com"]
KEPT = ["City of Helena", "wrong by 400 gallons", "cannot pay for water that nobody used", "Sincerely"]

MEDIA = (612.0, 792.0)


def letter(draw: Callable[[Canvas], None] | None = None, *, lines: Iterable[str] = LETTER, rotation: int = 0) -> bytes:
    """Return a PDF of one page with a letter on it and whatever ``draw`` adds."""
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=MEDIA, invariant=1)
    write(canvas, lines)
    if draw is not None:
        draw(canvas)
    canvas.showPage()
    canvas.setPageRotation(0)
    canvas.save()
    if not rotation:
        return sink.getvalue()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(sink.getvalue()))
    writer.pages[0].rotate(rotation)
    return saved(writer)


def write(canvas: Canvas, lines: Iterable[str], top: float = 720, size: float = 11) -> None:
    for number, line in enumerate(lines):
        canvas.setFont("Helvetica", size)
        canvas.drawString(60, top - 15 * number, line)


def saved(writer: pypdf.PdfWriter) -> bytes:
    sink = io.BytesIO()
    writer.write(sink)
    return sink.getvalue()


def pixels(data: bytes, page: int = 0, dpi: float = 200) -> Image.Image:
    """Return a page of a PDF as PDFium draws it."""
    document = pypdfium2.PdfDocument(data)
    try:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()


def scanned(image: Image.Image, *, layer: str = "") -> bytes:
    """Return a PDF whose page is a picture, with an invisible line of text over it where ``layer`` is given."""
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=MEDIA, invariant=1)
    canvas.drawImage(ImageReader(image), 0, 0, *MEDIA)
    if layer:
        text = canvas.beginText(60, 400)
        text.setTextRenderMode(3)
        text.textLine(layer)
        canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return sink.getvalue()


def as_bytes(image: Image.Image, kind: str, **options: object) -> bytes:
    sink = io.BytesIO()
    image.save(sink, kind, **options)
    return sink.getvalue()


# --- hiding places ----------------------------------------------------------------------

SHOWN_NOWHERE: dict[str, Callable[[Canvas, str], None]] = {}
BESIDE_PAGES: dict[str, Callable[[pypdf.PdfWriter, str], None]] = {}


def _drawn(place: str):
    def take(function: Callable[[Canvas, str], None]) -> Callable[[Canvas, str], None]:
        SHOWN_NOWHERE[place] = function
        return function

    return take


def _beside(place: str):
    def take(function: Callable[[pypdf.PdfWriter, str], None]) -> Callable[[pypdf.PdfWriter, str], None]:
        BESIDE_PAGES[place] = function
        return function

    return take


@_drawn("under a black box")
def _(canvas: Canvas, value: str) -> None:
    canvas.drawString(60, 400, value)
    canvas.rect(50, 390, 300, 25, fill=1)


@_drawn("under a picture")
def _(canvas: Canvas, value: str) -> None:
    canvas.drawString(60, 400, value)
    canvas.drawImage(ImageReader(Image.new("RGB", (20, 20), "white")), 50, 390, 300, 25)


@_drawn("white on white")
def _(canvas: Canvas, value: str) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 400, value)


@_drawn("invisible mode")
def _(canvas: Canvas, value: str) -> None:
    text = canvas.beginText(60, 400)
    text.setTextRenderMode(3)
    text.textLine(value)
    canvas.drawText(text)


@_drawn("transparent")
def _(canvas: Canvas, value: str) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(60, 400, value)


@_drawn("outside the page")
def _(canvas: Canvas, value: str) -> None:
    canvas.drawString(60, 900, value)


@_drawn("cut away")
def _(canvas: Canvas, value: str) -> None:
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(10, 10, 5, 5)
    canvas.clipPath(path, stroke=0)
    canvas.drawString(60, 400, value)
    canvas.restoreState()


@_beside("author")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    writer.add_metadata({"/Author": value})


@_beside("own property")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    writer.add_metadata({"/CaseWorker": value})


@_beside("metadata")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    stream = DecodedStreamObject()
    stream.set_data(f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a>{value}</a></x:xmpmeta>".encode())
    stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    writer._root_object[NameObject("/Metadata")] = writer._add_object(stream)


def _annotation(writer: pypdf.PdfWriter, **entries: object) -> None:
    made = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Rect"): ArrayObject([FloatObject(each) for each in (10, 10, 20, 20)]),
            **{NameObject(f"/{key}"): each for key, each in entries.items()},
        }
    )
    page = writer.pages[0]
    annotations = page.get("/Annots", ArrayObject())
    page[NameObject("/Annots")] = ArrayObject([*annotations, writer._add_object(made)])


@_beside("comment")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    _annotation(writer, Subtype=NameObject("/Text"), Contents=TextStringObject(value))


@_beside("author of a comment")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    _annotation(writer, Subtype=NameObject("/Text"), T=TextStringObject(value), Contents=TextStringObject("see"))


@_beside("link")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    action = DictionaryObject({NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject(value)})
    _annotation(writer, Subtype=NameObject("/Link"), A=action)


@_beside("redaction that was marked only")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    _annotation(writer, Subtype=NameObject("/Redact"), OverlayText=TextStringObject(value))


@_beside("form field")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    field = {"FT": NameObject("/Tx"), "T": TextStringObject("name"), "V": TextStringObject(value)}
    _annotation(writer, Subtype=NameObject("/Widget"), **field)
    form = DictionaryObject({NameObject("/Fields"): ArrayObject([list.__getitem__(writer.pages[0]["/Annots"], 0)])})
    writer._root_object[NameObject("/AcroForm")] = form


@_beside("attachment")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    writer.add_attachment("notes.txt", f"Notes: {value}\n".encode())


@_beside("name of an attachment")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    writer.add_attachment(f"{value}.txt", b"nothing")


@_beside("bookmark")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    writer.add_outline_item(value, 0)


@_beside("script")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    writer.add_js(f"app.alert('{value}')")


@_beside("name of a layer")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    layer = DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject(value)})
    known = DictionaryObject({NameObject("/OCGs"): ArrayObject([writer._add_object(layer)])})
    writer._root_object[NameObject("/OCProperties")] = known


@_beside("layer that is off")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    layer = DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("x")})
    told = writer._add_object(layer)
    off = DictionaryObject({NameObject("/OFF"): ArrayObject([told]), NameObject("/BaseState"): NameObject("/ON")})
    known = {NameObject("/OCGs"): ArrayObject([told]), NameObject("/D"): off}
    writer._root_object[NameObject("/OCProperties")] = DictionaryObject(known)
    page = writer.pages[0]
    stream = DecodedStreamObject()
    stream.set_data(f"/OC /L0 BDC BT /F1 11 Tf 60 400 Td ({value}) Tj ET EMC".encode())
    page["/Resources"][NameObject("/Properties")] = DictionaryObject({NameObject("/L0"): told})
    before = page.raw_get("/Contents")
    page[NameObject("/Contents")] = ArrayObject([before, writer._add_object(stream)])


@_beside("text for screen readers")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    element = {NameObject("/Type"): NameObject("/StructElem"), NameObject("/Alt"): TextStringObject(value)}
    root = {NameObject("/Type"): NameObject("/StructTreeRoot"), NameObject("/K"): DictionaryObject(element)}
    writer._root_object[NameObject("/StructTreeRoot")] = writer._add_object(DictionaryObject(root))


@_beside("object that nothing leads to")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    writer._add_object(DictionaryObject({NameObject("/X"): TextStringObject(value)}))


@_beside("page that nothing leads to")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 11 Tf 60 400 Td ({value}) Tj ET".encode())
    writer._add_object(stream.flate_encode())


@_beside("private data of a program")
def _(writer: pypdf.PdfWriter, value: str) -> None:
    told = DictionaryObject({NameObject("/Private"): TextStringObject(value)})
    writer.pages[0][NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Prog"): told})


def hiding(place: str, value: str) -> bytes:
    """Return a letter with a value in one place in which no reader of its pages sees it."""
    if place in SHOWN_NOWHERE:
        return letter(lambda canvas: SHOWN_NOWHERE[place](canvas, value), lines=LETTER[:3])
    if place == "earlier version":
        before = letter(lines=[*LETTER[:3], value])
        writer = pypdf.PdfWriter(io.BytesIO(before), incremental=True)
        stream = DecodedStreamObject()
        stream.set_data(b"BT /F1 11 Tf 60 400 Td (Nothing) Tj ET")
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
        return saved(writer)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter(lines=LETTER[:3])))
    BESIDE_PAGES[place](writer, value)
    return saved(writer)


PLACES = [*SHOWN_NOWHERE, *BESIDE_PAGES, "earlier version"]


def with_field(value: str) -> bytes:
    """Return a form whose field shows a value."""
    return letter(lambda canvas: canvas.acroForm.textfield(value=value, name="name", x=60, y=300, width=300, height=24))


def encrypted(password: str) -> bytes:
    """Return a letter that opens with a password ("": with none, but encrypted)."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(letter()))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    return saved(writer)


def thumbnail(image: Image.Image) -> DecodedStreamObject:
    """Return pixels as an image object of PDF."""
    stream = DecodedStreamObject()
    small = image.resize((20, 20)).convert("L")
    stream.set_data(small.tobytes())
    said = {"Type": NameObject("/XObject"), "Subtype": NameObject("/Image"), "ColorSpace": NameObject("/DeviceGray")}
    said |= {"Width": NumberObject(20), "Height": NumberObject(20), "BitsPerComponent": NumberObject(8)}
    stream.update({NameObject(f"/{key}"): value for key, value in said.items()})
    stream[NameObject("/Interpolate")] = BooleanObject(value=False)
    return stream
