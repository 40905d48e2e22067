"""Where the content comes from: addresses that a reader can open, at those who made the page, or marked as copies."""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from media4sec.kinds import kinds
from media4sec.records.documents.fields import supportable
from media4sec.records.documents.reading import writer
from tests.test_content import all_documents_of, texts_in

# Scrapers, mirrors and technical copies. They come and go, change the text, or put their own words around it.
MIRRORS = (
    "wikisum.wiki",
    "knowpia.com",
    "friendlywiki.com",
    "probsee.com",
    "scitransfer.eu",
    "gamehacking.org",
    "pulsereporter.com",
    "crxsoso.com",
    "15huv.group",
    "camac.ltd",
    "am1.news",
    "azurewebsites.net",
    "vercel.app",
    "eurlex.europa.eu",  # EUR-Lex has a hyphen
    "prd-echr.coe.int",
    "vdocuments.site",
    "vdocument.in",
    "fdocuments.in",
    "dokumen.tips",
    "pdffox.com",
    "pdfslide.net",
    "docslib.org",
    "scribd.com",
    "5dok.net",
    "9dok.org",
)
# Copies that had to do, as no other address of the page opened; their titles say that they are copies.
COPIES = {
    "vdocuments.site": "D2.3, D2.5 and D4.1; the project’s own files could not be opened",
    "vdocument.in": "D3.5, D4.2 and D4.3",
    "fdocuments.in": "D1.2 and D2.4",
    "dokumen.tips": "D2.6 and D2.7",
    "pdffox.com": "D1.1",
    "scribd.com": "D1.4",
    "docslib.org": "reports of other projects and authorities",
    "5dok.net": "an article of 2019 on WhatsApp groups",
    "9dok.org": "a study on community policing",
    "azurewebsites.net": "an article of UKAuthority",
    "vercel.app": "a note of DLA Piper",
    "am1.news": "a report of Forbes",
    "probsee.com": "a description of CrimeView",
    "prd-echr.coe.int": "a page on the technical host of the European Court of Human Rights",
}


def citations():
    """[(kind, record, part or "", citation)], those of the parts included."""
    found = []
    for kind in kinds():
        for document in all_documents_of(kind):
            place = (kind.name, document["identifier"])
            found += [(*place, "", citation) for citation in document.get("sources", ())]
            for name, value in document.items():
                parts = value if isinstance(value, list) and name != "sources" else ()
                for part in parts:
                    if isinstance(part, dict):
                        found += [(*place, name, citation) for citation in part.get("sources", ())]
    return found


CITATIONS = citations()


def is_on(address, hosts):
    host = urlsplit(address).hostname or ""
    return any(host == other or host.endswith(f".{other}") for other in hosts)


def faults_of(address):
    """Why a reader could not open an address as it stands, or should not."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return [
        fault
        for fault, is_so in {
            "not on the web": parts.scheme not in ("http", "https"),
            "no host": "." not in host.strip("."),
            "a full stop at the end of the host": host.endswith("."),
            "a name or password": parts.username is not None or parts.password is not None,
            "a port": parts.port is not None,
            "white space": any(letter.isspace() for letter in address),
        }.items()
        if is_so
    ]


def addresses_in(document):
    """Every address in a document, whatever field it stands in."""
    return [text for text in texts_in(document) if "://" in text.partition(" ")[0]]


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://example.org/a?b=c#d", 0),
        ("http://example.org/", 0),
        ("ftp://example.org/", 1),
        ("javascript:alert(1)", 2),
        ("https://localhost/", 1),
        ("https://example.org./report", 1),
        ("https://me:secret@example.org/", 1),
        ("https://example.org:443/", 1),
        ("https://example.org/a b", 1),
    ],
)
def test_faults_of_addresses_are_found(address, number):
    assert len(faults_of(address)) == number, faults_of(address)


def test_every_address_can_be_opened():
    wrong = {
        (kind.name, document["identifier"], address): faults
        for kind in kinds()
        for document in all_documents_of(kind)
        for address in addresses_in(document)
        if (faults := faults_of(address))
    }

    assert wrong == {}


def test_sources_stand_on_no_mirror_that_is_not_a_last_resort():
    wrong = [
        (*place, citation["url"])
        for *place, citation in CITATIONS
        if is_on(citation["url"], MIRRORS) and not is_on(citation["url"], COPIES)
    ]

    assert wrong == []


def test_copies_say_that_they_are_copies():
    wrong = [
        (*place, citation["title"])
        for *place, citation in CITATIONS
        if is_on(citation["url"], COPIES) and "copy" not in citation["title"].casefold()
    ]

    assert wrong == []


@pytest.mark.parametrize("host", COPIES)
def test_every_last_resort_is_still_needed(host):
    assert host in MIRRORS
    assert any(is_on(citation["url"], [host]) for *_, citation in CITATIONS), f"Take {host} off the list."


def test_a_source_supports_fields_of_what_it_stands_on():
    """Loading refuses it too; here it is asked of the files, in words of its own."""
    wrong = []
    for kind_name, record, part, citation in CITATIONS:
        fields = writer(kind_name).fields
        known = set(fields) if not part else {*fields[part].child.fields, part}
        for name in citation["supports"]:
            if name not in known - {"key", "sources"}:
                wrong.append((kind_name, record, part, name))

    assert wrong == []
    assert all(supportable(writer(kind.name)) >= {"title", "summary"} for kind in kinds())


def test_no_source_stands_twice_in_one_place():
    places = Counter(
        (kind_name, record, part, citation["url"], citation["locator"])
        for kind_name, record, part, citation in CITATIONS
        if not part
    )

    assert [place for place, number in places.items() if number > 1] == []
