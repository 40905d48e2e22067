"""The kinds this app owns; plain data, imports no model."""

from media4sec.kinds import (
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
from tests.throwaway.choices import Colour, Shade

THROWAWAY = Kind(
    "throwaway",
    "throwaways",
    Names("Throwaway", "Throwaways", lead="Records that nobody needs."),
    path="throwaways",
    section="library",
    thing=Thing("service", date="thrown_on", url="homepage"),
    identifier=Numbered("X", has_slug=True),
    listed=Listed(
        facets=(
            Facet("theme", "Theme", "themes", empty="No theme named"),
            Facet("colour", "Colour", choices=Colour),
            Facet("shade", "Shade", "shades", choices=Shade),
        ),
        order=fields("weight"),
        meta=fields("colour"),
    ),
    state=StateBar("colour", shapes={Colour.RED: "full", Colour.BLUE: "hollow"}),
    page=Page(
        facts=fields("colour weight cost is_new thrown_on homepage"),
        sections=(Section("What it was", ("story",)),),
    ),
    links=Links(
        roles={"remains": ""}, reasons={"remains": "left this behind", "themes": "shares this theme"}
    ),
    search=Search(text=fields("pieces"), law_of="story"),
)

KINDS = (THROWAWAY,)
