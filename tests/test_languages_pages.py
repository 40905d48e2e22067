"""Every type of page in another language, with the real content: where links lead, and what numbers look like."""

import re

import pytest

from tests.pages import IN_ENGLISH
from tests.test_languages import tags

pytestmark = pytest.mark.once

MADE_FOR_MACHINES = re.compile(
    r"^/(api/v1|static|preview)/|^/[^?]*\.(atom|bib|csv|ics|json|jsonld|md|ndjson|png|ris)(\?|$)"
)


# gate 7.13
def test_links_stay_in_the_language(client, site):
    strays = {}
    for name, path in IN_ENGLISH.items():
        response = client.get(f"/de{path}")
        for link in tags(response, "a") + tags(response, "form"):
            url = link.get("href", link.get("action", ""))
            is_ours = url.startswith("/") and not url.startswith("/de/")
            if is_ours and not link.get("hreflang") and not MADE_FOR_MACHINES.search(url):
                strays.setdefault(url, name)
    assert strays == {}


NUMBERED = re.compile(r'\b(x|y|x1|y1|x2|y2|cx|cy|r|dx|width|height|viewBox|d|value|max)="([^"]*)"')


def test_pictures_and_forms_have_no_commas_in_their_numbers(client, site):
    broken = {}
    for name, path in IN_ENGLISH.items():
        html = client.get(f"/de{path}").content.decode()
        for picture in re.findall(r"<(?:svg|meter|progress)\b.*?</(?:svg|meter|progress)>", html, re.S):
            for attribute, value in NUMBERED.findall(picture):
                if re.search(r"\d,\d", value) and name not in broken:
                    broken[name] = (attribute, value[:80])
    assert broken == {}
