"""What country notes record of national law, asked by country."""

import json
from operator import itemgetter

from ethics.choices import Topic
from ethics.kinds import COUNTRY_NOTE
from ethics.pages import rule_of
from media4sec.publications.models import Publication
from media4sec.publications.stated import of_each


def notes_by_country():
    """``{code: key of the note}``; of several on one country, that of the last in the order of the list."""
    notes = of_each("countries of notes", countries_of, COUNTRY_NOTE.name)
    return {country: pk for pk, (_place, country) in sorted(notes.items(), key=itemgetter(1, 0))}


def countries_of(rows):
    """``[(key, (place in the list, country))]``. One query."""
    for pk, sort_key, document in rows.values_list("pk", "sort_key", "document"):
        yield pk, (sort_key, json.loads(document)["country"])


def countries_with_notes():
    return set(notes_by_country())


def national_law_on(code, names):
    """What the note of a country says of these records, ``{(kind, identifier)}``; None where there is no note.

    ``{title, url, authority, authority_url, rules, covered, total}``: rules that name one of the records, or all of
    them where the note itself is about one that is law; and how many of the records have a rule.
    """
    row = Publication.objects.published().filter(pk=notes_by_country().get(code)).only("document").first()
    if row is None:
        return None
    note = row.body
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
