"""What readers are told is in their words: no names of fields, no codes, no words of those who made the portal."""

import html
import json
import re

import pytest

from media4sec.kinds import kinds, kinds_by_name, paths
from media4sec.portal.templating import full_stop
from media4sec.publications.models import Publication, Term
from tests.factories import published, source
from tests.public import facets_of, text_of

pytestmark = pytest.mark.once

CODE = re.compile(r"\b[a-z]+(?:[_-][a-z0-9]+)*_[a-z0-9]+\b|\brecord-kind\b|\bcomputed\b", re.I)
DEVELOPERS = re.compile(
    r"\bquadrant\b|\bD\d\.\d\b|\bThis record (?:names|uses|learns|points|touches)|\bas stated\b|\bBasis of\b",
    re.I,
)
THESE_MAY = {"deliverable", "project", "collection"}  # the library calls documents by their numbers


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_words_of_lists_and_fact_cards_are_those_of_readers(client, kind):
    labels = {str(facet.title) for facet in kind.listed.facets}
    for text in Publication.objects.published().of(kind.name).values_list("display", flat=True):
        labels |= {fact["label"] for fact in json.loads(text)["facts"]}
    labels |= {str(reason) for reason in kind.links.reasons.values()}

    assert sorted(label for label in labels if CODE.search(label) or DEVELOPERS.search(label)) == []


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("path", [path for path in paths() if path != "library"])  # a page of its own
def test_options_of_facets_are_words(client, path):
    options = {
        option.label
        for name, options in facets_of(client, client.get(f"/{path}/?page=1")).items()
        if name not in ("tag", "licence")  # licences are called so everywhere
        for option in options
    }

    assert (
        sorted(label for label in options if CODE.search(label) or re.fullmatch(r"[a-z]+-[a-z-]+", label))
        == []
    )


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    "kind", [kind for kind in kinds() if not kind.name.startswith("throwaway")], ids=lambda kind: kind.name
)
def test_pages_name_no_field(client, kind):
    row = Publication.objects.published().of(kind.name).order_by("sort_key").first()
    main = client.get(row.url).content.decode().partition('<main id="main"')[2].partition('id="cite"')[0]
    words = html.unescape(re.sub("<[^>]+>", " ", re.sub(r'<a [^>]*href="http[^<]*</a>', "", main)))

    assert CODE.findall(words) == []
    if kind.name not in THESE_MAY:
        assert re.findall(r"(?i)quadrant|This record (?:names|uses)", words) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("supports", "words"),
    [
        ([], "The whole record"),
        (["slug"], "Part of the record"),
        (["summary", "slug"], "summary"),
        (["lead_partner", "key_questions", "title"], "lead partner, key questions, title"),
    ],
)
def test_a_source_says_in_words_what_it_supports(client, supports, words):
    theme = published("theme", sources=[source(title="A report", locator="p. 7", supports=supports)])

    assert f"A report example.org p. 7 {words} 14 March 2018" in text_of(client.get(theme.url))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ("record-kind-plural", "Kinds of record, several"),
        ("strand", "Strands of the roadmap"),
        ("search_synonym-group", "Search synonym group"),
    ],
)
def test_a_vocabulary_is_called_by_what_it_is_for(client, scheme, words):
    concept = published("concept", scheme=scheme, code="some_code")

    page = text_of(client.get(concept.url)).partition("Details")[2].partition("Cite as")[0]

    assert f"Words for {words}" in page
    assert "some_code" not in page
    assert [row.label for row in Term.objects.filter(field="scheme")] == [words]


@pytest.mark.django_db
def test_versions_leave_out_what_is_for_machines(client):
    record = published("technology", sources=[source(title="A report", supports=["maker_as_stated"])])

    words = text_of(client.get(f"{record.url}versions/1/"))

    assert "title: A report; read on: 14 March 2018; place: p." in words
    assert "Slug" not in words
    assert "maker_as_stated" not in words


@pytest.mark.django_db
def test_a_reason_is_about_the_records_and_not_about_a_record(client):
    tool = published("technology")
    module = published("training-module", technologies=[tool.identifier])

    assert "Technology 1 Comes from this project or tool" in text_of(client.get(module.url))
    assert (
        str(kinds_by_name()["training-module"].links.reasons["technologies"])
        == "comes from this project or tool"
    )


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("GDPR", "."),
        ("Idée Inc.", ""),
        ("Who decides?", ""),
        ("(see Annex III.)", ""),
        ("“Stop!”", ""),
        ("(EU)", "."),
    ],
)
def test_a_sentence_ends_once(text, end):
    assert full_stop(text) == end


@pytest.mark.django_db
def test_a_list_of_laws_ends_in_one_full_stop(client):
    laws = [
        published("instrument", title=title, events=[]).identifier
        for title in ("One Act", "Rules of Zello Inc.")
    ]
    issue = published("issue", instruments=laws)

    words = text_of(client.get(issue.url)).replace(" ,", ",")
    assert "Nothing recorded since: One Act, Rules of Zello Inc. A date may rest" in words
