"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from media4sec.choices import YesNo
from media4sec.kinds import (
    THEME_FACET,
    Facet,
    Kind,
    Links,
    Listed,
    Names,
    Numbered,
    Page,
    Search,
    Section,
    StateBar,
    Thing,
    fields,
)
from roadmap.choices import Access, Addressee, Audience, StandardKind, StandardStatus, Strand, TrainingKind

ROADMAP_ITEM = Kind(
    "roadmap-item",
    "roadmap",
    Names(
        _("Roadmap item"),
        _("Roadmap items"),
        lead=_("What the project asked for: by strand, by addressee, and what must come first."),
        title=_("Roadmap"),
    ),
    path="roadmap",
    section="training",
    thing=Thing("guidance"),
    identifier=Numbered("R", has_slug=True),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("strand", _("Strand"), choices=Strand),
            Facet("addressee", _("Addressed to"), "addressed_to", choices=Addressee),
            Facet("horizon", _("Horizon")),
            Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
            Facet(
                "d35",
                _("In the project’s final recommendations"),
                "in_d35",
                empty=_("Not known"),
                choices=YesNo,
            ),
        ),
        meta=fields("strand addressed_to"),
        template="roadmap/roadmap.html",
        rows="roadmap.pages.roadmap_rows",
        overview="roadmap.pages.what_comes_first",
    ),
    page=Page(
        facts=fields("strand addressed_to horizon depends_on in_d35"),
        labels={"in_d35": _("In the project’s final recommendations")},
        limits=fields("depends_on"),
        own_parts={"updates": _("What happened since")},
        adds="roadmap.pages.roadmap_item",
    ),
    links=Links(
        means={"depends_on": "requires"},
        reasons={
            "depends_on": _("needs this first"),
            "issues": _("answers this issue"),
            "technologies": _("builds on this tool"),
            "patterns": _("builds on this practice"),
            "updates.refs": _("names it in what happened since"),
        },
        flags="issues",
    ),
    search=Search(text=fields("strand addressed_to updates")),
    weight=28,
)

TRAINING_MODULE = Kind(
    "training-module",
    "training",
    Names(
        _("Training module"),
        _("Training modules"),
        lead=_("Real training offers, games and guidance around the project’s themes."),
        title=_("Training"),
    ),
    path="training",
    section="training",
    thing=Thing("course", publisher="provider"),
    identifier=Numbered("M", has_slug=True),
    listed=Listed(
        facets=(
            THEME_FACET,
            Facet("training-kind", _("Kind"), "training_kind", choices=TrainingKind),
            Facet("audience", _("Audience"), choices=Audience),
            Facet("provider", _("Provider")),
            Facet(
                "d36",
                _("In the project’s training syllabus"),
                "part_of_d36",
                empty=_("Not known"),
                choices=YesNo,
            ),
        ),
        meta=fields("training_kind provider"),
    ),
    page=Page(
        facts=fields("training_kind audience provider learning_outcomes part_of_d36"),
        labels={"part_of_d36": _("In the project’s training syllabus")},
        about=_("What it is and does"),
    ),
    links=Links(reasons={"technologies": _("comes from this project or tool")}),
    search=Search(text=fields("provider audience learning_outcomes"), names=fields("provider")),
    weight=30,
)

STANDARD = Kind(
    "standard",
    "standards",
    Names(
        _("Standard"),
        _("Standards"),
        lead=_(
            "Standards, guidelines and model clauses that exist, what each gives a planner, and who may read it."
        ),
        title=_("Standards and guidelines"),
    ),
    path="standards",
    section="training",
    thing=Thing(
        "norm",
        is_published=True,
        title="full_title",
        other_titles=fields("title"),
        publisher="body",
        date="date",
        number="number",
        url="official_url",
    ),
    listed=Listed(
        facets=(
            Facet("standard-kind", _("Kind"), "standard_kind", choices=StandardKind),
            Facet("body", _("Issued by")),
            Facet("status", _("Status"), "standard_status", choices=StandardStatus),
            Facet("access", _("Access"), choices=Access),
            Facet("situation", _("Situation"), "situations", empty=_("No situation named")),
            Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
        ),
        meta=fields("standard_kind number body access"),
    ),
    state=StateBar(
        "standard_status",
        shapes={
            StandardStatus.PUBLISHED: "full",
            StandardStatus.DRAFT: "hollow",
            StandardStatus.SUPERSEDED: "struck",
            StandardStatus.WITHDRAWN: "struck",
        },
    ),
    page=Page(
        says=Section(_("What it gives you"), ("gives",)),
        facts=fields("full_title number body standard_kind date access earlier_edition official_url"),
        adds="roadmap.pages.standard",
    ),
    links=Links(
        reasons={
            "issues": _("helps with this issue"),
            "situations": _("helps in this situation"),
            "roadmap_items": _("is a step towards this roadmap item"),
            "instruments": _("helps to apply this law"),
        }
    ),
    search=Search(
        text=fields("number full_title body earlier_edition instruments"),
        names=fields("number full_title body earlier_edition"),
    ),
    weight=29,
    is_editorial=True,
)

KINDS = (ROADMAP_ITEM, TRAINING_MODULE, STANDARD)
