"""What is stated of a record in one line each: the fact card, its limits, its status and its history."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy, ngettext

from media4sec.kinds import lower_first
from media4sec.portal.record.evidence import basis_of, newest_source_of
from media4sec.portal.rows import as_fact, day_or_not_yet
from media4sec.portal.wording import content
from media4sec.publications.stated import checked_parts

MANY_VALUES = 5
LONG_FACT, VERY_LONG_FACT = 44, 120
WRITTEN_BY = {"editorial": gettext_lazy("Editors’ text"), "project": gettext_lazy("From a project source")}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact in words; a note says more on it."""

    text: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its values; without any, nothing is stated. ``width`` is a class of the style sheet."""

    label: str
    values: list[Value]
    width: str = ""


def values_of(fact):
    return [
        Value(as_fact(value)["text"], value["url"] or "", value.get("note", "")) for value in fact["values"]
    ]


def facts_of(kind, stated):
    """The facts that are known; long ones span the card. ``stated`` are those of the document, with their notes."""
    found = []
    for fact in stated:
        if fact["name"] in kind.page.limits:
            continue
        texts = [value["text"] for value in fact["values"]]
        is_told = any(texts == [value.text for value in other.values] for other in found)
        if not texts or (is_told and fact["name"].endswith("_as_stated")):
            continue
        longest = max(map(len, texts))
        width = "whole" if longest > VERY_LONG_FACT else "wide" if longest > LONG_FACT else ""
        found.append(Fact(fact["label"], values_of(fact), "many" if len(texts) > MANY_VALUES else width))
    return found


def unknown_facts(kind, stated, known):
    """Labels of the facts that this record leaves open and others of its kind, in ``known``, do not."""
    return [
        lower_first(fact["label"])
        for fact in stated
        if not fact["values"] and fact["name"] in known and fact["name"] not in kind.page.limits
    ]


def limits_of(kind, display, known):
    """Requirements and limits, also where this record states none: not to know them is worth knowing."""
    return [
        Fact(fact["label"], values_of(fact))
        for fact in display["facts"]
        if fact["name"] in kind.page.limits and fact["name"] in known
    ]


def status_line(document, display):
    """The status line: is it alive?, and in one line whose words these are, when they were checked, and when next."""
    checked, due = document["checked_on"], document["review_due"]
    return {
        "state": display["state"],
        "words": [
            WRITTEN_BY[document["provenance"]],
            gettext("checked %(day)s") % {"day": day_or_not_yet(checked)}
            if checked
            else gettext("not checked yet"),
            *filter(None, [newest_source_of(document)]),
            gettext("next review %(day)s") % {"day": day_or_not_yet(due)}
            if due
            else gettext("no review planned yet"),
        ],
    }


def history_of(publication, document, display):
    """What is behind the status line: the versions, where the record comes from, and what was looked up."""
    verified = {True: gettext("Yes"), False: gettext("Not yet"), None: gettext("Not stated")}
    earlier = publication.earlier_versions()
    versions = ngettext("%(count)s earlier version", "%(count)s earlier versions", earlier)
    note = versions % {"count": earlier} if earlier > 0 else gettext("No earlier version")
    looked_up = [Value(verified[document["verified"]], note=content(basis_of(document)))]
    if unverified := unverified_note(document):
        looked_up.append(Value(unverified))
    return [
        Fact(gettext("Version"), [Value(str(publication.version), f"{publication.url}versions/", note)]),
        Fact(gettext("Provenance"), [Value(display["provenance"])]),
        Fact(gettext("Looked up"), looked_up, "wide"),
    ]


def unverified_note(document):
    """How many of the record's parts that somebody should look up nobody did, or without success."""
    parts = checked_parts(document)
    number = sum(part["verified"] is not True for part in parts)
    if not number:
        return ""
    text = ngettext(
        "%(number)s of %(all)s entries on this page is not verified",
        "%(number)s of %(all)s entries on this page are not verified",
        number,
    )
    return text % {"number": number, "all": len(parts)}
