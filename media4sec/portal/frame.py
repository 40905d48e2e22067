"""What every page's frame needs; costs no query."""

from functools import cache

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from media4sec.kinds import BEHIND, NAVIGATION, SECTIONS, is_behind, kinds, paths
from media4sec.languages import addresses_of, in_english, language_tag

OWN_PAGES = {"matrix": "evidence", "patterns": "practices", "timeline": "library", "about": BEHIND}
LISTS = ("list", "library", "search")  # by the names of their addresses: what they hold depends on the query
FOOTER = (
    (_("Data & API"), "/api/"),
    (_("Accessibility"), "/accessibility/"),
    (_("About & method"), "/about/"),
    (_("Privacy"), "/privacy/"),
    (_("Suggest a correction"), "/corrections/new/"),
)


def section_of(path):
    """The navigation section that an address belongs to, or an empty string."""
    first = path.strip("/").split("/")[0]
    if first in paths():
        return min(paths()[first], key=is_behind).section
    return OWN_PAGES.get(first, "")


@cache
def siblings(section):
    """The other lists of a section, for the line under a heading: [(title, url)]."""
    found = {}
    for kind in sorted(kinds(), key=is_behind):
        if kind.section == section and kind.path not in ("library", "practices"):
            found.setdefault(kind.list_url, kind.names.heading)
    if section == "situations":
        found["/situations/law/"] = _("By law")
    if section == "technologies":
        found |= {"/technologies/alive/": _("By function and state"), "/technologies/lives/": _("Life lines")}
    if section == "evidence":
        found["/matrix/"] = _("Matrix")
    if section == "practices":
        found = {"/practices/": _("Patterns and cases"), "/patterns/": _("Pattern explorer")}
    if section == "library":
        found = {"/library/": _("Work packages and deliverables"), "/timeline/": _("Timeline")}
    return [{"title": title, "url": url} for url, title in found.items()]


@cache
def behind():
    """The lists that the menu does not name, in the order of its words: [{title, url}]."""
    order = list(SECTIONS)
    found = {
        kind.list_url: kind.names.heading
        for kind in sorted(kinds(), key=lambda kind: order.index(kind.section))
        if is_behind(kind) and kind.list_url not in NAVIGATION.values()
    }
    return [{"title": title, "url": url} for url, title in found.items()]


def languages_of(request):
    """This very page in every language, for the menu and for search engines."""
    query, language = f"?{request.GET.urlencode()}" if request.GET else "", get_language()
    return [
        {
            "tag": language_tag(code),
            "name": name,
            "path": path,
            "url": path + query,
            "is_current": code == language,
        }
        for code, name, path in addresses_of(request.path_info)
    ]


def canonical_of(request):
    """The one address that search engines should keep; none for a list that is filtered."""
    match = request.resolver_match
    is_list = match is not None and match.url_name in LISTS
    return "" if is_list and request.GET else settings.BASE_URL + request.path


def site(request):
    """The frame: navigation, footer, languages, origin."""
    section = section_of(request.path_info)
    languages = languages_of(request)
    return {
        "site": {
            "base_url": settings.BASE_URL,
            "canonical": canonical_of(request),
            "languages": languages,
            "in_english": "" if in_english() else languages[0]["url"],
            "is_greek": get_language() == "el",
            "section": section,
            "navigation": [
                {"title": title, "url": NAVIGATION[name], "current": name == section}
                for name, title in SECTIONS.items()
                if name != BEHIND
            ],
            "behind": behind(),
            "footer": [{"title": title, "url": url} for title, url in FOOTER],
        }
    }


# What a page has that is made without a request: the fault may be in what the frame is made of.
BARE = {
    "base_url": settings.BASE_URL,
    "canonical": "",
    "languages": (),
    "in_english": "",
    "is_greek": False,
    "section": "",
    "navigation": (),
    "behind": (),
    "footer": (),
}
