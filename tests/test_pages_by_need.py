"""Pages by need: eight words lead in, the rest folds behind them, and each page says what to do, and what next."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.conf import settings

from media4sec.kinds import BEHIND, NAVIGATION, SECTIONS, is_behind, kinds, kinds_by_name
from media4sec.portal.frame import behind
from media4sec.publications.models import Change, Publication
from tests.factories import published
from tests.public import text_of
from tests.test_content import by_identifier

pytestmark = pytest.mark.once

WORDS = ["Situations", "Practices", "Tools", "Issues", "Law", "Evidence", "Training", "Documents"]
LONG_KINDS = ("situation", "theme", "issue", "instrument", "workshop")


def main_of(response):
    return response.content.decode().partition('<main id="main"')[2].partition("</main>")[0]


@pytest.mark.usefixtures("content")
def test_the_menu_is_eight_words_and_each_leads_to_its_list(client):
    navigation = client.get("/").context["site"]["navigation"]

    assert [str(item["title"]) for item in navigation] == WORDS
    for item in navigation:
        response = client.get(item["url"])
        assert response.status_code == 200
        assert [one["url"] for one in response.context["site"]["navigation"] if one["current"]] == [
            item["url"]
        ]
        assert f"<h1>{item['title']}</h1>" in response.content.decode()


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("language", ["", "/de"])
def test_menu_marks_where_the_reader_is_though_it_is_drawn_once(client, language):
    words = [url for name, url in NAVIGATION.items() if name != BEHIND]
    for url in (*words, "/privacy/", *words):
        menu = client.get(language + url).content.decode().partition('id="menu"')[2].partition("</nav>")[0]
        marked = re.findall(r'href="([^"]+)"\s+aria-current="true"', menu)

        assert marked == ([language + url] if url in words else [])
        assert ("Menü schließen" in menu) == (language == "/de")


def test_every_kind_is_behind_a_word_or_is_what_it_leads_to():
    lists = {row["url"] for row in behind()}

    for kind in kinds():
        assert kind.section in SECTIONS
        assert is_behind(kind) == (kind.list_url not in NAVIGATION.values() or kind.section == BEHIND)
        assert (kind.list_url in lists) == (is_behind(kind) and kind.list_url not in NAVIGATION.values())


@pytest.mark.usefixtures("content")
def test_search_names_the_kinds_behind_the_words_in_a_group_of_their_own(client):
    response = client.get("/search/?q=police")

    facet = next(facet for facet in response.context["facets"] if facet.name == "type")
    assert not any(is_behind(kinds_by_name()[option.value]) for option in facet.options)
    assert facet.more
    assert all(is_behind(kinds_by_name()[option.value]) for option in facet.more)
    assert str(facet.more_title) == "About the knowledge base"
    behind_one = facet.more[0].value
    facet = next(
        facet
        for facet in client.get(f"/search/?q=police&type={behind_one}").context["facets"]
        if facet.name == "type"
    )
    assert behind_one in [option.value for option in facet.options]  # what is chosen is never folded


@pytest.mark.usefixtures("content")
def test_evidence_has_one_name(client):
    addresses = ["/", "/matrix/", "/evidence/", "/library/", "/search/?q=police", "/evidence/E-0250/"]
    addresses += ["/themes/dark-web/", "/workshops/W3-dark-web/", "/technologies/compare/?ids=T-001,T-005"]
    for address in addresses:
        main = re.sub(
            r'<(\w+)[^>]* (?:lang|dir)="[^"]*"[^>]*>.*?</\1>', "", main_of(client.get(address)), flags=re.S
        )
        words = re.sub("<[^>]+>", " ", main)
        assert re.findall(r"(?i)\bstatements?\b", words) == [], address


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("kind_name", LONG_KINDS)
def test_a_page_has_one_primary_action_and_says_what_next(client, kind_name):
    for row in Publication.objects.published().of(kind_name):
        response = client.get(row.url)
        main = main_of(response)
        assert main.count("button-primary") == 1, row.url
        steps = response.context["page"].next
        assert len(steps) > 1
        assert 'id="next-title"' in main
    for step in steps:
        assert client.get(step["url"]).status_code == 200, step


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("kind_name", LONG_KINDS)
def test_a_page_says_each_sentence_once(client, kind_name):
    """But the names of records that are linked: some are sentences, and some summaries are quoted evidence."""
    for row in Publication.objects.published().of(kind_name):
        document, response = row.body, client.get(row.url)
        main = re.sub(r'<section class="part" id="related">.*?</section>', "", main_of(response), flags=re.S)
        main = re.sub(
            r'<span class="vh".*?</span>', "", main.partition('<div class="term-note"')[0], flags=re.S
        )
        words = html.unescape(" ".join(re.sub("<[^>]+>", "", main).split()))
        points = [*document.get("points", ()), *document.get("alternatives", ())]
        quoted = {
            *(point["text"] for point in points),
            *(one["text"] for one in response.context["page"].statements),
        }
        columns = response.context["page"].columns
        evidence = {str(point["text"]) for column in columns for point in column["points"]}
        own = set(re.findall(r"[^.]{50,}\.", document["summary"])) - evidence
        for sentence in {*quoted, *own}:
            assert words.count(" ".join(sentence.split())) <= 1, (row.url, sentence)


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("identifier", sorted(by_identifier("situation")))
def test_a_situation_is_in_short_five_points_at_most_that_lead_to_its_parts(client, identifier):
    response = client.get(f"/situations/{identifier}/", follow=True)

    points = response.context["page"].own["short"]
    assert 0 < len(points) <= 5
    assert {point["id"] for point in points} <= {part["id"] for part in response.context["page"].parts}
    for point in points:
        assert f'href="#{point["id"]}"' in main_of(response)
        assert len(point["names"]) <= 3


@pytest.mark.django_db
def test_who_does_what_has_a_lane_for_each_who(client):
    points = [
        {"key": f"responsibility-{number}", "aspect": "responsibility", "actor": actor, "text": text}
        for number, (actor, text) in enumerate(
            [("City", "Plans."), ("Police", "Talks."), ("City", "Closes roads.")]
        )
    ]
    situation = published("situation", points=points)

    lanes = client.get(situation.url).context["page"].own["responsibilities"]

    assert [(lane["actor"], [point["text"] for point in lane["points"]]) for lane in lanes] == [
        ("City", ["Plans.", "Closes roads."]),
        ("Police", ["Talks."]),
    ]


@pytest.mark.django_db
def test_flags_are_the_first_five_and_the_rest_unfolds(client):
    issues = [published("issue").identifier for _ in range(7)]
    main = main_of(client.get(published("situation", issues=issues).url))

    flags = main.partition('id="flags"')[2].partition("</section>")[0]
    first, _, rest = flags.partition("<details")
    assert [name for name in issues if name in first] == issues[:5]
    assert [name for name in issues if name in rest] == issues[5:]
    assert "2 more" in rest


@pytest.mark.django_db
def test_home_is_silent_on_what_changed_until_something_did(client):
    published("situation")
    assert "What changed lately" not in text_of(client.get("/"))

    Change.objects.create(
        action=Change.Action.UPDATED, kind="technology", identifier="T-001", at=datetime.now(UTC)
    )

    assert "What changed lately" in text_of(client.get("/"))


@pytest.mark.usefixtures("content")
def test_home_names_its_subject_and_begins_with_the_situations(client):
    main = main_of(client.get("/"))

    assert re.search(r"<h1>Social media in public security", main)
    places = [main.index(f'id="{name}"') for name in ("situations", "tasks", "themes")]
    assert places == sorted(places)


@pytest.mark.usefixtures("content")
def test_doors_are_the_groups_of_functions_and_open_lists_as_long_as_they_say(client):
    groups = [document["title"] for document in by_identifier("function").values() if not document["parent"]]
    doors = client.get("/technologies/").context["doors"]["rows"]

    assert {str(door["title"]) for door in doors} == set(groups)
    for door in doors:
        response = client.get(door["url"])
        assert f"{response.context['count']} technolog" in door["count"]
        alive = client.get(f"{door['url']}&status=active").context["count"]
        assert door["alive"] == alive
        assert (door["compare_url"] != "") == (alive > 1)
        if door["compare_url"]:
            rows = client.get(door["compare_url"]).context["table"]["records"]
            assert len(rows) == door["compared"]
    assert client.get("/technologies/?status=active").context["doors"] is None


@pytest.mark.django_db
def test_a_tool_with_a_group_for_its_function_is_in_the_list_behind_its_door(client):
    group = published("function", title="Sense", level=1)
    leaf = published("function", level=2, parent=group.identifier)
    published("technology", functions=[group.identifier])
    published("technology", functions=[leaf.identifier])

    (door,) = client.get("/technologies/").context["doors"]["rows"]

    assert door["count"] == "2 technologies"
    assert client.get(door["url"]).context["count"] == 2


@pytest.mark.usefixtures("content")
def test_tools_that_are_alive_come_first(client):
    states = [card["state"]["shape"] for card in client.get("/technologies/").context["cards"]]

    assert set(states) == {"full"}


@pytest.mark.django_db
def test_a_row_tells_what_matters_and_what_is_not_stated(client):
    published("technology", price="free", works_on=["phone"], data_leaves=None, provenance="editorial")
    published("technology", price="paid", works_on=["browser"], data_leaves=None, provenance="project")

    response = client.get("/technologies/")

    words = text_of(response)
    assert "Price: Free" in words
    assert "Works on: Phone" in words
    once = {fact["name"]: str(fact["text"]) for fact in response.context["once"].in_all}
    assert once["data_leaves"] == "not stated"
    assert "price" not in once
    assert words.count("Data leave your organisation: not stated") == 1


@pytest.mark.django_db
def test_what_most_rows_say_is_said_above_them_and_the_others_say_what_differs(client):
    for _ in range(2):
        published("technology", price="free", works_on=[], provenance="editorial", checked_on="2026-11-02")
    published("technology", price="paid", works_on=["phone"], provenance="project", checked_on=None)

    response = client.get("/technologies/")

    words = text_of(response)
    assert "Unless a row says otherwise: Provenance: Editorial; Price: Free; Works on: not stated." in words
    rows = words.partition("Unless a row says otherwise")[2].partition(".")[2]
    assert (rows.count("Price: Free"), rows.count("Price: Paid")) == (0, 1)
    assert (rows.count("Editorial"), rows.count("Project source")) == (0, 1)
    assert rows.count("Checked 2 November 2026") == 2  # one row has no such day, and says none


@pytest.mark.django_db
def test_what_one_row_leaves_open_is_said_in_one_go(client):
    published("technology", price="free", works_on=[], data_leaves=None)
    published("technology", price="paid", works_on=["browser"], data_leaves=True)

    words = text_of(client.get("/technologies/"))

    assert words.count("Not stated: works on, data leave your organisation") == 1


# gate 7.12: 40 kB on the way; other alphabets take more bytes before that
@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("language", ["", *(f"/{code}" for code, _ in settings.LANGUAGES[1:])])
def test_the_list_of_tools_is_light_on_the_way_in_every_language(client, language):
    answer = client.get(f"{language}/technologies/", headers={"accept-encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) <= 15_000


@pytest.mark.usefixtures("content")
def test_a_page_offers_its_sheets_among_its_actions_and_next(client):
    situation, theme = "/situations/S-002-planned-demonstration/", "/themes/diy-policing/"
    pages = {url: main_of(client.get(url)) for url in (situation, theme)}
    actions = {
        url: page.partition('<p class="actions">')[2].partition("</p>")[0] for url, page in pages.items()
    }
    steps = [step["url"] for step in client.get(situation).context["page"].next]

    assert f'href="{situation}brief/"' in actions[situation]
    assert f'href="{theme}debate/"' in actions[theme]
    assert steps[:2] == [f"{situation}questions/", f"{situation}exercise/"]
    for url in steps:
        assert client.get(url).status_code == 200


@pytest.mark.usefixtures("content")
def test_law_begins_with_what_it_demands_then_and_now(client):
    for row in Publication.objects.published().of("instrument"):
        parts = [part["id"] for part in client.get(row.url).context["page"].parts]
        needed = [name for name in ("about", "events", "judgments", "facts") if name in parts]
        assert [name for name in parts if name in needed] == needed, row.url


# What readers come for

READ_AT = {"url": "https://example.org/report", "title": "The report"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "title", "url"),
    [
        (
            {
                "type": "report",
                "download_url": "https://example.org/d23.pdf",
                "alternate_urls": ["https://example.net/copy"],
            },
            "Read the report",
            "https://example.org/d23.pdf",
        ),
        (
            {"type": "plan", "download_url": "https://example.org/p.pdf"},
            "Read the document",
            "https://example.org/p.pdf",
        ),
        (
            {"type": "website", "download_url": "https://example.org/"},
            "Open the website",
            "https://example.org/",
        ),
        ({"alternate_urls": ["https://example.net/copy"]}, "Read a copy", "https://example.net/copy"),
        ({}, "Cite", "#cite"),
    ],
)
def test_a_deliverable_is_read_where_a_source_says_it_is(client, fields, title, url):
    report = published("deliverable", **fields)

    html = client.get(report.url).content.decode()

    assert primary_of_page(html) == (url, title)


@pytest.mark.django_db
def test_a_deliverable_leads_to_the_evidence_from_it(client):
    report, other = published("deliverable"), published("deliverable")
    published("statement", deliverable=report.identifier)

    evidence = f"/evidence/?deliverable={report.identifier}"
    assert evidence in next_urls(client, report)
    assert client.get(evidence).context["count"] == 1
    assert f"/evidence/?deliverable={other.identifier}" not in next_urls(client, other)


@pytest.mark.django_db
def test_a_piece_of_evidence_is_read_in_its_source_and_leads_to_its_theme(client):
    theme = published("theme")
    said = published("statement", theme=theme.identifier, sources=[READ_AT])
    bare = published("statement")

    assert primary_of_page(client.get(said.url).content.decode()) == (READ_AT["url"], "Read the source")
    steps = next_urls(client, said)
    assert steps[:2] == [f"/evidence/?theme={theme.identifier}", f"{theme.url}debate/"]
    assert [client.get(step).status_code for step in steps[:2]] == [200, 200]
    assert primary_of_page(client.get(bare.url).content.decode()) == ("#cite", "Cite")


@pytest.mark.django_db
def test_a_country_note_leads_to_the_authority_and_to_what_is_from_there(client):
    published("case", country="ES")
    note = published("country-note", country="ES", authority="AEPD", authority_url="https://www.aepd.es/")

    page = client.get(note.url).content.decode()

    assert primary_of_page(page) == ("https://www.aepd.es/", "Ask the supervisory authority")
    assert next_urls(client, note)[0] == "/practices/?country=ES&type=case"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind_name", "words"), [("judgment", "Read the official text"), ("standard", "Open the official page")]
)
def test_a_judgment_and_a_standard_are_read_where_they_are_official_else_in_a_source(
    client, kind_name, words
):
    official = published(kind_name, official_url="https://example.org/official", sources=[READ_AT])
    known = published(kind_name, sources=[READ_AT])
    bare = published(kind_name)

    found = [primary_of_page(client.get(record.url).content.decode()) for record in (official, known, bare)]

    assert found == [
        ("https://example.org/official", words),
        (READ_AT["url"], "Read the source"),
        ("#cite", "Cite"),
    ]


@pytest.mark.django_db
def test_a_case_leads_to_what_it_shows(client):
    one, other = published("pattern"), published("pattern")
    shows_one = published("case", patterns=[one.identifier])
    shows_both = published("case", patterns=[one.identifier, other.identifier])
    shows_none = published("case", sources=[READ_AT])

    first, second, third = (
        client.get(record.url).content.decode() for record in (shows_one, shows_both, shows_none)
    )

    assert primary_of_page(first) == (one.url, "See the pattern that it shows")
    assert primary_of_page(second) == ("#place", "See the patterns that it shows")
    assert 'id="place"' in second
    assert primary_of_page(third) == (READ_AT["url"], "Read the source")


def primary_of_page(html):
    """(address, words) of the one button that is the primary action."""
    (found,) = re.findall(r'<a class="button button-primary" href="([^"]*)">([^<]*)</a>', html)
    return found


def next_urls(client, record):
    return [step["url"] for step in client.get(record.url).context["page"].next]
