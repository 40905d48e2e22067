"""The pattern language as a picture and as a list, and the place of each pattern."""

import itertools
import json
import re

import pytest

from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import published, several_published
from tests.pictures import crosses, links_of, overlaps, pictures_in
from tests.public import text_of
from workshops.patterns import drawing, links_among, near, tree


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


def boxes_of(picture):
    return {
        label["key"]: (label["x"], label["top"], label["x"] + label["width"], label["top"] + 24)
        for label in picture["labels"]
        if not label["is_group"]
    }


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
    picture = drawing(tree(patterns))

    assert sorted((row["child"], row["head"]) for row in picture["branches"]) == sorted(
        (row["identifier"], row["family"]["id"]) for row in patterns if row["family"]
    )
    drawn = set()
    for line in picture["lines"]:
        drawn.add((line["one"], line["other"]))
        if line["is_mutual"]:
            drawn.add((line["other"], line["one"]))
        assert len(line["heads"]) == 1 + line["is_mutual"]
    assert drawn == {(row["identifier"], ref["id"]) for row in patterns for ref in row["related_patterns"]}
    assert len(picture["lines"]) == 11


def test_labels_cover_nothing_and_lines_run_beside_them(patterns):
    picture = drawing(tree(patterns))
    boxes = boxes_of(picture)

    assert len(boxes) == len(patterns) == 51
    assert overlaps(list(boxes.values())) == []
    assert all(box[2] <= picture["width"] and box[3] <= picture["height"] for box in boxes.values())
    for line in picture["lines"]:
        points = [tuple(map(int, point.split(","))) for point in line["points"].split()]
        pieces = list(itertools.pairwise(points))
        assert not any(crosses(*piece, box) for piece in pieces for box in boxes.values())
        assert max(x for x, _ in points) < picture["width"]


def test_upright_pieces_of_lines_do_not_lie_on_each_other(patterns):
    upright = []
    for line in drawing(tree(patterns))["lines"]:
        points = [tuple(map(int, point.split(","))) for point in line["points"].split()]
        (x, y1), (_, y2) = points[1:3]
        upright.append((x, min(y1, y2), x + 1, max(y1, y2)))

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
    picture = drawing(order)

    assert [(row["identifier"], depth) for row, depth in order] == [
        ("P-001", 0),
        ("P-003", 1),
        ("P-004", 0),
        ("P-005", 1),
        ("P-002", 0),
    ]
    assert [str(row["text"]) for row in picture["labels"] if row["is_group"]] == ["Citizens", "Criminals"]
    assert ("P-002", "P-001") in {(row["child"], row["head"]) for row in picture["branches"]}


@pytest.mark.django_db
def test_long_title_is_cut_in_the_picture_and_whole_beside_it(client):
    title = "Ask " + "again and " * 30 + "again"
    record = published("pattern", title=title, slug="ask")

    response = client.get("/patterns/")

    (svg,) = pictures_in(response, "patterns")
    (link,) = svg.iter("a")
    assert link.find("title").text == title
    assert len(link.find("text").text) <= 44
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
    assert len(near(circle, "P-001")) == 2
    assert len(drawing(tree(circle))["branches"]) == 2


def test_links_both_ways_are_one_line():
    rows = [pattern("P-001", links=["P-002"]), pattern("P-002", links=["P-001", "P-003"]), pattern("P-003")]

    assert links_among(rows) == [("P-001", "P-002", True), ("P-002", "P-003", False)]


@pytest.mark.parametrize("count", [1, 4])
def test_explorer_costs_one_query_however_many_patterns(client, db, count, django_assert_max_num_queries):
    several_published("pattern", count)

    with django_assert_max_num_queries(1):
        assert client.get("/patterns/").status_code == 200
