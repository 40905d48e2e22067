"""The public history of a record: its versions, any of them as it was, and what differs between two."""

import json
from datetime import UTC

from django.http import Http404
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.changed_words import compare
from media4sec.kinds import kinds_by_name
from media4sec.portal.lists.views import refuse
from media4sec.portal.record.page import crumbs_of
from media4sec.portal.record.views import at_address

SIDES = ("from", "to")


@require_safe
def versions(request, path, ref):
    """All versions that were public, with what changed in each, and the difference of two. Two queries."""
    publication, answer = at_address(request, path, ref, "versions/")
    if answer:
        return answer
    history = History(publication)
    chosen, errors = chosen_in(request.GET, history.numbers)
    if errors:
        return refuse(request, errors)
    context = frame(publication, [gettext("Versions")]) | {
        "rows": history.rows(),
        "numbers": history.numbers,
        "chosen": chosen,
        "is_asked": bool(request.GET),
        "differences": history.differences(*chosen) if chosen else [],
    }
    return render(request, "portal/versions.html", context)


@require_safe
def version_page(request, path, ref, number):
    """One version as it was, marked as old unless it is the current one."""
    publication, answer = at_address(request, path, ref, f"versions/{number}/")
    if answer:
        return answer
    history = History(publication)
    found = next((row for row in history.rows() if row["number"] == number), None)
    if found is None:
        raise Http404
    context = frame(
        publication, [gettext("Versions"), gettext("Version %(number)s") % {"number": number}]
    ) | {"version": found, "fields": history.fields[number], "newest": history.numbers[0]}
    return render(request, "portal/version.html", context)


def frame(publication, titles):
    """What both pages say about the record; ``titles`` of the pages below the record's own, down to this one."""
    kind = kinds_by_name()[publication.kind]
    *crumbs, own = crumbs_of(kind, publication)
    below = [{"title": title, "url": f"{publication.url}versions/"} for title in titles]
    return {
        "title": titles[-1],
        "crumbs": [*crumbs, {**own, "url": publication.url}, *below],
        "plate": publication.identifier if kind.identifier.is_shown else "",
        "publication": publication,
    }


def chosen_in(query, numbers):
    """((from, to), errors): the two versions to compare; without any, the last two. None where there is only one."""
    errors = [
        (name, gettext("There is no such parameter here."))
        for name in dict.fromkeys(query)
        if name not in SIDES
    ]
    if not errors and not query:
        return (numbers[1], numbers[0]) if len(numbers) > 1 else None, []
    chosen = []
    for name in SIDES:
        values = query.getlist(name)
        found = [number for number in numbers if values == [str(number)]]
        if not found:
            errors.append((name, gettext("Give the number of one of this record’s versions.")))
        chosen += found
    return tuple(chosen), errors


class History:
    """The versions of a publication, the newest first. One query."""

    def __init__(self, publication):
        self.versions = list(publication.versions.all())
        self.numbers = [row.number for row in self.versions]
        self.fields = {
            row.number: {
                name: {"label": label, "text": text} for name, label, text in json.loads(row.document)
            }
            for row in self.versions
        }

    def rows(self):
        """Each version with the labels of the fields that changed, and until when it was the current one."""
        older = [*self.numbers[1:], None]
        newer = [None, *self.versions[:-1]]
        return [
            {
                "number": row.number,
                "published_at": f"{row.published_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "published_on": localdate(row.published_at),
                "replaced_on": after and localdate(after.published_at),
                "before": before,
                "changed": [self.label(name, row.number, before) for name in self.changed(before, row.number)]
                if before
                else None,
            }
            for row, before, after in zip(self.versions, older, newer, strict=True)
        ]

    def changed(self, before, after):
        """The fields that two versions do not have in common, in the order of the document."""
        old, new = self.fields[before], self.fields[after]
        names = dict.fromkeys([*new, *old])
        return [name for name in names if self.text(name, before) != self.text(name, after)]

    def differences(self, before, after):
        """Each field that differs, with both texts in pieces: ``(changed?, text)``."""
        return [
            {
                "label": self.label(name, after, before),
                "sides": compare(self.text(name, before), self.text(name, after)),
            }
            for name in self.changed(before, after)
        ]

    def text(self, name, number):
        return self.fields[number].get(name, {"text": ""})["text"]

    def label(self, name, *numbers):
        return next(self.fields[number][name]["label"] for number in numbers if name in self.fields[number])
