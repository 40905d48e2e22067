"""What may be in a text, and that every text passes that check, by whichever door it comes in."""

import json
import unicodedata
from itertools import cycle

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from media4sec.kinds import kinds
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.fields import LINKS, OWN, AddressList, AnyReferences, LongText, Text
from media4sec.records.documents.reading import writer
from media4sec.records.fields import TextListField
from media4sec.records.folder_io import LoadError, load_folder
from media4sec.records.models import Citation, Record, Source, Tag, model_of
from media4sec.texts import MOST_CHARACTERS, cleaned, web_address
from tests.factories import full_document_for, make, make_full, publish
from tests.test_admin import errors_in, save, take

every_kind = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
TURNED, NUL, UNSEEN = "a\u202eb", "a\0b", "a\u00adb"
SIGNS = {TURNED: "U+202E RIGHT-TO-LEFT OVERRIDE", NUL: "U+0000 NUL", UNSEEN: "U+00AD SOFT HYPHEN"}


# What may be in a text


@pytest.mark.parametrize(
    "text", ["1️⃣", "❤️‍🔥", "↔️", "葛󠄀", "naïve “café” – 10 €", "a\u00a0b", "한국어", "Ελλάδα"]
)
def test_signs_that_can_be_seen_stay(text):
    assert cleaned(text) == text


@pytest.mark.parametrize(
    "text", ["a\ufe0fb", "1\ufe0f", "a\u3164", "\u2800", "a\u034fb", "a\u200cb", "é\u200d", "x\U000e0101"]
)
def test_what_shows_nothing_where_it_stands_is_refused(text):
    with pytest.raises(ValidationError, match="which cannot be seen or stored"):
        cleaned(text)


@pytest.mark.parametrize(("lines", "text"), [(False, "é" * 11), (True, "é\n" * 5 + "é")])
def test_a_limit_counts_the_letters_that_are_kept(lines, text):
    decomposed = unicodedata.normalize("NFD", text)

    assert cleaned(decomposed, lines=lines, most=11) == text
    with pytest.raises(ValidationError, match="at most 10 characters, yours has 11"):
        cleaned(decomposed, lines=lines, most=10)


@given(st.text(), st.booleans())
def test_what_is_kept_is_kept_as_it_is(text, lines):
    try:
        once = cleaned(text, lines=lines)
    except ValidationError:
        return

    assert cleaned(once, lines=lines) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.replace("\n", "" if lines else "\n").isprintable() or any(
        unicodedata.category(sign) == "Zs" or sign in "\u200c\u200d" for sign in once
    )


@pytest.mark.parametrize("text", ["https://example.org/", "http://münchen.example/straße?a=1#b"])
def test_an_address_on_the_web_is_kept(text):
    assert web_address(text) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ftp://example.org/file", "must look like https"),
        ("javascript:alert(1)", "must look like https"),
        ("example.org", "must look like https"),
        ("mailto:me@example.org", "must look like https"),
        ("https://user:secret@example.org/", "a name or a password"),
        ("https://user@example.org/", "a name or a password"),
        ("https://example.org/\u200b", "U\\+200B ZERO WIDTH SPACE"),
        ("https://example.org/\u202efdp.exe", "U\\+202E RIGHT-TO-LEFT OVERRIDE"),
        ("https://example.org/" + "a" * 400, "at most 400 characters"),
    ],
)
def test_another_address_is_refused(text, says):
    with pytest.raises(ValidationError, match=says):
        web_address(text, most=400)


# Every field, by every door


def text_fields(model):
    """The fields of a model that somebody types a text into."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField, TextListField))
        and field.editable
        and not field.choices
        and not getattr(field, "options", None)
    ]


def typed_fields(response):
    """{name in the form: model field} of all texts on a record's page, those of its parts and sources included."""
    found = {}
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [form for form in inline.formset.initial_forms if "DELETE" in form.fields]
    for form in forms:
        names = text_fields(form._meta.model)
        found |= {
            form.add_prefix(name): form._meta.model._meta.get_field(name)
            for name in form.fields
            if name in names and not form.fields[name].disabled and name != "part"
        }
    return found


def refused_in(response):
    """{name in the form: what is said} of all fields that have an error."""
    found = {**response.context["adminform"].form.errors}
    for inline in response.context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found |= {form.add_prefix(name): errors for name, errors in form.errors.items()}
    return {name: " ".join(errors) for name, errors in found.items()}


