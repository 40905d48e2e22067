"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from catalogue.choices import (
    EvidenceKind,
    FunctionLevel,
    Price,
    Scheme,
    StatementKind,
    TargetUser,
    TechnologyKind,
    TechnologyStatus,
    WorksOn,
)
from media4sec.choices import Lens, YesNo
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
    StateBar,
    Thing,
    Ways,
    fields,
    phrases,
)

PROJECT = Kind(
    "project",
    "projects",
    Names(_("Project"), _("Projects"), lead=_("The EU project whose results this knowledge base keeps.")),
    path="projects",
    section="about",
    thing=Thing(
        "project",
        other_titles=fields("acronym acronym_cordis"),
        date="start_date",
        until="end_date",
        number="grant_agreement",
        numbers={"grant": "grant_agreement"},
        url="cordis_url",
    ),
    page=Page(
        facts=fields(
            "acronym acronym_cordis grant_agreement programme topic_id topic_title topic_status "
            "call_id funding_scheme funding_scheme_label start_date end_date duration_months "
            "total_cost_eur eu_contribution_eur coordinator coordinator_country "
            "coordinator_person partner_count cordis_rcn cordis_url cordis_reporting_url "
            "website_urls social_accounts related_projects reporting_periods"
        ),
        labels={"topic_status": _("How the topic was found")},
        sections=(
            Section(_("Objectives"), ("objectives",)),
            Section(_("The good"), ("framing_good",)),
            Section(_("The bad"), ("framing_bad",)),
            Section(_("The ugly"), ("framing_ugly",)),
            Section(_("Funding"), ("funding_acknowledgement",)),
        ),
        own_parts={"outputs": _("What people used")},
    ),
    links=Links(
        reasons={
            "coordinator": _("was coordinated by this partner"),
            "outputs.deliverable": _("had this as an output that people used"),
        },
        has_neighbours=False,
    ),
    search=Search(
        text=fields("acronym acronym_cordis grant_agreement objectives outputs"),
        names=fields("acronym acronym_cordis grant_agreement cordis_rcn topic_id call_id"),
    ),
    review_months=24,
    is_editorial=True,
)

WORK_PACKAGE = Kind(
    "work-package",
    "work-packages",
    Names(
        _("Work package"),
        _("Work packages"),
        lead=_("The five parts in which the project’s work was organised."),
    ),
    path="library",
    section="about",
    thing=Thing("project-part", number="identifier"),
    identifier=Given(r"WP\d"),
    listed=Listed(order=fields("number")),
    page=Page(facts=fields("title_source lead_partner"), adds="catalogue.pages.work_package"),
    links=Links(reasons={"lead_partner": _("was led by this partner")}, has_neighbours=False),
    search=Search(text=fields("identifier"), unread=fields("title_source")),
    weight=34,
    review_months=24,
    is_editorial=True,
)

