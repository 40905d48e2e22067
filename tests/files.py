"""Files for tests: small pictures and PDFs, made as they are needed."""

import io
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from media4sec.records.files.storing import keep, put, ready_again

shades = count()


def picture(form="PNG", size=(64, 48), **options):
    """The bytes of a picture that no other test has."""
    number = next(shades)
    image = Image.new("RGB", size, (number % 256, number // 256 % 256, number // 65_536))
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def pdf(*texts):
    """The bytes of a PDF with these texts, one a page."""
    pages = [3 + 2 * number for number in range(len(texts))]
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(texts), b" ".join(b"%d 0 R" % number for number in pages)),
    }
    font = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    for number, text in zip(pages, texts, strict=True):
        drawn = b"BT /F 24 Tf 72 700 Td (%s) Tj ET" % text.encode()
        objects[number] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources%s/Contents %d 0 R>>" % (
            font,
            number + 1,
        )
        objects[number + 1] = b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn)
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in objects.items():
        places.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start))
    return out.getvalue()


def sent(content, name="picture.png"):
    """A file as a form sends it."""
    return SimpleUploadedFile(name, content)


def stored(content=None, suffix="png"):
    """The row of a file that is stored."""
    return keep(put(ready_again(content or picture(), f".{suffix}")))


def file_part(file=None, **changes):
    """A file of a record, as documents hold it."""
    file = file or stored()
    return {
        "key": f"file-{file.pk}",
        "file": file.facts,
        "alt": f"What picture {file.pk} shows",
        "caption": "",
        "credit": "",
        "licence": "not stated",
    } | changes
