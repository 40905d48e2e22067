"""Issues, the law they touch, how courts read it, what countries add, ways to ask platforms, and the check."""

from django.core.exceptions import ValidationError
from django.db import models

from catalogue.models import Deliverable, Technology
from ethics.choices import Bearing, CheckSection, EventKind, Force, IssueKind, QuestionType, Topic
from ethics.kinds import (
    CHECK_EXAMPLE,
    CHECK_QUESTION,
    COUNTRY_NOTE,
    INSTRUMENT,
    ISSUE,
    JUDGMENT,
    PLATFORM_REQUEST,
)
from media4sec.choices import Provenance
from media4sec.records.fields import CountryField, TextListField
from media4sec.records.models import KindRecord, Part
from workshops.models import Partner, PracticePattern, Situation, Theme


class LegalInstrument(KindRecord):
    """A treaty, regulation, directive, act or code, as it stands on the day it was last checked."""

    kind = INSTRUMENT

    full_title = models.TextField()
    instrument_type = models.CharField("type", max_length=80)
    celex_or_number = models.CharField("CELEX or number", max_length=40, blank=True)
    eli = models.URLField("ELI", max_length=200, blank=True)
    official_url = models.URLField("official text", max_length=400, blank=True)
    jurisdiction = CountryField(max_length=60)
    adopted_on = models.DateField("adopted", null=True, blank=True)
    applicable_from = models.DateField(null=True, blank=True)
    force = models.CharField(
        "in force?", max_length=20, choices=Force, help_text="The status in one word, for lists and flags."
    )
    status = models.CharField("status as stated", max_length=120)
    status_note = models.TextField(blank=True)
    themes = models.ManyToManyField(Theme, related_name="instruments", blank=True)


class LegalEvent(Part):
    """Something that happened to an instrument, or will: adoption, application, judgment, end."""

    record_field = "instrument"

    instrument = models.ForeignKey(LegalInstrument, related_name="events", on_delete=models.CASCADE)
    date = models.DateField()
    event_kind = models.CharField("kind", max_length=30, choices=EventKind)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    provenance = models.CharField(max_length=10, choices=Provenance)
    verified = models.BooleanField(null=True, blank=True)

    def __str__(self):
        return f"{self.date} {self.title}"


class EthicsIssue(KindRecord):
    """Something to weigh before acting: an ethical, legal, data-protection or societal issue."""

    kind = ISSUE

    issue_kind = models.CharField("kind", max_length=20, choices=IssueKind)
    questions_to_ask = TextListField()
    safeguards = TextListField()
    themes = models.ManyToManyField(Theme, related_name="issues", blank=True)
    instruments = models.ManyToManyField(LegalInstrument, related_name="issues", blank=True)
    deliverables = models.ManyToManyField(Deliverable, related_name="issues", blank=True)
    bears_on = models.CharField(
        "in notes on responsible use",
        max_length=20,
        choices=Bearing,
        blank=True,
        db_default="",
        help_text="Under which heading of these notes it stands.",
    )
    severity = models.CharField(max_length=20, blank=True, help_text="Only if a source rates it.")


class Judgment(KindRecord):
    """What a court decided in one case, and what that means for police and planners."""

    kind = JUDGMENT

    meaning = models.TextField("what it means for you")
    parties = models.CharField(max_length=400)
    case_number = models.CharField(max_length=120)
    ecli = models.CharField("ECLI", max_length=80, blank=True)
    court = models.CharField(max_length=120)
    formation = models.CharField(max_length=80, blank=True, help_text="Grand Chamber, Fifth Section …")
    decided_on = models.DateField("decided")
    official_url = models.URLField("official text", max_length=400, blank=True)
    themes = models.ManyToManyField(Theme, related_name="judgments", blank=True)
    issues = models.ManyToManyField(EthicsIssue, related_name="judgments", blank=True)
    instruments = models.ManyToManyField(LegalInstrument, related_name="judgments", blank=True)


class PlatformRequest(KindRecord):
    """A way in which an authority asks a platform to keep, hand over or take down something."""

    kind = PLATFORM_REQUEST

    order = models.PositiveSmallIntegerField()
    asks_for = models.TextField("what you can ask for")
    legal_ground = models.TextField()
    who_signs = models.TextField(blank=True)
    goes_to = models.TextField(blank=True)
    deadline = models.TextField(blank=True)
    emergency_deadline = models.TextField("deadline in an emergency", blank=True)
    user_is_told = models.TextField("is the user told?", blank=True)
    steps = TextListField()
    instruments = models.ManyToManyField(LegalInstrument, related_name="platform_requests", blank=True)
    issues = models.ManyToManyField(EthicsIssue, related_name="platform_requests", blank=True)
    situations = models.ManyToManyField(Situation, related_name="platform_requests", blank=True)