@pytest.mark.once
@pytest.mark.django_db
@every_kind
def test_no_text_of_the_back_office_holds_what_cannot_be_seen(admin_client, kind):
    record = make_full(kind)
    page = admin_client.get(admin_url(record))
    typed = typed_fields(page)
    assert {"title", "summary", "notes", "verified_basis", "citations-0-locator"} <= typed.keys()

    texts = dict(zip([*sorted(typed), "version_note"], cycle(SIGNS), strict=False))  # each its own, in turn
    response = save(admin_client, record, **texts)

    refused = refused_in(response)
    assert refused.keys() == texts.keys()
    by_others = {name for name in typed if isinstance(typed[name], models.SlugField)}
    unsaid = [name for name in refused.keys() - by_others if SIGNS[texts[name]] not in refused[name]]
    assert unsaid == []
    assert record.revisions.count() == 1


@pytest.mark.once
@pytest.mark.django_db
@every_kind
def test_no_text_of_the_back_office_is_cut(admin_client, kind):
    record = make_full(kind)
    page = admin_client.get(admin_url(record))
    typed = typed_fields(page)
    too_long = {
        name: "x" * ((getattr(field, "max_length", None) or MOST_CHARACTERS) + 1)
        for name, field in typed.items()
        if not isinstance(field, models.URLField)
    }
    too_long |= {
        name: "https://example.org/".ljust(field.max_length + 1, "x")
        for name, field in typed.items()
        if isinstance(field, models.URLField)
    }

    response = save(admin_client, record, **too_long)

    assert "maxlength" not in page.content.decode()
    assert refused_in(response).keys() == typed.keys()
    shown = {**filled_again(response)}
    assert {name: shown[name] for name in too_long} == too_long
    assert record.revisions.count() == 1


def filled_again(response):
    from tests.test_admin import Form

    return Form(response.content.decode()).values


def with_text(serializer, document, text):
    """The document with this in every text; and the paths of all places."""
    changed, paths = dict(document), set()
    for name, field in serializer.fields.items():
        if name in ("identifier", "key", "slug") or isinstance(field, AnyReferences):
            continue
        if isinstance(field, (Text, LongText)) or "Address" in type(field).__name__:
            changed[name] = text if not isinstance(field, AddressList) else [text]
            paths.add(f"{name}.0" if isinstance(field, AddressList) else name)
        elif type(field).__name__ in ("TextList", "TagField"):
            changed[name] = [text]
            paths.add(f"{name}.0")
        elif name == "sources":
            changed[name] = [
                document[name][0] | {"url": text, "title": text, "locator": text, "supports": [text]}
            ]
            paths |= {f"sources.0.{inner}" for inner in ("url", "title", "locator", "supports.0")}
        elif hasattr(field, "child") and hasattr(field.child, "fields"):
            part, inner = with_text(field.child, document[name][0], text)
            changed[name] = [part]
            paths |= {f"{name}.0.{path}" for path in inner}
    return changed, paths


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize("text", SIGNS, ids=ascii)
@every_kind
def test_no_text_of_a_file_holds_what_cannot_be_seen(tmp_path, kind, text):
    document, seen = full_document_for(kind), set()
    for half in (OWN, LINKS):  # what links is read when all else is sound
        changed, paths = with_text(writer(kind.name, half), document, text)
        (tmp_path / f"{kind.plural}.json").write_text(json.dumps([changed]), "utf-8")

        with pytest.raises(LoadError) as caught:
            load_folder(tmp_path)

        assert {problem.field for problem in caught.value.problems} == paths
        assert all(SIGNS[text] in problem.message for problem in caught.value.problems)
        seen |= paths
    assert {"title", "summary", "notes.0", "tags.0", "sources.0.url", "sources.0.title"} <= seen


@pytest.mark.once
@pytest.mark.django_db
@every_kind
def test_every_text_of_a_model_is_in_a_form_and_in_the_document(admin_client, kind):
    """So that the two walks above have seen it."""
    page = admin_client.get(admin_url(make_full(kind)))
    hidden = {"kind_name", "identifier"}

    assert {*text_fields(model_of(kind.name))} - hidden == {
        name for name in typed_fields(page) if "-" not in name
    }
    assert {*text_fields(model_of(kind.name))} - hidden <= {*writer(kind.name).fields}
    assert {*text_fields(Citation)} - {"part"} == {"title", "dated_on", "locator", "supports"}


@pytest.mark.django_db
@pytest.mark.parametrize("text", SIGNS, ids=ascii)
@pytest.mark.parametrize(
    ("page", "values"),
    [("/admin/records/source/add/", ["url", "title"]), ("/admin/records/tag/add/", ["name"])],
)
def test_sources_and_tags_hold_nothing_that_cannot_be_seen(admin_client, page, values, text):
    response = admin_client.post(page, dict.fromkeys(values, text))

    assert {*response.context["adminform"].form.errors} == {*values}
    assert not Source.objects.exists()
    assert not Tag.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "https://user:pw@example.org/", "https://example.org/\u200b"]
)
def test_the_address_of_a_source_is_one_on_the_web(admin_client, url):
    response = admin_client.post("/admin/records/source/add/", {"url": url, "title": "A report"})

    assert {*response.context["adminform"].form.errors} == {"url"}
    assert not Source.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("text", SIGNS, ids=ascii)
