"""The project’s results as a library, the technology catalogue, the evidence, and the words used."""

from django.core.exceptions import ValidationError
from django.db import models

from catalogue.choices import (
    DatePrecision,
    EvidenceKind,
    FunctionLevel,
    Price,
    StatementKind,
    TargetUser,
    TechnologyKind,
    TechnologyStatus,
    WorksOn,
)
from catalogue.kinds import (
    COLLECTION,
    CONCEPT,
    DELIVERABLE,
    FUNCTION,
    GLOSSARY_TERM,
    NEWS_ITEM,
    ORGANISATION,
    PERSON,
    PROJECT,
    STATEMENT,
    SURVEY_FIGURE,
    TECHNOLOGY,
    WORK_PACKAGE,
)
from media4sec.choices import Provenance
from media4sec.dates import span_of
from media4sec.qualifier import Qualifier
from media4sec.records.fields import CountryField, InexactDateField, LanguageField, TextListField, YearField
from media4sec.records.models import KindRecord, Lasting, Part, add_months
from workshops.models import Partner, PracticePattern, Theme, Workshop

LENGTHS = {
    "": 0,
    DatePrecision.YEAR: 4,
    DatePrecision.MONTH: 7,
    DatePrecision.DAY: 10,
}  # of a date that is known so exactly


class DatedRecord(KindRecord):
    """A record with a date of its own that may be known to the year or month only."""

    date = InexactDateField()
    date_precision = models.CharField(max_length=10, choices=DatePrecision, blank=True)

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if len(self.date) != LENGTHS.get(self.date_precision):
            raise ValidationError({"date": "The date does not have the stated precision."})


class Project(Lasting, KindRecord):
    """The EU project itself, as public sources describe it."""

    kind = PROJECT

    acronym = models.CharField(max_length=40)
    acronym_cordis = models.CharField("acronym on CORDIS", max_length=40, blank=True)
    grant_agreement = models.CharField(max_length=40)
    cordis_rcn = models.CharField("CORDIS record number", max_length=40, blank=True)
    programme = models.CharField(max_length=100, blank=True)
    topic_id = models.CharField("topic", max_length=40, blank=True)
    topic_title = models.CharField("title of the topic", max_length=300, blank=True)
    topic_status = models.CharField("basis of the topic", max_length=40, blank=True)
    call_id = models.CharField("call", max_length=40, blank=True)
    funding_scheme = models.CharField(max_length=40, blank=True)
    funding_scheme_label = models.CharField("funding scheme in words", max_length=100, blank=True)
    start_date = models.DateField("from")
    end_date = models.DateField("to")
    duration_months = models.PositiveSmallIntegerField("duration (months)", null=True, blank=True)
    total_cost_eur = models.DecimalField(
        "total cost (euro)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    eu_contribution_eur = models.DecimalField(
        "EU contribution (euro)", max_digits=12, decimal_places=2, null=True, blank=True
    )
    coordinator = models.ForeignKey(
        Partner, related_name="+", null=True, blank=True, on_delete=models.PROTECT
    )
    coordinator_country = CountryField(max_length=2, blank=True)
    coordinator_person = models.CharField("coordinator (person)", max_length=120, blank=True)
    partner_count = models.PositiveSmallIntegerField("partners", null=True, blank=True)
    framing_good = models.TextField(blank=True)
    framing_bad = models.TextField(blank=True)
    framing_ugly = models.TextField(blank=True)
    objectives = TextListField()
    cordis_url = models.URLField("page on CORDIS", max_length=400, blank=True)
    cordis_reporting_url = models.URLField("periodic report on CORDIS", max_length=400, blank=True)
    website_urls = TextListField("websites", addresses=True)
    social_accounts = TextListField()
    related_projects = TextListField()
    reporting_periods = TextListField()
    funding_acknowledgement = models.TextField(blank=True)


class WorkPackage(KindRecord):
    """One of the five parts in which the project’s work was organised."""

    kind = WORK_PACKAGE

    number = models.PositiveSmallIntegerField(unique=True)
    title_source = models.CharField("where the title comes from", max_length=100, blank=True)
    lead_partner = models.ForeignKey(
        Partner, related_name="work_packages_led", null=True, blank=True, on_delete=models.PROTECT
    )


