"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from media4sec.kinds import (
    THEME_FACET,
    Cited,
    Facet,
    Given,
    Kind,
    Links,
    Listed,
    Names,
    Numbered,
    Page,
    Role,
    Search,
    Section,
    Thing,
    fields,
    phrases,
)
from workshops.choices import CaseKind, PartnerRole, PatternGroup, Placement, Quadrant

PARTNER = Kind(
    "partner",
    "partners",
    Names(
        _("Partner"),
        _("Partners"),
        lead=_("The ten organisations that carried out the project, and what each brought to it."),
    ),
    path="partners",
    section="about",
    thing=Thing("organisation", other_titles=fields("short_name"), url="website", country="country"),
    listed=Listed(
        facets=(
            Facet("country", _("Country"), type="country"),
            Facet("role", _("Role"), choices=PartnerRole),
            Facet(
                "type",
                _("Type of organisation"),
                words=phrases(
                    "European city network, government research centre, law enforcement agency, "
                    "research organisation, security industry association, technology partner, university"
                ),
            ),
        ),
        order=fields("order"),
        meta=fields("type country role"),
    ),
    page=Page(facts=fields("short_name country role type website project_page_url eu_contribution_eur")),
    links=Links(has_neighbours=False),
    search=Search(text=fields("short_name type"), names=fields("short_name")),
    role=Role.OWNER,
    weight=38,
    review_months=24,
    is_editorial=True,
)

THEME = Kind(
    "theme",
    "themes",
    Names(
        _("Theme"),
        _("Themes"),
        lead=_("The six themes of the project. Each had a dialogue workshop, a report and an ethics report."),
    ),
    path="themes",
    section="situations",
    thing=Thing("concept", other_titles=fields("alternative_name"), url="page_url"),
    listed=Listed(facets=(Facet("lead-partner", _("Lead partner"), "lead_partner"),), order=fields("order")),
    page=Page(
        facts=fields("order alternative_name lead_partner reports ethics_reports page_url"),
        sections=(Section(_("Key questions"), ("key_questions",)),),
        shown_apart=fields("swot-point"),
        statements_by="theme",
        is_overview=True,
        adds="workshops.pages.theme",
    ),
    links=Links(
        roles={"reports": "deliverable", "ethics_reports": "deliverable"},
        reasons={
            "lead_partner": _("is led by this partner"),
            "reports": _("is the subject of this report"),
            "ethics_reports": _("is the subject of this ethics report"),
        },
        has_neighbours=False,
    ),
    search=Search(text=fields("alternative_name key_questions"), names=fields("alternative_name")),
    role=Role.THEME,
    schemes={"theme": "theme"},
    weight=8,
    review_months=24,
    is_editorial=True,
)

WORKSHOP = Kind(
    "workshop",
    "workshops",
    Names(
        _("Workshop"),
        _("Workshops"),
        lead=_(
            "Six dialogue workshops with police, cities, researchers, industry and citizens, one for each theme."
        ),
    ),
    path="workshops",
    section="evidence",
    thing=Thing(
        "event",
        contributors=fields("host_partner"),
        date="start_date",
        until="end_date",
        number="identifier",
        url="page_url",
        place=fields("venue city"),
        country="country",
    ),
    identifier=Given(r"W\d+", has_slug=True),
    listed=Listed(
        facets=(
            Facet("theme", _("Theme")),
            Facet("country", _("Country"), type="country"),
            Facet("host", _("Host"), "host_partner"),
        ),
        order=fields("number"),
        meta=fields("city start_date host_partner"),
        template="workshops/workshops.html",
        rows="workshops.europe.workshop_rows",
    ),
    page=Page(
        facts=fields(
            "theme city country venue start_date end_date host_partner participants_count "
            "participants_countries participant_types reports ethics_reports page_url"
        ),
        sections=(Section(_("What came out of it"), ("findings",)), Section(_("On the agenda"), ("agenda",))),
        own_parts={"speakers": _("Speakers")},
        statements_by="workshop",
        adds="workshops.dialogues.page_of_workshop",
    ),
    links=Links(
        roles={"reports": "deliverable", "ethics_reports": "deliverable"},
        reasons={
            "theme": _("was about this theme"),
            "host_partner": _("was hosted by this partner"),
            "reports": _("is the subject of this report"),
            "ethics_reports": _("is the subject of this ethics report"),
        },
        has_neighbours=False,
    ),
    search=Search(
        text=fields("city venue findings agenda participant_types speakers"),
        names=fields("city venue speakers.name"),
    ),
    cited=Cited(mark=_("Workshop %(number)s"), by_identifier=True),
    weight=10,
    review_months=24,
)

