"""Pictures and PDFs of records: what is taken and what is made of it, who sees it, and that it goes with its record."""

import hashlib
import io
import json
import re
import struct
import subprocess
import sys
import zlib
from datetime import timedelta

import pypdfium2
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image, ImageChops, ImageOps
from PIL.PngImagePlugin import PngInfo

from media4sec.publications.models import Change, PublicFile
from media4sec.records import workflow
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.fields import without_empty
from media4sec.records.documents.reading import working_document
from media4sec.records.files import limits, pdfs
from media4sec.records.files.cleaning import forget_files
from media4sec.records.files.limits import FileRefused
from media4sec.records.files.storing import look_at, ready_again
from media4sec.records.folder_io import LoadError, export_folder, load_folder
from media4sec.records.importing import reports
from media4sec.records.models import Attachment, Holding, Record, Revision, StoredFile, specific
from media4sec.stored import COVER, stored_path
from tests.factories import (
    fresh,
    full_document_for,
    make,
    make_full,
    publication_of,
    publish,
    published,
    save,
    source,
)
from tests.files import file_part, pdf, picture, sent, stored
from tests.people import administrator, logged_in, member, owned
from tests.test_admin import Form, errors_in, filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "stored"
    return settings.MEDIA_ROOT


def refused(content, name="picture.png"):
    found = look_at(sent(content, name))
    return str(found) if isinstance(found, FileRefused) else None


def opened(content):
    return Image.open(io.BytesIO(content))


# What is taken, and what is made of it (gate 4.8)


@pytest.mark.parametrize(
    ("form", "name"), [("PNG", "a.png"), ("JPEG", "a.JPG"), ("JPEG", "a.jpeg"), ("WEBP", "a.webp")]
)
def test_a_picture_is_stored_as_what_can_be_seen_of_it(form, name):
    ready = look_at(sent(picture(form), name))

    image = opened(ready.content)
    assert (image.format, image.size) == (form, (64, 48))
    assert (ready.media_type, ready.width, ready.height) == (f"image/{form.lower()}", 64, 48)


def test_what_a_camera_notes_down_is_gone_and_the_picture_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Xqcamerazw"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (50.0, 51.0, 0.0)
    content = picture("JPEG", exif=exif, comment=b"Xqcommentzw")
    assert b"Xqcamerazw" in content
    assert b"Xqcommentzw" in content

    ready = look_at(sent(content, "a.jpg"))

    assert (ready.width, ready.height) == (48, 64)
    assert not opened(ready.content).getexif()
    assert b"Exif" not in ready.content
    assert b"zw" not in ready.content


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("tags", "size"),
    [
        ([(0x0100, 2, b"a\0\0\0"), (0x0112, 3, b"\6\0\0\0")], (48, 64)),  # as wide as “a”
        ([(0x0100, 11, struct.pack("<f", 0.5)), (0x0112, 3, b"\6\0\0\0")], (48, 64)),
        ([(0x0112, 2, b"a\0\0\0")], (64, 48)),
        ([(0x0112, 5, b"\xff" * 4)], (64, 48)),
    ],
)
def test_a_picture_with_nonsense_in_its_notes_is_taken(form, tags, size):
    entries = b"".join(struct.pack("<HHI", tag, kind, 1) + value for tag, kind, value in tags)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 4

    ready = look_at(sent(picture(form, exif=exif), f"a.{form.lower()}"))

    assert (ready.width, ready.height) == size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_cameras_say(orientation):
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    image = Image.new("RGB", (4_000, 400), "white")
    image.paste("black", (0, 0, 1_000, 100))
    image.save(file, "JPEG", exif=exif)

    shown = opened(look_at(sent(file.getvalue(), "a.jpg")).content)

    expected = ImageOps.exif_transpose(opened(file.getvalue())).resize(shown.size)
    assert shown.size in ((2_000, 200), (200, 2_000))
    assert max(max(pair) for pair in ImageChops.difference(shown, expected).resize((20, 20)).getextrema()) < 9


def test_what_hides_behind_a_picture_is_gone():
    html = b"<html><script>alert(1)</script></html>"
    text = struct.pack(">I", len(html)) + b"tEXt" + html + struct.pack(">I", zlib.crc32(b"tEXt" + html))
    content = picture()
    start = content.index(b"IDAT") - 4
    hidden = content[:start] + text + content[start:] + html

    ready = look_at(sent(hidden))

    assert b"script" not in ready.content
    assert opened(ready.content).size == (64, 48)


