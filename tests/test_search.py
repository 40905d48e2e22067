"""Search: the analysis of words, the index that follows the changes, the order, the page, suggestions."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from django.conf import settings
from django.db import models, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from media4sec.kinds import ABOUT_CHECKING, kinds, kinds_by_name
from media4sec.portal.wording import word
from media4sec.publications import index as index_module
from media4sec.publications.columns import ROW_COLUMNS, columns_from
from media4sec.publications.facets import unfiltered
from media4sec.publications.index import Index, current
from media4sec.publications.models import Change, Publication
from media4sec.publications.search import search
from media4sec.publications.words import analyse, loose_key_of, singular, squeezed, tokens, word_key
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from media4sec.records.fields import TextListField
from tests.examples import examples
from tests.factories import fresh, make, publish, published, save
from tests.public import facets_of, links_in, text_of


def find(words):
    return search(words).ids


def identifiers(ids):
    names = dict(Publication.objects.values_list("pk", "identifier"))
    return [names[pk] for pk in ids]


def is_text(record, name):
    """Can anything be written into this field? Choices and yes or no cannot."""
    field = record._meta.get_field(name)
    return isinstance(field, models.CharField | models.TextField | TextListField) and not field.choices


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dark Web", ["dark", "web"]),
        ("dark-web dark–web dark‑web", ["dark-web"] * 3),
        ("Analyst’s and Analyst's", ["analyst-s", "and", "analyst-s"]),
        ("MEDI@4SEC, 2016/680 and D2.3", ["medi-4sec", "2016-680", "and", "d2-3"]),
        ("Žitnik Z\u030citnik Sk\u0142odowska Straße", ["zitnik", "zitnik", "sklodowska", "strasse"]),
        ("ΣΚΟΤΕΙΝΟΣ ιστός", ["σκοτεινοσ", "ιστοσ"]),
        ("tra\ufb03c neigh\u00adbour zero\u200bwidth", ["traffic", "neighbour", "zerowidth"]),
        ("57,184 but 3,5", ["57-184", "but", "3", "5"]),
        ("– ??? —", []),
    ],
)
def test_text_becomes_tokens(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    "words",
    [
        ("organise", "organize", "organising", "organized"),
        ("neighbourhood", "neighborhood", "neighbourhoods"),
        ("behavioural", "behavioral"),
        ("centre", "center", "centres"),
        ("catalogue", "catalog", "catalogues"),
        ("defence", "defense"),
        ("labelled", "labeled"),
        ("programme", "program"),
        ("κρυπτονομισματα", "κρυπτονομισματων"),
    ],
)
def test_forms_and_spellings_of_a_word_have_one_key(words):
    assert {word_key(word) for word in words} == {word_key(words[0])}


@pytest.mark.parametrize("words", [("your", "yor"), ("four", "for"), ("hour", "hor"), ("size", "sise")])
def test_short_words_are_left_as_they_are(words):
    assert word_key(words[0]) != word_key(words[1])


@pytest.mark.parametrize(
    "words",
    [
        ("crisis", "crises"),
        ("policeman", "policemen"),
        ("woman", "women"),
        ("child", "children"),
        ("analysis", "analyses", "analyse", "analyzing"),
        ("hypothesis", "hypotheses"),
        ("criterion", "criteria"),
        ("thief", "thieves"),
    ],
)
def test_irregular_plural_is_a_form_of_its_word(words):
    assert {word_key(word) for word in words} == {word_key(words[0])}


@pytest.mark.parametrize("word", ["specimen", "regimen", "omen", "data", "leaves", "uses", "basis"])
def test_what_only_looks_like_an_irregular_plural_is_none(word):
    assert singular(word) == word


def test_umlauts_may_be_written_out():
    assert loose_key_of("pruem") == loose_key_of("prum")
    assert loose_key_of("zuerich") == loose_key_of("zurich")


def test_compound_counts_as_its_pieces_and_as_one_word():
    assert analyse("A dark-web market") == ["a", "dark", "web", "darkweb", "market"]
    assert squeezed("D 2.3") == "d23"


# The index


def results():
    """What some questions find, as names, with the counts of a facet."""
    names = dict(Publication.objects.values_list("pk", "identifier"))
    questions = ("violet", "marigold", "T-901", "violets", "marigald", "dark")
    answers = {words: [names[pk] for pk in find(words)] for words in questions}
    everything = unfiltered(["technology", "issue"], ["theme", "status", "price"], current())
    counts = {
        name: sorted((option.value, option.count) for option in found)
        for name, found in everything.options.items()
    }
    return answers, [names[pk] for pk in everything.ids], counts


def anew():
    index_module._indexes.clear()
    return results()


@pytest.mark.django_db
def test_index_follows_changes_as_if_it_were_read_anew():
    tool = published("technology", identifier="T-901", title="Violet scanner")
    other = published("technology", identifier="T-902", title="Marigold")
    first = results()
    base = current().base
    assert first[0]["violet"] == first[0]["violets"] == first[0]["T-901"] == ["T-901"]
    assert first == anew()

    base = current().base
    save(working_document(tool) | {"title": "Marigold scanner"}, "technology", tool)
    assert results() == first, "a draft moves nothing"
    publish(fresh(tool))
    second = results()
    assert second[0]["violet"] == []
    assert sorted(second[0]["marigold"]) == ["T-901", "T-902"]
    assert current().base is base, "only what changed was read"
    assert second == anew()

    base = current().base
    workflow.withdraw(fresh(other), reason="Twice in the list")
    published("issue", title="Violet hour")
    third = results()
    assert third[0]["marigold"] == ["T-901"]
    assert len(third[0]["violet"]) == 1
    assert current().base is base
    assert third == anew()

    workflow.restore(fresh(other))
    assert sorted(results()[0]["marigold"]) == ["T-901", "T-902"]
    assert results() == anew()


@pytest.mark.django_db
def test_two_changes_with_a_search_after_each_are_both_there():
    """Never read anew in between: the second change must not bring back what the first one took away."""
    tools = [published("technology", title=f"Violet {number}", status="active") for number in range(3)]
    results()
    base = current().base
    for tool, title in zip(tools, ("Marigold one", "Marigold two"), strict=False):
        publish(save(working_document(tool) | {"title": title, "price": "free"}, "technology", tool))
        results()
    workflow.withdraw(fresh(tools[2]), reason="Twice in the list")
    found = results()

    assert current().base is base, "only what changed was read"
    assert sorted(found[0]["marigold"]) == sorted(tool.identifier for tool in tools[:2])
    assert found[0]["violet"] == []
    assert found == anew()


@pytest.mark.django_db
def test_index_forgets_what_was_rolled_back():
    published("technology", identifier="T-901", title="Violet")

    with transaction.atomic():
        published("technology", identifier="T-902", title="Marigold")
        assert find("marigold")
        transaction.set_rollback(True)

    assert find("marigold") == []
    published("technology", identifier="T-903", title="Heather")
    assert find("marigold") == []
    assert len(find("heather")) == 1


@pytest.mark.django_db
def test_words_of_a_withdrawn_record_are_no_suggestion():
    # gate 3.13
    published("technology", identifier="T-901", title="Violet")
    gone = published("technology", identifier="T-902", title="Marigold")
    assert search("marigald").words[0].corrected == ["marigold"]

    workflow.withdraw(fresh(gone), reason="Twice in the list")

    assert current().later, "the word is still in the part that was read before"
    assert search("marigald").words[0].forms == {}
    assert search("marig", is_typing=True).ids == []


@pytest.mark.django_db
def test_index_is_read_anew_after_many_changes(monkeypatch):
    published("technology", identifier="T-901", title="Violet")
    assert current().later is None
    monkeypatch.setattr(index_module, "MOST_CHANGES", 3)

    for number in range(2, 5):
        published("technology", identifier=f"T-90{number}", title=f"Heather {number}")

    assert len(find("heather")) == 3
    assert current().later is None


@pytest.mark.django_db
def test_index_costs_one_query_while_nothing_changes(django_assert_num_queries):
    published("technology", title="Violet")
    find("violet")

    with django_assert_num_queries(1):
        find("violet")


@pytest.mark.django_db
def test_record_is_found_by_the_labels_of_its_concept_while_they_are_public():
    theme = published("theme", identifier="violet-web", title="The Violet Web")
    labels = [{"key": "de", "language": "de", "label": "Veilchennetz", "provenance": "editorial"}]
    concept = published(
        "concept",
        identifier="theme-violet-web",
        title="Violet",
        scheme="theme",
        code="violet-web",
        labels=labels,
    )
    names = dict(Publication.objects.values_list("pk", "identifier"))

    assert [names[pk] for pk in find("Veilchennetz")] == [theme.identifier, concept.identifier]

    workflow.withdraw(fresh(concept), reason="Not a word")
    assert find("Veilchennetz") == []


# Synonyms


def ways_to_ask(*labels, **changes):
    """A published list of synonyms: ``("en", "face search"), …``."""
    parts = [
        {"key": f"{language}-{number}", "language": language, "label": label, "provenance": "editorial"}
        for number, (language, label) in enumerate(labels)
    ]
    return published("concept", scheme="ways-to-ask", labels=parts, **changes)


FACES = (
    ("en", "facial recognition"),
    ("en", "face search"),
    ("de", "Gesichtserkennung"),
    ("es", "búsqueda de caras"),
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", ["facial recognition", "Facial Recognitions?", "Gesichtserkennung", "busqueda de caras"]
)
def test_record_is_found_by_all_labels_of_what_it_names_by_one(words):
    ways_to_ask(*FACES)
    title = published("technology", title="Face search engine")
    text = published("technology", title="Lamp", summary="It searches faces, which is called face search.")
    published("technology", title="Face paint", summary="Search for it.")

    assert identifiers(find(words)) == [title.identifier, text.identifier]


@pytest.mark.django_db
def test_hit_says_by_which_other_word_it_was_found(client):
    ways_to_ask(*FACES)
    ways_to_ask(("en", "picture"), ("en", "photo"))
    published("technology", title="Face search", summary="For one picture.")

    card = client.get("/search/", {"q": "facial recognition by photo"}).context["cards"][0]

    assert card["notes"] == [
        "“Face search” is another way to say “facial recognition”",
        "“picture” is another way to say “photo”",
    ]
    assert card["title_pieces"] == [("Face search", True)]
    assert card["passages"] == [
        {"field": "summary", "label": "", "pieces": [("For one ", False), ("picture", True), (".", False)]}
    ]


@pytest.mark.django_db
def test_records_own_words_come_before_other_words_for_them(client):
    ways_to_ask(("en", "heather"), ("en", "marigold"))
    other = published("technology", identifier="T-901", title="Heather")
    own = published("technology", identifier="T-902", title="Marigold")

    assert identifiers(find("marigold")) == [own.identifier, other.identifier]
    assert client.get("/search/", {"q": "marigold"}).context["cards"][0]["notes"] == []


@pytest.mark.django_db
def test_a_label_of_several_words_is_found_whole_only():
    ways_to_ask(("en", "violet"), ("en", "heather garden"))
    published("technology", title="Violet")

    assert find("heather") == find("garden") == find("garden heather") == []
    assert len(find("a heather garden")) == 1


@pytest.mark.django_db
def test_records_are_known_by_english_labels_only():
    ways_to_ask(("en", "picture"), ("de", "Bild"))
    published("technology", title="Bild")

    assert find("picture") == []


@pytest.mark.django_db
def test_lists_of_synonyms_are_no_hits_but_in_the_vocabulary():
    concept = ways_to_ask(*FACES, title="Faces")

    assert find("Gesichtserkennung") == find("faces") == []
    assert identifiers(search("Gesichtserkennung", ["concept"]).ids) == [concept.identifier]


@pytest.mark.django_db
def test_a_word_that_editors_know_is_never_taken_for_a_slip():
    published("technology", title="Violet")
    assert len(find("violent")) == 1

    ways_to_ask(("en", "violent"), ("en", "forcible"))

    assert find("violent") == []


@pytest.mark.django_db
def test_changed_synonyms_reach_the_index_without_publishing_records_again():
    record = published("technology", title="Face search")
    published("technology", title="Marigold")
    questions = ("facial recognition", "Gesichtserkennung", "face search", "marigold")

    def answers():
        return [identifiers(find(words)) for words in questions]

    def anew():
        index_module._indexes.clear()
        return answers()

    none, all_labels = answers(), [[record.identifier], [record.identifier]]
    assert none[:2] == [[], []]
    changes, base = Change.objects.count(), current().base

    concept = ways_to_ask(*FACES)
    assert answers()[:2] == all_labels
    assert current().base is base, "only what the labels touch was read"
    assert Change.objects.count() == changes + 1
    given = answers()
    assert given == anew()

    document = working_document(concept)
    save(document | {"labels": document["labels"][:2]}, "concept", concept)
    assert answers() == given, "a draft moves nothing"
    publish(fresh(concept))
    assert answers()[:2] == [[record.identifier], []]
    assert answers() == anew()

    workflow.withdraw(fresh(concept), reason="Not a word")
    assert answers() == none == anew()
    workflow.restore(fresh(concept))
    assert answers()[0] == [record.identifier]


@pytest.mark.django_db
def test_synonyms_are_no_words_of_the_interface():
    ways_to_ask(("en", "Technology"), ("de", "Gerät"))

    with translation.override("de"):
        assert word("Technology") == "Technologie"


def test_everyday_words_find_what_the_field_calls_otherwise(client, content):
    def first(words, most):
        return [card["identifier"] for card in client.get("/search/", {"q": words}).context["cards"]][:most]

    assert {"I-037", "T-074", "T-075"} <= set(first("facial recognition", 5))
    assert "T-037" in first("verify a photo", 3)
    assert "T-037" in first("check if a photo is real", 3)
    assert "S-002" in first("rally", 3)
    assert first("drone", 1) == []


def test_order_is_the_same_in_a_later_index_and_in_a_new_one():
    def row(pk, key, title):
        return pk, "technology", f"T-{pk:03}", key, title, None, None, title.lower(), "", "common words"

    rows = [row(pk, f"{pk:03}", f"Tool {pk}") for pk in range(1, 40, 2)]
    added = [row(pk, f"{pk:03}", f"Tool {pk % 30}") for pk in (0, 2, 21, 22, 60)]
    later = Index(columns_from(rows), columns_from(added), [item[0] for item in added])
    new = Index(columns_from(sorted({item[0]: item for item in [*rows, *added]}.values())))

    def in_order(index, places):
        slots = index.slots(range(61))
        return index.pks[slots[np.lexsort((index.pks[slots], places[slots]))]].tolist()

    assert search("common", None, later).ids == search("common", None, new).ids
    assert in_order(later, later.rank) == in_order(new, new.rank)
    assert in_order(later, later.by_title("en-gb")) == in_order(new, new.by_title("en-gb"))


# The order


@pytest.mark.django_db
def test_a_title_counts_more_than_an_identifier_that_nobody_sees():
    situation = published("situation", title="Missing person")
    published("news-item", identifier="missing-person", title="Missing person! A crowd finds her")
    titles = dict(Publication.objects.values_list("identifier", "pk"))

    assert find("missing person")[0] == titles[situation.identifier]


@pytest.mark.django_db
def test_a_record_about_the_telling_word_is_not_hidden_by_texts_that_mention_all():
    far = "word " * 150
    for number in range(8):
        published("situation", title=f"Long {number}", summary=f"{far} undercover {far} account")
        published("technology", title=f"Other {number}", summary="Of an account.")
    about = published("technology", title="Undercover")

    assert find("undercover account")[0] == Publication.objects.get(identifier=about.identifier).pk


@pytest.mark.django_db
def test_what_the_first_words_of_a_text_say_counts_more_than_a_mention():
    far = "word " * 30
    late = published("technology", title="One", summary=f"{far} A lantern.")
    first = published("technology", title="Two", summary=f"A lantern. {far}")
    pks = dict(Publication.objects.values_list("identifier", "pk"))

    assert find("lantern") == [pks[first.identifier], pks[late.identifier]]


@pytest.mark.django_db
def test_kinds_that_are_worked_with_stand_below_what_tells_of_the_thing():
    pks = [published("technology", title=f"Lantern {name}").identifier for name in "ab"]
    note = published("throwaway", title="Lantern c")
    kind = kinds_by_name()["throwaway"]
    assert kind.search.share == 1

    object.__setattr__(kind, "search_share", 0.5)
    try:
        index = Index(columns_from(Publication.objects.order_by("pk").values_list(*ROW_COLUMNS)))
        found = search("lantern", None, index).ids
    finally:
        object.__setattr__(kind, "search_share", 1.0)

    known = dict(Publication.objects.values_list("pk", "identifier"))
    assert [known[pk] for pk in found] == [*pks, note.identifier]


@pytest.mark.django_db
def test_exact_comes_before_begun_before_inside_a_text():
    for title, summary in (
        ("Forensics", ""),
        ("Picture forensics", ""),
        ("Forensicsware", ""),
        ("Lamp", "For forensics."),
        ("Pencil", "For writing."),
    ):
        published("technology", title=title, summary=summary)
    titles = dict(Publication.objects.values_list("pk", "title"))

    assert [titles[pk] for pk in find("forensics")] == [
        "Forensics",
        "Picture forensics",
        "Forensicsware",
        "Lamp",
    ]


@pytest.mark.django_db
def test_correction_is_for_words_that_stand_nowhere():
    published("technology", title="Violet")
    published("technology", title="Violent")

    assert len(find("violet")) == 1
    assert len(find("vilet")) == 1
    assert find("vi0let") == [], "words with figures are exact"
    assert find("vxx") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("drone", "Done"),  # one letter too many
        ("guns", "Runs"),  # another letter
        ("drones", "Throne"),
        ("looting", "Looking"),
        ("spying", "Saying"),
        ("concert", "Concern"),
        ("stabbing", "Standing"),
    ],
)
def test_a_word_is_not_corrected_into_another_one(word, other):
    published("technology", title=other)

    assert find(other)
    assert find(word) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("dakr", "Dark"),
        ("persn", "Person"),
        ("vacial", "Facial"),
        ("decker", "Dekker"),
        ("jeepfake", "Deepfake"),
    ],
)
def test_a_slip_is_corrected_in_short_words_too(typed, word):
    record = published("technology", title=word)

    assert identifiers(find(typed)) == [record.identifier]


@pytest.mark.django_db
def test_nothing_is_corrected_into_a_word_of_another_kind():
    published("technology", title="Violet")
    published("issue", title="Marigold")
    published("concept", title="Heathers", labels=[])

    assert search("marigald", ["technology"]).words[0].forms == {}
    assert search("marigald", ["issue"]).words[0].corrected == ["marigold"]
    assert search("heatherz").words[0].corrected == [], "a label is no word of a record"
    assert search("heatherz", ["concept"]).words[0].corrected == ["heathers"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_texts_about_checking_are_not_searched_and_never_the_reason_of_a_hit(client, kind):
    record = published(kind, title="Violet")
    texts = {name for name in (*ABOUT_CHECKING, *kind.search.unread) if is_text(record, name)}
    changes = {name: ["Marigold violet"] if name == "notes" else "Marigold violet" for name in texts}
    save(working_document(record) | changes, kind, record)
    publish(fresh(record))

    assert texts >= set(ABOUT_CHECKING)
    assert find("marigold") == []
    cards = client.get("/search/", {"q": "violet marigold"}).context["cards"]
    card = next(card for card in cards if card["title"] == "Violet")
    assert "Marigold" not in str(card["passages"])


def test_irregular_plurals_find_the_same_records_as_their_singular(content):
    for one, many in (
        ("crisis", "crises"),
        ("policeman", "policemen"),
        ("child", "children"),
        ("analysis", "analyses"),
        ("woman", "women"),
        ("life", "lives"),
    ):
        assert set(find(one)) == set(find(many)) != set(), many


@pytest.mark.django_db
def test_record_with_all_words_comes_first_and_those_with_most_follow():
    published("issue", identifier="I-901", title="Violet heather")
    published("issue", identifier="I-902", title="Violet marigold")

    found = search("which violet is like heather?")

    assert [word.text for word in found.words if word.is_required] == ["violet", "heather"]
    assert Publication.objects.get(pk=found.ids[0]).identifier == "I-901"
    assert found.whole == 1


@pytest.mark.django_db
def test_where_no_record_has_many_of_the_words_those_with_most_are_shown():
    published("issue", identifier="I-901", title="Violet")
    published("issue", identifier="I-902", title="Heather")
    published("issue", identifier="I-903", title="Marigold")

    found = search("violet heather marigold")

    assert len(found.ids) == 3
    assert found.whole == 0


@pytest.mark.django_db
def test_number_of_a_law_is_never_left_out_and_that_of_an_article_may_be():
    published("instrument", title="Violet Act", celex_or_number="2016/680")

    assert len(find("article 10 of the violet act")) == 1
    assert len(find("violet act 2016/680 article 10")) == 1
    assert find("violet act 2016/681") == []
    assert find("violet act 681") == []


@pytest.mark.django_db
def test_identifier_finds_its_record_then_those_that_name_it_and_says_so(client):
    issue = published("issue", identifier="I-901", title="Violet")
    tool = published("technology", identifier="T-901", title="Heather")
    named = published("statement", title="Marigold", subjects=["issue:I-901"])
    names = dict(Publication.objects.values_list("pk", "identifier"))

    assert [names[pk] for pk in find("T-901")] == [tool.identifier]
    cards = client.get("/search/", {"q": "I-901"}).context["cards"]
    assert [card["identifier"] for card in cards] == [issue.identifier, named.identifier]
    assert cards[0]["notes"] == ["This is its identifier"]
    pieces = [("I-901", True), (" Violet", False)]
    assert cards[1]["passages"][-1] == {"field": "subjects", "label": "Subjects", "pieces": pieces}


def test_sources_of_a_records_parts_are_not_its_words(content):
    kinds = dict(Publication.objects.values_list("pk", "kind"))

    assert "concept" not in {kinds[pk] for pk in find("periodic reporting unreviewed")}


# Any text

ANY_TEXT = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["dark", "web", "T-012", "2016/680", "the", "Prüm", "é", "’", "-", "a", "٣", "ß", "\u200b", "漢字"]
    ),
    max_size=8,
).map(" ".join)


@hypothesis_settings(max_examples=examples(150))
@given(text=ANY_TEXT)
def test_any_text_gives_the_same_records_twice_and_no_error(content, text):
    found = find(text)

    assert found == find(text)
    assert len(found) == len(set(found))


@hypothesis_settings(max_examples=examples(25))
@given(text=ANY_TEXT.filter(lambda text: "\x00" not in text))
def test_any_text_gives_a_page_and_suggestions(client, content, text):
    # gate 4.1
    assert client.get("/search/", {"q": text}).status_code == 200
    assert client.get("/search/suggest", {"q": text}).status_code == 200


# The page


def test_page_marks_words_and_says_where_they_stand(client, content):
    response = client.get("/search/", {"q": "OSINT"})
    page = response.content.decode()

    assert response.context["cards"][0]["identifier"] == "osint"
    assert "<mark>OSINT</mark>" in page
    assert '<meta name="robots" content="noindex">' in page
    assert response.context["cards"][0]["passages"][1] == {
        "field": "aliases",
        "label": response.context["cards"][0]["fact_labels"]["aliases"],
        "pieces": [("OSINT", True)],
    }


def test_page_groups_by_kind_and_its_counts_are_those_of_the_lists(client, content):
    page = client.get("/search/", {"q": "police"})
    context = page.context
    groups = [*context["groups"], *context["others"]]

    assert len(context["best"]) == 8
    assert len(groups) > 4
    for group in groups:
        inner = client.get(group["url"])
        assert inner.context["count"] == group["count"]
        assert {card["kind_label"] for card in inner.context["cards"]} == {
            inner.context["cards"][0]["kind_label"]
        }
    counts = {option.label: option.count for option in facets_of(client, page)["type"]}
    assert {str(group["title"]): group["count"] for group in groups}.items() <= counts.items()


def test_one_concept_is_one_hit_with_the_others_under_it(client, content):
    for words, url, others in (
        ("trolling", "/themes/trolling-online-hate/", {"Glossary term", "Vocabulary concept"}),
        ("everyday security", "/themes/everyday-security/", {"Glossary term", "Vocabulary concept"}),
        ("dark web", "/themes/dark-web/", {"Glossary term", "Vocabulary concept", "Function"}),
    ):
        response = client.get("/search/", {"q": words})
        cards = response.context["cards"]

        assert cards[0]["url"] == url
        assert {str(other["kind_label"]) for other in cards[0]["others"]} == others
        under = {other["url"] for card in cards for other in card["others"]}
        assert not under & {card["url"] for card in cards}
        assert under <= links_in(response)


@pytest.mark.django_db
def test_what_only_shares_a_name_stays_apart(client):
    published("glossary-term", identifier="violet", title="Violet")
    published("issue", identifier="I-901", title="Violet")
    published("theme", identifier="violets", title="The violet")

    cards = client.get("/search/", {"q": "violet"}).context["cards"]

    assert [card["identifier"] for card in cards] == ["I-901", "violets"]
    assert [[other["url"] for other in card["others"]] for card in cards] == [[], ["/glossary/violet/"]]
    filtered_cards = client.get("/search/", {"q": "violet", "type": "glossary-term"}).context["cards"]
    assert [card["identifier"] for card in filtered_cards] == ["violet"]


@pytest.mark.django_db
def test_names_without_a_word_are_no_concept(client):
    published("glossary-term", identifier="violet", title="–", summary="Violet")
    published("theme", identifier="violets", title="!?", summary="Violet")

    cards = client.get("/search/", {"q": "violet"}).context["cards"]

    assert {card["identifier"] for card in cards} == {"violet", "violets"}
    assert [card["others"] for card in cards] == [[], []]


def test_a_concept_is_suggested_once(client, content):
    _, titles, kinds_, _, _ = json.loads(client.get("/search/suggest", {"q": "trolling"}).content)

    assert [kind for title, kind in zip(titles, kinds_, strict=True) if title == "Trolling"] == ["Theme"]


def test_whole_result_can_be_read_page_by_page(client, content):
    every = find("police")
    url, seen = "/search/?q=police&page=1", []
    while url:
        context = client.get(url).context
        seen += [
            url for card in context["cards"] for url in (card["url"], *(o["url"] for o in card["others"]))
        ]
        url = context["pager"]["next_url"]

    urls = dict(Publication.objects.values_list("pk", "url"))
    assert seen == [urls[pk] for pk in current().by_concept(every)[0]]


def test_page_costs_the_same_however_many_it_finds(client, content, django_assert_num_queries):
    client.get("/search/", {"q": "police"})

    for words in ("police", "T-012", "facail recognition", "can police use facial recognition"):
        with django_assert_num_queries(2):
            client.get("/search/", {"q": words})


def test_page_names_the_spelling_it_looked_for(client, content):
    response = client.get("/search/", {"q": "facail recognition"})

    assert (
        "No record has “facail”. These are results for a similar spelling. Did you mean facial ?"
        in text_of(response)
    )
    assert "/search/?q=facial+recognition" in response.content.decode()


def test_page_says_which_word_nobody_has_and_what_the_rest_finds(client, content):
    text = text_of(client.get("/search/", {"q": "facial recognition xkjwvb"}))

    assert "No record has “xkjwvb” or anything like it." in text
    assert "Facial recognition" in text


def test_empty_result_names_the_filter_to_drop_and_what_that_gives(client, content):
    response = client.get("/search/", {"q": "geofeedia", "lens": "good", "provenance": "editorial"})

    assert response.context["count"] == 0
    for drop in response.context["drops"]:
        assert client.get(drop["url"]).context["count"] == drop["count"] > 0
    assert client.get(response.context["clear_url"]).context["count"] == response.context["unfiltered"] > 0


def test_empty_result_names_the_word_to_drop_and_what_that_gives(client, content):
    response = client.get("/search/", {"q": "geofeedia 99999"})

    assert response.context["count"] == 0
    assert [drop["label"] for drop in response.context["drops"]] == ["99999"]
    for drop in response.context["drops"]:
        assert client.get(drop["url"]).context["count"] == drop["count"] > 0


RECORDED = {
    "Belgium": "be",
    "France": "fr",
    "Germany": "de",
    "Greece": "gr",
    "Netherlands": "nl",
    "Slovenia": "si",
    "Spain": "es",
    "United Kingdom": "gb",
}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Spanish law", "Spain"),
        ("lawful in Spain", "Spain"),
        ("LOPDGDD", "Spain"),
        ("España", "Spain"),
        ("spanisches Recht", "Spain"),
        ("pravo v Španiji", "Spain"),
        ("Belgisch recht", "Belgium"),
        ("nach deutschem Recht", "Germany"),
        ("po slovenskem pravu", "Slovenia"),
        ("δίκαιο της Ισπανίας", "Spain"),
        ("Can I film the police in the Netherlands?", "Netherlands"),
        ("Ελλάδα", "Greece"),
        *((f"{name} law", name) for name in RECORDED),
    ],
)
def test_question_about_a_countrys_law_leads_to_its_note_first(client, content, words, name):
    response = client.get("/search/", {"q": words})

    (law,) = response.context["national_law"]
    note = f"/countries/{RECORDED[name]}/"
    assert law["country"] == name
    assert law["records"][0]["url"] == note
    assert note in links_in(response)
    assert "no national law is recorded here" not in text_of(response)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Italian law", "Italy"),
        ("lawful in Poland", "Poland"),
        ("Polen", "Poland"),
        ("droit italien", "Italy"),
        ("italienisches Recht", "Italy"),
        ("pravo v Italiji", "Italy"),
        ("diritto italiano", "Italy"),
        ("Polskie prawo", "Poland"),
        ("Pools recht", "Poland"),
        ("slovenské právo", "Slovakia"),
        ("magyar jog", "Hungary"),
        ("българско право", "Bulgaria"),
        ("δίκαιο της Σουηδίας", "Sweden"),
        ("leyes checas", "Czechia"),
        ("Italië", "Italy"),
        ("Can I film the police in Portugal?", "Portugal"),
        ("Ιταλία", "Italy"),
        ("ist das in Österreich erlaubt", "Austria"),
    ],
)
def test_question_about_a_countrys_law_is_never_met_with_silence(client, content, words, name):
    response = client.get("/search/", {"q": words})

    recorded = f"National law is recorded for: {' , '.join([*RECORDED, 'United States'])} ."
    assert (
        f"{name} : no national law is recorded here. {recorded} Ask your data-protection officer"
        in text_of(response)
    )
    assert "/search/?q=Germany" in links_in(response)


@pytest.mark.parametrize("words", ["swimming pools", "let me know", "Roman emperors", "la fin de la police"])
def test_words_that_only_look_like_a_countrys_adjective_name_none(client, content, words):
    assert client.get("/search/", {"q": words}).context["national_law"] == []


def test_recorded_law_of_a_country_is_named_in_the_language_of_the_page(client, content):
    response = client.get("/de/search/", {"q": "ist das in Deutschland erlaubt"})

    (law,) = response.context["national_law"]
    assert law["country"] == "Deutschland"
    first, *others = [row["url"] for row in law["records"]]
    assert first == "/countries/de/"
    assert set(others) == {"/law/de-ddg/", "/law/de-netzdg/"}
    assert [other["country"] for other in law["others"]] == [
        "Belgien",
        "Frankreich",
        "Griechenland",
        "Niederlande",
        "Slowenien",
        "Spanien",
        "Vereinigte Staaten",
        "Vereinigtes Königreich",
    ]
    assert "/de/law/de-netzdg/" in links_in(response)


@pytest.mark.parametrize("words", ["facial recognition", "an island", "κάμερα", "EU law"])
def test_question_without_a_country_says_nothing_of_national_law(client, content, words):
    assert client.get("/search/", {"q": words}).context["national_law"] == []


def test_national_law_costs_no_query_of_its_own(client, content, django_assert_num_queries):
    client.get("/search/", {"q": "police in France"})  # after a change, it is read again

    for words in ("police", "police in Spain and Germany"):
        with django_assert_num_queries(2):
            client.get("/search/", {"q": words})


@pytest.mark.django_db
def test_law_of_any_kind_that_says_so_is_named_while_it_is_public(client):
    def told(words):
        return [
            (law["country"], [row["url"] for row in law["records"]])
            for law in client.get("/search/", {"q": words}).context["national_law"]
        ]

    make("throwaway", story="PT")
    note = published("throwaway", story="ES")
    by_name = published("throwaway", story="Slovenia")

    assert told("Spain or Portugal") == [("Spain", [note.url]), ("Portugal", [])]
    assert told("Slovenija") == [("Slovenia", [by_name.url])]
    workflow.withdraw(fresh(note), reason="Old")
    assert told("Spain") == [("Spain", [])]


def test_text_of_a_reader_is_never_markup(client, content):
    page = client.get("/search/", {"q": "<script>alert(1)</script> dark web"}).content.decode()

    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"q": "x" * 200}, 200),
        ({"q": "x" * 201}, 400),
        ({"q": "dark", "colour": "red"}, 400),
        ({"q": "dark", "page": "99"}, 400),
        ({"q": "dark", "type": "no-such-kind"}, 400),
        ({"q": "\x00"}, 400),
    ],
)
def test_limits_of_the_page(client, content, query, status):
    # gates 4.2, 4.3
    assert client.get("/search/", query).status_code == status


# Suggestions


def test_suggestions_are_records_that_begin_so(client, content):
    response = client.get("/search/suggest", {"q": "dark w"})
    text, titles, kinds, urls, more = json.loads(response.content)

    assert response.headers["Content-Type"] == "application/x-suggestions+json"
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert text == "dark w"
    assert ("The Dark Web", "Theme", f"{settings.BASE_URL}/themes/dark-web/") in zip(
        titles, kinds, urls, strict=True
    )
    assert len(titles) == len(kinds) == len(urls) == 8
    assert more == {"announcement": "8 suggestions"}


def test_suggestions_speak_the_language_of_the_page(client, content):
    _, _, _, urls, _ = json.loads(client.get("/de/search/suggest", {"q": "dark"}).content)

    assert len(urls) == 8
    assert [url for url in urls if not url.startswith(f"{settings.BASE_URL}/de/")] == []


def test_suggestions_cost_two_queries(client, content, django_assert_num_queries):
    client.get("/search/suggest", {"q": "dark"})

    with django_assert_num_queries(2):
        client.get("/search/suggest", {"q": "face"})


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"q": "x" * 200}, 200),
        ({"q": "x" * 201}, 400),
        ({"q": "a", "b": "c"}, 400),
        ({"q": "\x00"}, 400),
        ({}, 200),
    ],
)
def test_limits_of_suggestions(client, content, query, status):
    # gates 4.2, 4.3
    assert client.get("/search/suggest", query).status_code == status


@pytest.mark.django_db
def test_draft_is_neither_found_nor_suggested_nor_a_spelling(client):
    # gate 3.9
    published("technology", title="Heather")
    make("technology", title="Marigold")

    assert find("marigold") == find("marigald") == []
    assert json.loads(client.get("/search/suggest", {"q": "mari"}).content)[1] == []
    assert "Did you mean" not in text_of(client.get("/search/", {"q": "marigald"}))


def test_browsers_are_told_how_to_search_here(client, content):
    answer = client.get("/opensearch.xml")
    root = ElementTree.fromstring(answer.content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"

    assert answer.headers["Content-Type"].startswith("application/opensearchdescription+xml")
    assert len(root.findtext(f"{space}ShortName")) <= 16
    assert {url.get("type"): url.get("template") for url in root.iter(f"{space}Url")} == {
        "text/html": f"{settings.BASE_URL}/search/?q={{searchTerms}}",
        "application/x-suggestions+json": f"{settings.BASE_URL}/search/suggest?q={{searchTerms}}",
        "application/opensearchdescription+xml": f"{settings.BASE_URL}/opensearch.xml",
    }
    assert 'href="/opensearch.xml"' in client.get("/").content.decode()