DELIVERABLE = Kind(
    "deliverable",
    "deliverables",
    Names(
        _("Deliverable"),
        _("Deliverables"),
        lead=_(
            "Every report, plan and catalogue the project delivered: what it answers and where the file is."
        ),
    ),
    path="library",
    section="library",
    thing=Thing(
        "report",
        is_published=True,
        other_titles=fields("alternative_title"),
        creators="authors",
        contributors=fields("contributors"),
        published_by="MEDI@4SEC",
        is_of_project=True,
        date="date",
        number="identifier",
        numbers={"reference": "document_reference"},
        url="download_url",
        files=fields("download_url alternate_urls"),
        open_if=("dissemination_level", "public"),
    ),
    identifier=Given(r"D\d\.\d"),
    listed=Listed(
        facets=(
            Facet("work-package", _("Work package"), "work_package", empty=_("No work package named")),
            THEME_FACET,
            Facet(
                "deliverable-type",
                _("Type"),
                "type",
                words=phrases("catalogue, plan, report, training framework, website"),
            ),
            Facet("author", _("Author"), "authors"),
            Facet("lead", _("Lead partner"), "lead_partner"),
            Facet("status", _("Document status"), "document_status"),
        ),
        meta=fields("type date lead_partner"),
    ),
    page=Page(
        facts=fields(
            "work_package authors contributors date lead_partner responsible_organisations type "
            "page_count dissemination_level dissemination_level_basis document_reference "
            "document_status title_source alternative_title workshop download_url alternate_urls"
        ),
        labels={
            "dissemination_level_basis": _("How the dissemination level is known"),
            "alternate_urls": _("Copies elsewhere"),
        },
        statements_by="deliverable",
        keeps_pdf=True,
        adds="catalogue.pages.deliverable",
    ),
    links=Links(
        means={"work_package": "isPartOf", "workshop": "subject"},
        roles={"authors": "person", "contributors": "person"},
        reasons={
            "work_package": _("belongs to this work package"),
            "authors": _("was written by this person"),
            "contributors": _("has a contribution by this person"),
            "lead_partner": _("was led by this partner"),
            "responsible_organisations": _("names this partner as responsible"),
            "workshop": _("reports on this workshop"),
        },
    ),
    search=Search(
        text=fields("identifier alternative_title authors contributors document_reference"),
        names=fields("alternative_title document_reference authors contributors"),
        unread=fields("dissemination_level_basis title_source"),
    ),
    cited=Cited(by_identifier=True),
    weight=36,
    review_months=24,
)

PERSON = Kind(
    "person",
    "people",
    Names(
        _("Person"),
        _("People"),
        lead=_(
            "Authors and contributors as printed on public deliverables, in their professional role only."
        ),
    ),
    path="people",
    section="about",
    thing=Thing("person", other_titles=fields("aliases"), works_for=fields("organisation organisation_name")),
    listed=Listed(
        facets=(Facet("organisation", _("Organisation")),),
        order=fields("family_name|title given_name"),
        meta=fields("organisation_name"),
    ),
    page=Page(facts=fields("organisation organisation_name role aliases")),
    links=Links(reasons={"organisation": _("worked for this partner")}, has_neighbours=False),
    search=Search(text=fields("aliases organisation_name"), names=fields("aliases")),
    weight=42,
    review_months=24,
    recommended=("checked_on",),
)

FUNCTION = Kind(
    "function",
    "functions",
    Names(
        _("Function"),
        _("Functions"),
        lead=_("What technologies are for, in two levels: nine groups and forty functions."),
    ),
    path="functions",
    section="about",
    thing=Thing("concept", number="identifier"),
    listed=Listed(
        facets=(
            Facet("group", _("Group"), "parent", empty=_("Is a group itself"), scheme="function"),
            Facet("level", _("Level"), choices=FunctionLevel),
        ),
        order=fields("order"),
        grouped_by="parent",
    ),
    page=Page(
        facts=fields("parent level is_intrusive nearest_cm_function nearest_cm_function_note"),
        labels={"nearest_cm_function_note": _("Note on the nearest function")},
        about=_("What it is and does"),
    ),
    links=Links(
        means={"parent": "isPartOf"}, reasons={"parent": _("belongs to this group")}, has_neighbours=False
    ),
    search=Search(text=fields("identifier nearest_cm_function"), unread=fields("nearest_cm_function_note")),
    words={
        "level": {FunctionLevel.GROUP: _("Group of functions"), FunctionLevel.FUNCTION: _("Single function")}
    },
    schemes={"function": "function", "group": "function"},
    weight=32,
    is_editorial=True,
)

ORGANISATION = Kind(
    "organisation",
    "organisations",
    Names(
        _("Organisation"),
        _("Organisations"),
        lead=_("Those who make or maintain the technologies of the catalogue, as the sources name them."),
    ),
    path="organisations",
    section="about",
    thing=Thing("organisation", other_titles=fields("former_names")),
    page=Page(facts=fields("former_names"), about=_("What it is and does")),
    links=Links(has_neighbours=False),
    search=Search(text=fields("former_names"), names=fields("former_names")),
    weight=40,
    recommended=("sources", "checked_on"),
)

