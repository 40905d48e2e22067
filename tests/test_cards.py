"""Pattern cards: backs fall on fronts and nothing is cut off, measured on paper; they say what records say."""

import re

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import zxingcpp
from django.conf import settings

from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.records import workflow
from tests.factories import changed, copies_published, make, published
from tests.public import text_of
from workshops import cards
from workshops.cards import BACK_SIZES, SHEETS, deck_of, in_lots, placed, shortened_text
from workshops.patterns import places_now

pytestmark = pytest.mark.once

MILLIMETRE = 72 / 25.4
ROOM = 5  # millimetres that printers leave white at an edge, and that a cut may go astray


def pdf_of(client, query, language=""):
    response = client.get(f"{language}/patterns/cards.pdf{query}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return pdfium.PdfDocument(response.content)


def card_pages(pdf, sheets):
    """(fronts, backs) of the sheets: what comes after the paper, which has as many pages as its own backs need."""
    size = (sheets.width * sheets.columns, sheets.height * sheets.rows)
    is_sheet = [
        all(abs(one / MILLIMETRE - other) < 1 for one, other in zip(page.get_size(), size, strict=True))
        and bool(marks_on(page, sheets))
        for page in pdf
    ]
    first = is_sheet.index(True)
    assert all(is_sheet[first:])
    assert first % 2 == 0
    pages = list(pdf)[first:]
    return pages[::2], pages[1::2]


def words_on(page):
    return re.sub(r"\s+", " ", page.get_textpage().get_text_range())


def boxes(page):
    """Every letter: (left, top, right, bottom) in millimetres from the upper left corner."""
    text, height = page.get_textpage(), page.get_size()[1]
    for number in range(text.count_chars()):
        if text.get_text_range(number, 1).strip():
            left, bottom, right, top = text.get_charbox(number)
            yield tuple(value / MILLIMETRE for value in (left, height - top, right, height - bottom))


def place_of(page, words):
    """Where the first of these words begins: (left, top) in millimetres."""
    text, height = page.get_textpage(), page.get_size()[1]
    left, _bottom, _right, top = text.get_charbox(text.search(words).get_next()[0])
    return left / MILLIMETRE, (height - top) / MILLIMETRE


def marks_on(page, sheets):
    """Lines that touch an edge of the page: {("x" | "y", millimetres from left or top, edge)}."""
    width, height = (value / MILLIMETRE for value in page.get_size())
    found = set()
    for line in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = (value / MILLIMETRE for value in line.get_bounds())
        top, bottom = height - top, height - bottom
        if right - left < 1 and bottom - top > ROOM:
            if top < 0.5:
                found.add(("x", round((left + right) / 2), "top"))
            if bottom > height - 0.5:
                found.add(("x", round((left + right) / 2), "bottom"))
        if bottom - top < 1 and right - left > ROOM:
            if left < 0.5:
                found.add(("y", round((top + bottom) / 2, 1), "left"))
            if right > width - 0.5:
                found.add(("y", round((top + bottom) / 2, 1), "right"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("layout", SHEETS)
def test_each_back_lies_behind_its_front(client, content, layout):
    sheets = SHEETS[layout]
    names = [row.identifier for row in Publication.objects.in_order_of(list(places_now()))][:11]

    fronts, backs = card_pages(pdf_of(client, f"?ids={','.join(names)}&layout={layout}"), sheets)

    assert len(fronts) == len(backs) == -(-len(names) // sheets.places)
    across = sheets.width * sheets.columns
    for lot, front, back in zip(in_lots(names, sheets.places), fronts, backs, strict=True):
        for number, name in enumerate(lot):
            row, column = divmod(number, sheets.columns)
            x, y = place_of(front, name)
            behind_x, behind_y = place_of(back, name)
            from_card = x - column * sheets.width, y - row * sheets.height
            assert 0 < from_card[0] < sheets.width / 2
            assert 0 < from_card[1] < sheets.height / 4
            # Turned round an upright edge, the left of the front is at the right of the back.
            card_behind = across - (column + 1) * sheets.width, row * sheets.height
            assert behind_x - card_behind[0] == pytest.approx(from_card[0], abs=1)
            assert behind_y - card_behind[1] == pytest.approx(from_card[1], abs=1)


@pytest.mark.parametrize("layout", SHEETS)
def test_marks_say_on_both_sides_where_to_cut(client, content, layout):
    sheets = SHEETS[layout]
    cuts = {("x", 105 * column, edge) for column in range(1, sheets.columns) for edge in ("top", "bottom")}
    cuts |= {("y", 148.5, edge) for edge in ("left", "right")}

    fronts, backs = card_pages(pdf_of(client, f"?group=citizens&layout={layout}"), sheets)

    assert [marks_on(page, sheets) for page in (*fronts, *backs)] == [cuts] * len([*fronts, *backs])


@pytest.mark.django_db
def test_nothing_is_near_a_cut_however_much_records_say(client):
    word = "Donaudampfschifffahrtsgesellschaftskapitän"
    long = dict.fromkeys(("problem", "solution", "summary"), f"{word} " * 40)
    row = published(
        "pattern",
        **long,
        title="A title that is as long as titles can be and then a bit longer " * 4,
        notes=[f"{word} " * 8],
    )
    for lens in ("good", "bad", "ugly"):
        for number in range(3):
            published(
                "statement",
                title=f"{lens} {number} {word} " * 8,
                lens=lens,
                subjects=[f"pattern:{row.identifier}"],
            )
    issue = published("issue", title="An issue " * 30)
    published("case", patterns=[row.identifier], issues=[issue.identifier])
    sheets = SHEETS["4"]

    (front,), (back,) = card_pages(pdf_of(client, f"?ids={row.identifier}"), sheets)

    for page, at in ((front, 0), (back, sheets.width)):
        letters = list(boxes(page))
        assert len(letters) > 400
        assert min(left for left, *_ in letters) > at + ROOM
        assert max(right for _, _, right, _ in letters) < at + sheets.width - ROOM
        assert min(top for _, top, *_ in letters) > ROOM
        assert max(bottom for *_, bottom in letters) < sheets.height - ROOM
    said = words_on(back)
    assert "Good (3)" in said
    assert "Ugly (3)" in said
    assert issue.identifier in said
    # What is below them stays free for the code and the edition.
    size = min(obj.get_bounds()[1] for obj in back.get_objects() if obj.type == pdfium_c.FPDF_PAGEOBJ_TEXT)
    assert size / MILLIMETRE > sheets.height + ROOM
    assert min(BACK_SIZES) >= 6.5


@pytest.mark.parametrize("language", ["", "/de", "/el"])
def test_codes_lead_to_the_live_pages(client, content, language):
    sheets = SHEETS["4"]
    rows = Publication.objects.published().of("pattern").filter(identifier__in=["P-001", "P-024", "P-046"])

    _, (back,) = card_pages(pdf_of(client, "?ids=P-001,P-024,P-046", language), sheets)
    codes = zxingcpp.read_barcodes(back.render(scale=3).to_pil())

    assert {code.text for code in codes} == {f"{settings.BASE_URL}{language}{row.url}" for row in rows}
    assert len(codes) == 3


def test_cards_say_what_records_say(client, content):
    row = Publication.objects.get(kind="pattern", identifier="P-024")
    document, sheets = row.body, SHEETS["4"]
    about = Publication.objects.published().of("statement").filter(terms__target=row).distinct()

    (front,), (back,) = card_pages(pdf_of(client, "?ids=P-024"), sheets)

    assert row.title in words_on(front)
    assert document["problem"] in words_on(front)
    assert document["family"]["label"] in words_on(front)
    said = words_on(back)
    assert document["solution"] in said
    for lens, word in (("good", "Good"), ("bad", "Bad"), ("ugly", "Ugly")):
        count = about.filter(lens=lens).count()
        assert (f"{word} ({count})" in said) is bool(count)
    marks = set(re.findall(r"E-\d{4}", said))
    assert marks
    assert marks <= set(about.values_list("identifier", flat=True))
    cases = Publication.objects.published().of("case").filter(terms__target=row)
    raised = {ref["id"] for case in cases for ref in case.body["issues"]}
    on_the_card = set(re.findall(r"I-\d{3}", said))
    assert on_the_card <= raised
    assert len(on_the_card) == min(3, len(raised)) > 0
    assert f"Version {row.version}, change " in said


@pytest.mark.django_db
def test_what_is_not_known_is_said(client):
    row = published("pattern", problem="", solution="")

    (front,), (back,) = card_pages(pdf_of(client, f"?ids={row.identifier}"), SHEETS["4"])

    assert "Not stated in the source" in words_on(front)
    assert "Solution Not stated in the source" in words_on(back)
    assert "No evidence in the project" in words_on(back)


@pytest.mark.django_db
def test_nothing_is_said_before_it_is_public(client):
    row = published("pattern", problem="Said in public.")
    changed(row, problem="Not said yet.")
    make("statement", title="A draft about it.", lens="good", subjects=[f"pattern:{row.identifier}"])

    (front,), (back,) = card_pages(pdf_of(client, f"?ids={row.identifier}"), SHEETS["4"])

    assert "Said in public." in words_on(front)
    assert "Not said yet." not in words_on(front)
    assert "A draft about it." not in words_on(back)
    assert "No evidence in the project" in words_on(back)


@pytest.mark.django_db
@pytest.mark.parametrize("gone", ["issue", "case"])
def test_what_was_withdrawn_while_cards_are_made_is_on_none(client, monkeypatch, gone):
    pattern, issues = published("pattern"), [published("issue"), published("issue")]
    names = [issue.identifier for issue in issues]
    case = published("case", patterns=[pattern.identifier], issues=names)
    address = f"?ids={pattern.identifier}"
    _, (before,) = card_pages(pdf_of(client, address), SHEETS["4"])
    index = current()
    workflow.withdraw(issues[0] if gone == "issue" else case, reason="It is gone.")
    monkeypatch.setattr(cards, "current", lambda: index)  # read before the step

    _, (back,) = card_pages(pdf_of(client, address), SHEETS["4"])

    assert all(f"{name} " in words_on(before) for name in names)
    shown = {name for name in names if f"{name} " in words_on(back)}
    assert shown == ({names[1]} if gone == "issue" else set())


@pytest.mark.django_db
def test_what_only_editors_wrote_is_marked(client):
    row = published("pattern", summary_basis="editorial-gloss-of-name")

    (front,), _ = card_pages(pdf_of(client, f"?ids={row.identifier}"), SHEETS["4"])

    assert "The source gives only the name; the words are the editors’." in words_on(front)


def test_the_paper_is_tagged_and_names_its_language_and_every_card(client, content):
    pdf = pdf_of(client, "", "/de")

    assert pdfium_c.FPDFCatalog_IsTagged(pdf)
    size = pdfium_c.FPDFCatalog_GetLanguage(pdf, None, 0)
    assert size
    assert pdf.get_metadata_value("Title")
    fronts, _ = card_pages(pdf, SHEETS["4"])
    sheet = " ".join(words_on(page) for page in list(pdf)[: len(pdf) - 2 * len(fronts)])
    names = set(Publication.objects.published().of("pattern").values_list("identifier", flat=True))
    assert set(re.findall(r"P-\d{3}", sheet)) == names
    assert set(re.findall(r"P-\d{3}", " ".join(map(words_on, fronts)))) >= names


def test_the_same_cards_are_the_same_bytes(content):
    rows = Publication.objects.in_order_of(list(places_now())[:9])

    first = deck_of(rows, "4")

    assert b"pdfuaid:part>1<" in first
    assert deck_of(rows, "4") == first


def test_filters_and_identifiers_choose(client, content):
    documents = {row.identifier: row.body for row in Publication.objects.published().of("pattern")}
    of_theme = {
        name for name, row in documents.items() if "diy-policing" in {ref["id"] for ref in row["themes"]}
    }
    citizens = {name for name, row in documents.items() if row["group"] == "citizens"}

    def listed(query):
        return set(
            re.findall(
                r'name="ids"\s+value="([^"]+)"', client.get(f"/patterns/cards/{query}").content.decode()
            )
        )

    assert listed("") == set(documents)
    assert listed("?theme=diy-policing") == of_theme
    assert listed("?group=citizens&theme=&ids=") == citizens
    assert listed("?group=citizens&theme=diy-policing") == of_theme & citizens
    one = client.get("/patterns/cards/?ids=P-001&ids=P-002,P-001&layout=8")
    assert one.context["asked"].names == ["P-001", "P-002"]
    assert re.findall(r'value="([^"]+)"\s+checked', one.content.decode()) == ["8", "P-001", "P-002"]
    (front,), _ = card_pages(pdf_of(client, "?ids=P-002&ids=P-001"), SHEETS["4"])
    assert set(re.findall(r"P-\d{3}", words_on(front))) == {"P-001", "P-002"}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("?x=1", "There is no such parameter here."),
        ("?ids=P-999", "“P-999” is not on this list."),
        ("?ids=T-001", "“T-001” is not on this list."),
        ("?ids=%00", "is not on this list."),
        (f"?ids={'P' * 500}", "is not on this list."),
        ("?group=police", "“police” is no value here."),
        ("?theme=zzqq", "“zzqq” is no value here."),
        ("?layout=5", "The layout is 4 / 8."),
        ("?layout=4&layout=8", "The layout is 4 / 8."),
    ],
)
@pytest.mark.parametrize("address", ["/patterns/cards/", "/patterns/cards.pdf"])
def test_what_is_not_understood_is_refused_in_words(client, content, address, query, text):
    response = client.get(address + query)

    assert response.status_code == 400
    assert text in text_of(response)


def test_no_card_is_no_paper(client, content):
    response = client.get("/patterns/cards.pdf?group=criminals")

    assert response.status_code == 400
    assert "No pattern is chosen by this." in text_of(response)
    assert "No pattern fits." in text_of(client.get("/patterns/cards/?group=criminals"))


@pytest.mark.django_db
def test_a_hundred_cards_are_made_at_once_and_no_more(client):
    copies_published(published("pattern"), 100)

    page = client.get("/patterns/cards/")
    refused = client.get("/patterns/cards.pdf")

    assert page.content.count(b'name="ids"') == 100
    assert len(page.content) < 60_000
    assert refused.status_code == 400
    assert "At most 100 cards can be made at once; you chose 101." in text_of(refused)
    assert (
        client.get("/patterns/cards.pdf?layout=8&ids=" + ",".join(page.context["asked"].names)).status_code
        == 400
    )


def test_a_deck_costs_the_same_queries_however_many_cards(client, content, django_assert_num_queries):
    client.get("/patterns/cards.pdf?ids=P-001")  # what is worked out once

    for names in ("P-024", "P-007,P-016,P-022,P-024,P-029,P-040,P-046,P-050"):
        with django_assert_num_queries(
            4
        ):  # which version there is, patterns, statements, cases with their issues
            client.get(f"/patterns/cards.pdf?ids={names}")


def test_a_back_has_its_rows_from_right_to_left():
    assert placed(["1", "2", "3"], SHEETS["4"]) == ["1", "2", "3", None]
    assert placed(["1", "2", "3"], SHEETS["4"], is_back=True) == ["2", "1", None, "3"]
    assert placed(list("12345"), SHEETS["8"], is_back=True) == ["4", "3", "2", "1", None, None, None, "5"]


def test_what_is_cut_off_says_so():
    assert shortened_text("one two  three", 20) == "one two three"
    assert shortened_text("one two three", 10) == "one two …"
    assert len(shortened_text("x" * 500)) <= 420