def test_a_large_picture_is_made_as_small_as_pages_show_it():
    ready = look_at(sent(picture("JPEG", size=(3000, 1500)), "a.jpg"))

    assert (ready.width, ready.height) == (limits.LONGEST_SIDE, limits.LONGEST_SIDE // 2)


@pytest.mark.parametrize(("form", "most"), [("JPEG", 80), ("PNG", 180)])
@pytest.mark.once
def test_a_large_picture_takes_little_memory(form, most):
    """Pillow unpacks outside of Python's memory: a process of its own tells the most that it had (Linux only)."""
    code = (
        "import re, sys, django; django.setup()\n"
        "from media4sec.records.files.pictures import ready_picture\n"
        "def used(): return int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024\n"
        "content, before = sys.stdin.buffer.read(), used()\n"
        f"ready_picture(content, 'image/{form.lower()}'); print(used() - before)"
    )
    content = picture(form, size=(6_000, 4_000))

    done = subprocess.run([sys.executable, "-c", code], input=content, capture_output=True, check=True)

    assert int(done.stdout) < most


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_in_all_ways_of_writing_colours_are_taken(mode):
    file, form = io.BytesIO(), "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (20, 10)).save(file, form)

    ready = look_at(sent(file.getvalue(), f"a.{form.lower()}"))

    assert opened(ready.content).size == (20, 10)


def header_only(width, height):
    """A PNG that says how large it is, and has next to nothing of it: a bomb would unpack to that."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 99)),
    ]
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_pictures_that_are_not_what_we_take_are_refused_before_they_are_unpacked(settings):
    settings.FILE_MOST_PIXELS = 64 * 48
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    moving, many = io.BytesIO(), [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    many[0].save(moving, "WEBP", save_all=True, append_images=many[1:])
    text = b"zTXt" + b"a\0\0" + zlib.compress(b" " * 50_000_000)
    bomb = picture()
    at = bomb.index(b"IDAT") - 4
    bomb = (
        bomb[:at] + struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text)) + bomb[at:]
    )

    assert refused(picture()) is None
    assert "pixels; at most" in refused(picture(size=(65, 48)))
    assert "pixels; at most" in refused(header_only(60_000, 60_000))
    assert "PNG, JPEG or WebP" in refused(svg, "a.svg")
    assert "broken" in refused(svg, "a.png")
    assert "another type" in refused(picture("JPEG"), "a.png")
    assert "moves" in refused(moving.getvalue(), "a.webp")
    assert "broken" in refused(picture()[:-30])
    assert "broken" in refused(bomb)
    assert "broken" in refused(b"<html>", "a.png")
    assert "empty" in refused(b"")
    assert "PNG, JPEG or WebP" in refused(picture(), "picture")
    assert "PNG, JPEG or WebP" in refused(picture(), "picture.png.exe")


def test_a_file_is_as_large_as_it_may_be_and_no_larger(settings):  # gate 4.2
    content = pdf("A page")
    settings.FILE_MOST_MB = 1

    assert refused(content + b"\n" * (1_000_000 - len(content)), "a.pdf") is None
    assert (
        refused(content + b"\n" * (1_000_001 - len(content)), "a.pdf")
        == "The file has 1.0 MB; at most 1 MB are taken."
    )


def test_a_pdf_is_stored_as_it_came_with_the_text_of_each_page_and_a_cover():
    content = pdf("The first page", "What stands on page two")

    ready = look_at(sent(content, "A report.PDF"))

    assert (ready.content, ready.media_type, ready.pages) == (content, "application/pdf", 2)
    assert ready.texts == ["The first page", "What stands on page two"]
    cover = opened(ready.cover)
    assert (cover.format, cover.size) == ("JPEG", (ready.width, ready.height))
    assert ready.height <= limits.COVER_HEIGHT


def encrypted():
    """A PDF that asks for a password before it shows anything."""
    key = b"<" + b"00" * 32 + b">"
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -44/O " + key + b"/U " + key + b">>/ID[<00><00>]"
    return pdf("Secret").replace(b"trailer<<", b"trailer<<" + lock)


def test_pdfs_that_cannot_be_shown_are_refused_with_the_reason(settings):
    settings.FILE_MOST_PAGES = 2
    empty = io.BytesIO()
    pypdfium2.PdfDocument.new().save(empty)

    assert refused(pdf("One", "Two"), "a.pdf") is None
    assert refused(pdf("One", "Two", "Three"), "a.pdf") == "The PDF has 3 pages; from 1 to 2 are taken."
    assert "broken" in refused(empty.getvalue(), "a.pdf")  # PDFium opens none without pages
    assert "password" in refused(encrypted(), "a.pdf")
    assert "broken" in refused(pdf("One")[:60], "a.pdf")
    assert "broken" in refused(b"%PDF-1.4\n" + b"x" * 1000, "a.pdf")
    assert "the content does not" in refused(b"<html>" + pdf("One"), "a.pdf")
    assert "broken" in refused(pdf("One"), "a.png")


def test_a_pdf_takes_neither_long_nor_much_memory(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(limits, "PDF_MEMORY", 2**25)
        assert "broken" in refused(pdf("One"), "a.pdf")

    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(pdfs, "READER", endless)
    monkeypatch.setattr(limits, "PDF_SECONDS", 1)
    assert "broken" in refused(pdf("One"), "a.pdf")


def looks_bad(content):
    return "EICAR" if b"eicar" in content else ""


def fails(content):
    raise OSError("away")


def test_a_scanner_looks_first(settings, caplog):
    settings.FILE_SCANNER = f"{__name__}.looks_bad"
    assert refused(picture()) is None
    assert refused(picture() + b"eicar") == "The virus scanner refuses this file."

    settings.FILE_SCANNER = f"{__name__}.fails"
    assert "cannot be looked at for viruses just now" in refused(picture())
    assert [record.message for record in caplog.records] == [
        "The file scanner refused a file: EICAR",
        "The file scanner failed: OSError",
    ]


def again(content, form):
    return ready_again(content, f".{form.lower()}")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_from_an_export_is_as_we_wrote_it(form):
    image, file = Image.new("RGBA", (64, 48), (9, 9, 9, 9)), io.BytesIO()
    (image.convert("RGB") if form == "JPEG" else image).save(file, form)
    ours = look_at(sent(file.getvalue(), f"a.{form.lower()}"))
    exif = Image.Exif()
    exif[0x010F] = "A camera"

    assert again(ours.content, form) == ours
    for other in (
        ours.content + b"PK\3\4" * 20,
        picture(form, exif=exif),
        picture(form, icc_profile=b"colours"),
        picture(form, size=(limits.LONGEST_SIDE + 1, 1)),
    ):
        with pytest.raises(FileRefused, match="not written by the portal"):
            again(other, form)
    with pytest.raises(FileRefused, match="broken"):
        again(ours.content[:-30], form)


def test_a_picture_from_an_export_has_no_words_in_it():
    notes = PngInfo()
    notes.add_text("Comment", "Xq")
    longer_end = (
        picture()[:-12] + struct.pack(">I", 4) + b"IENDPK\3\4" + struct.pack(">I", zlib.crc32(b"IENDPK\3\4"))
    )

    for content, form in (
        (picture(pnginfo=notes), "PNG"),
        (longer_end, "PNG"),
        (picture("JPEG", comment=b"Xq"), "JPEG"),
    ):
        with pytest.raises(FileRefused):
            again(content, form)


def test_the_scanner_looks_at_what_comes_back(settings):
    settings.FILE_SCANNER = f"{__name__}.looks_bad"

    with pytest.raises(FileRefused, match="virus scanner"):
        again(pdf("One") + b"eicar", "PDF")


# In the form of a record

TOLD = {
    "licence": "CC BY 4.0",
    "credit": "A photographer",
    "caption": "At work",
    "alt": "Two officers at a desk",
}


def row(number=0, **values):
    return {f"files-{number}-{name}": value for name, value in (TOLD | values).items()}


def added(client, record, number=0, **values):
    """The record is saved with one more file."""
    address = admin_url(record)
    return client.post(address, filled(client, address) | row(number, **values))


@pytest.fixture
def writer(partner):
    return member("publisher", partner=partner)


@pytest.fixture
def record(partner):
    return owned(make("technology", title="Faces in the crowd"), partner)


def files_of(record):
    return working_document(record).get("files", [])


def test_a_picture_is_attached_and_nothing_of_its_name_is_kept(writer, record):
    response = added(logged_in(writer), record, file=sent(picture(), "Xqname secret.png"))

    assert response.status_code == 302
    file = StoredFile.objects.get()
    assert files_of(record) == [
        {
            "key": "two-officers-at-a-desk",
            "file": {
                "digest": file.digest,
                "media_type": "image/png",
                "bytes": len(stored_path(file.digest).read_bytes()),
                "width": 64,
                "height": 48,
                "pages": None,
            },
            "alt": "Two officers at a desk",
            "caption": "At work",
            "credit": "A photographer",
            "licence": "CC BY 4.0",
        }
    ]
    assert "Xqname" not in Revision.objects.latest("pk").document
    assert stored_path(file.digest).parent.name == file.digest[:2]


def test_what_must_be_said_of_a_picture_is_asked_for(writer, record):
    client = logged_in(writer)

    response = added(client, record, file=sent(picture()), alt="", licence="")

    assert sorted(errors_in(response)) == [
        "Say what the picture shows, for those who do not see it.",
        "This field is required.",
    ]
    assert errors_in(added(client, record, alt="A picture")) == ["Choose a file."]
    assert files_of(record) == []


def test_a_file_that_was_chosen_stays_when_the_form_has_an_error(writer, record):
    client = logged_in(writer)
    refused_form = added(client, record, file=sent(picture()), licence="")
    assert errors_in(refused_form) == ["This field is required."]
    page = refused_form.content.decode()
    assert "Chosen: PNG, 64 × 48 pixels" in page

    response = client.post(admin_url(record), Form(page).values | {"files-0-licence": "not stated"})

    assert response.status_code == 302
    assert [part["licence"] for part in files_of(record)] == ["not stated"]


def test_a_file_stays_when_somebody_else_saved_meanwhile(writer, record):
    client = logged_in(writer)
    values = filled(client, admin_url(record), title="Mine") | row(file=sent(picture()))
    save(working_document(record) | {"title": "Theirs"}, "technology", fresh(record))

    refused_form = client.post(admin_url(record), values)
    response = client.post(admin_url(record), Form(refused_form.content.decode()).values)

    assert response.status_code == 302
    assert (fresh(record).title, len(files_of(record))) == ("Mine", 1)


def test_files_of_both_are_kept_when_two_save(writer, record):
    client = logged_in(writer)
    values = filled(client, admin_url(record)) | row(file=sent(picture()))
    theirs = file_part()
    save(working_document(record) | {"files": [theirs]}, "technology", fresh(record))

    response = client.post(admin_url(record), values)

    assert response.status_code == 302
    assert {part["key"] for part in files_of(record)} == {theirs["key"], "two-officers-at-a-desk"}


def test_a_new_record_keeps_its_file_through_an_error(writer, partner):
    client, address = logged_in(writer), "/admin/catalogue/technology/add/"
    given = {"title": "", "technology_kind": "software", "owner": str(partner.pk)}
    refused_form = client.post(address, filled(client, address, **given) | row(file=sent(picture())))
    assert errors_in(refused_form) == ["This field is required."]

    values = Form(refused_form.content.decode()).values | {"title": "A new tool"}
    assert client.post(address, values).status_code == 302

    assert len(files_of(Record.objects.get(title="A new tool"))) == 1


def test_a_form_with_another_file_is_another_form(writer, record):
    client = logged_in(writer)
    values = filled(client, admin_url(record)) | row()
    first, second = picture(), picture()

    client.post(admin_url(record), values | {"files-0-file": sent(first)})
    again = client.post(admin_url(record), values | {"files-0-file": sent(first)})
    other = client.post(admin_url(record), values | {"files-0-file": sent(second)})

    assert (again.status_code, fresh(record).edit_version) == (302, 2)  # pressed twice: nothing more
    assert other.status_code == 200
    assert "while you were editing" in other.content.decode()
    assert "Chosen: PNG" in other.content.decode()


def test_a_file_is_replaced_and_its_address_keeps_its_name(writer, record):
    client = logged_in(writer)
    added(client, record, file=sent(picture()))
    [before] = files_of(record)

    response = client.post(
        admin_url(record), filled(client, admin_url(record)) | {"files-0-file": sent(picture())}
    )

    assert response.status_code == 302
    [after] = files_of(record)
    assert after["key"] == before["key"]
    assert after["file"]["digest"] != before["file"]["digest"]


def test_saving_without_a_choice_changes_no_file(writer, record):
    client = logged_in(writer)
    added(client, record, file=sent(picture()))
    before = files_of(record)

    client.post(admin_url(record), filled(client, admin_url(record), summary="Another one."))

    assert files_of(record) == before


def test_files_are_taken_away_and_brought_back_with_a_version(writer, record):
    client = logged_in(writer)
    added(client, record, file=sent(picture()))
    before = files_of(record)
    client.post(admin_url(record), filled(client, admin_url(record)) | {"files-0-DELETE": "on"})
    assert files_of(record) == []
    version = fresh(record).revisions.get(number=2)

    workflow.revert(record, version, by=writer)
    assert files_of(record) == before

    workflow.revert(record, fresh(record).revisions.get(number=1), by=writer)
    assert files_of(record) == []


def test_history_tells_what_became_of_a_file(writer, record):
    client = logged_in(writer)
    added(client, record, file=sent(picture()))

    page = client.get(admin_url(record, "history")).content.decode()

    assert "alt: Two officers at a desk" in re.sub("<[^>]+>", "", page)
    assert "PNG, 64 × 48 pixels" in re.sub("<[^>]+>", "", page)


def test_only_kinds_about_documents_keep_a_pdf_and_only_one(writer, record, partner):
    client = logged_in(writer)
    deliverable = owned(make("deliverable"), partner)
    report = {"alt": "", "caption": ""}

    assert errors_in(added(client, record, file=sent(pdf("One"), "a.pdf"), **report)) == [
        "Only pictures are attached to records of this kind, no PDF."
    ]
    assert added(client, deliverable, file=sent(pdf("One"), "a.pdf"), **report).status_code == 302
    second = added(client, deliverable, 1, file=sent(pdf("Two"), "b.pdf"), **report)
    assert "A record has one PDF. Replace it, or take one of them away." in second.content.decode()
    assert [part["key"] for part in files_of(deliverable)] == ["document"]


def test_a_refused_file_says_why_and_the_rest_stays(writer, record):
    response = added(logged_in(writer), record, file=sent(b"<html>", "a.png"))

    assert errors_in(response) == [
        "The picture is broken or was cut off: it cannot be opened. Save it anew, and choose it again."
    ]
    assert "Two officers at a desk" in response.content.decode()


def test_a_team_has_as_much_room_as_it_is_given(writer, partner, settings):
    settings.FILES_QUOTA_MB = 1
    client, large = logged_in(writer), pdf("One")
    large += b"\n" * (999_950 - len(large))
    record, office = owned(make("deliverable"), partner), make("deliverable")
    assert added(client, record, file=sent(picture())).status_code == 302
    assert list(Holding.objects.values_list("owner", flat=True)) == [partner.pk]

    response = added(client, record, 1, file=sent(large, "a.pdf"))

    assert ["there is no room for this file" in error for error in errors_in(response)] == [True]
    assert added(logged_in(administrator()), office, file=sent(large, "a.pdf")).status_code == 302
    assert set(Holding.objects.values_list("owner", flat=True)) == {partner.pk, None}


def test_room_is_asked_for_once_a_file_and_for_what_was_chosen_before(writer, partner, settings):
    client, content, record = logged_in(writer), picture(), owned(make("technology"), partner)
    assert added(client, record, file=sent(content)).status_code == 302
    page = added(client, owned(make("technology"), partner), file=sent(picture()), licence="")
    settings.FILES_QUOTA_MB = 0

    again = added(client, record, 1, file=sent(content))
    Holding.objects.exclude(file__uses__record=record).delete()
    chosen = client.post(
        page.request["PATH_INFO"], Form(page.content.decode()).values | {"files-0-licence": "Ours"}
    )

    assert again.status_code == 302
    assert ["there is no room for this file" in error for error in errors_in(chosen)] == [True]


def test_a_file_that_waits_in_a_form_is_wanted(writer, record):
    client = logged_in(writer)
    page = added(client, record, file=sent(picture()), licence="").content.decode()
    StoredFile.objects.update(taken_at=timezone.now() - timedelta(days=31))

    client.post(admin_url(record), Form(page).values)  # still without a licence

    assert forget_files() == (0, 0)
    assert StoredFile.objects.count() == 1


def test_a_disk_that_is_full_refuses_one_file_and_leaves_nothing(
    writer, record, monkeypatch, folder
):  # gate 6.12
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("media4sec.stored.os.replace", full)

    response = added(logged_in(writer), record, file=sent(picture()))

    assert errors_in(response) == ["The file cannot be stored just now. Try again later."]
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_large_file_is_taken(writer, partner):
    content, record = pdf("One"), owned(make("deliverable"), partner)
    content += b"\n" * 4_000_000  # Django keeps what is so large in a file of its own

    response = added(logged_in(writer), record, file=sent(content, "a.pdf"))

    assert response.status_code == 302
    assert files_of(record)[0]["file"]["bytes"] == len(content)


def test_a_form_has_only_so_many_files(writer, record):  # gate 4.2
    client, small = logged_in(writer), picture()
    values = filled(client, admin_url(record)) | {"files-TOTAL_FORMS": "21"}
    rows = [row(number, alt=f"Picture {number}", file=sent(small)) for number in range(21)]

    too_many = client.post(
        admin_url(record), {name: value for one in [values, *rows] for name, value in one.items()}
    )

    assert (too_many.status_code, files_of(record)) == (400, [])
    values["files-TOTAL_FORMS"] = "20"
    for one in rows[:20]:
        values |= one | {name: sent(small) for name in one if name.endswith("-file")}
    assert client.post(admin_url(record), values).status_code == 302
    assert len(files_of(record)) == 20


def test_the_same_content_is_stored_once(writer, record, partner, folder):
    content = picture()
    other = owned(make("technology"), partner)

    for one in (record, other):
        added(logged_in(writer), one, file=sent(content))

    assert StoredFile.objects.count() == Holding.objects.count() == 1
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


# What readers see


def shown(record, *parts, **changes):
    """The record with these files, published."""
    document = working_document(record) | {"files": list(parts)} | changes
    return publish(save(document, record.kind, record))


def address_of(record, number=0):
    """Where readers find a file of the record, if they may see it."""
    return publication_of(record).body["files"][number]["file"]["url"]


def test_a_public_file_is_sent_with_a_fixed_type_and_never_run(record, client):
    file = stored()
    url = address_of(shown(record, file_part(file, key="a-desk")))
    assert url == f"/files/{file.digest[:32]}/a-desk.png"

    response = client.get(url)

    assert (response.status_code, response.getvalue()) == (200, stored_path(file.digest).read_bytes())
    assert {name: response[name] for name in HEADERS} == HEADERS
    head = client.head(url)
    assert (head.status_code, head.getvalue(), head["ETag"], head["Content-Length"]) == (
        *(200, b"", response["ETag"]),
        str(file.size),
    )


def test_a_file_that_a_reader_has_is_neither_read_nor_kept(record, client, settings, monkeypatch):
    from media4sec.kept import kept

    settings.KEPT_MB = 8
    kept.forget()
    file = stored()
    url, tag = address_of(shown(record, file_part(file))), f'"{file.digest}"'
    assert client.get(url)["ETag"] == tag
    monkeypatch.setattr("pathlib.Path.read_bytes", fails)

    same = client.get(url, headers={"If-None-Match": tag})
    other = client.get(url, headers={"If-Match": '"another"'})

    assert (same.status_code, same.content, other.status_code) == (304, b"", 412)
    assert same["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    assert not kept.shelf.answers
    kept.forget()


HEADERS = {
    "Content-Type": "image/png",
    "Content-Disposition": 'inline; filename="a-desk.png"',
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=60",
}


def test_the_file_of_a_draft_is_as_if_it_never_were(record, client):  # gates 3.9, 3.10, 3.11
    draft, new = stored(), stored()
    record = save(working_document(record) | {"files": [file_part(draft, key="a")]}, "technology", record)
    never = client.get(f"/files/{'0' * 32}/a.png")

    def is_hidden(file):
        address = f"/files/{file.digest[:32]}/a.png"
        response = client.get(address)
        content = b"".join(response).replace(address.encode(), f"/files/{'0' * 32}/a.png".encode())
        return (response.status_code, content, sorted(response.items())) == (
            404,
            never.content,
            sorted(never.items()),
        )

    assert is_hidden(draft)
    publish(record)
    assert not is_hidden(draft)

    save(working_document(record) | {"files": [file_part(new, key="a")]}, "technology", fresh(record))
    assert is_hidden(new)
    assert client.get(f"/files/{draft.digest[:32]}/b.png").status_code == 404


def test_a_file_is_there_as_long_as_a_public_version_names_it(record, client):
    first, second = stored(), stored()
    shown(record, file_part(first, key="a"))
    old = f"/files/{first.digest[:32]}/a.png"
    shown(fresh(record), file_part(second, key="a"))
    new = address_of(record)

    assert [client.get(url).status_code for url in (old, new)] == [200, 200]
    workflow.withdraw(record, reason="Outdated.")
    gone = [client.get(url) for url in (old, new)]
    assert [answer.status_code for answer in gone] == [410, 410]
    assert ["This record was withdrawn" in answer.content.decode() for answer in gone] == [True, True]
    workflow.restore(record)
    assert [client.get(url).status_code for url in (old, new)] == [200, 200]


def test_a_withdrawn_file_is_kept_by_nobody(record, client, keeps):  # gate 3.13
    url = address_of(shown(record, file_part()))
    assert client.get(url).status_code == client.get(url).status_code == 200

    workflow.withdraw(record, reason="Outdated.")
    keeps.read_at = keeps.asked_at = -1e9  # as a moment later

    assert client.get(url).status_code == 410


def test_a_file_of_two_records_goes_with_the_last(record, client):
    file = stored()
    other = make("technology")
    for one in (record, other):
        shown(one, file_part(file, key="a"))
    url = address_of(record)

    workflow.withdraw(record, reason="Outdated.")
    assert client.get(url).status_code == 200
    workflow.withdraw(other, reason="Outdated.")
    assert client.get(url).status_code == 410


def test_a_file_that_never_was_public_is_not_gone(client):
    withheld, withdrawn = (make("technology") for _ in range(2))
    never, draft = stored(), stored()
    workflow.withhold(attached(withheld, never), reason="Withdrawn elsewhere.")
    url = address_of(shown(withdrawn, file_part(key="a")))
    attached(withdrawn, draft)

    workflow.withdraw(withdrawn, reason="Outdated.")

    assert client.get(url).status_code == 410
    for file in (never, draft):
        assert client.get(f"/files/{file.digest[:32]}/a.png").status_code == 404


def attached(record, file):
    """The record with another file in its working copy."""
    document = working_document(fresh(record)) | {"files": [file_part(file, key="a")]}
    return save(document, "technology", fresh(record))


@pytest.mark.parametrize(("is_withdrawn", "status"), [(False, 200), (True, 410)])
def test_rebuilding_brings_the_files_back(record, client, is_withdrawn, status):
    url = address_of(shown(record, file_part()))
    if is_withdrawn:
        workflow.withdraw(record, reason="Outdated.")
    before = list(PublicFile.objects.values("publication", "url", "stored_as", "media_type"))
    PublicFile.objects.all().delete()
    assert client.get(url).status_code == 404

    workflow.rebuild_publications()

    assert list(PublicFile.objects.values("publication", "url", "stored_as", "media_type")) == before
    assert client.get(url).status_code == status


def test_addresses_of_files_refuse_what_they_do_not_know(record, client):
    url = address_of(shown(record, file_part()))

    assert client.get(url, {"width": 3}).status_code == 400
    assert client.post(url).status_code == 405
    assert client.get(f"/de{url}").status_code == 404
    assert client.get("/files/").status_code == client.get("/files/../etc/passwd").status_code == 404
    stored_path(StoredFile.objects.get().digest).unlink()
    assert client.get(url).status_code == 404


def test_the_page_of_a_record_shows_its_pictures(record, client):
    part = file_part(stored(picture(size=(40, 30))), **TOLD)
    shown(record, part)

    page = client.get(record.url).content.decode()
    figure = " ".join(re.search(r"(?s)<figure class=\"picture\">.*?</figure>", page)[0].split())

    assert (
        f'src="{address_of(record)}" alt="Two officers at a desk" width="40" height="30" loading="lazy"'
        in figure
    )
    assert "At work" in figure
    assert "A photographer" in figure
    assert "CC BY 4.0" in figure
    assert '<a href="#pictures">' in page


def test_the_page_of_a_document_leads_to_its_pdf(client):
    content = pdf("One", "Two")
    report = stored(content, "pdf")
    record = shown(make("deliverable"), file_part(report, key="document", alt=""))
    url = address_of(record)

    page = " ".join(client.get(record.url).content.decode().split())
    answer, cover = client.get(url), client.get(url.replace("document.pdf", "document-cover.jpg"))

    assert f'<a href="{url}"> <img src="{url.replace(".pdf", "-cover.jpg")}" alt=""' in page
    assert "Read the PDF (2 pages, 1 kB)" in page
    assert (answer["Content-Type"], answer.getvalue()) == ("application/pdf", content)
    assert (cover["Content-Type"], cover.getvalue()) == (
        "image/jpeg",
        stored_path(report.digest + COVER).read_bytes(),
    )
    assert client.get(f"/de{record.url}").content.decode().count(f'href="{url}"') == 2


def test_a_page_that_is_cited_is_opened_in_the_pdf(client):
    record = shown(
        make("deliverable", download_url="https://example.org/d.pdf"),
        file_part(stored(pdf("One", "Two"), "pdf"), key="document", alt=""),
    )
    url = address_of(record)
    cited = source(url="https://example.org/d.pdf", locator="p. 2, second paragraph")
    statement = published("statement", deliverable=record.identifier, locator="pp. 1–2")
    other = published("technology", sources=[cited, source(locator="p. 2")])

    def opened_at(address):
        return re.findall(r'href="([^"]+#page=\d+)"', client.get(address).content.decode())

    assert set(opened_at(statement.url)) == {f"{url}#page=1"}
    assert set(opened_at(record.url)) == {f"{url}#page=1"}
    assert opened_at(other.url) == [f"{url}#page=2"]

    workflow.withdraw(record, reason="Outdated.")
    assert opened_at(other.url) == []


def test_interfaces_tell_of_files(record, client):
    part = file_part(**TOLD)
    shown(record, part)
    base = "http://127.0.0.1:8000"

    [told] = client.get(f"/api/v1/technologies/{record.identifier}").json()["files"]
    table = client.get("/technologies.csv").content.decode()

    assert told == part | {"file": {"url": base + address_of(record), **part["file"]}}
    assert base + address_of(record) in table
    bare = publish(make("technology"))
    assert "files" not in client.get(f"/api/v1/technologies/{bare.identifier}").json()


def test_versions_tell_which_file_they_had(record, client):
    first, second = stored(), stored()
    shown(record, file_part(first, key="a"))
    shown(fresh(record), file_part(second, key="a"))

    page = client.get(f"{record.url}versions/").content.decode()

    assert {first.digest[:8], second.digest[:8]} <= set(
        re.findall(r"\b[0-9a-f]{8}\b", re.sub("<[^>]+>", "", page))
    )


# Behind the login


def test_a_preview_shows_the_files_of_the_draft_to_those_who_may_see_it(writer, record, partner):
    added(logged_in(writer), record, file=sent(picture()))
    page = logged_in(writer).get(admin_url(record, "preview")).content.decode()
    [address] = set(re.findall(r'<img\s+src="(/admin/[^"]+)"', page))

    answers = {
        user: logged_in(user).get(address)
        for user in (writer, member("contributor", partner=published("partner")), member("publisher"))
    }
    seen = answers.pop(writer)

    assert (seen.status_code, seen["Content-Type"]) == (200, "image/png")
    assert seen.getvalue() == stored_path(StoredFile.objects.get().digest).read_bytes()
    assert seen["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    assert "no-store" in seen["Cache-Control"]
    assert {answer.status_code for answer in answers.values()} == {404}
    assert Client().get(address).status_code == 302
    assert logged_in(writer).get(address.replace("two-officers", "three-officers")).status_code == 404


def test_who_sent_the_same_file_does_not_learn_of_the_other(writer, record, partner):  # gate 3.9
    content = picture()
    added(logged_in(writer), record, file=sent(content))
    other = published("partner", title="A university")
    stranger = member("publisher", partner=other)
    own = owned(make("technology"), other)

    response = added(logged_in(stranger), own, file=sent(content), licence="")

    assert errors_in(response) == ["This field is required."]
    values = Form(response.content.decode()).values | {"files-0-licence": "Ours"}
    assert logged_in(stranger).post(admin_url(own), values).status_code == 302
    assert [part["licence"] for part in files_of(own)] == ["Ours"]
    assert StoredFile.objects.count() == 1


def test_nobody_saves_a_file_that_somebody_else_sent(writer, record, partner):
    refused_form = added(logged_in(writer), record, file=sent(picture()), licence="")
    note = Form(refused_form.content.decode()).values["files-0-file-chosen"]
    stranger = member("publisher")
    own = make("technology")

    for given in (note, "nonsense", note[:-1]):
        response = added(logged_in(stranger), own, **{"file-chosen": given})
        assert errors_in(response) == ["The file that was chosen is not kept any more. Choose it again."]
    assert files_of(own) == []


def test_a_file_that_is_not_known_cannot_be_named_in_an_import(writer, record, partner):
    from media4sec.records.importing.planning import plan
    from media4sec.records.importing.reading import FileRows

    secret, public = stored(), stored()
    save(working_document(record) | {"files": [file_part(secret)]}, "technology", record)
    shown(make("technology"), file_part(public))
    stranger = member("publisher", partner=published("partner"))
    own = owned(make("technology"), Record.objects.get(pk=stranger.memberships.get().team.owner_id))

    def faults(file):
        body = {"identifier": own.identifier, "files": [file_part(file)]}
        rows = FileRows(rows=[(1, body)], is_documents=True)
        return [fault.message for fault in plan(own.kind, rows, user=stranger, owner=own.owner_id).faults]

    nowhere = StoredFile(pk=0, digest="0" * 64, media_type="image/png", size=1, width=1, height=1)
    assert faults(public) == []
    assert (
        [fault[:24] for fault in faults(secret)]
        == [fault[:24] for fault in faults(nowhere)]
        == ["There is no stored file "]
    )


def test_an_import_changes_files_and_nothing_that_a_part_of_the_same_key_cites():
    first, second = file_part(), file_part()
    record = make_full("concept", files=[first])
    before = working_document(record)
    key = before["labels"][0]["key"]
    assert before["labels"][0]["sources"]

    for files in ([first | {"key": key}, second], [second], []):
        content = json.dumps([{"identifier": record.identifier, "files": files}]).encode()
        root = administrator(f"for-{len(files)}")
        report = reports.make(record.kind, "a.json", content, by=root)
        assert (report.state, report.updated, report.report["faults"]) == ("ready", 1, [])
        reports.apply(report, by=root)
        now = working_document(fresh(record))
        assert now == without_empty(before | {"files": files})
        assert json.loads(record.revisions.latest("number").document) == now


# In and out of folders, and away


def test_files_go_out_and_come_in_byte_for_byte(tmp_path, record, client):
    picture_file, report = stored(), stored(pdf("One"), "pdf")
    shown(record, file_part(picture_file))
    shown(make("deliverable"), file_part(report, key="document", alt=""))
    edited = fresh(record)
    save(working_document(edited) | {"files": [file_part()]}, "technology", edited)
    written, again = tmp_path / "a", tmp_path / "b"
    assert export_folder(written)["files"] == 3
    contents = {path.relative_to(written): path.read_bytes() for path in written.rglob("*.*")}

    forget_everything()
    load_folder(written)
    export_folder(again)

    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*.*")} == contents
    assert stored_path(report.digest + COVER).exists()
    assert StoredFile.objects.get(digest=report.digest).texts == ["One"]
    assert client.get(address_of(record)).status_code == 200
    loaded = load_folder(written)
    assert (loaded.created, loaded.changed) == (0, 0)


def forget_everything():
    """As in an empty database, on another machine."""
    from media4sec.records.models import (
        Appointment,
        AuditEntry,
        AuditHead,
        Citation,
        Relation,
        Tagging,
        Words,
    )

    workflow.Publication.objects.update(successor=None)
    for model in (
        *(workflow.Publication, Change, Appointment, Citation, Relation, Tagging, Words),
        *(Attachment, Holding, StoredFile, AuditHead),
    ):
        model.objects.all().delete()
    AuditEntry.objects.all()._raw_delete("default")
    Record.mentions.through.objects.all().delete()
    Record.objects.update(published_revision=None, public_state="", successor=None, owner=None)
    Revision.objects.all()._raw_delete("default")
    for one in specific(Record.objects.order_by("-pk")):
        one.delete()
    for path in stored_path("00").parent.parent.rglob("*"):
        if path.is_file():
            path.unlink()


def test_a_folder_without_its_files_is_not_loaded(tmp_path, record):
    shown(record, file_part())
    export_folder(tmp_path)
    [path] = (tmp_path / "files").iterdir()
    content = path.read_bytes()
    StoredFile.objects.get().uses.all().delete()
    StoredFile.objects.all().delete()

    path.unlink()
    with pytest.raises(LoadError, match=f"There is no file files/{path.stem}"):
        load_folder(tmp_path)
    path.write_bytes(content + b"more")
    with pytest.raises(LoadError, match="not the one that its name says"):
        load_folder(tmp_path)


@pytest.mark.parametrize("says", [{}, {"media_type": ["image/png"]}])
def test_a_document_with_the_digest_alone_finds_its_file(tmp_path, says):
    content = picture()
    digest = hashlib.sha256(content).hexdigest()
    document = full_document_for("technology", files=[file_part() | {"file": {"digest": digest, **says}}])
    (tmp_path / "technologies.json").write_text(json.dumps([document]))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / f"{digest}.png").write_bytes(content)

    if says:
        with pytest.raises(LoadError, match="has other values: media_type"):
            load_folder(tmp_path)
    else:
        load_folder(tmp_path)
        [part] = working_document(Record.objects.get(identifier=document["identifier"]))["files"]
        assert part["file"] == StoredFile.objects.get(digest=digest).facts


@pytest.mark.django_db(transaction=True)
def test_files_are_looked_at_before_others_have_to_wait(tmp_path, record, monkeypatch):
    shown(record, file_part())
    export_folder(tmp_path)
    Attachment.objects.all().delete()
    StoredFile.objects.all().delete()
    looked = []

    def look(content, suffix):
        looked.append(connection.in_atomic_block)
        return ready_again(content, suffix)

    monkeypatch.setattr("media4sec.records.folder_io.ready_again", look)
    load_folder(tmp_path)

    assert looked == [False]
    assert StoredFile.objects.count() == 1


def test_what_documents_say_of_a_file_must_be_so(record):
    from rest_framework.exceptions import ValidationError

    from media4sec.records.documents.writing import validate

    part, document = file_part(), working_document(record)

    def wrong(**file):
        with pytest.raises(ValidationError) as refusal:
            validate("technology", document | {"files": [part | {"file": file}]})
        return refusal.value.detail["files"][0]["file"]

    assert wrong(digest=part["file"]["digest"], width=65) == [
        "The file with this digest has other values: width."
    ]
    assert wrong(digest=part["file"]["digest"], name="x") == [
        "The file with this digest has other values: name."
    ]
    assert wrong(digest="0" * 64) == [f"There is no stored file “{'0' * 64}”."]
    assert wrong(digest="../../etc/passwd") == ["Give an object with the digest of a file."]


def test_files_that_no_version_names_are_deleted(record, folder, capsys):
    named, only_before, unused, new = (stored() for _ in range(4))
    orphan = folder / "ab" / "abandoned"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"1234")
    record = save(working_document(record) | {"files": [file_part(only_before)]}, "technology", record)
    save(working_document(record) | {"files": [file_part(named)]}, "technology", record)
    long_ago = timezone.now() - timedelta(days=31)
    StoredFile.objects.exclude(pk=new.pk).update(taken_at=long_ago)
    for path in folder.rglob("*"):
        if path.is_file():
            import os

            os.utime(path, (long_ago.timestamp(), long_ago.timestamp()))

    with CaptureQueriesContext(connection) as queries:
        assert forget_files(dry_run=True)[0] == 2
    assert len([query for query in queries if "records_revision" in query["sql"]]) == 1
    call_command("forget_files")

    assert capsys.readouterr().out.startswith("Files deleted: 2, ")
    assert set(StoredFile.objects.values_list("pk", flat=True)) == {named.pk, only_before.pk, new.pk}
    assert not stored_path(unused.digest).exists()
    assert not orphan.exists()
    assert stored_path(only_before.digest).exists()
    assert forget_files() == (0, 0)
