"""QR codes as SVG without style attributes."""

from __future__ import annotations

from io import BytesIO

import segno


def qr_drawing(address: str) -> str:
    """An `<svg>` element to stand in a page. Error correction M, as on printed notices."""
    return str(segno.make(address, micro=False, error="m").svg_inline(omitsize=True, border=2))


def qr_file(address: str) -> bytes:
    """A complete SVG document, black on white, 8 units a module with the quiet zone of four."""
    drawing = BytesIO()
    segno.make(address, micro=False, error="m").save(
        drawing, kind="svg", scale=8, border=4, light="#fff", xmldecl=True
    )
    return drawing.getvalue()
