"""The kinds this app owns; plain data, imports no model."""

from media4sec.kinds import Facet, Kind, Section

THEME_FACET = Facet("theme", "Theme", "themes", empty="No theme named")

INSTRUMENT = Kind(
    "instrument",
    "instruments",
    "Legal instrument",
    "Legal instruments",
    path="law",
    section="law",
    lead="The law that matters here, how it stands today, and what happened to it since 2016.",
    facets=(
        THEME_FACET,
        Facet("force", "In force?"),
        Facet("instrument-type", "Type", "instrument_type"),
        Facet("jurisdiction", "Jurisdiction"),
        Facet("event", "What happened", "events.event_kind", empty=""),
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
    sections=(Section("Status in detail", ("status_note",)),),
    meta=("instrument_type", "celex_or_number", "status"),
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
    "Ethical or legal issue",
    "Ethical and legal issues",
    path="issues",
    section="law",
    lead="What to think of before you act: questions to ask, safeguards, and the law each issue touches.",
    prefix="I",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet("issue-kind", "Kind", "issue_kind"),
        Facet("instrument", "Legal instrument", "instruments", empty="No instrument named"),
        Facet("deliverable", "Deliverable", "deliverables", empty="No deliverable named"),
    ),
    facts=("issue_kind", "severity", "deliverables", "instruments"),
    sections=(
        Section("Ask before you decide", ("questions_to_ask",)),
        Section("Safeguards", ("safeguards",)),
    ),
    meta=("issue_kind",),
    reasons={"instruments": "touches this law", "deliverables": "is a subject of this deliverable"},
    search_text=("questions_to_ask", "safeguards", "instruments"),
    review_months=6,
    page="ethics.public.issue",
    weight=20,
)

CHECK_QUESTION = Kind(
    "check-question",
    "check-questions",
    "Check question",
    "Check questions",
    path="check",
    title="Questions of the ethics and legal check",
    section="law",
    lead="The questions to answer before using social media for a task, and the issues that each answer raises.",
    pattern=r"Q\d+",
    address="id",
    facets=(Facet("part", "Part", "section"), Facet("issue", "Issue raised", "answers.raises", empty="")),
    facts=("section", "question_type", "show_if_question", "show_if_answers"),
    meta=("section",),
    reasons={
        "answers.raises": "asks about it",
        "answers.hides": "can hide this question",
        "show_if_question": "follows from this question",
    },
    search_text=("section", "answers"),
    order=("order",),
    own_parts={"answers": "Answers and what they raise"},
    weight=24,
)

CHECK_EXAMPLE = Kind(
    "check-example",
    "check-examples",
    "Worked example",
    "Worked examples",
    path="examples",
    title="Worked examples of the check",
    section="law",
    lead="The ethics and legal check carried through for three cases, with the issues it must raise.",
    facts=("situation", "pattern", "technologies", "rule"),
    reasons={
        "situation": "works this situation through",
        "pattern": "works this practice through",
        "technologies": "uses this tool as an example",
        "expected_issues": "raises this issue",
        "context_issues": "has this issue as context",
    },
    flags="expected_issues",
    facets=(Facet("issue", "Issue raised", "expected_issues"),),
    sections=(
        Section("Answers given", ("answers_given",)),
        Section("Issues raised by answers", ("raised_by_answers",)),
        Section("Issues raised by technologies", ("raised_by_technologies",)),
    ),
    weight=26,
)

KINDS = (INSTRUMENT, ISSUE, CHECK_QUESTION, CHECK_EXAMPLE)
