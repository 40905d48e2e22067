"""The pattern language as a picture and as a list, and the place of each pattern."""

import itertools
import json
import re

import pytest

from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import published, several_published
from tests.pictures import (
    boxes_of,
    crosses,
    links_of,
    marks_of,
    overlaps,
    pictures_in,
    points_of,
    tips_of,
    touches,
)
from tests.public import text_of
from workshops.patterns import Place, drawing, links_among, tree, with_heads

pytestmark = pytest.mark.once


def pattern(identifier, family="", group="citizens", links=()):
    def ref(name):
        return {"kind": "pattern", "id": name, "label": name, "url": f"/practices/{name}/"}

    return {
        "identifier": identifier,
        "title": f"Pattern {identifier}",
        "url": f"/practices/{identifier}/",
        "group": group,
        "family": ref(family) if family else None,
        "related_patterns": [ref(name) for name in links],
    }


@pytest.fixture
def patterns(content):
    rows = Publication.objects.published().of("pattern").order_by("sort_key", "pk")
    return [json.loads(text) for text in rows.values_list("document", flat=True)]


def drawn(order):
    return drawing(order, "Patterns").drawings[0].element


def branches_of(svg):
    """``{(child, head)}``: a branch begins under its head and ends at its child."""
    boxes = boxes_of(svg)
    found = set()
    for branch in marks_of(svg, "pic-branch"):
        points = points_of(branch)
        found.add(
            tuple(next(name for name, box in boxes.items() if touches(end, box)) for end in points[::-2])
        )
    return found


def links_drawn(svg):
    """``[(one, other)]`` of all arrowheads: whose line, and to whom it points."""
    boxes, tips, found = boxes_of(svg), tips_of(svg), []
    for line in marks_of(svg, "pic-arrow"):
        points = points_of(line)
        for start, stop in ((points[0], points[-1]), (points[-1], points[0])):
            if stop in tips:
                found.append(
                    tuple(
                        next(n for n, box in boxes.items() if touches(end, box, 2)) for end in (start, stop)
                    )
                )
    return found


def test_every_pattern_is_once_in_the_picture_and_once_in_the_list(client, patterns):
    response = client.get("/patterns/")
    (svg,) = pictures_in(response, "patterns")
    listed = re.findall(r"<a class=\"link-title\" href=\"([^\"]+)\"[^>]*>", response.content.decode())

    assert len(patterns) == 51
    assert sorted(links_of(svg)) == sorted((row["title"], row["url"]) for row in patterns)
    assert sorted(listed) == sorted(row["url"] for row in patterns)
    assert [url for _, url in links_of(svg)] == listed
    assert all(client.get(url).status_code == 200 for url in listed)


def test_tree_and_lines_are_what_the_documents_say_and_nothing_else(patterns):
    svg = drawn(tree(patterns))
    title = {row["identifier"]: row["title"] for row in patterns}

    assert branches_of(svg) == {
        (row["title"], title[row["family"]["id"]]) for row in patterns if row["family"]
    }
    stated = [(row["title"], title[ref["id"]]) for row in patterns for ref in row["related_patterns"]]
    assert sorted(links_drawn(svg)) == sorted(stated)
    assert len(marks_of(svg, "pic-arrow")) == 11


def test_labels_cover_nothing_and_lines_run_beside_them(patterns):
    svg = drawn(tree(patterns))
    boxes = boxes_of(svg)
    width, height = int(svg.get("width")), int(svg.get("height"))

    assert len(boxes) == len(patterns) == 51
    assert overlaps(list(boxes.values())) == []
    assert all(box[2] <= width and box[3] <= height for box in boxes.values())
    for line in marks_of(svg, "pic-arrow"):
        points = points_of(line)
        pieces = list(itertools.pairwise(points))
        assert not any(crosses(*piece, box) for piece in pieces for box in boxes.values())
        assert max(x for x, _ in points) < width


def test_upright_pieces_of_lines_do_not_lie_on_each_other(patterns):
    upright = []
    for line in marks_of(drawn(tree(patterns)), "pic-arrow"):
        (x, y1), (_, y2) = points_of(line)[1:3]
        upright.append((x, min(y1, y2), x + 1, max(y1, y2)))

    assert len(upright) == 11
    assert overlaps(upright) == []


def test_list_says_the_links_of_the_documents(client, patterns):
    page = client.get("/patterns/").content.decode()
    rows = re.findall(r"<li class=\"no-side.*?</li>", page, re.S)

    told = set()
    for row in rows:
        own = re.search(r"<span class=\"id\">([^<]+)<", row)[1]
        links = re.search(r"Links to:(.*?)</small>", row, re.S)
        named = re.search(r"Named by:(.*?)</small>", row, re.S)
        told |= {(own, name) for name in re.findall(r"/practices/(P-\d+)", links[1] if links else "")}
        told |= {(name, own) for name in re.findall(r"/practices/(P-\d+)", named[1] if named else "")}
    assert told == {(row["identifier"], ref["id"]) for row in patterns for ref in row["related_patterns"]}


