"""The kinds this app owns; plain data, imports no model."""

from media4sec.kinds import Facet, Kind

THEME_FACET = Facet("theme", "Theme", "themes", empty="No theme named")

ROADMAP_ITEM = Kind(
    "roadmap-item",
    "roadmap",
    "Roadmap item",
    "Roadmap items",
    path="roadmap",
    title="Roadmap",
    section="roadmap",
    lead="What the project asked for: by strand, by addressee, and what must come first.",
    prefix="R",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet("strand", "Strand"),
        Facet("addressee", "Addressed to", "addressed_to"),
        Facet("horizon", "Horizon"),
        Facet("issue", "Issue", "issues", empty="No issue named"),
        Facet("d35", "Stated in D3.5", "in_d35", empty="Not known"),
    ),
    facts=("strand", "addressed_to", "horizon", "depends_on", "in_d35"),
    meta=("strand", "addressed_to"),
    reasons={
        "depends_on": "needs this first",
        "issues": "answers this issue",
        "technologies": "builds on this tool",
        "patterns": "builds on this practice",
    },
    search_text=("strand", "addressed_to"),
    flags="issues",
    weight=28,
)

TRAINING_MODULE = Kind(
    "training-module",
    "training",
    "Training module",
    "Training modules",
    path="training",
    title="Training",
    section="roadmap",
    lead="Real training offers, games and guidance around the project’s themes.",
    prefix="M",
    address="id-slug",
    facets=(
        THEME_FACET,
        Facet("training-kind", "Kind", "training_kind"),
        Facet("audience", "Audience"),
        Facet("provider", "Provider"),
        Facet("d36", "Part of D3.6", "part_of_d36", empty="Not known"),
    ),
    facts=("training_kind", "audience", "provider", "learning_outcomes", "part_of_d36"),
    meta=("training_kind", "provider"),
    reasons={"technologies": "comes from this project or tool"},
    search_text=("provider", "audience", "learning_outcomes"),
    schema_type="Course",
    about="What it is and does",
    weight=30,
)

KINDS = (ROADMAP_ITEM, TRAINING_MODULE)
