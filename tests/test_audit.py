"""The audit trail: every step with who, what, when and why. It outlives accounts, and shows where it was changed."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from media4sec.records.audit import chain, digest_after, faults, seal_of
from media4sec.records.documents.reading import working_document as document_of
from media4sec.records.models import AuditEntry, AuditHead, Record
from media4sec.records.workflow import merge, publish, restore, revert, save_revision, withdraw
from tests.examples import examples
from tests.factories import fresh, published, save, steps_of
from tests.people import administrator

ANNA = "anna@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return administrator("anna")


def told(record):
    return steps_of(record, "action", "version", "actor", "note")


def steps(count=5):
    """That many steps, in the chain."""
    record = published("theme")
    AuditEntry.objects.all()._raw_delete("default")
    for number in range(count):
        record = fresh(record)
        record.summary = f"What it does, version {number}."
        record.save()
        save_revision(record)
    chain()
    assert AuditEntry.objects.count() == count
    return record


# gate 5.1
def test_every_step_is_told_with_who_and_why(anna):
    other, record = published("technology"), published("technology")
    AuditEntry.objects.all()._raw_delete("default")
    record.summary = "Another sentence about what it does."
    record.save()

    save_revision(record, by=anna, note="The maker said so")
    publish(fresh(record), by=anna, note="Read twice")
    withdraw(fresh(record), by=anna, reason="It is gone.", successor=other)
    restore(fresh(record), by=anna)
    revert(fresh(record), record.revisions.get(number=1), by=anna)
    merge(fresh(record), other, by=anna, reason="The same.")

    assert told(record) == [
        ("saved", 2, ANNA, "The maker said so"),
        ("published", 2, ANNA, "Read twice"),
        ("withdrawn", 2, ANNA, f"It is gone. Successor: {other.identifier}."),
        ("restored", 2, ANNA, ""),
        ("saved", 3, ANNA, "Back to version 1"),
        ("merged", 3, ANNA, f"The same. Successor: {other.identifier}."),
    ]


def test_saving_what_was_saved_is_no_step(anna):
    record = published("technology")
    before = told(record)

    save_revision(record, by=anna, note="Nothing changed")

    assert told(record) == before


def test_steps_of_commands_are_told_too():
    record = published("theme")

    assert [(action, actor) for action, _, actor, _ in told(record)][-1] == ("published", "")


def test_the_history_tells_the_steps_when_the_account_is_gone(client, anna):
    record = published("technology")
    record.summary = "Another sentence about what it does."
    record.save()
    save_revision(record, by=anna, note="The maker said so")
    publish(fresh(record), by=anna, note="Read twice")
    anna.delete()
    client.force_login(administrator("bert"))

    page = client.get(f"/admin/catalogue/technology/{record.pk}/history/").content.decode()

    assert page.count("anna") >= 3  # two steps and one version
    assert "Read twice" in page
    assert "Published on" in page


# The chain


def test_steps_are_in_the_chain_as_soon_as_they_are_committed(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record = published("technology")

    assert not AuditEntry.objects.filter(position=None).exists()
    assert AuditEntry.objects.filter(identifier=record.identifier).exists()
    assert list(faults()) == []


def test_a_chain_that_nobody_touched_is_whole():
    steps()

    assert list(faults()) == []
    assert AuditHead.objects.get().position == 5
    assert chain() == 0


def changed(**values):
    AuditEntry.objects.filter(position=3).update(**values)


def moved():
    third, fourth = (AuditEntry.objects.get(position=number) for number in (3, 4))
    AuditEntry.objects.filter(pk=third.pk).update(position=None)
    AuditEntry.objects.filter(pk=fourth.pk).update(position=3)
    AuditEntry.objects.filter(pk=third.pk).update(position=4)


def removed(first, last):
    AuditEntry.objects.filter(position__range=(first, last))._raw_delete("default")


def rewritten():
    """The whole rest of the chain is made again after a change, its end included; only what was noted tells."""
    entry = AuditEntry.objects.get(position=3)
    entry.note = "Something else"
    entry.seal = seal_of(entry)
    before = AuditEntry.objects.get(position=2).digest
    for later in (entry, *AuditEntry.objects.filter(position__gt=3).order_by("position")):
        before = later.digest = digest_after(before, later)
        AuditEntry.objects.filter(pk=later.pk).update(note=later.note, seal=later.seal, digest=later.digest)
    AuditHead.objects.update(digest=before)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda: changed(action="merged"), "Entry 3 is not as it was written, or not where it was."),
        (lambda: changed(version=9), "Entry 3 is not as it was written, or not where it was."),
        (lambda: changed(identifier="T-999"), "Entry 3 is not as it was written, or not where it was."),
        (lambda: changed(at="2020-01-01T00:00Z"), "Entry 3 is not as it was written, or not where it was."),
        (lambda: changed(actor="somebody"), "Title, actor or note of entry 3 are not as they were written."),
        (
            lambda: changed(note="Another reason"),
            "Title, actor or note of entry 3 are not as they were written.",
        ),
        (lambda: changed(salt="", actor="x"), "Texts of entry 3 were written after they had been removed."),
        (moved, "Entry 3 is not as it was written, or not where it was."),
        (lambda: removed(3, 3), "Entry 3 is missing."),
        (lambda: removed(2, 4), "Entries 2 to 4 are missing."),
        (lambda: removed(1, 1), "Entry 1 is missing."),
        (lambda: removed(4, 5), "The chain ends at entry 3; it had 5."),
        (lambda: removed(1, 5), "The chain ends at entry 0; it had 5."),
        (lambda: AuditHead.objects.all().delete(), "The chain ends at entry 5, and its end is noted as 0:"),
    ],
)
def test_what_was_done_to_the_chain_is_found(harm, said):
    steps()

    harm()

    assert [fault for fault in faults() if fault.startswith(said)]
    with pytest.raises(CommandError, match=re.escape(said)):
        call_command("verify_audit")


def test_an_end_that_was_noted_finds_a_chain_that_was_made_again():
    steps()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    end = out.getvalue().split()[-1]

    call_command("verify_audit", expect=end, stdout=StringIO())
    rewritten()

    call_command("verify_audit", stdout=StringIO())  # in itself it is whole
    with pytest.raises(CommandError, match="Entry 5 is not the one that was noted"):
        call_command("verify_audit", expect=end)


def test_a_trail_is_looked_at_where_nothing_can_be_written():  # gate 6.10
    steps()
    published("theme")  # one entry more, without a place
    out = StringIO()

    with override_settings(READ_ONLY=True):
        call_command("verify_audit", stdout=out)
        removed(2, 2)
        with pytest.raises(CommandError, match="Entry 2 is missing"):
            call_command("verify_audit", stdout=StringIO())

    waiting = AuditEntry.objects.filter(position=None).count()
    assert waiting
    assert f"{waiting} of them have no place in the chain yet" in out.getvalue()


@pytest.mark.parametrize("text", ["", "5", "5:", "x:" + "0" * 64, "5:abc"][1:])
def test_an_end_that_is_none_is_refused(text):
    with pytest.raises(CommandError, match="is no end of a chain"):
        call_command("verify_audit", expect=text)


# gate 8.6
def test_texts_can_be_removed_for_good_and_the_chain_still_verifies(anna):
    record = published("technology")
    record.summary = "Another sentence about what it does."
    record.save()
    save_revision(record, by=anna, note="Bert Brown said so")
    chain()

    AuditEntry.objects.filter(actor=ANNA).update(title="", actor="", note="", salt="")

    assert list(faults()) == []
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "of 1 the texts were removed" in out.getvalue()


def test_entries_cannot_be_edited_by_accident():
    steps(1)
    entry = AuditEntry.objects.get()

    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.slow
@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.sampled_from(["save", "publish", "withdraw", "restore", "chain"]), max_size=12))
def test_any_order_of_steps_gives_a_whole_chain(taken):
    record = published("technology")
    for number, step in enumerate(taken):
        record = fresh(record)
        if step == "save":
            save(
                document_of(record) | {"summary": f"Sentence {number} on what it does."}, record.kind, record
            )
            save_revision(fresh(record))
        elif step == "publish" and record.public_state != Record.State.WITHDRAWN:
            publish(record)
        elif step == "withdraw" and record.public_state == Record.State.PUBLISHED:
            withdraw(record, reason="Gone.")
        elif step == "restore" and record.public_state == Record.State.WITHDRAWN:
            restore(record)
        elif step == "chain":
            chain()
    chain()

    assert list(faults()) == []
    last = AuditEntry.objects.order_by("-position").first()
    assert (last.position, AuditHead.objects.get().digest) == (AuditEntry.objects.count(), last.digest)
