"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from media4sec.kinds import Facet, Kind, Section

THEME_FACET = Facet("theme", _("Theme"), "themes", empty=_("No theme named"))
STATE_SHAPES = {"active": "full", "discontinued": "struck", "unknown": "hatched"}

PARTNER = Kind(
    "partner",
    "partners",
    _("Partner"),
    _("Partners"),
    path="partners",
    section="library",
    lead=_("The ten organisations that carried out the project, and what each brought to it."),
    facets=(
        Facet("country", _("Country")),
        Facet("role", _("Role")),
        Facet("type", _("Type of organisation")),
    ),
    facts=(
        "short_name",
        "country",
        "role",
        "type",
        "website",
        "project_page_url",
        "eu_contribution_eur",
    ),
    meta=("type", "country", "role"),
    names=("short_name",),
    search_text=("short_name", "type"),
    order=("order",),
    review_months=24,
    schema_type="Organization",
    weight=38,
    has_neighbours=False,
)

THEME = Kind(
    "theme",
    "themes",
    _("Theme"),
    _("Themes"),
    path="themes",
    section="situations",
    lead=_("The six themes of the project. Each had a dialogue workshop, a report and an ethics report."),
    facets=(Facet("lead-partner", _("Lead partner"), "lead_partner"),),
    facts=("order", "alternative_name", "lead_partner", "reports", "ethics_reports", "page_url"),
    sections=(Section(_("Key questions"), ("key_questions",)),),
    relations={"reports": "deliverable", "ethics_reports": "deliverable"},
    reasons={"lead_partner": _("is led by this partner")},
    names=("alternative_name",),
    search_text=("alternative_name", "key_questions"),
    order=("order",),
    review_months=24,
    schema_type="DefinedTerm",
    page="workshops.public.theme",
    shown_apart=("swot-point",),
    statements_by="theme",
    is_overview=True,
    weight=8,
    has_neighbours=False,
)

WORKSHOP = Kind(
    "workshop",
    "workshops",
    _("Workshop"),
    _("Workshops"),
    path="workshops",
    section="library",
    lead=_(
        "Six dialogue workshops with police, cities, researchers, industry and citizens, one for each theme."
    ),
    pattern=r"W\d+",
    address="id-slug",
    facets=(
        Facet("theme", _("Theme")),
        Facet("country", _("Country")),
        Facet("host", _("Host"), "host_partner"),
    ),
    facts=(
        "theme",
        "city",
        "country",
        "venue",
        "start_date",
        "end_date",
        "host_partner",
        "participants_count",
        "participants_countries",
        "participant_types",
        "reports",
        "ethics_reports",
        "page_url",
    ),
    sections=(Section(_("What came out of it"), ("findings",)), Section(_("On the agenda"), ("agenda",))),
    meta=("city", "start_date", "host_partner"),
    relations={"reports": "deliverable", "ethics_reports": "deliverable"},
    reasons={"theme": _("was about this theme"), "host_partner": _("was hosted by this partner")},
    names=("city", "venue", "speakers.name"),
    search_text=("city", "venue", "findings", "agenda", "participant_types", "speakers"),
    order=("number",),
    review_months=24,
    schema_type="Event",
    own_parts={"speakers": _("Speakers")},
    statements_by="workshop",
    weight=10,
    has_neighbours=False,
)

PATTERN = Kind(
    "pattern",
    "patterns",
    _("Practice pattern"),
    _("Practice patterns"),
    path="practices",
    section="practices",
    lead=_("Recurring ways in which police and citizens use social media: the project's pattern language."),
    prefix="P",
    address="id-slug",
    facets=(THEME_FACET, Facet("group", _("Group")), Facet("family", _("Family"))),
    facts=(
        "name_in_source",
        "group",
        "family",
        "family_basis",
        "order_in_contents",
        "summary_basis",
        "page_url",
    ),
    sections=(Section(_("Problem"), ("problem",)), Section(_("Solution"), ("solution",))),
    meta=("group", "family"),
    relations={"technologies": "technology"},
    reasons={
        "family": _("belongs to this family"),
        "related_patterns": _("links to this pattern"),
        "technologies": _("names this tool"),
    },
    names=("name_in_source",),
    search_text=("name_in_source", "problem", "solution"),
    order=("order_in_contents",),
    schema_type="HowTo",
    about=_("What it is and does"),
    weight=14,
)

CASE = Kind(
    "case",
    "cases",
    _("Practice case"),
    _("Practice cases"),
    path="practices",
    section="practices",
    lead=_("What police forces, cities and citizens really did with social media, and what came of it."),
    prefix="C",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet("case-kind", _("Case or lesson"), "case_kind"),
        Facet("country", _("Country")),
        Facet("year", _("Year")),
        Facet("issue", _("Issue raised"), "issues", empty=_("No issue named")),
    ),
    facts=("case_kind", "place", "country", "year"),
    meta=("case_kind", "place", "country", "year"),
    relations={"technologies": "technology", "issues": "issue"},
    reasons={
        "patterns": _("shows this pattern at work"),
        "technologies": _("used this tool"),
        "issues": _("raised it"),
    },
    names=("place",),
    search_text=("place", "country"),
    flags="issues",
    schema_type="Article",
    weight=16,
)

SWOT_POINT = Kind(
    "swot-point",
    "swot",
    _("SWOT point"),
    _("SWOT points"),
    path="swot",
    section="situations",
    lead=_(
        "Strengths, weaknesses, opportunities and threats of social media use in each theme, point by point."
    ),
    facets=(
        Facet("theme", _("Theme")),
        Facet("quadrant", _("Quadrant")),
        Facet("placement", _("Who chose the quadrant")),
    ),
    facts=("theme", "quadrant", "placement"),
    meta=("quadrant",),
    reasons={"theme": _("is a SWOT point of this theme")},
    review_months=24,
    weight=62,
    has_neighbours=False,
)

SITUATION = Kind(
    "situation",
    "situations",
    _("Situation"),
    _("Situations"),
    path="situations",
    section="situations",
    lead=_(
        "Tasks that planners and police officers face, with what helps, what it touches and what else could be done."
    ),
    prefix="S",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet("issue", _("Issue touched"), "issues"),
        Facet("instrument", _("Legal instrument"), "instruments"),
    ),
    sections=(Section(_("The question"), ("question",)),),
    meta=(),
    relations={
        "technologies": "technology",
        "issues": "issue",
        "instruments": "instrument",
        "roadmap_items": "roadmap-item",
    },
    reasons={
        "technologies": _("names this tool as an example"),
        "issues": _("touches this issue"),
        "instruments": _("touches this law"),
        "patterns": _("uses this practice"),
        "cases": _("learns from this case"),
        "points.refs": _("draws on it"),
    },
    search_text=("question", "points", "alternatives"),
    order=("order",),
    flags="issues",
    review_months=6,
    schema_type="HowTo",
    page="workshops.public.situation",
    own_parts={"alternatives": _("Without social media")},
    weight=12,
)

KINDS = (PARTNER, THEME, WORKSHOP, PATTERN, CASE, SWOT_POINT, SITUATION)
