"""Pictures that the server draws: what is on them, whose they are, and that they cost little."""

import json
import re
import struct
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from media4sec import font
from media4sec.font import RANGES, text_length
from media4sec.portal.previews import pictures
from media4sec.portal.previews.pictures import COLOURS, HEIGHT, TITLE_SIZES, WIDTH, Preview, preview_png
from media4sec.portal.previews.views import ICONS, preview_of
from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import make, publication_of, published
from tests.pages import RECORDS

pytestmark = pytest.mark.once

SHEET = Path(settings.BASE_DIR / "static/css/portal.css").read_text("utf-8")
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def image_of(data):
    image = Image.open(BytesIO(data))
    image.load()
    return image


def pixel(data, x, y):
    return "#{:02x}{:02x}{:02x}".format(*image_of(data).convert("RGB").getpixel((x, y)))


@pytest.mark.django_db
def test_preview_is_a_picture_of_the_asked_size(client):
    record = published("technology", title="A monitor", slug="a-monitor")

    response = client.get(f"/preview/technologies/{record.identifier}-a-monitor.png")

    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert image_of(response.content).size == (1200, 630)
    assert pixel(response.content, 5, 5) == COLOURS["sign"]
    assert pixel(response.content, 5, HEIGHT - 5) == COLOURS["paper"]
    assert len(response.content) < 60_000


@pytest.mark.django_db
def test_preview_says_what_the_record_is():
    theme = published("theme", identifier="dark-web", title="The Dark Web", order=3)
    record = published("statement", title="A claim", lens="bad", theme=theme.identifier)

    preview = preview_of(publication_of(record))

    assert preview == Preview(
        title="A claim",
        kind="Piece of evidence",
        plate=record.identifier,
        lens="bad",
        lens_label="Bad",
        themes=((3, "The Dark Web"),),
    )
    assert pixel(preview_png(preview), 64 + 19, HEIGHT - 65) == COLOURS["bad"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "title",
    [
        "منصة مراقبة وسائل التواصل",
        "社交媒体监控平台",
        "Мониторинг сетей",
        "Überwachung 警察庁",
        "Θέμα и тема",
    ],
)
def test_preview_of_a_title_that_the_font_cannot_write_is_plain(title):
    record = published("technology", title=title)

    preview = preview_of(publication_of(record))

    assert preview == Preview(title="Technology", plate=record.identifier)


@pytest.mark.django_db
@pytest.mark.parametrize("title", ["Žižek, Κοινωνικά μέσα, naïve", "Ǽr ☂ 24/7 → “x”", "Łódź 2ⁿᵈ"])
def test_preview_keeps_a_title_whose_letters_the_font_has(title):
    assert preview_of(publication_of(published("technology", title=title))).title == title


def test_preview_has_the_same_bytes_each_time():
    preview = Preview("Žižek, Κοινωνικά μέσα, naïve", "Statement", "E-0001", "ugly", "Ugly", ((1, "One"),))

    first = preview_png(preview)
    preview_png.cache_clear()
    font.font.cache_clear()

    assert preview_png(preview) == first


