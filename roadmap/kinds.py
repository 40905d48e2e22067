"""The kinds this app owns; plain data, imports no model."""

from django.utils.translation import gettext_lazy as _

from media4sec.choices import YesNo
from media4sec.kinds import THEME_FACET, Facet, Kind, Section, Work
from roadmap.choices import Access, Addressee, Audience, StandardKind, StandardStatus, Strand, TrainingKind

ROADMAP_ITEM = Kind(
    "roadmap-item",
    "roadmap",
    _("Roadmap item"),
    _("Roadmap items"),
    path="roadmap",
    title=_("Roadmap"),
    section="roadmap",
    lead=_("What the project asked for: by strand, by addressee, and what must come first."),
    prefix="R",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet(
            "strand",
            _("Strand"),
            choices=Strand,
        ),
        Facet(
            "addressee",
            _("Addressed to"),
            "addressed_to",
            choices=Addressee,
        ),
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
    facts=("strand", "addressed_to", "horizon", "depends_on", "in_d35"),
    labels={"in_d35": _("In the project’s final recommendations")},
    meta=("strand", "addressed_to"),
    reasons={
        "depends_on": _("needs this first"),
        "issues": _("answers this issue"),
        "technologies": _("builds on this tool"),
        "patterns": _("builds on this practice"),
        "updates.refs": _("names it in what happened since"),
    },
    search_text=("strand", "addressed_to", "updates"),
    flags="issues",
    own_parts={"updates": _("What happened since")},
    page="roadmap.pages.roadmap_item",
    rows="roadmap.pages.roadmap_rows",
    weight=28,
    limits=("depends_on",),
    list_template="roadmap/roadmap.html",
)

TRAINING_MODULE = Kind(
    "training-module",
    "training",
    _("Training module"),
    _("Training modules"),
    path="training",
    title=_("Training"),
    section="roadmap",
    lead=_("Real training offers, games and guidance around the project’s themes."),
    prefix="M",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet(
            "training-kind",
            _("Kind"),
            "training_kind",
            choices=TrainingKind,
        ),
        Facet(
            "audience",
            _("Audience"),
            choices=Audience,
        ),
        Facet("provider", _("Provider")),
        Facet(
            "d36",
            _("In the project’s training syllabus"),
            "part_of_d36",
            empty=_("Not known"),
            choices=YesNo,
        ),
    ),
    facts=("training_kind", "audience", "provider", "learning_outcomes", "part_of_d36"),
    labels={"part_of_d36": _("In the project’s training syllabus")},
    meta=("training_kind", "provider"),
    reasons={"technologies": _("comes from this project or tool")},
    names=("provider",),
    search_text=("provider", "audience", "learning_outcomes"),
    schema_type="Course",
    about=_("What it is and does"),
    weight=30,
)

STANDARD = Kind(
    "standard",
    "standards",
    _("Standard"),
    _("Standards"),
    path="standards",
    title=_("Standards and guidelines"),
    section="roadmap",
    lead=_(
        "Standards, guidelines and model clauses that exist, what each gives a planner, and who may read it."
    ),
    facets=(
        Facet(
            "standard-kind",
            _("Kind"),
            "standard_kind",
            choices=StandardKind,
        ),
        Facet("body", _("Issued by")),
        Facet("status", _("Status"), "standard_status", choices=StandardStatus),
        Facet("access", _("Access"), choices=Access),
        Facet("situation", _("Situation"), "situations", empty=_("No situation named")),
        Facet("issue", _("Issue"), "issues", empty=_("No issue named")),
    ),
    facts=(
        "full_title",
        "number",
        "body",
        "standard_kind",
        "date",
        "access",
        "earlier_edition",
        "official_url",
    ),
    meta=("standard_kind", "number", "body", "access"),
    reasons={
        "issues": _("helps with this issue"),
        "situations": _("helps in this situation"),
        "roadmap_items": _("is a step towards this roadmap item"),
        "instruments": _("helps to apply this law"),
    },
    names=("number", "full_title", "body", "earlier_edition"),
    search_text=("number", "full_title", "body", "earlier_edition", "instruments"),
    says=Section(_("What it gives you"), ("gives",)),
    state="standard_status",
    shapes={
        StandardStatus.PUBLISHED: "full",
        StandardStatus.DRAFT: "hollow",
        StandardStatus.SUPERSEDED: "struck",
        StandardStatus.WITHDRAWN: "struck",
    },
    weight=29,
    work=Work("norm", title="full_title", date="date", number="number", publisher="body", url="official_url"),
)

KINDS = (ROADMAP_ITEM, TRAINING_MODULE, STANDARD)
