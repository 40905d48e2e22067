"""The page of a worked example: the codes of its document in words, each question, answer, issue and tool a link."""

from dataclasses import replace

from django.utils.translation import gettext

from media4sec.portal.record.page import last_parts, listed, pictures_part
from media4sec.publications.models import Publication

TOLD = ("check-question", "issue")  # the page tells of them in parts of their own


def page_of_example(page):
    """What was answered, what each answer raised, and what the situation touches that nothing raised. One query."""
    document = page.document
    questions = questions_of(document)
    raised = raised_in(document)
    tools = {ref["id"]: {"title": ref["label"], "url": ref["url"]} for ref in document["technologies"]}
    given = [
        {"question": questions[code], "answers": answers_of(questions[code], values, raised, document)}
        for code, values in map(coded, document["answers_given"])
        if code in questions
    ]
    flags = [
        {**flag, "raised_by": reasons_of(raised.get(flag["identifier"], ()), questions, tools)}
        for flag in page.flags
    ]
    links = [group for group in page.links if group.kind.name not in TOLD]
    parts = listed(
        ("facts", gettext("Facts"), page.facts),
        ("about", page.kind.page.about, page.text),
        pictures_part(page),
        ("answers", gettext("Questions and answers"), given),
        ("flags", gettext("What the answers raise"), True),
        ("not-raised", gettext("Also in this situation"), document["context_issues"]),
        *last_parts(replace(page, links=links)),
    )
    # What the project said about the issues is on their pages.
    return replace(page, own={"given": given}, flags=flags, columns=[], links=links, parts=parts)


def coded(line):
    """``"Q12: crowd, critics"`` → (``"Q12"``, [``"crowd"``, ``"critics"``])."""
    code, _, values = line.partition(":")
    return code.strip(), [value.strip() for value in values.split(",") if value.strip()]


def questions_of(document):
    """``{code: document}`` of the questions that were answered."""
    codes = {coded(line)[0] for line in document["answers_given"]}
    rows = Publication.objects.published().of("check-question").filter(identifier__in=codes)
    return {row.identifier: row.body for row in rows}


def raised_in(document):
    """``{issue: [(question, answer) or (technology, "")]}``, as the example states it."""
    found = {}
    for line in (*document["raised_by_answers"], *document["raised_by_technologies"]):
        issue, reasons = coded(line)
        for reason in reasons:
            code, _, value = reason.partition(":")
            found.setdefault(issue, []).append((code.strip(), value.strip()))
    return found


def answers_of(question, values, raised, document):
    """The answers chosen, each with the issues that it raised here and the safeguards that it calls for."""
    issues = {ref["id"]: ref for ref in document["expected_issues"]}
    answers = {answer["value"]: answer for answer in question["answers"]}
    return [
        {
            "label": answers[value]["label"] if value in answers else "",
            "raises": [
                issues[issue]
                for issue, reasons in raised.items()
                if issue in issues and (question["identifier"], value) in reasons
            ],
            "safeguards": answers[value]["safeguards"] if value in answers else [],
        }
        for value in values
    ]


def reasons_of(reasons, questions, tools):
    """What raised an issue: ``[{title, url, answer}]``, the answer empty where it was a tool; ``{code: document}``."""
    found = []
    for code, value in reasons:
        if code in questions:
            labels = {answer["value"]: answer["label"] for answer in questions[code]["answers"]}
            question = questions[code]
            found.append(
                {"title": question["title"], "url": question["url"], "answer": labels.get(value, "")}
            )
        elif code in tools:
            found.append({"title": tools[code]["title"], "url": tools[code]["url"], "answer": ""})
    return found