class Person(KindRecord):
    """An author or contributor as printed on public deliverables; professional role only.

    The title is the name as it is shown; its parts are for order and citations.
    """

    kind = PERSON

    given_name = models.CharField(
        max_length=120, blank=True, help_text="As printed; initials, where nothing else is known."
    )
    particle = models.CharField(
        max_length=40,
        blank=True,
        help_text="What stands before the family name and is not sorted by: van den, de la.",
    )
    family_name = models.CharField(
        max_length=120,
        blank=True,
        help_text="What lists sort by and citations begin with. Empty where it is not certain.",
    )
    aliases = TextListField("also printed as")
    organisation = models.ForeignKey(
        Partner,
        verbose_name="partner",
        related_name="people",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    organisation_name = models.CharField("organisation as printed", max_length=200, blank=True)
    role = models.CharField(max_length=200, blank=True)


class Deliverable(DatedRecord):
    """A report, plan, catalogue or website that the project delivered."""

    kind = DELIVERABLE

    work_package = models.ForeignKey(WorkPackage, related_name="deliverables", on_delete=models.PROTECT)
    title_source = models.CharField("where the title comes from", max_length=100, blank=True)
    alternative_title = models.CharField(max_length=300, blank=True)
    lead_partner = models.ForeignKey(
        Partner, related_name="deliverables_led", null=True, blank=True, on_delete=models.PROTECT
    )
    responsible_organisations = models.ManyToManyField(
        Partner, verbose_name="partners named as responsible", related_name="deliverables", blank=True
    )
    type = models.CharField(max_length=60, blank=True)
    dissemination_level = models.CharField(max_length=40, blank=True)
    dissemination_level_basis = models.CharField(
        "basis of the dissemination level", max_length=200, blank=True
    )
    document_reference = models.CharField(max_length=120, blank=True)
    document_status = models.CharField(max_length=120, blank=True)
    page_count = models.PositiveIntegerField("pages", null=True, blank=True)
    download_url = models.URLField("published address", max_length=600, blank=True)
    alternate_urls = TextListField("mirrors", addresses=True)
    themes = models.ManyToManyField(Theme, related_name="deliverables", blank=True)
    workshop = models.ForeignKey(
        Workshop, related_name="deliverables", null=True, blank=True, on_delete=models.PROTECT
    )


class ProjectOutput(Part):
    """A result of the project that people used, and the deliverable it belongs to."""

    record_field = "project"

    project = models.ForeignKey(Project, related_name="outputs", on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    output_kind = models.CharField("kind", max_length=60, blank=True)
    deliverable = models.ForeignKey(
        Deliverable, related_name="+", null=True, blank=True, on_delete=models.PROTECT
    )
    url = models.URLField(max_length=400, blank=True)
    summary = models.TextField(blank=True)

    def __str__(self):
        return self.name


class Function(KindRecord):
    """What a technology is for. Two levels: groups, and the functions in them."""

    kind = FUNCTION

    parent = models.ForeignKey(
        "self",
        verbose_name="group",
        related_name="functions",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    level = models.PositiveSmallIntegerField(choices=FunctionLevel)
    order = models.PositiveSmallIntegerField()
    is_intrusive = models.BooleanField(
        "intrusive or of dual use",
        default=False,
        db_default=False,
        help_text="Technologies with this function carry a note on responsible use.",
    )
    nearest_cm_function = models.CharField("nearest crisis-management function", max_length=200, blank=True)
    nearest_cm_function_note = models.CharField("note on that mapping", max_length=400, blank=True)

    def check_links(self):
        super().check_links()
        if (self.level == 1) != (self.parent is None) or (self.parent and self.parent.level != 1):
            raise ValidationError({"parent": "A function belongs to a group, and a group to nothing."})


class Organisation(KindRecord):
    """Who makes or maintains a technology: a firm, consortium, authority, group or single maintainer."""

    kind = ORGANISATION

    former_names = TextListField()


SIGN_LASTS = 18  # months after which a sign of life says nothing about today


def days_meant(text):
    """The days that a date may mean; None also for what is no date, which its field refuses."""
    try:
        return span_of(text)
    except ValueError:
        return None


class Technology(KindRecord):
    """A tool, service, method or data set for social media in public security."""

    kind = TECHNOLOGY

    makers = models.ManyToManyField(Organisation, related_name="technologies", blank=True)
    maker_as_stated = models.CharField("maker as stated", max_length=200, blank=True)
    country = CountryField(max_length=4, blank=True, help_text="ISO 3166-1 alpha-2, or EU.")
    homepage = models.URLField(max_length=400, blank=True)
    repository = models.URLField(max_length=400, blank=True)
    licence = models.CharField(max_length=100, blank=True, help_text="SPDX expression, or proprietary.")
    technology_kind = models.CharField("kind", max_length=30, choices=TechnologyKind)
    price = models.CharField(max_length=20, choices=Price, blank=True)
    price_note = models.CharField("note on the price", max_length=300, blank=True)
    works_on = TextListField(options=WorksOn)
    data_leaves = models.BooleanField(
        "data leave your organisation",
        null=True,
        blank=True,
        help_text="Does what users enter leave their organisation?",
    )
    data_leaves_note = models.CharField("note on the data", max_length=300, blank=True)
    status = models.CharField(max_length=20, choices=TechnologyStatus, editable=False)
    status_note = models.CharField(max_length=300, blank=True)
    sign_of_life_on = InexactDateField(
        "newest sign of life", help_text="YYYY, YYYY-MM or YYYY-MM-DD; decides whether it counts as active."
    )
    sign_of_life = models.CharField(
        "what the sign is",
        max_length=200,
        blank=True,
        help_text="A release, a change in the repository, a dated page, notice, test or check.",
    )
    is_discontinued = models.BooleanField(
        "discontinued", default=False, help_text="Only where a source says so, or its project has ended."
    )
    began_on = InexactDateField(
        "began", help_text="YYYY, YYYY-MM or YYYY-MM-DD. Of what a project made: when the project began."
    )
    ended_on = InexactDateField(
        "ended", help_text="YYYY, YYYY-MM or YYYY-MM-DD. May be still to come, where its end is announced."
    )
    successors = models.ManyToManyField(
        "self", verbose_name="carried on by", symmetrical=False, related_name="predecessors", blank=True
    )
    functions = models.ManyToManyField(Function, related_name="technologies", blank=True)
    themes = models.ManyToManyField(Theme, related_name="technologies", blank=True)
    target_users = TextListField(options=TargetUser)
    platforms_covered = TextListField()
    trl = models.CharField("technology readiness", max_length=60, blank=True)
    eu_project_acronym = models.CharField("EU project", max_length=60, blank=True)
    eu_project_grant = models.CharField("grant agreement", max_length=60, blank=True)
    eu_project_programme = models.CharField("programme", max_length=100, blank=True)
    listed_in_d22 = models.BooleanField(
        "listed in D2.2", null=True, blank=True, help_text="Unknown until D2.2 itself was seen."
    )
    project_mention = models.CharField("where the project names it", max_length=300, blank=True)
    licence_verified = models.BooleanField("licence file read", null=True, blank=True)
    repository_last_change_seen = models.DateField(
        "last change seen in the repository", null=True, blank=True
    )

    def fill_in(self):
        super().fill_in()
        self.status = self.status_by_the_rule()

    def status_by_the_rule(self):
        """Judged on the day of the check, so that the same document always means the same."""
        if self.is_discontinued:
            return TechnologyStatus.DISCONTINUED
        sign = self.days_of_sign
        if sign and self.checked_on and sign.first >= add_months(self.checked_on, -SIGN_LASTS):
            return TechnologyStatus.ACTIVE
        return TechnologyStatus.UNKNOWN

    @property
    def days_of_sign(self):
        return days_meant(self.sign_of_life_on)

    def clean(self):
        super().clean()
        if bool(self.sign_of_life_on) != bool(self.sign_of_life):
            raise ValidationError(
                {"sign_of_life": "Say what the sign of life is and when it was, or neither."}
            )
        if self.sign_of_life_on and not self.checked_on:
            raise ValidationError(
                {"checked_on": "A sign of life is judged on the day of the check: give it."}
            )
        if self.days_of_sign and self.days_of_sign.first > self.checked_on:
            raise ValidationError({"sign_of_life_on": "This is later than the check that saw it."})
        began, ended = days_meant(self.began_on), days_meant(self.ended_on)
        if began and ended and ended.last < began.first:
            raise ValidationError({"ended_on": "This is before it began."})
        if ended and not self.is_discontinued and not (self.checked_on and ended.last > self.checked_on):
            raise ValidationError({"ended_on": "Mark it as discontinued: it had ended when it was checked."})

    def check_links(self):
        super().check_links()
        if self.is_discontinued and not (self.eu_project_acronym or self.citations.exists()):
            raise ValidationError(
                {"is_discontinued": "Name a source that says so, or the project that ended."}
            )


class Statement(KindRecord):
    """One citable sentence from a project source, in our own words."""

    kind = STATEMENT

    statement_kind = models.CharField("kind of statement", max_length=20, choices=StatementKind)
    evidence_kind = models.CharField("kind of evidence", max_length=20, choices=EvidenceKind)
    theme = models.ForeignKey(
        Theme, related_name="statements", null=True, blank=True, on_delete=models.PROTECT
    )
    workshop = models.ForeignKey(
        Workshop, related_name="statements", null=True, blank=True, on_delete=models.PROTECT
    )
    deliverable = models.ForeignKey(
        Deliverable, related_name="statements", null=True, blank=True, on_delete=models.PROTECT
    )
    deliverable_basis = models.CharField("basis of the deliverable", max_length=200, blank=True)
    locator = models.CharField("page or place", max_length=200, blank=True)
    derivation = TextListField("taken from", help_text="Where in another record the sentence comes from.")


class SurveyFigure(KindRecord):
    """One number, or one result without a number, of a survey or count."""

    kind = SURVEY_FIGURE

    survey = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    qualifier = models.CharField(
        max_length=10,
        choices=Qualifier,
        blank=True,
        help_text="Empty where the source states the number exactly.",
    )
    year = YearField(null=True, blank=True)
    population = models.CharField("who was asked or counted", max_length=200, blank=True)
    from_d21 = models.BooleanField("from D2.1", null=True, blank=True)
    note = models.TextField(blank=True)

    def clean(self):
        super().clean()
        if self.qualifier and self.value is None:
            raise ValidationError({"qualifier": "Give the number that is stated so."})


class GlossaryTerm(KindRecord):
    """A word of the field and what it means."""

    kind = GLOSSARY_TERM

    aliases = TextListField("also called")
    see_also = models.ManyToManyField("self", symmetrical=False, related_name="seen_from", blank=True)
    functions = models.ManyToManyField(Function, related_name="glossary_terms", blank=True)
    patterns = models.ManyToManyField(PracticePattern, related_name="glossary_terms", blank=True)


class NewsItem(DatedRecord):
    """A blog post, event or publication by or about the project."""

    kind = NEWS_ITEM

    news_kind = models.CharField("kind", max_length=60)
    url_of_item = models.URLField("address", max_length=600)
    publisher = models.CharField(max_length=200, blank=True)
    language = LanguageField(max_length=10, default="en")
    location = models.CharField("place", max_length=120, blank=True)
    themes = models.ManyToManyField(Theme, related_name="news", blank=True)
    workshop = models.ForeignKey(
        Workshop, related_name="news", null=True, blank=True, on_delete=models.PROTECT
    )


class Concept(KindRecord):
    """A controlled word of the portal, with a label in each language."""

    kind = CONCEPT

    scheme = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="catalogue_concept_unique_within_scheme")
        ]


class ConceptLabel(Part):
    """The label of a concept in one language, and whether anybody has reviewed it."""

    record_field = "concept"

    concept = models.ForeignKey(Concept, related_name="labels", on_delete=models.CASCADE)
    language = LanguageField(max_length=10)
    label = models.CharField(max_length=400)
    translated_by = models.CharField(max_length=100, blank=True)
    provenance = models.CharField(max_length=10, choices=Provenance)
    verified = models.BooleanField(null=True, blank=True)

    def __str__(self):
        return f"{self.language}: {self.label}"


class Collection(KindRecord):
    """How one part of the knowledge base was gathered, and what could not be found."""

    kind = COLLECTION

    generated_on = models.DateField("gathered on", null=True, blank=True)
    count = models.PositiveIntegerField("records at that time", null=True, blank=True)
    particulars = TextListField("counts and gaps")
    caveats = TextListField()
