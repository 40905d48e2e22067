"""The ethics and legal check, as visitors answer it.

What they answer travels in the body of a request and in a file of their own; nothing here stores it, logs it or puts it
into an address. No answer is a score: the result names points to take to somebody who decides.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import wraps

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ethics.check import outcome
from ethics.choices import CheckSection
from ethics.examples import reasons_of
from ethics.kinds import CHECK_QUESTION
from media4sec.kinds import kinds_by_name
from media4sec.languages import local
from media4sec.negotiation import with_other_forms
from media4sec.portal.errors import bad_request
from media4sec.portal.lists.views import kind_list, refuse
from media4sec.portal.record.evidence import flags_of
from media4sec.portal.record.law import DAY_PARAMETER, EARLIEST, LATEST, day_asked, law_of_issues
from media4sec.portal.wording import word
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import of_each, since_change
from media4sec.representations import forms_of_lists

CHECK_ADDRESS = CHECK_QUESTION.list_url
FORMAT, FORMAT_VERSION = "medi4sec-check", 1
MOST_SAVED_BYTES = 100_000  # of a file with answers; the longest that can be given take some 5,000
MOST_TOOLS = 8
LONGEST_CHECK = 45  # questions; of more, those that come first
MOST_SUBJECTS = 300  # that a list to choose from has room for; where there are more, their numbers are typed
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SUBJECTS = {  # what a check can be about: the name of the field, its kind, what the form calls it
    "situation": ("situation", gettext_lazy("Situation")),
    "pattern": ("pattern", gettext_lazy("Practice")),
    "technology": ("technology", gettext_lazy("Tool")),
}


@dataclass(frozen=True)
class CheckAnswered:
    """What a visitor chose and answered, as far as the check knows it; ``errors`` says what it does not know."""

    subjects: dict[str, list[str]] = field(default_factory=dict)  # {field: [identifier, …]}
    answers: dict[str, list[str]] = field(default_factory=dict)  # {question: [value, …]}
    on: str = ""  # the day when it will be, YYYY-MM-DD
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def fields(self):
        """As hidden fields of a form: [(name, value), …]."""
        both = self.subjects | self.answers | ({DAY_PARAMETER: [self.on]} if self.on else {})
        return [(name, value) for name, values in both.items() for value in values]


def questions_now():
    """``{identifier: public document}`` of the questions, in their order."""
    return since_change("questions of the check", _questions, CHECK_QUESTION.name)


def _questions():
    index = current()
    rows = index.documents(index.ordered([CHECK_QUESTION.name]), LONGEST_CHECK)
    return {row["identifier"]: row for row in sorted(rows, key=lambda row: (row["order"], row["identifier"]))}


def subjects_now(kind):
    """``{identifier: title}`` of the first records of a kind that a check can be about, in the order of their list."""
    return since_change(f"subjects of the check, {kind}", lambda: _subjects(kind), kind)


def _subjects(kind):
    index = current()
    pks = index.pks[index.ordered([kind])[:MOST_SUBJECTS]].tolist()
    rows = Publication.objects.only("identifier", "title").in_order_of(pks)
    return {row.identifier: row.title for row in rows}


def all_subjects(kind):
    """The identifiers of all records of a kind. What visitors choose is looked up here: in no query stands what they
    send."""

    def identifiers():
        return frozenset(of_each(f"identifiers of {kind}", told, kind).values())

    def told(rows):
        return rows.values_list("pk", "identifier")

    return since_change(f"subjects of the check, all of {kind}", identifiers, kind)


# Reading what was answered


def given_in(values):
    """What ``{name: [value, …]}`` means to the check, each question's answers in their own order."""
    questions = questions_now()
    errors, chosen, answers = [], {}, {}
    for name, (kind, _) in SUBJECTS.items():
        wanted = list(dict.fromkeys(filter(None, values.get(name, ()))))
        most = MOST_TOOLS if name == "technology" else 1
        if len(wanted) > most or not all_subjects(kind).issuperset(wanted):
            errors.append((name, gettext("This is not there, or too many are chosen: choose again.")))
        elif wanted:
            chosen[name] = wanted
    for identifier, question in questions.items():
        wanted = set(filter(None, values.get(identifier, ())))
        known = [answer["value"] for answer in question["answers"] if answer["value"] in wanted]
        if wanted - set(known):
            errors.append((identifier, gettext("The question has no such answer now: answer it again.")))
        elif len(known) > 1 and question["question_type"] == "single":
            errors.append((identifier, gettext("Choose one answer.")))
        elif known:
            answers[identifier] = known
    on, wrong = day_asked(values.get(DAY_PARAMETER, ()))
    errors += [(DAY_PARAMETER, wrong)] if wrong else []
    unknown = sorted(values.keys() - questions.keys() - SUBJECTS.keys() - {DAY_PARAMETER, "file"})
    errors += [(name[:80], gettext("The check has no such question now.")) for name in unknown[:10]]
    return CheckAnswered(chosen, answers, on.isoformat() if on else "", errors)


