"""Whatever the back-office lets in goes out into files and comes back, byte for byte, into an empty database."""

import pytest
from django import forms
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from media4sec.kinds import kinds
from media4sec.records.admin.lists import admin_url
from media4sec.records.folder_io import export_folder, load_folder
from media4sec.records.models import Citation, Record, Source
from tests.examples import examples
from tests.factories import full_document_for, make, publish, save
from tests.test_admin import Form, filled, take
from tests.test_texts import refused_in

pytestmark = pytest.mark.django_db

NASTY = st.sampled_from(
    [
        "", " ", "\u00a0 \u3000", "a\0b", "\u202egnp.exe", "\u2066a\u2069", "a\u200bb", "\ufeffa", "a\u00adb", "\x85",
        "\u2028", "e\u0301\u0327 \u212b \ufb01", "\u0301", "\u0344", "1️⃣ 👮🏽‍♀️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\U0010ffff", "\ue000",
        "𐍈 𝒳", "ǅ ß ẞ İ ı", "שָׁלוֹם العربية",
        "a\r\nb\rc\n\nd", " a \t b ", "\n\na\n", "\"q\" 'q' “q” `q` \\ \\n %s {0} {{ x }} {% x %}", "<b>&amp;</b> ]]>",
        "=1+1", "'='",
        "a | b || c", "null", "0", "-0", "1e5", "true", "[]", "{}", "NaN", "\\u0000", "technology:T-001", "a,b;c", "http://x",
        "https://example.org/ä?q=\u0301#'\"", "https://user:pw@example.org/", "https://EXAMPLE.org", "xn--",
    ]
)  # fmt: skip
CHARACTERS = st.characters(codec="utf-8")
TEXT = (
    NASTY
    | st.text(CHARACTERS, max_size=30)
    | st.lists(NASTY | st.text(CHARACTERS, max_size=8)).map("\n".join)
)
WHOLE = st.sampled_from(
    ["", "0", "1", "-1", "007", "32767", "32768", "2147483647", "2147483648", "9" * 30, "1.0", "١"]
)
DECIMAL = st.sampled_from(
    [
        "",
        "0",
        "-0",
        "-0.00",
        "0.005",
        "1E+3",
        "00012.50",
        "9999999999.99",
        "-9999999999.99",
        "99999999999",
        "NaN",
        "1_0",
    ]
)
DATE = st.sampled_from(["", "0001-01-01", "1999-12-31", "2018-02-29", "2016-02-29", "31/01/2018", "today"])


def typed(page):
    """{name in the form: field} of all that is typed rather than chosen; of empty rows too."""
    found = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        found += inline.formset.forms
    return {
        form.add_prefix(name): field
        for form in found
        for name, field in form.fields.items()
        if isinstance(field, (forms.CharField, forms.IntegerField, forms.DecimalField, forms.DateField))
        and not field.disabled
        and not isinstance(field.widget, forms.HiddenInput)
    }