@pytest.mark.django_db
def test_preview_lasts_under_the_address_of_its_version(client):
    record = published("technology", slug="a-tool")
    address = f"/preview/technologies/{record.identifier}-a-tool.png"

    with_version, without, other = (client.get(address + query) for query in ("?v=1", "", "?v=99"))

    assert with_version["Cache-Control"] == "public, max-age=31536000"
    assert without["Cache-Control"] == other["Cache-Control"] == "public, max-age=3600"
    assert with_version.content == without.content == other.content
    again = client.get(address, headers={"if-none-match": without["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_preview_has_another_etag_when_the_words_change(client):
    record = published("technology", title="Before", slug="a-tool")
    address = f"/preview/technologies/{record.identifier}-a-tool.png"
    before = client.get(address)["ETag"]

    Publication.objects.filter(identifier=record.identifier).update(title="After")

    assert client.get(address, headers={"if-none-match": before}).status_code == 200


@pytest.mark.django_db
def test_preview_of_a_draft_is_like_that_of_nothing(client):
    draft = make("technology", slug="hidden")
    nothing = client.get("/preview/technologies/T-99999-hidden.png")

    response = client.get(f"/preview/technologies/{draft.identifier}-hidden.png")

    assert response.status_code == nothing.status_code == 404
    assert response.content == nothing.content.replace(b"T-99999", draft.identifier.encode())


@pytest.mark.django_db
def test_preview_of_a_withdrawn_record_is_gone(client):
    record = published("technology", slug="a-tool")
    workflow.withdraw(record, by=None, reason="It was wrong.")

    response = client.get(f"/preview/technologies/{record.identifier}-a-tool.png")

    assert response.status_code == 410
    assert response["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.django_db
def test_preview_of_a_merged_record_leads_to_the_other(client):
    record, other = published("technology", slug="one"), published("technology", slug="other")
    workflow.merge(record, other, by=None)

    response = client.get(f"/preview/technologies/{record.identifier}-one.png")

    assert response.status_code == 301
    assert response["Location"] == f"/preview/technologies/{other.identifier}-other.png"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/preview/nothing.png", "/preview/nothing/T-001.png", "/preview/x/y/z.png"]
)
def test_no_preview_of_what_is_not_there(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.django_db
# gate 4.3
@pytest.mark.parametrize("query", ["x=1", "v=", "v=-1", "v=one", "v=²", "v=1234567890"])
def test_preview_refuses_other_parameters(client, query):
    response = client.get(f"/preview/home.png?{query}")

    assert response.status_code == 400
    assert f"“{query[0]}”" in response.content.decode()


@pytest.mark.django_db
def test_previews_of_home_and_lists(client):
    published("technology")

    for address in ("/preview/home.png", "/preview/technologies.png", "/preview/practices.png"):
        response = client.get(address)
        assert image_of(response.content).size == (1200, 630)


@pytest.mark.django_db
def test_preview_costs_few_queries(client, django_assert_num_queries):
    record = published("technology", slug="a-tool")

    with django_assert_num_queries(3):
        client.get(f"/preview/technologies/{record.identifier}-a-tool.png")


@pytest.mark.parametrize(
    "title",
    ["A", "Word " * 79, LONG * 5, f"Short {LONG} and short", "ΚΟΙΝΩΝΙΚΆ " * 39, "字 " * 100, "\u202eא ﷺ ✓"],
)
def test_title_never_runs_over(title):
    size, lines = pictures.layout(title, WIDTH - 128, 264)

    assert size in TITLE_SIZES
    assert lines
    assert all(text_length(line, size, 800) <= WIDTH - 128 for line in lines)
    assert size * (len(lines) + (len(lines) - 1) * 0.12) <= 264 + 1
    data = preview_png(Preview(title, "A kind", "T-001"))
    image = image_of(data).convert("RGB")
    ground = Image.new("RGB", (40, 260), COLOURS["sign"])
    assert image.crop((WIDTH - 40, 214, WIDTH, 474)).tobytes() == ground.tobytes()  # the margin stays free


def test_cut_title_says_so():
    _, lines = pictures.layout("Word " * 79, 900, 264)

    assert lines[-1].endswith("…")
    assert not any(line.endswith("…") for line in lines[:-1])


def test_whole_title_stands_on_the_lines():
    title = "What can be done, what it touches in law, and on what evidence"

    assert " ".join(pictures.layout(title, 1072, 264)[1]) == title


def test_ranges_and_colours_are_the_style_sheets():
    rules = re.findall(r"sofia-sans-([a-z-]+)\.woff2.*?unicode-range: ([^;]+);", SHEET, flags=re.S)
    stated = {
        name: tuple(
            (int(first, 16), int(last or first, 16))
            for first, last in re.findall(r"U\+(\w+)(?:-(\w+))?", text)
        )
        for name, text in rules
    }
    tokens = dict(re.findall(r"--([\w-]+): (#\w+);", SHEET.partition("prefers-color-scheme")[0]))
    tokens = {name: "#ffffff" if value == "#fff" else value for name, value in tokens.items()}

    assert stated == RANGES
    assert {name: tokens[name] for name in COLOURS} == COLOURS


@pytest.mark.parametrize("address", ICONS)
def test_icons_are_what_they_are_called(client, address):
    response = client.get(address)
    size, form = ICONS[address]

    image = image_of(response.content)
    assert (image.format, image.size) == (form, (size, size))
    assert response["Cache-Control"] == "public, max-age=604800"
    if form == "ICO":
        assert struct.unpack("<HHH", response.content[:6]) == (0, 1, 1)
        assert response["Content-Type"] == "image/x-icon"
    else:
        assert response["Content-Type"] == "image/png"
    assert pixel(response.content, 0, 0) == COLOURS["sign"]


@pytest.mark.django_db
def test_manifest_names_icons_that_are_there(client):
    response = client.get("/site.webmanifest")
    document = json.loads(response.content)

    assert response["Content-Type"] == "application/manifest+json"
    assert document["name"] == "MEDI@4SEC knowledge base"
    assert {entry["src"]: entry["sizes"] for entry in document["icons"]} == {
        "/apple-touch-icon.png": "180x180",
        "/icon-192.png": "192x192",
        "/icon-512.png": "512x512",
    }
    assert all(client.get(entry["src"]).status_code == 200 for entry in document["icons"])


def properties(html):
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', html))


@pytest.mark.parametrize(
    ("path", "url", "image", "type_", "locale"),
    [
        ("/", "/", "/preview/home.png", "website", "en_GB"),
        ("/technologies/", "/technologies/", "/preview/technologies.png", "website", "en_GB"),
        ("/de/technologies/", "/de/technologies/", "/preview/technologies.png", "website", "de_DE"),
        (
            RECORDS["technology"],
            RECORDS["technology"],
            f"/preview{RECORDS['technology'][:-1]}.png?v=1",
            "article",
            "en_GB",
        ),
        (
            f"/el{RECORDS['issue']}",
            f"/el{RECORDS['issue']}",
            f"/preview{RECORDS['issue'][:-1]}.png?v=1",
            "article",
            "el_GR",
        ),
    ],
    ids=["home", "list", "list in German", "record", "record in Greek"],
)
def test_pages_name_their_preview(client, content, path, url, image, type_, locale):
    found = properties(client.get(path).content.decode())

    assert found["og:url"] == settings.BASE_URL + url
    assert found["og:image"] == settings.BASE_URL + image
    assert found["og:type"] == type_
    assert found["og:locale"] == locale
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:title"]
    assert found["og:description"]
    assert client.get(image).status_code == 200