class CountryNote(KindRecord):
    """What is recorded of one country's law; a topic without a rule is one that nobody has looked up."""

    kind = COUNTRY_NOTE

    country = CountryField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    authority = models.CharField("supervisory authority", max_length=200)
    authority_url = models.URLField("its website", max_length=400, blank=True)
    authority_verified = models.BooleanField("its own page was read", null=True, blank=True)
    partners = models.ManyToManyField(
        Partner, verbose_name="partners in this country", related_name="country_notes", blank=True
    )
    instruments = models.ManyToManyField(LegalInstrument, related_name="country_notes", blank=True)
    issues = models.ManyToManyField(EthicsIssue, related_name="country_notes", blank=True)
    judgments = models.ManyToManyField(Judgment, related_name="country_notes", blank=True)

    def next_identifier(self):
        return self.country.lower()


class CountryRule(Part):
    """What a country's law says on one topic, as it was read on a day."""

    record_field = "note"

    note = models.ForeignKey(CountryNote, related_name="rules", on_delete=models.CASCADE)
    topic = models.CharField(max_length=30, choices=Topic)
    text = models.TextField()
    verified = models.BooleanField(null=True, blank=True)
    checked_on = models.DateField()

    def __str__(self):
        return f"{self.get_topic_display()}: {self.text[:60]}"


class CheckQuestion(KindRecord):
    """A question of the ethics and legal check."""

    kind = CHECK_QUESTION

    order = models.PositiveSmallIntegerField()
    section = models.CharField("part", max_length=20, choices=CheckSection)
    question_type = models.CharField("answers allowed", max_length=10, choices=QuestionType)
    show_if_question = models.ForeignKey(
        "self",
        verbose_name="asked after",
        related_name="leads_to",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    show_if_answers = TextListField("asked when the answer was")

    def check_links(self):
        super().check_links()
        seen, question = {self.pk}, self.show_if_question
        if bool(question) != bool(self.show_if_answers):
            raise ValidationError({"show_if_answers": "Name the question and its answers, or neither."})
        if question:
            known = set(question.answers.values_list("value", flat=True))
            unknown = [value for value in self.show_if_answers if value not in known]
            if unknown:
                raise ValidationError(
                    {"show_if_answers": f"{question.identifier} has no answer {', '.join(unknown)}."}
                )
        while question:
            if question.pk in seen:
                raise ValidationError({"show_if_question": "The questions would wait for each other."})
            seen.add(question.pk)
            question = question.show_if_question


class CheckAnswer(Part):
    """A possible answer, the issues it raises and the safeguards it calls for."""

    record_field = "question"

    question = models.ForeignKey(CheckQuestion, related_name="answers", on_delete=models.CASCADE)
    value = models.SlugField(max_length=60)
    label = models.CharField(max_length=200)
    raises = models.ManyToManyField(EthicsIssue, related_name="raised_by", blank=True)
    is_prohibited = models.BooleanField(
        "prohibited",
        default=False,
        help_text="By law, whatever else is true. The result names it first, and what to do now instead of safeguards.",
    )
    safeguards = TextListField()
    hides = models.ManyToManyField(CheckQuestion, related_name="hidden_by", blank=True)
    next = models.ForeignKey(CheckQuestion, related_name="+", null=True, blank=True, on_delete=models.PROTECT)

    def __str__(self):
        return self.label


class CheckExample(KindRecord):
    """A case carried through the check, with the issues it must raise."""

    kind = CHECK_EXAMPLE

    situation = models.ForeignKey(Situation, related_name="examples", on_delete=models.PROTECT)
    pattern = models.ForeignKey(
        PracticePattern, related_name="examples", null=True, blank=True, on_delete=models.PROTECT
    )
    technologies = models.ManyToManyField(Technology, related_name="examples", blank=True)
    answers_given = TextListField(help_text="One a line: question, colon, answers (Q01: appeal, warn).")
    visible_questions = models.ManyToManyField(CheckQuestion, related_name="+", blank=True)
    expected_issues = models.ManyToManyField(EthicsIssue, related_name="+", blank=True)
    raised_by_answers = TextListField(help_text="One a line: issue, colon, question and answer.")
    raised_by_technologies = TextListField(help_text="One a line: issue, colon, technology.")
    context_issues = models.ManyToManyField(EthicsIssue, related_name="+", blank=True)
    rule = models.TextField(blank=True)
