"""Letters: one fold for search, addresses, order and comparison; and what may be in a text at all."""

import random
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from pyuca import Collator

from media4sec.letters import _weights, lookalike, same, slugged, sort_key
from media4sec.texts import cleaned


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Łukasiewicz Institute", "lukasiewicz-institute"),
        ("Đorđe Institute", "dorde-institute"),
        ("Øresund Police", "oresund-police"),
        ("Straßenverkehrsamt Köln", "strassenverkehrsamt-koln"),
        ("R&D Ltd", "r-d-ltd"),
        ("A &amp; B", "a-b"),
        ("Ελληνική Αστυνομία", "elliniki-astynomia"),
        ("Полиция", "politsiya"),
        ("PublicSonar B.V.", "publicsonar-bv"),
        ("Anže Žitnik", "anze-zitnik"),
        ("警察庁", ""),
        ("警察庁 Tokyo", "tokyo"),
        ("“…”", ""),
    ],
)
def test_an_address_is_spelled_in_plain_letters(text, slug):
    assert slugged(text) == slug
    assert slugged(unicodedata.normalize("NFD", text)) == slug


def test_an_address_does_not_end_in_a_hyphen_where_it_is_cut():
    assert slugged("aaaa bbbb", most=5) == "aaaa"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            """2 tools|10 tools|Ægir|Af|čas|cz|Đorđe|Dz|Łukasiewicz|Lzz|ñandú|nz|Opal|Øresund|Ozone|(Re)action
            |“Smart” Doorbells|Sn|Straße|Þór|Tz|Άλφα|Ελλάδα|Единица""",
        ),
        ("sl", "cas|cz|čas|Čas|d|dz|e|sz|šola|t|zz|žaba"),
        ("es", "n|nz|ñandú|o"),
        ("el", "Άλφα|βήτα|Γάμμα|γη|έψιλον|ωμέγα"),
        ("de", "Ameise|Ärger|Azur|Straße|Strauß|Zug"),
    ],
)
def test_words_stand_in_the_order_of_their_alphabet(language, words):
    expected = [word.strip() for word in words.split("|")]
    assert sorted({*expected}, key=lambda word: sort_key(word, language)) == expected


def test_letters_weigh_the_same_whether_the_table_is_short_or_whole():
    chance, whole = random.Random(700281), Collator()
    letters = [chr(code) for code in range(1, 0x3100) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    words = ["".join(chance.choices(letters, k=chance.randint(1, 6))) for _ in range(2_000)]
    words += ["Žitnik", "“Ελλάδα”", "България", "שלום", "警察", "Straße 警", "👮🏽\u200d♀️"]
    for word in words:
        elements = whole.collation_elements(unicodedata.normalize("NFD", word))
        expected = tuple(
            b"".join(element[level].to_bytes(size) for element in elements if element[level])
            for level, size in enumerate((2, 2, 1))
        )
        assert _weights(word) == expected, word


def test_two_tags_are_the_same_if_only_case_accents_or_composition_differ():
    assert same("Αστυνομία") == same("αστυνομια") == same(unicodedata.normalize("NFD", "Αστυνομία"))
    assert same("Crowd  control") == same("crowd control")
    assert same("Crowd control") != same("Crowd controls")


def test_letters_of_another_alphabet_that_look_alike_are_seen():
    assert lookalike("Тwіtter") == lookalike("Twitter")
    assert same("Тwіtter") != same("Twitter")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a\u200bb", "U+200B ZERO WIDTH SPACE"),
        ("a\u202eb", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\u00adb", "U+00AD SOFT HYPHEN"),
        ("a\tb", "U+0009 TAB"),
        ("a\nb", "U+000A LINE BREAK"),
        ("a\0b", "U+0000 NUL"),
        ("a\ud800b", "U+D800"),
        ("a\x85b", "U+0085"),
        ("a\ufeffb", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("a\u200db", "U+200D ZERO WIDTH JOINER"),
        ("a\ue000b", "U+E000"),
    ],
)
def test_signs_that_cannot_be_seen_or_stored_are_named(text, sign):
    with pytest.raises(ValidationError, match="Character 2 is " + sign.replace("+", r"\+")):
        cleaned(text)


def test_a_text_of_several_lines_keeps_them_all_alike():
    assert cleaned("a\r\nb\rc\td", lines=True) == "a\nb\nc d"


@pytest.mark.parametrize("text", ["👮🏽‍♀️", "می‌خواهم", "क्‍ष", "שלום", "警察"])
def test_what_other_scripts_and_pictograms_need_stays(text):
    assert cleaned(text) == text


def test_letters_are_composed():
    assert cleaned("e\u0301") == "é"
