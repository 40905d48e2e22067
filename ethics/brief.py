"""The brief of a situation: what of its records goes into the room on one sheet (docs/adr/0047-the-brief.md).

Made of public documents by rule: no model, no database, no word of ours. Where records state fewer sentences than there
is room for, there are fewer.
"""

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from ethics.kinds import CHECK_QUESTION, INSTRUMENT, ISSUE, PLATFORM_REQUEST
from ethics.on_the_day import changes_between, state_on
from media4sec.portal.rows import CUT, beginning, host_of
from workshops.choices import AlternativeType, Aspect, PatternGroup
from workshops.kinds import PATTERN, SITUATION

MOST_TO_DO, MOST_NEVER, MOST_QUESTIONS = 3, 3, 5
MOST_DUTIES, MOST_SIGNED, MOST_LAWS, MOST_ASKED = 6, 4, 12, 16
LONGEST = 320  # letters of a sentence; of a longer one the beginning, with a link to the rest
PROHIBITED = "prohibited"


@dataclass(frozen=True)
class RecordBehind:
    """A record that a sentence rests on; ``is_verified`` is None where only its name was read."""

    kind: str
    identifier: str
    title: str
    url: str
    is_verified: bool | None = None


@dataclass(frozen=True)
class CitedSource:
    number: int
    title: str
    url: str
    host: str
    locator: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of a record."""

    text: str
    url: str  # of the record that has it
    head: str = ""  # who does it, or what it is called
    aspect: str = ""  # bad, ugly or prohibited
    then: tuple[str, ...] = ()  # what to do now
    records: tuple[RecordBehind, ...] = ()
    sources: tuple[int, ...] = ()  # numbers of Brief.sources

    @property
    def is_cut(self):
        return any(text.endswith(CUT) for text in (self.text, *self.then))


@dataclass(frozen=True)
class LawOfDay:
    """An instrument as it stands on the day, and what happens to it between today and then."""

    title: str
    url: str
    state: dict[str, str]  # {shape, label}
    changes: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class AskedIssue:
    """What others can ask about an issue, and what its record says can be shown them."""

    record: RecordBehind
    issue_kind: str
    questions: tuple[str, ...]
    safeguards: tuple[str, ...]
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Chosen:
    """The first of what the rule of a part finds, and how much it finds."""

    rows: tuple
    total: int

    @property
    def rest(self):
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Brief:
    question: str  # what the situation is about
    to_do: Chosen
    instead: tuple[str, ...]  # what could be done without acting
    never: Chosen  # prohibitions, then points
    bans: int  # prohibitions that touch an issue of the situation, those that are not shown included
    duties: Chosen
    signed: Chosen
    questions: Chosen
    laws: Chosen
    asked: Chosen
    records: tuple[RecordBehind, ...]  # all that the sheet names, the situation first
    sources: tuple[CitedSource, ...]


class Grounds:
    """What a sheet rests on, each once, in the order in which it is named."""

    def __init__(self):
        self.records, self.sources = {}, {}

    def note(self, *records):
        for record in records:
            key = record.kind, record.identifier
            kept = self.records.setdefault(key, record)
            if kept.is_verified is None:
                self.records[key] = record
        return records

    def cite(self, citations):
        found = []
        for citation in citations:
            url, locator = citation["url"], citation["locator"]
            host, number = host_of(url), len(self.sources) + 1
            source = CitedSource(number, citation["title"] or host, url, host, locator)
            found.append(self.sources.setdefault((url, locator), source).number)
        return tuple(dict.fromkeys(found))


def brief_of(situation, known, questions, requests, on, today):
    """The brief of a situation, with the law as it stands on a day.

    ``known`` are the documents that it names, ``{(kind, identifier): document}``; ``questions`` those of the check and
    ``requests`` those to platforms that name the situation, each in their order.
    """
    grounds = Grounds()
    grounds.note(record_behind(SITUATION, situation))
    issues = known_in_order(ISSUE, situation["issues"], known)
    practices = known_in_order(PATTERN, situation["patterns"], known)
    own_work = [row for row in practices if row["group"] == PatternGroup.LAW_ENFORCEMENT and row["solution"]]

    def chosen(rows, most):
        """``rows``: [(make, of what)]; only what is shown is made."""
        return Chosen(tuple(make(grounds, *what) for make, *what in rows[:most]), len(rows))

    def of_aspect(*aspects):
        points = [point for aspect in aspects for point in situation["points"] if point["aspect"] == aspect]
        return [(of_point, point, situation) for point in points]

    banned = [(of_answer, *found) for found in prohibitions(situation, questions)]
    asks = of_aspect(Aspect.ASK_SUPPLIER, Aspect.ASK_EXIT) or [(of_issue, *row) for row in by_turns(issues)]
    laws = known_in_order(INSTRUMENT, situation["instruments"], known)
    parts = {
        "to_do": chosen([(of_practice, row) for row in own_work], MOST_TO_DO),
        "never": chosen([*banned[:MOST_NEVER], *of_aspect(Aspect.UGLY, Aspect.BAD)], MOST_NEVER),
        "duties": chosen(of_aspect(Aspect.RESPONSIBILITY), MOST_DUTIES),
        "signed": chosen([(of_request, row) for row in requests if row["who_signs"]], MOST_SIGNED),
        "questions": chosen(asks, MOST_QUESTIONS),
        "laws": chosen([(law_on, law, on, today) for law in laws], MOST_LAWS),
        "asked": chosen([(asked_about, row) for row in issues if row["questions_to_ask"]], MOST_ASKED),
    }
    nothing = [row["text"] for row in situation["alternatives"] if row["type"] == AlternativeType.NO_ACTION]
    return Brief(
        question=cut_short(situation["question"]),
        bans=len(banned),
        **parts,
        instead=tuple(map(cut_short, nothing[:1])),
        records=tuple(grounds.records.values()),
        sources=tuple(grounds.sources.values()),
    )


def asked_in(issues):
    """(what others can ask about these issues, the sources that this rests on)."""
    grounds = Grounds()
    asked = [asked_about(grounds, issue) for issue in issues if issue["questions_to_ask"]]
    return asked, list(grounds.sources.values())


# The rules


def prohibitions(situation, questions):
    """[(answer, question)]: what the check calls prohibited, whatever else is answered, and what raises issues of this
    situation; that which raises most of them first."""
    touched = {ref["id"] for ref in situation["issues"]}
    found = [
        (answer, question, sum(ref["id"] in touched for ref in answer["raises"]))
        for question in questions
        if not question["show_if_question"]
        for answer in question["answers"]
        if answer["is_prohibited"]
    ]
    found.sort(key=lambda row: -row[2])
    return [(answer, question) for answer, question, shared in found if shared]


def by_turns(issues):
    """[(issue, question)]: the first question of each issue, then the second of each that has one, and so on."""
    rounds = zip_longest(*([(issue, text) for text in issue["questions_to_ask"]] for issue in issues))
    return [row for turn in rounds for row in turn if row]


def known_in_order(kind, refs, known):
    """The documents of these records, in their order."""
    keys = [(kind.name, ref["id"]) for ref in refs]
    return [known[key] for key in keys if key in known]


# Sentences, each with what it rests on


def of_practice(grounds, pattern):
    return sentence_of_field(grounds, PATTERN, pattern, "solution", head=pattern["title"])


def of_request(grounds, request):
    return sentence_of_field(grounds, PLATFORM_REQUEST, request, "who_signs", head=request["title"])


def of_issue(grounds, issue, text):
    return Sentence(
        text=cut_short(text),
        url=issue["url"],
        records=grounds.note(record_behind(ISSUE, issue)),
        sources=grounds.cite(supporting(issue, "questions_to_ask")),
    )


def of_answer(grounds, answer, question):
    return Sentence(
        text=cut_short(answer["label"]),
        url=question["url"],
        aspect=PROHIBITED,
        then=tuple(map(cut_short, answer["safeguards"])),
        records=grounds.note(record_behind(CHECK_QUESTION, question), *map(behind_ref, answer["raises"])),
        sources=grounds.cite(supporting(question, "answers")),
    )


def of_point(grounds, point, situation):
    return Sentence(
        text=cut_short(point["text"]),
        url=situation["url"],
        head=point["actor"],
        aspect=point["aspect"],
        records=grounds.note(*map(behind_ref, point["refs"])),
        sources=grounds.cite(point["sources"]),
    )


def sentence_of_field(grounds, kind, document, field, head):
    return Sentence(
        text=cut_short(document[field]),
        url=document["url"],
        head=head,
        records=grounds.note(record_behind(kind, document)),
        sources=grounds.cite(supporting(document, field)),
    )


def law_on(grounds, law, on, today):
    grounds.note(record_behind(INSTRUMENT, law))
    changes = changes_between(law, today, on)
    told = tuple((change["date"], change["title"]) for change in changes)
    return LawOfDay(law["title"], law["url"], state_on(law, on, today), told)


def asked_about(grounds, issue):
    (record,) = grounds.note(record_behind(ISSUE, issue))
    return AskedIssue(
        record,
        issue["issue_kind"],
        tuple(map(cut_short, issue["questions_to_ask"])),
        tuple(map(cut_short, issue["safeguards"])),
        grounds.cite(supporting(issue, "questions_to_ask", "safeguards")),
    )


def supporting(document, *fields):
    """The sources that say they support one of these fields, else those that are for the whole record."""
    sources = document["sources"]
    own = [source for source in sources if not set(fields).isdisjoint(source["supports"])]
    return own or [source for source in sources if not source["supports"]]


def record_behind(kind, document):
    return RecordBehind(
        kind.name, document["identifier"], document["title"], document["url"], document["verified"]
    )


def behind_ref(ref):
    return RecordBehind(ref["kind"], ref["id"], ref["label"], ref["url"])


def cut_short(text):
    """A text, or the beginning of one that is too long for a sheet."""
    return beginning(text, LONGEST)
