"""The kinds this app owns; plain data, imports no model."""

from media4sec.kinds import Facet, Kind, Section
from tests.throwaway.choices import Colour, Shade

THROWAWAY = Kind(
    "throwaway",
    "throwaways",
    "Throwaway",
    "Throwaways",
    path="throwaways",
    section="library",
    lead="Records that nobody needs.",
    prefix="X",
    address="id-slug",
    facets=(
        Facet("theme", "Theme", "themes", empty="No theme named"),
        Facet("colour", "Colour", choices=Colour),
        Facet("shade", "Shade", "shades", choices=Shade),
    ),
    facts=("colour", "weight", "cost", "is_new", "thrown_on", "homepage"),
    sections=(Section("What it was", ("story",)),),
    meta=("colour",),
    relations={"remains": ""},
    reasons={"remains": "left this behind", "themes": "shares this theme"},
    search_text=("pieces",),
    law_of="story",
    order=("weight",),
    state="colour",
    shapes={Colour.RED: "full", Colour.BLUE: "hollow"},
)

KINDS = (THROWAWAY,)
