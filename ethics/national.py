"""What country notes record of national law, asked by country."""

from ethics.choices import Topic
from ethics.kinds import COUNTRY_NOTE
from ethics.pages import rule_of
from media4sec.publications.models import Publication
from media4sec.publications.stated import since_change


def notes_by_country():
    """``{code: document}`` of all notes."""
    rows = Publication.objects.published().of(COUNTRY_NOTE.name).order_by("sort_key", "pk").only("document")
    return since_change(
        "notes by country", lambda: {row.body["country"]: row.body for row in rows}, COUNTRY_NOTE.name
    )


def countries_with_notes():
    return set(notes_by_country())


def national_law_on(code, names):
    """What the note of a country says of these records, ``{(kind, identifier)}``; None where there is no note.

    ``{title, url, authority, authority_url, rules, covered, total}``: rules that name one of the records, or all of
    them where the note itself is about one that is law; and how many of the records have a rule.
    """
    note = notes_by_country().get(code)
    if note is None:
        return None
    own = {(ref["kind"], ref["id"]) for ref in note["instruments"]}
    rules, covered = [], set()
    for rule in note["rules"]:
        named = {(ref["kind"], ref["id"]) for ref in rule["refs"]} & names
        if named or own & names:
            rules.append({**rule_of(rule), "topic_label": Topic(rule["topic"]).label})
            covered |= named or (own & names)
    return {
        "title": note["title"],
        "url": note["url"],
        "authority": note["authority"],
        "authority_url": note["authority_url"],
        "rules": rules,
        "covered": len(covered),
        "total": len(names),
    }
