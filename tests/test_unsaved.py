"""What an editor typed and could not save comes back: to that person, to that form, and to nobody else."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from media4sec.accounts.models import User
from media4sec.corrections.models import Correction
from media4sec.records import unsaved
from media4sec.records.admin.lists import admin_url
from media4sec.records.documents.reading import working_document
from media4sec.records.models import Record, Source, UnsavedText
from tests import people
from tests.factories import fresh, make, make_full, published
from tests.people import administrator
from tests.test_admin import Form, filled
from tests.test_admin import save as save_form
from tests.test_corrections import report

pytestmark = pytest.mark.django_db

ADD = "/admin/ethics/ethicsissue/add/"
KEEP, FORGET = "/admin/unsaved/keep/", "/admin/unsaved/forget/"
BACK = "What you typed is back, and not saved yet"


def account(name):
    return administrator(name)


def logged_in(name="anna", **options):
    user = User.objects.filter(email=f"{name}@example.org").first() or account(name)
    return people.logged_in(user, **options)


@pytest.fixture
def anna():
    return logged_in()


def end_session(client):
    del client.cookies["sessionid"]


def log_in(client, response, name="anna"):
    login = client.get(response["Location"], follow=True)
    form = parse_qs(urlsplit(login.redirect_chain[-1][0]).query)["next"][0]
    user = User.objects.get(email=f"{name}@example.org")
    client.force_login(user)
    people.authenticated(client, user)
    return client.get(form), form


def page_of(response):
    assert response.status_code == 200
    return response.content.decode()


def kept():
    return [dict(text.typed.items()) for text in UnsavedText.objects.order_by("pk")]


# E-4: the session ends while somebody types


def test_the_text_is_back_after_the_log_in_and_one_press_saves_it(anna):
    theme = make("theme", summary="As it was.")
    typed = filled(anna, admin_url(theme), summary="Typed <b>before</b> the session ended.")
    end_session(anna)

    late = anna.post(admin_url(theme), typed)
    login = anna.get(late["Location"], follow=True)
    anna.get("/admin/login/")
    response, address = log_in(anna, late)

    assert "What you typed is kept for you: log in" in page_of(login)
    assert fresh(theme).summary == "As it was."
    page = page_of(response)
    assert BACK in page
    assert "Typed &lt;b&gt;before&lt;/b&gt; the session ended." in page
    assert "Please correct" not in page
    response = anna.post(address, Form(page).values)
    assert (response.status_code, response["Location"]) == (302, "/admin/workshops/theme/")
    assert fresh(theme).summary == "Typed <b>before</b> the session ended."
    assert fresh(theme).edit_version == 2
    assert kept() == []


@pytest.mark.parametrize("kind", ["technology", "instrument", "throwaway"])
def test_all_rows_of_a_full_form_come_back(anna, kind):
    record = make_full(kind)
    typed = filled(anna, admin_url(record), title="Another title")
    end_session(anna)

    response, address = log_in(anna, anna.post(admin_url(record), typed | {"_continue": ""}))

    again = Form(page_of(response)).values
    own = {"csrfmiddlewaretoken", unsaved.OPENED_FIELD}
    assert {name: again[name] for name in again if name not in own} == {
        name: typed[name] for name in typed if name not in own
    }
    assert anna.post(address, again).status_code == 302
    assert fresh(record).title == "Another title"


def test_a_new_record_that_was_not_saved_comes_back(anna):
    typed = filled(anna, ADD, title="An issue that I began", issue_kind="ethical")
    end_session(anna)

    response, address = log_in(anna, anna.post(ADD, typed))

    values = Form(page_of(response)).values
    assert values["title"] == "An issue that I began"
    assert anna.post(address, values).status_code == 302
    assert Record.objects.get().title == "An issue that I began"
    assert kept() == []


def test_a_text_with_errors_comes_back_with_them(anna):
    typed = filled(anna, ADD, title="A tool", slug="not a slug")
    end_session(anna)

    response, _ = log_in(anna, anna.post(ADD, typed))

    page = page_of(response)
    assert BACK in page
    assert "Enter a valid “slug”" in page
    assert Form(page).values["slug"] == "not a slug"


def test_sources_steps_and_answers_to_reports_come_back_as_well(anna):
    theme, correction = published("theme"), report()
    source = Source.objects.create(url="https://example.org/a", title="A page")
    sent = {
        f"/admin/records/source/{source.pk}/change/": {"title": "Another page"},
        admin_url(theme, "withdraw"): {"reason": "It was never true."},
        f"/admin/corrections/correction/{correction.pk}/step/acknowledge/": {"note": "Thank you."},
    }

    for address, changes in sent.items():
        typed = filled(anna, address, **changes)
        assert changes.keys() <= typed.keys()
        end_session(anna)
        response, back = log_in(anna, anna.post(address, typed))
        assert kept() != []
        values = Form(page_of(response)).values
        assert {name: values[name] for name in changes} == changes
        assert anna.post(back, values).status_code == 302
    source.refresh_from_db()
    assert source.title == "Another page"
    assert fresh(theme).public_state == "withdrawn"
    assert Correction.objects.get().state == "acknowledged"
    assert kept() == []


def test_opening_a_kept_step_does_not_take_it(anna):
    theme = published("theme")
    typed = filled(anna, admin_url(theme, "withdraw"), reason="It was never true.")
    anna.post(KEEP, typed)

    page = page_of(anna.get(admin_url(theme, "withdraw"), {"kept": UnsavedText.objects.get().form}))

    assert "It was never true." in page
    assert fresh(theme).public_state == "published"


def test_what_another_person_saved_meanwhile_is_merged(anna):
    theme = make("theme", summary="As it was.")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    end_session(anna)
    late = anna.post(admin_url(theme), typed)
    save_form(logged_in("bert"), theme, title="Bert’s title")

    response, address = log_in(anna, late)

    page = page_of(response)
    assert "Bert@example.org saved version 2 while you were editing." in page
    response = anna.post(address, Form(page).values, follow=True)
    assert "Taken over from it: Title." in page_of(response)
    assert (fresh(theme).title, fresh(theme).summary) == ("Bert’s title", "Typed by Anna.")


def test_where_both_wrote_the_same_field_both_texts_are_shown(anna):
    theme = make("theme", summary="As it was.")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    end_session(anna)
    late = anna.post(admin_url(theme), typed)
    save_form(logged_in("bert"), theme, summary="Typed by Bert.")

    response, address = log_in(anna, late)
    response = anna.post(address, Form(page_of(response)).values)

    page = page_of(response)
    assert "Two people edited this record" in page
    assert len(kept()) == 1  # not saved yet, so not thrown away either
    assert anna.post(address, Form(page).values).status_code == 302
    assert fresh(theme).summary == "Typed by Anna."
    assert kept() == []


def test_a_form_that_was_saved_after_all_saves_nothing_twice(anna):  # gate 6.3
    typed = filled(anna, ADD, title="An issue that I began", issue_kind="ethical") | {"_save": "Save"}
    anna.post(ADD, typed)  # and the answer is lost on the way
    end_session(anna)

    response, address = log_in(anna, anna.post(ADD, typed))
    response = anna.post(address, Form(page_of(response)).values | {"_save": "Save"})

    assert response.status_code == 302
    assert Record.objects.count() == 1
    assert kept() == []


@pytest.mark.parametrize("lost", ["the first", "the last", "all"])
@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.slow
def test_sources_that_another_person_took_away_meanwhile_stop_nobody(anna, lost, changed):
    record = make_full("theme")
    addresses = [source["url"] for source in working_document(record)["sources"]]
    assert len(addresses) > 1
    places = {"the first": [0], "the last": [len(addresses) - 1], "all": range(len(addresses))}[lost]
    changes = {f"citations-{place}-locator": "p. 9" for place in places} if changed else {}
    typed = filled(anna, admin_url(record), summary="Typed by Anna.", **changes)
    end_session(anna)
    late = anna.post(admin_url(record), typed)
    taken_away = {f"citations-{place}-DELETE": "on" for place in places}
    assert save_form(logged_in("bert"), record, **taken_away).status_code == 302
    left = [url for place, url in enumerate(addresses) if place not in places]
    assert [source["url"] for source in working_document(fresh(record))["sources"]] == left

    response, address = log_in(anna, late)
    response = anna.post(address, Form(page_of(response)).values)

    if changed:  # what Bert took away, Anna changed: she is asked
        page = page_of(response)
        assert "Two people edited this record" in page
        response = anna.post(address, Form(page).values)
    assert response.status_code == 302
    document = working_document(fresh(record))
    assert document["summary"] == "Typed by Anna."
    assert sorted(source["url"] for source in document["sources"]) == sorted(addresses if changed else left)


def test_a_log_in_that_leads_elsewhere_loses_nothing(anna):
    """Such as one of several pages that forgets where it came from."""
    theme = make("theme", summary="As it was.")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    end_session(anna)
    late = anna.post(admin_url(theme), typed)
    again = logged_in("anna")

    assert "Take it back" in page_of(again.get(admin_url(theme)))
    assert Form(page_of(again.get(late["Location"]))).values["summary"] == "Typed by Anna."


# E-5: the form's own protection has expired


@pytest.fixture
def strict():
    return logged_in(enforce_csrf_checks=True)


def log_in_anew(client, name="anna"):
    from django.middleware.csrf import _get_new_csrf_string

    user = User.objects.get(email=f"{name}@example.org")
    client.force_login(user)
    people.authenticated(client, user)
    client.cookies["csrftoken"] = _get_new_csrf_string()


@pytest.mark.parametrize("lost", ["log-in", "cookie", "both cookies", "token"])
def test_an_expired_form_keeps_its_text_and_one_press_saves_it(strict, lost):
    theme = make("theme", summary="As it was.")
    typed = filled(strict, admin_url(theme), summary="Typed in the first tab.")
    if lost == "log-in":
        log_in_anew(strict)
    elif lost == "token":
        typed["csrfmiddlewaretoken"] = "x"
    else:
        del strict.cookies["csrftoken"]
    if lost == "both cookies":
        end_session(strict)

    late = strict.post(admin_url(theme), typed)

    assert fresh(theme).summary == "As it was."
    if lost == "both cookies":
        response, address = log_in(strict, late)
    else:
        address = late["Location"]
        response = strict.get(address)
        assert "This form had expired" in page_of(response)
    page = page_of(response)
    assert BACK in page
    assert strict.post(address, Form(page).values).status_code == 302
    assert fresh(theme).summary == "Typed in the first tab."
    assert kept() == []


def test_a_form_of_another_account_is_kept_for_that_account(strict):
    theme = make("theme", summary="As it was.")
    typed = filled(strict, admin_url(theme), summary="Typed by Anna.")
    account("bert")
    log_in_anew(strict, "bert")

    refused = strict.post(admin_url(theme), typed)

    assert refused.status_code == 403
    assert "It was opened with another account" in refused.content.decode()
    assert "Typed by Anna." not in page_of(strict.get(admin_url(theme)))
    assert "did not save it" not in page_of(strict.get(admin_url(theme)))
    assert "did not save it" in page_of(logged_in().get(admin_url(theme)))


def test_a_form_that_we_did_not_give_out_is_told_what_to_do(strict):
    theme = make("theme")

    typed = filled(strict, admin_url(theme), summary="a\0b")
    assert strict.post(admin_url(theme), typed | {"csrfmiddlewaretoken": "x"}).status_code == 400
    for note in ({}, {"unsaved": "x"}, {"unsaved": "é\0" * 100}, {"unsaved": "x" * 5000}):
        refused = strict.post(admin_url(theme), {"summary": "From a foreign page."} | note)
        assert refused.status_code == 403
        assert "<h1>This form has expired</h1>" in refused.content.decode()
    assert kept() == []


def test_outside_the_back_office_nothing_changes(rf):
    refused = unsaved.form_refused(rf.post("/somewhere/"), "no cookie")

    assert refused.status_code == 403
    assert "You may not open this page" in refused.content.decode()


# Whose it is


def test_who_logs_in_with_another_account_sees_nothing_of_it(anna):
    theme = make("theme", summary="As it was.")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    end_session(anna)
    late = anna.post(admin_url(theme), typed)
    account("bert")

    response, _ = log_in(anna, late, "bert")

    page = page_of(response)
    assert "Typed by Anna." not in page
    assert "As it was." in page
    assert BACK not in page
    assert "did not save it" not in page
    assert len(kept()) == 1


def test_administrators_have_no_page_for_it(anna):
    theme = make("theme")
    anna.post(KEEP, filled(anna, admin_url(theme), summary="Typed by Anna."))
    person = User.objects.get(email="anna@example.org")

    page = page_of(logged_in("chief").get(f"/admin/accounts/user/{person.pk}/delete/"))

    assert UnsavedText not in admin.site._registry
    assert "Text that was not saved" in page
    assert "Typed by Anna." not in page
    assert admin_url(theme) not in page


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_superuser": False}])
def test_nothing_is_kept_for_who_may_not_log_in_any_more(anna, lost):
    theme = make("theme")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    User.objects.filter(email="anna@example.org").update(**lost)

    late = anna.post(admin_url(theme), typed)

    assert late["Location"] == f"/admin/login/?next={admin_url(theme)}"
    assert kept() == []


@pytest.mark.parametrize("age", [timedelta(hours=71, minutes=59), timedelta(hours=72, minutes=1)])
def test_without_a_session_the_note_of_a_form_is_good_for_three_days(anna, age, monkeypatch):
    theme = make("theme")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    end_session(anna)
    later = timezone.now().timestamp() + age.total_seconds()
    monkeypatch.setattr(signing.time, "time", lambda: later)

    anna.post(admin_url(theme), typed)

    assert len(kept()) == (age < unsaved.NOTE_LASTS)


def test_a_note_is_good_for_its_own_address_only(anna):
    theme, other = make("theme"), make("theme")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    end_session(anna)

    late = anna.post(admin_url(other), typed)

    assert late["Location"] == f"/admin/login/?next={admin_url(other)}"
    assert kept() == []


def test_a_note_lets_nobody_in(anna):
    theme = make("theme")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    end_session(anna)

    for address in (KEEP, FORGET):
        assert anna.post(address, typed)["Location"] == f"/admin/login/?next={address}"
    address = anna.post(admin_url(theme), typed)["Location"]
    assert anna.get(address)["Location"].startswith("/admin/login/?next=")
    bert = logged_in("bert")
    for target in (KEEP, FORGET):
        assert bert.post(target, typed).status_code == 403
    assert "Typed by Anna." not in page_of(bert.get(address))
    assert len(kept()) == 1


# Copies while somebody types


def test_a_copy_is_offered_never_filled_in_unasked(anna):
    theme = make("theme", summary="As it was.")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")

    response = anna.post(KEEP, typed)

    assert (response.status_code, response.content) == (204, b"")
    page = page_of(anna.get(admin_url(theme)))
    assert re.search(r"You typed something here on \d+ \w+ \d{4}, \d\d:\d\d and did not save it", page)
    assert Form(page).values["summary"] == "As it was."
    take_back = re.search(r'href="([^"]+)">Take it back', page)[1].replace("&amp;", "&")
    page = page_of(anna.get(take_back))
    assert Form(page).values["summary"] == "Typed by Anna."
    assert "did not save it" not in page
    assert fresh(theme).summary == "As it was."
    assert anna.post(take_back, Form(page).values).status_code == 302
    assert fresh(theme).summary == "Typed by Anna."
    assert kept() == []


def test_a_copy_can_be_thrown_away(anna):
    theme = make("theme")
    anna.post(KEEP, filled(anna, admin_url(theme), summary="Typed by Anna."))
    page = page_of(anna.get(admin_url(theme)))
    forms = re.findall(rf'<form[^>]*action="{FORGET}".*?</form>', page, re.DOTALL)

    response = anna.post(FORGET, Form(forms[0]).values)

    assert len(forms) == 1
    assert (response.status_code, response["Location"]) == (302, admin_url(theme))
    assert kept() == []


def test_saving_throws_the_copy_away_and_refusing_does_not(anna):
    theme = make("theme")
    typed = filled(anna, admin_url(theme), title="")
    anna.post(KEEP, typed)

    page = page_of(anna.post(admin_url(theme), typed))
    assert len(kept()) == 1
    again = Form(page).values | {"title": "A title"}
    anna.post(KEEP, again)
    assert [text["title"] for text in kept()] == ["A title"]  # still one and the same form

    assert anna.post(admin_url(theme), again).status_code == 302
    assert kept() == []


def test_two_new_records_in_two_tabs_are_two_texts(anna):
    for title in ("One", "Another"):
        anna.post(KEEP, filled(anna, ADD, title=title))

    assert [text["title"] for text in kept()] == ["One", "Another"]
    assert page_of(anna.get(ADD)).count("Take it back") == 2


def test_a_copy_that_comes_after_the_form_was_saved_is_not_kept(anna):
    theme = make("theme")
    typed = filled(anna, admin_url(theme), summary="Typed by Anna.")
    anna.post(admin_url(theme), typed)

    assert anna.post(KEEP, typed).status_code == 204

    assert kept() == []


def test_a_form_that_may_only_be_read_carries_nothing(client):
    theme = make("theme")
    viewer = people.member("administrator")  # of the office, which keeps it; sees and does not write
    client = people.logged_in(viewer)
    text = {"address": admin_url(theme), "form": "x", "fields": '[["summary", ["Typed"]]]'}
    UnsavedText.objects.create(user=viewer, at=timezone.now(), **text)

    page = page_of(client.get(admin_url(theme), {"kept": "x"}))

    assert "unsaved" not in page
    assert "Typed" not in page


def test_no_password_and_no_proof_is_kept(anna):
    theme = make("theme")
    typed = filled(anna, admin_url(theme), new_password1="secret", PASSWORD="secret", _save="Save")
    typed["csrfmiddlewaretoken"] = "secret"
    note = typed["unsaved"]

    anna.post(KEEP, typed)

    text = UnsavedText.objects.get()
    assert text.typed["title"] == theme.title
    assert not {"new_password1", "PASSWORD", "_save", "csrfmiddlewaretoken", "unsaved"} & text.typed.keys()
    assert "secret" not in text.fields
    assert note not in text.fields


def test_copies_are_taken_by_post_only_and_with_protection(strict):
    theme = make("theme")
    typed = filled(strict, admin_url(theme), summary="Typed by Anna.")

    for address in (KEEP, FORGET):
        assert strict.get(address).status_code == 405
        assert strict.post(address, typed | {"csrfmiddlewaretoken": "x"}).status_code == 403
        assert strict.post(address, typed | {"unsaved": "x"}).status_code == 403
    assert kept() == []
    assert strict.post(KEEP, typed).status_code == 204
    assert len(kept()) == 1


# Limits


def test_the_newest_fifty_texts_of_a_person_are_kept(anna):
    theme = make("theme")
    logged_in("bert").post(KEEP, filled(logged_in("bert"), admin_url(theme), summary="Bert’s"))
    person = User.objects.get(email="anna@example.org")
    now = timezone.now()
    for number in range(unsaved.MOST_UNSAVED):
        UnsavedText.objects.create(
            user=person, address=ADD, form=str(number), fields="[]", at=now - timedelta(hours=number)
        )

    anna.post(KEEP, filled(anna, admin_url(theme), summary="Anna’s"))

    mine = UnsavedText.objects.filter(user=person)
    assert mine.count() == unsaved.MOST_UNSAVED
    assert not mine.filter(form=str(unsaved.MOST_UNSAVED - 1)).exists()  # the oldest
    assert UnsavedText.objects.exclude(user=person).count() == 1


@pytest.mark.parametrize(("days", "lasts"), [(29, True), (30, False)])
def test_a_text_is_deleted_after_thirty_days(anna, days, lasts):
    theme = make("theme")
    anna.post(KEEP, filled(anna, admin_url(theme), summary="Typed by Anna."))
    text = UnsavedText.objects.get()
    UnsavedText.objects.update(at=timezone.now() - timedelta(days=days))

    assert ("Take it back" in page_of(anna.get(admin_url(theme)))) == lasts
    assert ("Typed by Anna." in page_of(anna.get(admin_url(theme), {"kept": text.form}))) == lasts
    save_form(logged_in("bert"), make("theme"), title="Anything")

    assert UnsavedText.objects.exists() == lasts


@pytest.mark.parametrize("over", [0, 1])
def test_what_can_be_sent_can_be_kept_and_no_more(anna, settings, over):
    theme = make("theme")
    typed = filled(anna, admin_url(theme))
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000
    for way in (KEEP, admin_url(theme)):
        if way != KEEP:
            end_session(anna)
        body = f"unsaved={typed['unsaved']}&summary="
        body += "x" * (20_000 + over - len(body))
        status = anna.generic("POST", way, body, "application/x-www-form-urlencoded").status_code
        assert status == (413 if over else 204 if way == KEEP else 302)
    assert len(kept()) == 1 - over


@pytest.mark.parametrize("odd", ["a\0b", "\x01\x1b\ufffe\U0010ffff", "\\u0000", "’‮ﬀ" * 9])
def test_odd_text_is_refused_or_kept_as_it_is(anna, odd):
    theme = make("theme")
    typed = filled(anna, admin_url(theme), summary=odd)

    response = anna.post(KEEP, typed)
    named = anna.post(KEEP, typed | {"summary": "", odd: "x"})
    end_session(anna)
    late = anna.post(admin_url(theme), typed)

    if "\0" in odd:
        assert [response.status_code, named.status_code, late.status_code] == [400, 400, 400]
        assert kept() == []
    else:
        assert [response.status_code, named.status_code, late.status_code] == [204, 204, 302]
        assert [text["summary"] for text in kept()] == [odd]
        response, _ = log_in(anna, late)
        page_of(response)


@pytest.mark.parametrize(
    "fields",
    [
        "[]",
        '[["title", []]]',
        '[["edit_version", ["x"]], ["themes", ["x", "9" ]]]',
        '[["citations-TOTAL_FORMS", ["9999999"]]]',
    ],
)
@pytest.mark.parametrize("kind", ["theme", "technology"])
@pytest.mark.once
def test_a_form_filled_with_nonsense_is_a_form_with_errors(anna, fields, kind):
    record = make_full(kind)
    text = {"address": admin_url(record), "form": "x", "fields": fields}
    UnsavedText.objects.create(user=User.objects.get(), at=timezone.now(), **text)

    assert BACK in page_of(anna.get(admin_url(record), {"kept": "x"}))


@pytest.mark.parametrize("asked", ["", "x", "x" * 300, "é", "_"])
def test_a_text_that_is_not_there_is_a_form_as_it_is(anna, asked):
    theme = make("theme", summary="As it was.")

    page = page_of(anna.get(admin_url(theme), {"kept": asked}))

    assert Form(page).values["summary"] == "As it was."
    assert BACK not in page


def test_opening_a_form_writes_nothing(anna):
    theme = make("theme")
    anna.post(KEEP, filled(anna, admin_url(theme), summary="Typed by Anna."))

    with CaptureQueriesContext(connection) as queries:
        page_of(anna.get(admin_url(theme)))
        page_of(anna.get(admin_url(theme), {"kept": UnsavedText.objects.get().form}))

    reads = ("SELECT", "DECLARE")  # a cursor of PostgreSQL, which reads as well
    assert not [query["sql"] for query in queries if not query["sql"].startswith(reads)]


def test_the_way_back_is_ours_and_keeps_what_the_address_said(anna):
    address = f"{ADD}?_popup=1&kept=old"
    typed = filled(anna, address, title="In a small window")
    end_session(anna)

    late = anna.post(address, typed)

    parts = urlsplit(late["Location"])
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", ADD)
    assert parse_qs(parts.query) == {"_popup": ["1"], "kept": [UnsavedText.objects.get().form]}


def test_a_command_deletes_old_texts_where_nobody_edits(anna, capsys):
    for days in (29, 30, 31):
        UnsavedText.objects.create(
            user=User.objects.get(),
            address=ADD,
            form=str(days),
            fields="[]",
            at=timezone.now() - timedelta(days=days),
        )

    call_command("forget_unsaved")
    call_command("forget_unsaved")

    assert capsys.readouterr().out == "Texts deleted: 2.\nTexts deleted: 0.\n"
    assert [text.form for text in UnsavedText.objects.all()] == ["29"]


def test_who_else_is_editing_is_told_but_not_what(anna):
    theme = make("theme")
    bert = people.logged_in(people.member("contributor", name="bert"))
    bert.post(KEEP, filled(bert, admin_url(theme), summary="Typed by Bert."))

    page = anna.get(admin_url(theme)).content.decode()

    assert "is editing this now" in page
    assert "bert" in page
    assert "Typed by Bert." not in page
    assert "is editing this now" not in bert.get(admin_url(theme)).content.decode()
    UnsavedText.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert "is editing this now" not in anna.get(admin_url(theme)).content.decode()