def given_in_file(upload):
    """What a file says that the check wrote; a file of another kind is an error in words."""
    if upload.size > MOST_SAVED_BYTES:
        return CheckAnswered(errors=[("file", gettext("This file is too large to be answers of the check."))])
    try:
        content = json.loads(upload.read())
        is_ours = content["format"] == FORMAT and content["format_version"] == FORMAT_VERSION
        on = {DAY_PARAMETER: [content[DAY_PARAMETER]]} if DAY_PARAMETER in content else {}
        values = {**content["about"], **content["answers"], **on}
        is_ours = is_ours and all(
            name.isprintable() and isinstance(value, list) and all(isinstance(text, str) for text in value)
            for name, value in values.items()
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        is_ours, values = False, {}
    if not is_ours:
        return CheckAnswered(errors=[("file", gettext("This is not a file that the check has saved."))])
    return given_in({name: [text[:80] for text in value] for name, value in values.items()})


def as_file(given):
    """The answers as JSON, which the check opens again exactly; what follows from them is worked out then."""
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_with": f"{settings.BASE_URL}{CHECK_ADDRESS}",
        "about": given.subjects,
        "answers": given.answers,
        **({DAY_PARAMETER: given.on} if given.on else {}),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


# The pages


def for_nobody_else(view):
    """A view of answers: kept nowhere, and in no report of an error. It changes nothing, so anybody may send it.

    What would be put aside on the disk while it is read is not taken at all, and what is no form is not taken for one
    without answers.
    """

    @wraps(view)
    def read_in_memory(request, **named):
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            return HttpResponse(status=413)
        if request.method == "POST" and request.content_type not in FORMS:
            return bad_request(request)
        return view(request, **named)

    return csrf_exempt(sensitive_post_parameters()(cache_control(no_store=True)(read_in_memory)))


@require_safe
@with_other_forms(forms_of_lists)
def check(request):
    """The questions, to be answered; with parameters, the list of them."""
    if request.GET:
        return kind_list(request, path=CHECK_QUESTION.path)
    return questions_page(request, CheckAnswered())


@for_nobody_else
@require_http_methods(["GET", "HEAD", "POST"])
def reopened(request):
    """The form again, with answers from the page of the result or from a file."""
    if request.method != "POST":
        return HttpResponseRedirect(local(CHECK_ADDRESS))
    upload = request.FILES.get("file")
    given = given_in_file(upload) if upload else given_in(dict(request.POST.lists()))
    return questions_page(request, given, status=400 if given.errors else 200)


@for_nobody_else
@require_http_methods(["GET", "HEAD", "POST"])
def check_result(request):
    """What the answers raise."""
    if request.method != "POST":
        return HttpResponseRedirect(local(CHECK_ADDRESS))
    given = given_in(dict(request.POST.lists()))
    if given.errors:
        return questions_page(request, given, status=400)
    return render(request, "ethics/check-result.html", what_is_raised(given))


@for_nobody_else
@require_http_methods(["POST"])
def result_file(request):
    """The answers as a file of the visitor's own."""
    given = given_in(dict(request.POST.lists()))
    if given.errors:
        return refuse(request, given.errors)
    response = HttpResponse(as_file(given), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="check-{localdate().isoformat()}.json"'
    return response


def questions_page(request, given, status=200):
    questions, numbers = questions_now(), current().numbers()
    failed = dict(given.errors)
    parts = {}  # in the order of their questions
    for row in questions.values():
        parts.setdefault(row["section"], []).append(row_of(row, questions, given, failed))
    context = {
        "crumbs": way_to_check(),
        "parts": [
            {
                "name": name.replace(" ", "-"),
                "title": word(CheckSection(name).label, "section", name),
                "questions": rows,
            }
            for name, rows in parts.items()
        ],
        "subjects": [
            {
                "name": name,
                "label": label,
                "options": options,
                "is_typed": numbers[kind] > len(options),
                "list_url": kinds_by_name()[kind].list_url,
                "chosen": given.subjects.get(name, [])[:MOST_TOOLS] or [""],
                "failed": failed.get(name, ""),
            }
            for name, (kind, label) in SUBJECTS.items()
            for options in [subjects_now(kind)]
        ],
        "asked": len(questions),
        "count": numbers[CHECK_QUESTION.name],
        "on": {"value": given.on, "failed": failed.get(DAY_PARAMETER, ""), "span": (EARLIEST, LATEST)},
        "errors": given.errors,
        "is_reopened": bool(given.fields),
    }
    return render(request, "ethics/check.html", context, status=status)


def row_of(question, questions, given, failed):
    """A question of the form, and after which answers it is asked."""
    first = question["show_if_question"]
    asked_after = questions.get(first["id"]) if first else None
    labels = {answer["value"]: answer["label"] for answer in asked_after["answers"]} if asked_after else {}
    return {
        "document": question,
        "is_single": question["question_type"] == "single",
        "after": asked_after,
        "when": question["show_if_answers"],
        "when_labels": [labels[value] for value in question["show_if_answers"] if value in labels],
        "hides": {answer["value"]: [ref["id"] for ref in answer["hides"]] for answer in question["answers"]},
        "given": given.answers.get(question["identifier"], ()),
        "failed": failed.get(question["identifier"], ""),
    }


def what_is_raised(given):
    """What the page of the result shows: what is prohibited first, then each issue with the answers that raised it."""
    questions, chosen = questions_now(), documents_of(given)
    tools = chosen.get("technology", [])
    found = outcome(questions, given.answers, tools)
    rows = Publication.objects.published().of("issue").filter(identifier__in=found.issues)
    stops = stops_of(questions, found.asked, given.answers)
    banned = {ref["id"]: stop["to_do"] for stop in stops for ref in stop["raises"]}
    issues = sorted(
        rows,
        key=lambda row: (
            row.identifier not in banned,
            -len(found.by_answers.get(row.identifier, ())),
            row.pk,
        ),
    )
    named = {tool["identifier"]: tool for tool in tools}
    law = law_of_issues(issues, date.fromisoformat(given.on) if given.on else None)
    flags = []
    for flag in flags_of(issues, law):
        issue = flag["identifier"]
        texts = (*found.by_answers.get(issue, ()), *found.by_technologies.get(issue, ()))
        reasons = [text.partition(":")[::2] for text in texts]
        safeguards = banned.get(issue) or safeguards_of(flag, reasons, questions)
        flags.append({**flag, "raised_by": reasons_of(reasons, questions, named), "safeguards": safeguards})
    situation = next(iter(chosen.get("situation", [])), None)
    context = [ref for ref in situation["issues"] if ref["id"] not in found.issues] if situation else []
    unanswered = [questions[name] for name in found.asked if name not in given.answers]
    return {
        "crumbs": way_to_check(gettext("Result")),
        "given": given,
        "title": title_of_result(len(flags)),
        "about": [
            (label, document) for name, (_, label) in SUBJECTS.items() for document in chosen.get(name, [])
        ],
        "stops": stops,
        "flags": flags,
        "context_issues": context,
        "unanswered": unanswered,
        "asked_count": len(found.asked),
        "answered": answered_rows(questions, found.asked, given.answers),
        "law": law,
        "not_asked": [row for name, row in questions.items() if name not in found.asked],
    }


def title_of_result(count):
    """“10 points to take to your data-protection officer”."""
    if not count:
        return gettext("Your answers raise no issue that is recorded here")
    return ngettext(
        "%(count)s point to take to your data-protection officer",
        "%(count)s points to take to your data-protection officer",
        count,
    ) % {"count": count}


def documents_of(given):
    """``{field: [document, …]}`` of what the check is about, in the order chosen. One query."""
    wanted = {(SUBJECTS[name][0], value) for name, values in given.subjects.items() for value in values}
    if not wanted:
        return {}
    rows = Publication.objects.published().filter(
        kind__in={kind for kind, _ in wanted}, identifier__in={identifier for _, identifier in wanted}
    )
    known = {(row.kind, row.identifier): row.body for row in rows}
    return {
        name: [known[key] for value in values if (key := (SUBJECTS[name][0], value)) in known]
        for name, values in given.subjects.items()
    }


def stops_of(questions, asked, answers):
    """The answers by which something is prohibited, each with what to do now."""
    return [
        {
            "question": questions[name],
            "answer": answer["label"],
            "to_do": answer["safeguards"],
            "raises": answer["raises"],
        }
        for name in asked
        for answer in questions[name]["answers"]
        if answer["value"] in answers.get(name, ()) and answer.get("is_prohibited")
    ]


def safeguards_of(flag, reasons, questions):
    """What the answers that raised an issue call for, then what its record advises. Against a ban nothing helps."""
    asked_for = [
        text
        for name, value in reasons
        if value
        for answer in questions[name]["answers"]
        if answer["value"] == value
        for text in answer["safeguards"]
    ]
    return list(dict.fromkeys([*asked_for, *flag["safeguards"]]))


def answered_rows(questions, asked, answers):
    """Each question that was answered, with the answers in words."""
    return [
        {
            "question": questions[name],
            "answers": [
                answer["label"] for answer in questions[name]["answers"] if answer["value"] in answers[name]
            ],
        }
        for name in asked
        if name in answers
    ]


def way_to_check(*below):
    """The way to the check, and to what is below it."""
    titles = [gettext("Ethics and legal check"), *below]
    way = [{"title": gettext("Home"), "url": "/"}, {"title": gettext("Issues"), "url": "/issues/"}]
    addresses = [CHECK_ADDRESS, None] if below else [None]
    return way + [{"title": title, "url": url} for title, url in zip(titles, addresses, strict=True)]