@pytest.mark.parametrize(("step", "name"), [("publish", "note"), ("withdraw", "reason"), ("merge", "reason")])
@pytest.mark.once
def test_no_text_of_a_step_holds_what_cannot_be_seen(admin_client, step, name, text):
    record = make("theme")
    if step != "publish":
        publish(record)

    response = take(admin_client, record, step, **{name: text})

    assert SIGNS[text] in str(response.context["form"].errors[name])
    assert Record.objects.get(pk=record.pk).public_state == ("" if step == "publish" else "published")


@pytest.mark.django_db
@pytest.mark.parametrize("withdrawal", [
    {"reason": TURNED}, {"reason": NUL}, {"reason": 5}, {"reason": "x" * 2001}, {"reason": " \n"}, 5, [],
    {"reason": "Old.", "successor": 5}, {"reason": "Old.", "successor": "theme:\ud800"},
    {"reason": "Old.", "merged": True},
], ids=ascii)  # fmt: skip
def test_the_reason_of_a_withdrawal_is_a_text(tmp_path, withdrawal):
    document = {
        "identifier": "one",
        "title": "One",
        "order": 1,
        "state": "withdrawn",
        "withdrawal": withdrawal,
    }
    (tmp_path / "themes.json").write_text(json.dumps([document]), "utf-8")

    with pytest.raises(LoadError) as caught:
        load_folder(tmp_path)

    assert {problem.field.partition(".")[0] for problem in caught.value.problems} == {"withdrawal"}


# Tags


@pytest.mark.django_db
def test_long_tags_that_differ_in_their_last_letter_have_addresses():
    tags = ["x" * 99 + sign for sign in "!?abc"]

    record = make("theme", tags=tags)

    assert sorted(record.tags.names()) == sorted(tags)


# Limits of content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("theme", {"summary": "x" * 2000}),
        ("theme", {"notes": ["x" * 2000] * 9}),
        ("pattern", {"problem": "x" * MOST_CHARACTERS}),
        ("throwaway", {"weight": 2_147_483_647}),
    ],
)
def test_a_text_at_its_limit_is_kept_and_one_beyond_is_refused(admin_client, kind, changes):
    record = make(kind)
    [(name, value)] = changes.items()
    if isinstance(value, int):
        at, beyond = str(value), str(value + 1)
    else:
        at = "\n".join(value) if isinstance(value, list) else value
        beyond = "\n".join([*value, *value]) if isinstance(value, list) else f"{value}x"

    refused = save(admin_client, record, **{name: beyond})
    taken = save(admin_client, record, **{name: at})

    assert refused_in(refused).keys() == {name}
    assert taken.status_code == 302
    assert getattr(model_of(kind).objects.get(pk=record.pk), name) == value


@pytest.mark.django_db
def test_a_country_of_many_letters_stays_with_an_error(admin_client):
    record = make("partner")

    response = save(admin_client, record, country="Deutschland")

    assert refused_in(response).keys() == {"country"}
    assert filled_again(response)["country"] == "Deutschland"
    assert errors_in(response) == ["Ensure this value has at most 2 characters (it has 11)."]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["ftp://example.org/", "example.org", "https://user:pw@example.org/"])
@pytest.mark.once
def test_a_list_of_addresses_holds_addresses(admin_client, address):
    record = make_full("deliverable")

    response = save(admin_client, record, alternate_urls=f"https://example.org/\n{address}")

    assert refused_in(response).keys() == {"alternate_urls"}
    assert errors_in(response)[0].startswith("Line 2: The address ")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("date", "precision"),
    [
        ("éééééééééé", "day"),
        ("2018-02-30", "day"),
        ("2018-W01-1", "day"),
        ("2018-13", "month"),
        ("٢٠١٨", "year"),
    ],
)
@pytest.mark.once
def test_a_text_that_is_no_date_is_refused(admin_client, date, precision):
    """It was saved, and publishing it failed."""
    record = make("news-item")

    response = save(admin_client, record, date=date, date_precision=precision, _publish="1")

    assert refused_in(response).keys() == {"date"}
    for known, its in (("2018", "year"), ("2018-02", "month"), ("2018-02-28", "day"), ("", "")):
        assert save(admin_client, record, date=known, date_precision=its).status_code == 302
