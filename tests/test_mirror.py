"""The static copy: every public page is a plain file, nothing else is, and a copy is whole or not there."""

import pytest
from django.core.management import CommandError, call_command

from media4sec.operations import mirror
from media4sec.operations.mirror import NotWhole, export_site, name_in_copy
from media4sec.publications.models import Publication
from tests.factories import make, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def copied(application, tmp_path, settings):
    """A function that makes the copy in English, and returns its folder."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "own.css").write_text("p {}", "utf-8")

    def copy(*arguments):
        call_command("export_site", str(tmp_path / "site"), *(arguments or ("--language", "en")))
        return tmp_path / "site"

    return copy


def test_every_public_page_is_there_and_no_draft(copied, client):  # gates 6.20, 3.9
    tool = published("technology", title="A tool for everybody")
    draft = make("technology", title="A draft that nobody sees")
    folder = copied()

    url = Publication.objects.get(identifier=tool.identifier).url
    page = (folder / name_in_copy(url)).read_text("utf-8")
    assert "A tool for everybody" in page
    assert page == client.get(url).content.decode()
    assert (folder / "technologies" / "index.html").exists()
    assert (folder / "index.html").exists()
    assert (folder / "static" / "own.css").exists()
    assert "There is no page at this address" in (folder / "404.html").read_text("utf-8")
    texts = [path.read_text("utf-8") for path in folder.rglob("*.html")]
    assert len(texts) > 40
    assert not any(draft.title in text or draft.identifier in text for text in texts)
    assert not (folder / "de").exists()


def test_lists_go_on_page_by_page(copied):
    for number in range(60):
        published("technology", title=f"Tool {number:02}")
    folder = copied()

    first = (folder / "technologies" / "index.html").read_text("utf-8")
    assert 'href="/technologies/page-2/"' in first
    assert 'href="/technologies/?page=' not in first
    pages = [first, *(path.read_text("utf-8") for path in folder.glob("technologies/page-*/index.html"))]
    assert len(pages) > 1
    assert all(any(f"Tool {number:02}" in page for page in pages) for number in range(60))


def test_a_copy_takes_the_place_of_an_earlier_one_only(copied, tmp_path):
    folder = copied()
    published("technology", title="New")
    (folder / "left-over.html").touch()
    copied()
    assert list(folder.glob("technologies/T-*"))
    assert not (folder / "left-over.html").exists()
    assert not list(tmp_path.glob("site.*"))

    (folder / mirror.COPY_STAMP).unlink()
    with pytest.raises(CommandError, match="something else"):
        copied()
    assert folder.exists()


def test_a_page_that_cannot_be_had_ends_it_and_the_earlier_copy_stays(copied, tmp_path):
    folder = copied()
    before = (folder / "index.html").read_bytes()

    with pytest.raises(NotWhole, match=r"/matrix/ answers 503"):
        export_site(folder, ["en-gb"], lambda path: (503 if path == "/matrix/" else 200, b"page"))
    assert (folder / "index.html").read_bytes() == before


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "index.html"),
        ("/de/law/ai-act/", "de/law/ai-act/index.html"),
        ("/robots.txt", "robots.txt"),
        ("/files/0/a%20b.pdf", "files/0/a b.pdf"),
    ],
)
def test_addresses_become_names_as_web_servers_look_for_them(address, name):
    assert name_in_copy(address) == name