TECHNOLOGY = Kind(
    "technology",
    "technologies",
    Names(
        _("Technology"),
        _("Technologies"),
        lead=_(
            "What it does, who makes it, whether it is still alive, and what it raises in rights and law."
        ),
    ),
    path="technologies",
    section="technologies",
    thing=Thing(
        "software",
        types=(
            "technology_kind",
            {
                TechnologyKind.SERVICE: "service",
                TechnologyKind.METHOD: "method",
                TechnologyKind.DATASET: "dataset",
            },
        ),
        creators="makers",
        url="homepage",
        licence="licence",
        country="country",
    ),
    identifier=Numbered("T", has_slug=True),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("function", _("Function"), "functions"),
            Facet("status", _("Status"), choices=TechnologyStatus, scheme="technology-status"),
            Facet("issue", _("Issue raised"), "issues", empty=_("Not assessed yet")),
            Facet("price", _("Price"), choices=Price),
            Facet("works-on", _("Works on"), "works_on", choices=WorksOn),
            Facet("data-leaves", _("Data leave your organisation"), "data_leaves", choices=YesNo),
            Facet("licence", _("Licence"), words=("proprietary",)),
            Facet("kind", _("Kind"), "technology_kind", choices=TechnologyKind),
            Facet(
                "platform",
                _("Platform"),
                "platforms_covered",
                words=phrases(
                    "any, app, blockchains, dark web, dark web markets, mobile, mobile networks, news, "
                    "public social media, social media, web"
                ),
            ),
            Facet("user", _("Target user"), "target_users", choices=TargetUser, scheme="target-user"),
            Facet("eu-project", _("EU project"), "eu_project_acronym", empty=_("No EU project named")),
            Facet("country", _("Country"), type="country"),
            Facet("maker", _("Maker"), "makers"),
            Facet(
                "d22",
                _("In the project’s own catalogue"),
                "listed_in_d22",
                empty=_("Not known"),
                choices=YesNo,
            ),
        ),
        order=fields("status title"),  # alive first
        meta=fields("technology_kind licence"),
        told=fields("price works_on data_leaves"),
        doors="catalogue.doors.by_function",
        is_compared=True,
    ),
    state=StateBar(
        "status",
        shapes={
            TechnologyStatus.ACTIVE: "full",
            TechnologyStatus.DISCONTINUED: "struck",
            TechnologyStatus.UNKNOWN: "hatched",
        },
        rule=_(
            "Active means that there is a dated sign of life, not older than 18 months when it was checked: a release, "
            "a change in the repository, a dated page, notice or test by the maker or an authority, or a dated check "
            "by a third party. Discontinued means that a source says so, or that its project has ended. All else is "
            "unknown."
        ),
    ),
    page=Page(
        adds="catalogue.pages.technology",
        check="/check/",
        facts=fields(
            "makers maker_as_stated country technology_kind price price_note works_on "
            "data_leaves data_leaves_note licence licence_verified functions target_users "
            "platforms_covered trl eu_project_acronym eu_project_grant eu_project_programme "
            "listed_in_d22 project_mention homepage repository repository_last_change_seen "
            "began_on sign_of_life_on sign_of_life ended_on successors"
        ),
        labels={
            "listed_in_d22": _("In the project’s own catalogue"),
            "maker_as_stated": _("Maker, in the words of the source"),
        },
        limits=fields("licence licence_verified platforms_covered trl"),
        about=_("What it is and does"),
        sections=(Section(_("What is known of its state"), ("status_note",)),),
    ),
    links=Links(
        means={"functions": "subject"},
        roles={"issues": "issue"},
        reasons={
            "functions": _("has this function"),
            "makers": _("is made or maintained by it"),
            "successors": _("is carried on by it"),
            "issues": _("raises this issue"),
        },
        flags="issues",
    ),
    search=Search(
        text=fields(
            "makers maker_as_stated functions platforms_covered eu_project_acronym "
            "eu_project_grant eu_project_programme project_mention"
        ),
        names=fields("makers maker_as_stated eu_project_acronym eu_project_grant"),
        unread=fields("status_note licence_verified listed_in_d22"),
    ),
    note="catalogue.responsible_use.note_on_use",
    weight=18,
    review_months=6,
)

