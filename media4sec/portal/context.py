"""What every page's frame needs; costs no query."""

from django.conf import settings

from media4sec.kinds import SECTIONS, kinds, paths

NAVIGATION = {
    "situations": "/situations/",
    "practices": "/practices/",
    "technologies": "/technologies/",
    "law": "/issues/",
    "roadmap": "/roadmap/",
    "library": "/library/",
}
OWN_PAGES = {"matrix": "situations"}
FOOTER = (
    ("Data & API", "/api/"),
    ("Accessibility", "/accessibility/"),
    ("About & method", "/about/"),
    ("Privacy", "/privacy/"),
)


def section_of(path):
    """The navigation section that an address belongs to, or an empty string."""
    first = path.strip("/").split("/")[0]
    if first in paths():
        return paths()[first][0].section
    return OWN_PAGES.get(first, "")


def siblings(section):
    """The other lists of a section, for the line under a heading: [(title, url)]."""
    found = {}
    for kind in sorted(kinds(), key=lambda kind: kind.list_url != NAVIGATION[kind.section]):
        if kind.section == section and kind.path not in ("library", "practices"):
            found.setdefault(kind.list_url, kind.heading)
    if section == "situations":
        found["/matrix/"] = "Matrix"
    if section == "practices":
        found = {"/practices/": "Patterns and cases"}
    if section == "library":
        found = {"/library/": "Work packages and deliverables", **found}
    return [{"title": title, "url": url} for url, title in found.items()]


def site(request):
    """The frame: navigation, footer, origin."""
    section = section_of(request.path_info)
    return {
        "site": {
            "title": "MEDI@4SEC knowledge base",
            "base_url": settings.BASE_URL,
            "contact": settings.SECURITY_CONTACT if "@" in settings.SECURITY_CONTACT else "",
            "navigation": [
                {"title": title, "url": NAVIGATION[name], "current": name == section}
                for name, title in SECTIONS.items()
            ],
            "footer": [{"title": title, "url": url} for title, url in FOOTER],
        }
    }
