"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from ethics.choices import CheckSection, EventKind, Force, IssueKind, Topic
from media4sec.kinds import THEME_FACET, Facet, Kind, Role, Section, Work

INSTRUMENT = Kind(
    "instrument",
    "instruments",
    _("Legal instrument"),
    _("Legal instruments"),
    path="law",
    section="law",
    lead=_("The law that matters here, how it stands today, and what happened to it since 2016."),
    facets=(
        THEME_FACET,
        Facet("force", _("In force?"), choices=Force),
        Facet(
            "instrument-type",
            _("Type"),
            "instrument_type",
            words=(
                "Council of Europe convention",
                "Council of Europe protocol",
                "EU adequacy decision",
                "EU co-regulation",
                "EU directive",
                "EU framework decision",
                "EU primary law",
                "EU regulation",
                "EU regulation (proposal)",
                "UN convention",
                "UN treaty",
                "national act",
            ),
        ),
        Facet("jurisdiction", _("Jurisdiction"), type="country", words=("Council of Europe",)),
        Facet(
            "event",
            _("What happened"),
            "events.event_kind",
            empty="",
            choices=EventKind,
        ),
    ),
    facts=(
        "full_title",
        "instrument_type",
        "celex_or_number",
        "eli",
        "official_url",
        "jurisdiction",
        "adopted_on",
        "applicable_from",
        "status",
    ),
    labels={"status": _("Status, in the words of the source")},
    sections=(Section(_("Status in detail"), ("status_note",)),),
    meta=("instrument_type", "celex_or_number", "status"),
    names=("full_title", "celex_or_number", "eli"),
    law_of="jurisdiction",
    search_text=("full_title", "celex_or_number", "eli", "instrument_type", "status", "events"),
    state="force",
    as_known=_("Law as known on %(date)s: that is the date of the newest source read."),
    shapes={
        Force.IN_FORCE: "full",
        Force.IN_STAGES: "half",
        Force.NOT_IN_FORCE: "hollow",
        Force.ENDED: "struck",
    },
    review_months=3,
    schema_type="Legislation",
    work=Work(
        "legislation", title="full_title", date="adopted_on", number="celex_or_number", url="official_url"
    ),
    dated="events",
    page="ethics.pages.instrument",
    weight=22,
    role=Role.LAW,
    schemes={"event": "legal-event-kind"},
)

ISSUE = Kind(
    "issue",
    "issues",
    _("Ethical or legal issue"),
    _("Ethical and legal issues"),
    path="issues",
    section="law",
    lead=_("What to think of before you act: questions to ask, safeguards, and the law each issue touches."),
    prefix="I",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet("issue-kind", _("Kind"), "issue_kind", choices=IssueKind),
        Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
        Facet("deliverable", _("Deliverable"), "deliverables", empty=_("No deliverable named")),
    ),
    facts=("issue_kind", "severity", "deliverables", "instruments"),
    sections=(
        Section(_("Ask before you decide"), ("questions_to_ask",)),
        Section(_("Safeguards"), ("safeguards",)),
    ),
    meta=("issue_kind",),
    reasons={"instruments": _("touches this law"), "deliverables": _("is a subject of this deliverable")},
    search_text=("questions_to_ask", "safeguards", "instruments"),
    review_months=6,
    page="ethics.pages.issue",
    weight=20,
    role=Role.ISSUE,
)

JUDGMENT = Kind(
    "judgment",
    "judgments",
    _("Judgment"),
    _("Judgments"),
    path="judgments",
    section="law",
    lead=_(
        "What courts decided about police, platforms and data, and what each judgment means for your work."
    ),
    facets=(
        THEME_FACET,
        Facet("court", _("Court")),
        Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
        Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
    ),
    facts=(
        "court",
        "formation",
        "decided_on",
        "case_number",
        "ecli",
        "parties",
        "official_url",
    ),
    meta=("court", "decided_on", "case_number"),
    reasons={
        "instruments": _("interprets or applies this law"),
        "issues": _("bears on this issue"),
    },
    names=("parties", "case_number", "ecli"),
    search_text=("parties", "court", "formation", "instruments"),
    order=("-decided_on",),
    says=Section(_("What it means for you"), ("meaning",)),
    marks_unverified=True,
    about=_("What the court decided"),
    review_months=24,
    weight=23,
    work=Work(
        "court-decision",
        title="parties",
        date="decided_on",
        number="case_number",
        publisher="court",
        url="official_url",
    ),
)