STATEMENT = Kind(
    "statement",
    "statements",
    Names(
        _("Piece of evidence"),
        _("Pieces of evidence"),
        lead=_(
            "Citable sentences from the project’s sources: what was found, in which lens, on what kind of evidence."
        ),
        title=_("Evidence"),
    ),
    path="evidence",
    section="evidence",
    thing=Thing("claim"),
    identifier=Numbered("E", digits=4),
    listed=Listed(
        facets=(
            Facet("theme", _("Theme"), empty=_("No theme named")),
            Facet("lens", _("Lens"), empty=_("No lens given"), choices=Lens),
            Facet("statement-kind", _("What it says"), "statement_kind", choices=StatementKind),
            Facet(
                "evidence",
                _("Kind of evidence"),
                "evidence_kind",
                choices=EvidenceKind,
                scheme="evidence-kind",
            ),
            Facet("workshop", _("Workshop"), empty=_("No workshop named")),
            Facet("deliverable", _("Deliverable"), empty=_("No deliverable named")),
        ),
        meta=fields("statement_kind evidence_kind workshop deliverable"),
    ),
    page=Page(
        facts=fields("statement_kind evidence_kind theme workshop deliverable deliverable_basis locator"),
        labels={"statement_kind": _("What it says"), "deliverable_basis": _("How its deliverable is known")},
        adds="catalogue.pages.statement",
    ),
    links=Links(
        means={
            "deliverable": "source",
            "derived_from": "source",
            "workshop": "source",
            "subjects": "subject",
        },
        roles={"subjects": "", "derived_from": ""},
        reasons={
            "subjects": _("speaks about it"),
            "derived_from": _("was taken from it"),
            "workshop": _("comes from this workshop"),
            "deliverable": _("comes from this deliverable"),
        },
        has_neighbours=False,
    ),
    search=Search(text=fields("workshop deliverable subjects"), unread=fields("deliverable_basis locator")),
    cited=Cited(quotes="deliverable", origins=fields("deliverable workshop"), rests_on="evidence_kind"),
    role=Role.EVIDENCE,
    weight=60,
    recommended=("sources", "checked_on"),
)

SURVEY_FIGURE = Kind(
    "survey-figure",
    "survey-figures",
    Names(
        _("Survey figure"),
        _("Survey figures"),
        lead=_(
            "Figures cited by the project and from related surveys; conflicting values are shown side by side."
        ),
    ),
    path="survey",
    section="evidence",
    thing=Thing("claim", date="year"),
    listed=Listed(
        facets=(
            Facet("survey", _("Survey")),
            Facet("year", _("Year")),
            Facet("d21", _("From the project’s own survey"), "from_d21", empty=_("Not known"), choices=YesNo),
        ),
        meta=fields("survey year"),
        template="catalogue/survey.html",
        rows="catalogue.surveys.survey_rows",
    ),
    page=Page(
        facts=fields("value year survey population from_d21 note"),
        adds="catalogue.surveys.survey_figure",
        labels={"from_d21": _("From the project’s own survey")},
        figure=fields("value unit qualifier"),
    ),
    links=Links(has_neighbours=False),
    search=Search(text=fields("survey population note"), names=fields("survey"), unread=fields("from_d21")),
    weight=64,
    review_months=24,
    recommended=("sources", "checked_on"),
)

GLOSSARY_TERM = Kind(
    "glossary-term",
    "glossary",
    Names(
        _("Glossary term"),
        _("Glossary terms"),
        lead=_("Words of the field in plain language."),
        title=_("Glossary"),
    ),
    path="glossary",
    section="about",
    thing=Thing("concept", other_titles=fields("aliases")),
    listed=Listed(
        order=fields("title"), template="catalogue/glossary.html", rows="catalogue.pages.glossary_rows"
    ),
    page=Page(facts=fields("aliases")),
    links=Links(
        roles={"issues": "issue", "instruments": "instrument"},
        reasons={
            "see_also": _("refers to this term"),
            "functions": _("explains a word used here"),
            "issues": _("explains a word used here"),
            "instruments": _("explains a word used here"),
            "patterns": _("explains a word used here"),
        },
    ),
    search=Search(text=fields("aliases"), names=fields("aliases")),
    role=Role.GLOSSARY,
    weight=46,
    review_months=24,
    is_editorial=True,
)

