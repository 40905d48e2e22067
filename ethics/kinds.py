"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from ethics.choices import CheckSection, EventKind, Force, IssueKind, Topic
from media4sec.kinds import (
    THEME_FACET,
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
    fields,
    phrases,
)

INSTRUMENT = Kind(
    "instrument",
    "instruments",
    Names(
        _("Legal instrument"),
        _("Legal instruments"),
        lead=_("The law that matters here, how it stands today, and what happened to it since 2016."),
    ),
    path="law",
    section="law",
    thing=Thing(
        "legislation",
        is_published=True,
        title="full_title",
        other_titles=fields("title"),
        date="adopted_on",
        number="celex_or_number",
        numbers={"celex": "celex_or_number", "eli": "eli"},
        url="official_url",
        country="jurisdiction",
    ),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("force", _("In force?"), choices=Force),
            Facet(
                "instrument-type",
                _("Type"),
                "instrument_type",
                words=phrases(
                    "Council of Europe convention, Council of Europe protocol, EU adequacy decision, "
                    "EU co-regulation, EU directive, EU framework decision, EU primary law, "
                    "EU regulation, EU regulation (proposal), UN convention, UN treaty, national act"
                ),
            ),
            Facet(
                "jurisdiction",
                _("Jurisdiction"),
                type="country",
                words=("Council of Europe",),
                scheme="country",
            ),
            Facet(
                "event",
                _("What happened"),
                "events.event_kind",
                empty="",
                choices=EventKind,
                scheme="legal-event-kind",
            ),
        ),
        meta=fields("instrument_type celex_or_number status"),
        as_known=_("Law as known on %(date)s: that is the date of the newest source read."),
    ),
    state=StateBar(
        "force",
        shapes={
            Force.IN_FORCE: "full",
            Force.IN_STAGES: "half",
            Force.NOT_IN_FORCE: "hollow",
            Force.ENDED: "struck",
        },
        on_day="ethics.pages.standing_of_law",
    ),
    page=Page(
        facts=fields(
            "full_title instrument_type celex_or_number eli official_url jurisdiction adopted_on "
            "applicable_from status"
        ),
        labels={"status": _("Status, in the words of the source")},
        sections=(Section(_("Status in detail"), ("status_note",)),),
        dated="events",
        choices={"event_kind": EventKind},
        adds="ethics.pages.instrument",
    ),
    links=Links(rechecked=fields("instruments")),
    search=Search(
        text=fields("full_title celex_or_number eli instrument_type status events"),
        names=fields("full_title celex_or_number eli"),
        law_of="jurisdiction",
    ),
    role=Role.LAW,
    schemes={"event": "legal-event-kind"},
    weight=22,
    review_months=3,
    is_editorial=True,
)

ISSUE = Kind(
    "issue",
    "issues",
    Names(
        _("Ethical or legal issue"),
        _("Ethical and legal issues"),
        lead=_(
            "What to think of before you act: questions to ask, safeguards, and the law each issue touches."
        ),
    ),
    path="issues",
    section="issues",
    thing=Thing("issue"),
    identifier=Numbered("I", has_slug=True),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("issue-kind", _("Kind"), "issue_kind", choices=IssueKind, scheme="ethics-issue-kind"),
            Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
            Facet("deliverable", _("Deliverable"), "deliverables", empty=_("No deliverable named")),
        ),
        meta=fields("issue_kind"),
    ),
    page=Page(
        facts=fields("issue_kind severity bears_on deliverables instruments"),
        sections=(
            Section(_("Ask before you decide"), ("questions_to_ask",)),
            Section(_("Safeguards"), ("safeguards",)),
        ),
        adds="ethics.pages.issue",
    ),
    links=Links(
        means={"instruments": "references"},
        reasons={"instruments": _("touches this law"), "deliverables": _("is a subject of this deliverable")},
    ),
    search=Search(text=fields("questions_to_ask safeguards instruments")),
    role=Role.ISSUE,
    weight=20,
    review_months=6,
)

JUDGMENT = Kind(
    "judgment",
    "judgments",
    Names(
        _("Judgment"),
        _("Judgments"),
        lead=_(
            "What courts decided about police, platforms and data, and what each judgment means for your work."
        ),
    ),
    path="judgments",
    section="law",
    thing=Thing(
        "court-decision",
        is_published=True,
        title="parties",
        other_titles=fields("title"),
        publisher="court",
        date="decided_on",
        number="case_number",
        numbers={"ecli": "ecli"},
        url="official_url",
    ),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("court", _("Court")),
            Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
            Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
        ),
        order=fields("-decided_on"),
        meta=fields("court decided_on case_number"),
        marks_unverified=True,
    ),
    page=Page(
        says=Section(_("What it means for you"), ("meaning",)),
        facts=fields("court formation decided_on case_number ecli parties official_url"),
        about=_("What the court decided"),
        adds="ethics.pages.judgment",
    ),
    links=Links(
        means={"instruments": "references", "issues": "subject"},
        reasons={"instruments": _("interprets or applies this law"), "issues": _("bears on this issue")},
    ),
    search=Search(
        text=fields("parties court formation instruments"), names=fields("parties case_number ecli")
    ),
    weight=23,
    review_months=24,
    is_editorial=True,
)

