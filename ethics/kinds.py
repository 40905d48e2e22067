"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from media4sec.kinds import Facet, Kind, Section

THEME_FACET = Facet("theme", _("Theme"), "themes", empty=_("No theme named"))

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
        Facet("force", _("In force?")),
        Facet("instrument-type", _("Type"), "instrument_type"),
        Facet("jurisdiction", _("Jurisdiction")),
        Facet(
            "event",
            _("What happened"),
            "events.event_kind",
            empty="",
            values=(
                "proposed",
                "adopted",
                "in-force",
                "applicable",
                "transposition-deadline",
                "amended",
                "judgment",
                "struck-down",
                "repealed",
                "expires",
            ),
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
    sections=(Section(_("Status in detail"), ("status_note",)),),
    meta=("instrument_type", "celex_or_number", "status"),
    names=("full_title", "celex_or_number", "eli"),
    law_of="jurisdiction",
    search_text=("full_title", "celex_or_number", "eli", "instrument_type", "status", "events"),
    state="force",
    shapes={"in-force": "full", "in-stages": "half", "not-in-force": "hollow", "ended": "struck"},
    review_months=3,
    schema_type="Legislation",
    page="ethics.public.instrument",
    weight=22,
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
        Facet(
            "issue-kind", _("Kind"), "issue_kind", values=("ethical", "legal", "data-protection", "societal")
        ),
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
    page="ethics.public.issue",
    weight=20,
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
            values=(
                "purpose",
                "legal basis",
                "data",
                "people",
                "communication",
                "technology",
                "oversight",
                "after",
            ),
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
    has_neighbours=False,
)

CHECK_EXAMPLE = Kind(
    "check-example",
    "check-examples",
    _("Worked example"),
    _("Worked examples"),
    path="examples",
    title=_("Worked examples of the check"),
    section="law",
    lead=_("The ethics and legal check carried through for three cases, with the issues it must raise."),
    facts=("situation", "pattern", "technologies", "rule"),
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
    sections=(
        Section(_("Answers given"), ("answers_given",)),
        Section(_("Issues raised by answers"), ("raised_by_answers",)),
        Section(_("Issues raised by technologies"), ("raised_by_technologies",)),
    ),
    weight=26,
    has_neighbours=False,
)

KINDS = (INSTRUMENT, ISSUE, CHECK_QUESTION, CHECK_EXAMPLE)