def hostile(draw, field):
    match field:
        case forms.IntegerField():
            return draw(DECIMAL if isinstance(field, forms.DecimalField) else WHOLE)
        case forms.DateField():
            return draw(DATE)
    text, most = draw(TEXT), int(field.widget.attrs.get("data-most") or field.max_length or 80)
    match draw(st.integers(0, 9)):
        case 0:
            return (text.strip() or "é") * (most // (len(text.strip()) or 1))
        case 1:
            return "😀" * (most + draw(st.integers(-1, 1)))
        case 2 if isinstance(field, forms.URLField):
            return f"https://example.org/{text}"
    return text


def post_what_is_taken(client, url, draw, **fixed):
    """Type something hostile into every field; what is refused becomes what it was, until the form is taken."""
    page = client.get(url)
    before = Form(page.content.decode()).values
    tried = {name: hostile(draw, field) for name, field in typed(page).items()} | fixed
    for _ in range(6):
        response = client.post(url, before | tried)
        if response.status_code == 302:
            return tried
        assert response.status_code == 200
        refused = refused_in(response)
        rows = {name.rpartition("-")[0] for name in refused} - {""}
        kept = {
            name: value
            for name, value in tried.items()
            if name not in refused and name.rpartition("-")[0] not in rows
        }
        if len(kept) == len(tried):  # a rule over several fields or rows
            kept = dict(list(tried.items())[::2]) if len(tried) > len(fixed) else fixed
        tried = kept | fixed
    return None


def a_source(client, draw):
    """A source of an editor, as the back-office takes it."""
    title = draw(TEXT)
    client.post("/admin/records/source/add/", {"url": "https://example.org/hostile", "title": title})
    return Source.objects.get_or_create(url="https://example.org/hostile")[0]


def files_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


@pytest.mark.slow
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_what_a_form_takes_comes_back_byte_for_byte(admin_client, kind, tmp_path_factory):
    taken = []

    @settings(max_examples=examples(3), database=None)
    @given(st.data())
    def check(data):
        first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
        with transaction.atomic():
            document = full_document_for(kind)
            record = save(document, kind)
            cited = {"source": a_source(admin_client, data.draw).pk}
            row = {f"citations-{len(document['sources'])}-{name}": value for name, value in cited.items()}
            step = data.draw(st.sampled_from(["save", "publish", "publish and save", "withdraw"]))
            taken.append(post_what_is_taken(admin_client, admin_url(record), data.draw, **row))
            if step != "save":
                take(admin_client, record, "publish")
            if step == "publish and save":
                taken.append(post_what_is_taken(admin_client, admin_url(record), data.draw))
            if step == "withdraw" and Record.objects.get(pk=record.pk).public_state:
                reason = data.draw(TEXT)
                if take(admin_client, record, "withdraw", reason=reason).status_code != 302:
                    take(admin_client, record, "withdraw", reason="Old.")
            export_folder(first)
            transaction.set_rollback(True)
        assert not Record.objects.exists()

        with transaction.atomic():
            load_folder(first)
            export_folder(second)
            transaction.set_rollback(True)

        assert files_in(second) == files_in(first)

    check()
    assert [fields for fields in taken if fields and len(fields) > 3]


@pytest.mark.parametrize("titles", [("", "A"), ("A", ""), ("A", "B", ""), ("", "A", "B"), ("A", "", "A")])
def test_a_source_may_have_a_title_in_one_record_and_none_in_another(admin_client, tmp_path, titles):
    """An editor gives the title as cited, where the source itself has none."""
    with transaction.atomic():
        source = Source.objects.create(url="https://example.org/", title="")
        for title in titles:
            record = make("theme")
            row = {"citations-0-source": source.pk, "citations-0-title": title}
            values = filled(admin_client, admin_url(record), **row)
            assert admin_client.post(admin_url(record), values).status_code == 302
        assert Citation.objects.count() == len(titles)
        export_folder(tmp_path / "first")
        transaction.set_rollback(True)

    load_folder(tmp_path / "first")
    export_folder(tmp_path / "second")

    assert files_in(tmp_path / "second") == files_in(tmp_path / "first")


def test_two_records_may_have_changed_places_since_they_were_published(tmp_path):
    """What must be unique is so among the working copies; the public versions may be older."""
    with transaction.atomic():
        one, two = publish(make("theme", order=1)), publish(make("theme", order=2))
        for record, order in ((one, 3), (two, 1), (one, 2)):
            record.order = order
            record.save()
        for record in (one, two):
            save(
                {"identifier": record.identifier, "title": record.title, "order": record.order},
                "theme",
                record,
            )
        export_folder(tmp_path / "first")
        transaction.set_rollback(True)

    load_folder(tmp_path / "first")
    export_folder(tmp_path / "second")

    assert files_in(tmp_path / "second") == files_in(tmp_path / "first")