def test_groups_are_counted_and_a_group_without_patterns_says_so(client, content):
    text = text_of(client.get("/patterns/"))

    assert re.findall(r"(Law enforcement|Citizens|Criminals) (\d+)\b", text) == [
        ("Law enforcement", "47"),
        ("Citizens", "4"),
        ("Criminals", "0"),
    ]
    assert "No pattern of this group was found in the sources that could be read." in text


def test_disagreement_about_their_number_is_said(client, content):
    text = text_of(client.get("/patterns/"))

    assert "count 74 patterns" in text
    assert "the project website counts 69" in text
    assert "51 could be read and stand here." in text


def test_page_of_a_pattern_shows_it_among_its_family_and_links(client, content):
    response = client.get("/practices/P-009-incident-monitoring/")
    (svg,) = pictures_in(response, "patterns")

    marked = [link.get("href") for link in svg.iter("a") if link.get("aria-current") == "page"]
    assert marked == ["/practices/P-009-incident-monitoring/"]
    names = [url.split("/")[2][:5] for _, url in links_of(svg)]
    family = ["P-005", "P-006", "P-007", "P-008", "P-009", "P-010", "P-011", "P-012"]
    assert names == ["P-001", "P-004", *family, "P-029", "P-051"]
    text = text_of(response)
    assert "Before it: Filter local sources" in text
    assert "After it: Civil servants monitoring" in text


def test_page_of_a_case_marks_its_patterns_under_their_families(client, content):
    (svg,) = pictures_in(client.get("/practices/C-004-munich-2016/"), "patterns")

    assert links_of(svg, "pic-here") == [
        ("Incident monitoring", "/practices/P-009-incident-monitoring/"),
        ("Crowdsource crime tips", "/practices/P-024-crowdsource-crime-tips/"),
    ]
    assert [text for text, _ in links_of(svg)] == [
        "LEAs adopt social media",
        "Enforcing the law",
        "Incident monitoring",
        "Criminal investigations",
        "Crowdsource crime tips",
    ]


def test_order_puts_heads_before_members_and_groups_apart():
    order = tree([pattern("P-003", "P-002"), pattern("P-001"), pattern("P-002", "P-001")])

    assert [(row["identifier"], depth) for row, depth in order] == [("P-001", 0), ("P-002", 1), ("P-003", 2)]


def test_families_do_not_mix_the_groups():
    rows = [
        pattern("P-001", group="citizens"),
        pattern("P-002", "P-001", group="criminals"),
        pattern("P-003", "P-001", group="citizens"),
        pattern("P-004", "P-005", group="citizens"),
        pattern("P-005", "P-004", group="citizens"),
    ]

    order = tree(rows)
    svg = drawn(order)

    assert [(row["identifier"], depth) for row, depth in order] == [
        ("P-001", 0),
        ("P-003", 1),
        ("P-004", 0),
        ("P-005", 1),
        ("P-002", 0),
    ]
    assert [text.text for text in marks_of(svg, "pic-group")] == ["Citizens", "Criminals"]
    assert ("Pattern P-002", "Pattern P-001") in branches_of(svg)


@pytest.mark.django_db
def test_long_title_is_cut_in_the_picture_and_whole_beside_it(client):
    title = "Ask " + "again and " * 30 + "again"
    record = published("pattern", title=title, slug="ask")

    response = client.get("/patterns/")

    (svg,) = pictures_in(response, "patterns")
    (link,) = svg.iter("a")
    assert link.find("title").text == title
    assert link.find("text").text.endswith(" again …")
    assert int(svg.get("width")) < 400
    assert f'<a class="link-title" href="{record.url}" dir="auto">{title}</a>' in response.content.decode()


@pytest.mark.django_db
def test_withdrawn_pattern_leaves_picture_list_and_neighbours(client):
    gone = published("pattern")
    stays = published("pattern", family=gone.identifier, related_patterns=[gone.identifier])
    assert gone.title in text_of(client.get(stays.url))

    workflow.withdraw(gone, reason="It was the same as another one.")

    for address in ("/patterns/", stays.url):
        response = client.get(address)
        (svg,) = pictures_in(response, "patterns")
        assert links_of(svg) == [(stays.title, stays.url)]
        assert gone.title not in text_of(response)


def test_families_in_a_circle_are_drawn_too():
    circle = [pattern("P-001", "P-002"), pattern("P-002", "P-001")]

    assert [row["identifier"] for row, _ in tree(circle)] == ["P-001", "P-002"]
    places = {"P-001": Place(0, 0, "citizens", "P-002"), "P-002": Place(1, 1, "citizens", "P-001")}
    assert with_heads(places, ["P-001"]) == {"P-001", "P-002"}
    assert len(branches_of(drawn(tree(circle)))) == 2


def test_links_both_ways_are_one_line():
    rows = [pattern("P-001", links=["P-002"]), pattern("P-002", links=["P-001", "P-003"]), pattern("P-003")]

    assert links_among(rows) == [("P-001", "P-002", True), ("P-002", "P-003", False)]


@pytest.mark.parametrize("count", [1, 4])
def test_explorer_is_read_at_once_however_many_patterns(client, db, count, django_assert_max_num_queries):
    several_published("pattern", count)
    current()  # after a change, the index is read first

    with django_assert_max_num_queries(5):
        assert client.get("/patterns/").status_code == 200