COUNTRY_NOTE = Kind(
    "country-note",
    "country-notes",
    _("Country note"),
    _("Country notes"),
    path="countries",
    title=_("National law"),
    section="law",
    lead=_(
        "What is recorded of national law for police on social media, country by country. Not legal advice."
    ),
    facets=(
        Facet("topic", _("Topic recorded"), "rules.topic", empty=_("No topic recorded"), choices=Topic),
        Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
        Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
    ),
    facts=(
        "country",
        "authority",
        "authority_url",
        "authority_verified",
        "partners",
    ),
    meta=("authority",),
    reasons={
        "instruments": _("says how this law stands in one country"),
        "issues": _("says what national law has on this issue"),
        "judgments": _("is about a country whose law this is about"),
        "partners": _("is about the country of this partner"),
        "rules.refs": _("names it beside a rule"),
    },
    names=("authority",),
    order=("title",),
    search_text=("authority", "rules", "instruments"),
    review_months=6,
    page="ethics.pages.country_note",
    rows="ethics.pages.country_rows",
    weight=25,
    law_of="country",
    list_template="ethics/countries.html",
)

PLATFORM_REQUEST = Kind(
    "platform-request",
    "platform-requests",
    _("Platform request"),
    _("Platform requests"),
    path="platform-requests",
    title=_("Requests to platforms"),
    section="law",
    lead=_(
        "Ways to have data kept, handed over or taken down: what each asks for, on what ground, and who signs."
    ),
    facets=(
        Facet("situation", _("Situation"), "situations", empty=_("No situation named")),
        Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
        Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
    ),
    facts=(
        "asks_for",
        "legal_ground",
        "who_signs",
        "goes_to",
        "deadline",
        "emergency_deadline",
        "user_is_told",
    ),
    reasons={
        "instruments": _("rests on this law"),
        "issues": _("raises this issue"),
        "situations": _("can be of use in this situation"),
    },
    search_text=(
        "asks_for",
        "legal_ground",
        "who_signs",
        "goes_to",
        "deadline",
        "emergency_deadline",
        "user_is_told",
        "steps",
        "instruments",
    ),
    order=("order",),
    flags="issues",
    is_compared=True,
    marks_unverified=True,
    own_parts={"steps": _("Step by step")},
    page="ethics.pages.platform_request",
    review_months=6,
    schema_type="HowTo",
    weight=21,
)

CHECK_QUESTION = Kind(
    "check-question",
    "check-questions",
    _("Check question"),
    _("Check questions"),
    path="check",
    title=_("Questions of the ethics and legal check"),
    section="law",
    lead=_(
        "The questions to answer before using social media for a task, and the issues that each answer raises."
    ),
    pattern=r"Q\d+",
    address="id",
    facets=(
        Facet(
            "part",
            _("Part"),
            "section",
            choices=CheckSection,
        ),
        Facet("issue", _("Issue raised"), "answers.raises", empty=""),
    ),
    facts=("section", "question_type", "show_if_question", "show_if_answers"),
    meta=("section",),
    reasons={
        "answers.raises": _("asks about it"),
        "answers.hides": _("can hide this question"),
        "answers.next": _("can lead to this question"),
        "show_if_question": _("follows from this question"),
    },
    search_text=("section", "answers"),
    order=("order",),
    own_parts={"answers": _("Answers and what they raise")},
    weight=24,
    search_share=0.65,
    has_neighbours=False,
    schemes={"part": "check-section", "section": "check-section"},
    grouped_by="section",
)

CHECK_EXAMPLE = Kind(
    "check-example",
    "check-examples",
    _("Worked example"),
    _("Worked examples"),
    path="examples",
    title=_("Worked examples of the check"),
    section="law",
    lead=_(
        "The ethics and legal check carried through once for each situation: each answer, and what it raises."
    ),
    facts=("situation", "pattern", "technologies"),
    reasons={
        "situation": _("works this situation through"),
        "visible_questions": _("asks this question"),
        "pattern": _("works this practice through"),
        "technologies": _("uses this tool as an example"),
        "expected_issues": _("raises this issue"),
        "context_issues": _("has this issue as context"),
    },
    flags="expected_issues",
    facets=(Facet("issue", _("Issue raised"), "expected_issues"),),
    page="ethics.examples.page_of_example",
    weight=26,
    search_share=0.65,
    has_neighbours=False,
)

KINDS = (INSTRUMENT, ISSUE, JUDGMENT, PLATFORM_REQUEST, COUNTRY_NOTE, CHECK_QUESTION, CHECK_EXAMPLE)
