"""What the ethics and legal check asks and raises, worked out from its questions as documents: no model, no database.

Questions and technologies are ``{identifier: document}``, working documents or public ones; answers are
``{question: [value, …]}``.
"""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The questions that are asked, in their order, and the issues with what raises them."""

    asked: list[str]
    by_answers: dict[str, list[str]]  # issue: ["Q01:monitor", …]
    by_technologies: dict[str, list[str]]  # issue: ["T-001", …]

    @property
    def issues(self):
        return sorted({*self.by_answers, *self.by_technologies})


def outcome(questions, answers, technologies=()):
    """Carry answers through the check, and add what is flagged on the technologies chosen."""
    asked = questions_asked(questions, answers)
    by_answers, by_technologies = defaultdict(list), defaultdict(list)
    for question in asked:
        for answer in _chosen(questions, question, answers):
            for issue in map(_name, answer["raises"]):
                by_answers[issue].append(f"{question}:{answer['value']}")
    for technology in technologies:
        for issue in map(_name, technology["issues"]):
            by_technologies[issue].append(technology["identifier"])
    return Outcome(asked, dict(by_answers), dict(by_technologies))


def questions_asked(questions, answers):
    """A question is asked unless it waits for an answer that was not given, or such an answer hides it.

    Only answers to questions that are asked themselves count.
    """

    def fits(question):
        first = _name(question["show_if_question"])
        if first and not (is_asked(first) and set(answers.get(first, ())) & set(question["show_if_answers"])):
            return False
        return not any(is_asked(hider) for hider in hiders[question["identifier"]])

    def is_asked(identifier):
        if identifier not in known:
            known[identifier] = False  # until it is worked out, so that a circle ends
            known[identifier] = fits(questions[identifier])
        return known[identifier]

    in_order = sorted(questions, key=lambda identifier: (questions[identifier]["order"], identifier))
    known, hiders = {}, defaultdict(list)
    for identifier in in_order:  # in a circle the order decides
        for answer in _chosen(questions, identifier, answers):
            for hidden in map(_name, answer["hides"]):
                hiders[hidden].append(identifier)
    return [identifier for identifier in in_order if is_asked(identifier)]


def answers_in(lines):
    """The answers of a worked example, which stand there one question a line: ``Q01: appeal, warn``."""
    pairs = (line.partition(": ")[::2] for line in lines)
    return {question: [value.strip() for value in values.split(",")] for question, values in pairs}


def worked_out(example, questions, technologies, situation):
    """What follows from a worked example's answers, as the fields of its document."""
    chosen = [technologies[_name(technology)] for technology in example["technologies"]]
    found = outcome(questions, answers_in(example["answers_given"]), chosen)
    return {
        "visible_questions": found.asked,
        "expected_issues": found.issues,
        "raised_by_answers": _lines(found.by_answers),
        "raised_by_technologies": _lines(found.by_technologies),
        "context_issues": sorted(set(map(_name, situation["issues"])) - set(found.issues)),
    }


def faults_of_check(questions):
    """What curators have to mend: ``[(question, what is wrong)]``, in the order of the questions.

    A question without answers is a dead end, one that no answers lead to is never seen, and what is prohibited says
    what to do now.
    """

    def can_be_asked(identifier, seen=()):
        question = questions[identifier]
        first = _name(question["show_if_question"])
        if not first:
            return True
        if first not in questions or first in seen or not can_be_asked(first, (*seen, identifier)):
            return False
        leading = _chosen(questions, first, {first: question["show_if_answers"]})
        return any(identifier not in map(_name, answer["hides"]) for answer in leading)

    found = []
    for identifier in sorted(questions, key=lambda name: (questions[name]["order"], name)):
        question = questions[identifier]
        if not question["answers"]:
            found.append((identifier, "It has no answers: nobody could go on from here."))
        if not can_be_asked(identifier):
            found.append((identifier, "It is never asked: no answer leads to it that does not hide it."))
        for answer in question["answers"]:
            following = _name(answer["next"])
            if following and (following not in questions or following in map(_name, answer["hides"])):
                found.append(
                    (identifier, f"“{answer['label']}” leads to {following}, which is not asked then.")
                )
            if answer.get("is_prohibited") and not (answer["safeguards"] and answer["raises"]):
                text = f"“{answer['label']}” is prohibited, and does not say what to do now or which issue that is."
                found.append((identifier, text))
    return found


def _chosen(questions, identifier, answers):
    values = answers.get(identifier, ())
    return [answer for answer in questions[identifier]["answers"] if answer["value"] in values]


def _lines(raised):
    return [f"{issue}: {', '.join(by)}" for issue, by in sorted(raised.items())]


def _name(reference):
    """The identifier of a record named: that of a working document itself, or in a public one's reference; or None."""
    return reference["id"] if isinstance(reference, dict) else reference
