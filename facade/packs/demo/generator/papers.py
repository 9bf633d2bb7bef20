"""Documents: latin1 text notes with the editor's control characters, and PDFs of a few hundred bytes.

https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf
"""

from __future__ import annotations


def note(title: str, patient: str, lines: list[str]) -> bytes:
    """A note as the 1994 editor saved it: latin1, CR LF, a page break and its end-of-file character."""
    return "\r\n".join([title, f"RE: {patient}", "", *lines, "\x0c\x1a"]).encode("latin-1")


def pdf(title: str) -> bytes:
    """One page that says `title`."""
    text = title.replace("\\", "").replace("(", "[").replace(")", "]").encode("latin-1")
    stream = b"BT /F1 18 Tf 72 720 Td (" + text + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