PATTERN = Kind(
    "pattern",
    "patterns",
    Names(
        _("Practice pattern"),
        _("Practice patterns"),
        lead=_(
            "Recurring ways in which police and citizens use social media: the project's pattern language."
        ),
    ),
    path="practices",
    section="practices",
    thing=Thing("method", other_titles=fields("name_in_source"), url="page_url"),
    identifier=Numbered("P", has_slug=True),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("group", _("Group"), choices=PatternGroup, scheme="pattern-group"),
            Facet("family", _("Family")),
        ),
        order=fields("order_in_contents"),
        meta=fields("group family"),
        is_compared=True,
    ),
    page=Page(
        check="/check/",
        facts=fields("name_in_source group family family_basis order_in_contents summary_basis page_url"),
        labels={
            "family_basis": _("How its family was chosen"),
            "order_in_contents": _("Place in the project’s list"),
            "summary_basis": _("Where the summary comes from"),
        },
        about=_("What it is and does"),
        sections=(Section(_("Problem"), ("problem",)), Section(_("Solution"), ("solution",))),
        adds="workshops.patterns.page_of_pattern",
    ),
    links=Links(
        means={"family": "isPartOf"},
        roles={"technologies": "technology"},
        reasons={
            "family": _("belongs to this family"),
            "related_patterns": _("links to this pattern"),
            "technologies": _("names this tool"),
        },
    ),
    search=Search(
        text=fields("name_in_source problem solution"),
        names=fields("name_in_source"),
        unread=fields("family_basis summary_basis"),
    ),
    weight=14,
)

CASE = Kind(
    "case",
    "cases",
    Names(
        _("Practice case"),
        _("Practice cases"),
        lead=_("What police forces, cities and citizens really did with social media, and what came of it."),
    ),
    path="practices",
    section="practices",
    thing=Thing("case", date="year", place=fields("place"), country="country"),
    identifier=Numbered("C", has_slug=True),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("case-kind", _("Case or lesson"), "case_kind", choices=CaseKind),
            Facet("country", _("Country"), type="country"),
            Facet("year", _("Year")),
            Facet("issue", _("Issue raised"), "issues", empty=_("No issue named")),
        ),
        meta=fields("case_kind place country year"),
    ),
    page=Page(facts=fields("case_kind place country year"), adds="workshops.patterns.page_of_case"),
    links=Links(
        means={"patterns": "subject"},
        roles={"technologies": "technology", "issues": "issue"},
        reasons={
            "patterns": _("shows this pattern at work"),
            "technologies": _("used this tool"),
            "issues": _("raised it"),
        },
        flags="issues",
    ),
    search=Search(text=fields("place country"), names=fields("place")),
    weight=16,
)

SWOT_POINT = Kind(
    "swot-point",
    "swot",
    Names(
        _("SWOT point"),
        _("SWOT points"),
        lead=_(
            "Strengths, weaknesses, opportunities and threats of social media use in each theme, point by point."
        ),
    ),
    path="swot",
    section="evidence",
    thing=Thing("claim"),
    listed=Listed(
        facets=(
            Facet("theme", _("Theme")),
            Facet("quadrant", _("Kind of point"), choices=Quadrant, scheme="swot-quadrant"),
            Facet("placement", _("Who placed it"), choices=Placement),
        ),
        meta=fields("quadrant"),
        template="workshops/swot.html",
        rows="workshops.pages.swot_rows",
    ),
    page=Page(
        facts=fields("theme quadrant placement"),
        labels={"quadrant": _("Kind of point"), "placement": _("Who placed it")},
    ),
    links=Links(reasons={"theme": _("is a SWOT point of this theme")}, has_neighbours=False),
    search=Search(unread=fields("placement")),
    weight=62,
    review_months=24,
    recommended=("sources", "checked_on"),
)

SITUATION = Kind(
    "situation",
    "situations",
    Names(
        _("Situation"),
        _("Situations"),
        lead=_(
            "Tasks that planners and police officers face, with what helps, what it touches "
            "and what else could be done."
        ),
    ),
    path="situations",
    section="situations",
    thing=Thing("method"),
    identifier=Numbered("S", has_slug=True),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("issue", _("Issue touched"), "issues"),
            Facet("instrument", _("Legal instrument"), "instruments"),
        ),
        order=fields("order"),
        template="workshops/situations.html",
        rows="workshops.pages.situation_rows",
    ),
    page=Page(
        check="/check/",
        sections=(Section(_("The question"), ("question",)),),
        own_parts={"alternatives": _("Without social media")},
        adds="workshops.pages.situation",
    ),
    links=Links(
        means={"instruments": "references", "cases": "references"},
        roles={
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
            "roadmap_items": _("points to this roadmap item"),
            "points.refs": _("draws on it"),
        },
        flags="issues",
    ),
    search=Search(text=fields("question points alternatives")),
    weight=12,
    review_months=6,
)

KINDS = (PARTNER, THEME, WORKSHOP, PATTERN, CASE, SWOT_POINT, SITUATION)