NEWS_ITEM = Kind(
    "news-item",
    "news",
    Names(
        _("News item"),
        _("News items"),
        lead=_("Blog posts, events and publications by and about the project."),
        title=_("News"),
    ),
    path="news",
    section="about",
    thing=Thing(
        "web-page",
        is_published=True,
        creators="authors",
        publisher="publisher",
        date="date",
        url="url_of_item",
        language="language",
        place=fields("location"),
    ),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet(
                "news-kind",
                _("Kind"),
                "news_kind",
                words=phrases(
                    "article, blog post, event, event listing, external news, local dissemination event, "
                    "partner blog, partner news, presentation, project news, project tool, publication, "
                    "success story, web listing"
                ),
            ),
            Facet("publisher", _("Publisher")),
            Facet("workshop", _("Workshop"), empty=_("No workshop named")),
        ),
        order=fields("-date"),
        meta=fields("news_kind date publisher"),
    ),
    page=Page(facts=fields("news_kind date publisher authors location language workshop url_of_item")),
    links=Links(
        roles={"authors": "person"},
        reasons={"authors": _("was written by this person"), "workshop": _("is about this workshop")},
    ),
    search=Search(text=fields("publisher authors location"), names=fields("publisher authors location")),
    weight=44,
    review_months=24,
)

CONCEPT = Kind(
    "concept",
    "concepts",
    Names(
        _("Vocabulary concept"),
        _("Vocabulary concepts"),
        lead=_(
            "The portal’s controlled words with their labels in seven languages; translations are not yet reviewed."
        ),
        title=_("Vocabulary"),
    ),
    path="vocabulary",
    section="about",
    thing=Thing("concept", number="code", labels="labels"),
    listed=Listed(
        facets=(Facet("scheme", _("Words for"), choices=Scheme),),
        order=fields("scheme position"),
        meta=fields("scheme"),
    ),
    page=Page(facts=fields("scheme"), labels={"scheme": _("Words for")}, own_parts={"labels": _("Labels")}),
    links=Links(has_neighbours=False),
    search=Search(
        names=fields("code labels.label"),
        names_others=True,
        ways=Ways("scheme", "labels", "code", synonyms=Scheme.WAYS_TO_ASK, countries=Scheme.COUNTRY),
    ),
    role=Role.VOCABULARY,
    words={"scheme": dict(Scheme.choices)},
    weight=80,
    review_months=24,
    is_editorial=True,
    recommended=("checked_on",),
)

COLLECTION = Kind(
    "collection",
    "collections",
    Names(
        _("Note on a collection"),
        _("Notes on the collections"),
        lead=_(
            "How each part of the knowledge base was gathered, what “verified” means there, "
            "and what could not be found."
        ),
    ),
    path="collections",
    section="about",
    thing=Thing("collection", date="generated_on"),
    listed=Listed(order=fields("title")),
    page=Page(
        facts=fields("generated_on count"),
        sections=(Section(_("Counts and gaps"), ("particulars",)), Section(_("Caveats"), ("caveats",))),
    ),
    links=Links(has_neighbours=False),
    search=Search(text=fields("caveats")),
    weight=82,
    is_editorial=True,
    recommended=("summary", "checked_on"),
)

KINDS = (
    PROJECT,
    WORK_PACKAGE,
    PERSON,
    DELIVERABLE,
    FUNCTION,
    ORGANISATION,
    TECHNOLOGY,
    STATEMENT,
    SURVEY_FIGURE,
    GLOSSARY_TERM,
    NEWS_ITEM,
    CONCEPT,
    COLLECTION,
)