COUNTRY_NOTE = Kind(
    "country-note",
    "country-notes",
    Names(
        _("Country note"),
        _("Country notes"),
        lead=_(
            "What is recorded of national law for police on social media, country by country. Not legal advice."
        ),
        title=_("National law"),
    ),
    path="countries",
    section="law",
    thing=Thing("guidance", country="country"),
    listed=Listed(
        facets=(
            Facet("topic", _("Topic recorded"), "rules.topic", empty=_("No topic recorded"), choices=Topic),
            Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
            Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
        ),
        order=fields("title"),
        meta=fields("authority"),
        template="ethics/countries.html",
        rows="ethics.pages.country_rows",
    ),
    page=Page(
        facts=fields("country authority authority_url authority_verified partners"),
        choices={"topic": Topic},
        concerning="ethics.national.national_law_on",
        countries="ethics.national.countries_with_notes",
        adds="ethics.pages.country_note",
    ),
    links=Links(
        means={"instruments": "references", "judgments": "references"},
        reasons={
            "instruments": _("says how this law stands in one country"),
            "issues": _("says what national law has on this issue"),
            "judgments": _("is about a country whose law this is about"),
            "partners": _("is about the country of this partner"),
            "rules.refs": _("names it beside a rule"),
        },
    ),
    search=Search(text=fields("authority rules instruments"), names=fields("authority"), law_of="country"),
    role=Role.NATIONAL_LAW,
    weight=25,
    review_months=6,
    is_editorial=True,
    recommended=("summary", "checked_on"),
)

PLATFORM_REQUEST = Kind(
    "platform-request",
    "platform-requests",
    Names(
        _("Platform request"),
        _("Platform requests"),
        lead=_(
            "Ways to have data kept, handed over or taken down: what each asks for, on what ground, and who signs."
        ),
        title=_("Requests to platforms"),
    ),
    path="platform-requests",
    section="law",
    thing=Thing("method"),
    listed=Listed(
        facets=(
            Facet("situation", _("Situation"), "situations", empty=_("No situation named")),
            Facet("instrument", _("Legal instrument"), "instruments", empty=_("No instrument named")),
            Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
        ),
        order=fields("order"),
        is_compared=True,
        marks_unverified=True,
    ),
    page=Page(
        facts=fields("asks_for legal_ground who_signs goes_to deadline emergency_deadline user_is_told"),
        own_parts={"steps": _("Step by step")},
        adds="ethics.pages.platform_request",
    ),
    links=Links(
        means={"instruments": "references"},
        reasons={
            "instruments": _("rests on this law"),
            "issues": _("raises this issue"),
            "situations": _("can be of use in this situation"),
        },
        flags="issues",
    ),
    search=Search(
        text=fields(
            "asks_for legal_ground who_signs goes_to deadline emergency_deadline user_is_told "
            "steps instruments"
        )
    ),
    weight=21,
    review_months=6,
)

CHECK_QUESTION = Kind(
    "check-question",
    "check-questions",
    Names(
        _("Check question"),
        _("Check questions"),
        lead=_(
            "The questions to answer before using social media for a task, and the issues that each answer raises."
        ),
        title=_("Questions of the ethics and legal check"),
    ),
    path="check",
    section="issues",
    thing=Thing("question", number="identifier"),
    identifier=Given(r"Q\d+"),
    listed=Listed(
        facets=(
            Facet("part", _("Part"), "section", choices=CheckSection, scheme="check-section"),
            Facet("issue", _("Issue raised"), "answers.raises", empty=""),
        ),
        order=fields("order"),
        meta=fields("section"),
        grouped_by="section",
    ),
    page=Page(
        facts=fields("section question_type show_if_question show_if_answers"),
        own_parts={"answers": _("Answers and what they raise")},
    ),
    links=Links(
        means={"show_if_question": "requires"},
        reasons={
            "answers.raises": _("asks about it"),
            "answers.hides": _("can hide this question"),
            "answers.next": _("can lead to this question"),
            "show_if_question": _("follows from this question"),
        },
        has_neighbours=False,
    ),
    search=Search(text=fields("section answers"), share=0.65),
    schemes={"part": "check-section", "section": "check-section"},
    weight=24,
    is_editorial=True,
)

CHECK_EXAMPLE = Kind(
    "check-example",
    "check-examples",
    Names(
        _("Worked example"),
        _("Worked examples"),
        lead=_(
            "The ethics and legal check carried through once for each situation: each answer, and what it raises."
        ),
        title=_("Worked examples of the check"),
    ),
    path="examples",
    section="issues",
    thing=Thing("guidance"),
    listed=Listed(facets=(Facet("issue", _("Issue raised"), "expected_issues"),)),
    page=Page(facts=fields("situation pattern technologies"), adds="ethics.examples.page_of_example"),
    links=Links(
        reasons={
            "situation": _("works this situation through"),
            "visible_questions": _("asks this question"),
            "pattern": _("works this practice through"),
            "technologies": _("uses this tool as an example"),
            "expected_issues": _("raises this issue"),
            "context_issues": _("has this issue as context"),
        },
        flags="expected_issues",
        has_neighbours=False,
    ),
    search=Search(share=0.65),
    weight=26,
    is_editorial=True,
)

KINDS = (INSTRUMENT, ISSUE, JUDGMENT, PLATFORM_REQUEST, COUNTRY_NOTE, CHECK_QUESTION, CHECK_EXAMPLE)
