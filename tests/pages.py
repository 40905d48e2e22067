"""Every type of public page, by name: what the browser and the HTML checker walk.

They are those of the real content with a past, which ``tests/history.py`` gives it.
"""

import json

from django.conf import settings

from media4sec.kinds import kinds, paths

CHANGED = "T-003-ushahidi"
WITHDRAWN = "T-900"
RECEIPTS = {"received": "RCVD-2345-678Z", "answered": "NSWR-2345-678F"}

LISTS = {
    f"list-{path}": f"/{path}/"
    for path in sorted(paths())
    if path != "library" and not path.startswith("throwaway")
}

# One record of each kind, by the kind's name: these were chosen, of all other kinds it is the first.
CHOSEN = {
    "case": "/practices/C-001-boston-marathon/",
    "check-example": "/examples/ex-appeal/",
    "check-question": "/check/Q01/",
    "collection": "/collections/best-practices/",
    "concept": "/vocabulary/check-section-after/",
    "country-note": "/countries/be/",
    "deliverable": "/library/D2.3/",
    "function": "/functions/CROWD-TASK/",
    "glossary-term": "/glossary/adequacy-decision/",
    "instrument": "/law/ai-act/",
    "issue": "/issues/I-035-predictive-policing/",
    "judgment": "/judgments/cjeu-c-252-21/",
    "news-item": "/news/bologna-event/",
    "organisation": "/organisations/3i-mind/",
    "partner": "/partners/efus/",
    "pattern": "/practices/P-007-social-media-monitoring/",
    "person": "/people/albert-meijer/",
    "platform-request": "/platform-requests/european-production-order/",
    "project": "/projects/medi4sec/",
    "roadmap-item": "/roadmap/R-001-training-directions/",
    "situation": "/situations/S-002-planned-demonstration/",
    "standard": "/standards/en-iso-22329/",
    "statement": "/evidence/E-0250/",
    "survey-figure": "/survey/ap4ai-accountability/",
    "swot-point": "/swot/dark-web-opportunity-1/",
    "technology": "/technologies/T-001-publicsonar/",
    "theme": "/themes/diy-policing/",
    "training-module": "/training/M-001-d36-framework-syllabus/",
    "work-package": "/library/WP2/",
    "workshop": "/workshops/W3-dark-web/",
}


def first_of(kind):
    """Where the first published document of a kind's fixture is read."""
    documents = json.loads((settings.BASE_DIR / f"fixtures/{kind.plural}.json").read_text("utf-8"))
    document = next(document for document in documents if document.get("state", "published") == "published")
    return kind.url(document["identifier"], document["slug"])


RECORDS = {
    kind.name: CHOSEN.get(kind.name) or first_of(kind)
    for kind in kinds()
    if not kind.name.startswith("throwaway")
}

OTHERS = {
    "home": "/",
    "matrix": "/matrix/",
    "library": "/library/",
    "timeline": "/timeline/",
    "patterns": "/patterns/",
    "lives": "/technologies/lives/",
    "alive": "/technologies/alive/",
    "law-of-situations": "/situations/law/",
    "cards": "/patterns/cards/",
    "exercise": "/situations/S-004-missing-person/exercise/?seed=7",
    "exercise-choose": "/situations/S-004-missing-person/exercise/",
    "search-empty": "/search/",
    "search": "/search/?q=missing+person",
    "search-nothing": "/search/?q=zzqq",
    "about": "/about/",
    "accessibility": "/accessibility/",
    "privacy": "/privacy/",
    "corrections": "/corrections/",
    "correction": "/corrections/new/",
    "correction-record": "/corrections/new/?record=technology:T-001",
    "api": "/api/",
    "design": "/design/",
    "versions": "/technologies/T-001-publicsonar/versions/",
    "version": "/technologies/T-001-publicsonar/versions/1/",
    "version-old": f"/technologies/{CHANGED}/versions/2/",
    "difference": f"/technologies/{CHANGED}/versions/?from=1&to=2",
    "receipt": f"/corrections/{RECEIPTS['received']}/",
    "receipt-answered": f"/corrections/{RECEIPTS['answered']}/",
    "search-filtered": "/search/?q=police&type=technology&theme=dark-web",
    "filtered": "/technologies/?theme=riots-mass-gatherings&status=active",
    "filtered-nothing": "/technologies/?q=zzqq",
    "options": "/technologies/facets/maker/",
    "second-page": "/technologies/?page=2",
    "list-table": "/technologies/?view=table&sort=-flags",
    "list-matrix": "/evidence/?view=matrix",
    "compare": "/technologies/compare/?ids=T-001,T-005,T-058",
    "compare-day": "/technologies/compare/?ids=T-001,T-005&on=2028-01-01",
    "situation-day": "/situations/S-002-planned-demonstration/?on=2028-01-01",
    "instrument-day": "/law/ai-act/?on=2017-03-01",
    "debate": "/themes/diy-policing/debate/",
    "compare-choose": "/technologies/compare/",
    "brief": f"{RECORDS['situation']}brief/",
    "brief-of-a-day": f"{RECORDS['situation']}brief/?on=2027-12-04",
    "asked": f"{RECORDS['situation']}questions/",
    "my-list-empty": "/list/",
    "my-list": f"/list/?ids=S-002,{CHANGED[:5]},theme:dark-web,{WITHDRAWN},X-999&since=1",
    "since": f"/since/1/?ids=S-002,{CHANGED[:5]},{WITHDRAWN}",
    "since-nothing": "/since/999999999/?ids=S-002",
    "record-situation-suppliers": "/situations/S-010-tool-procurement/",
    "compare-records": "/platform-requests/compare/?ids=preservation-request,european-production-order",
}

# What a longer language does to a page, and another alphabet.
TRANSLATED = {
    "home-de": "/de/",
    "home-el": "/el/",
    "list-de": "/de/technologies/",
    "list-el": "/el/technologies/?theme=dark-web",
    "record-de": "/de/issues/I-035-predictive-policing/",
    "record-el": "/el/technologies/T-001-publicsonar/",
    "search-de": "/de/search/?q=missing+person",
    "matrix-el": "/el/matrix/",
    "library-de": "/de/library/",
    "correction-de": "/de/corrections/new/",
}

# What the button under a form leads to, when nothing is filled in.
# Pages that come of a form: the one with the form, and where it is sent to if that is another one.
SENT = {"correction-errors": "/corrections/new/?record=technology:T-001", "check-result": "/check/"}
SENT_TO = {"check-result": "/check/result/"}

BROKEN = {
    "bad-request": "/technologies/?x=1",
    "not-found": "/technologies/T-99999/",
    "withdrawn": f"/technologies/{WITHDRAWN}/",
    "receipt-unknown": "/corrections/?receipt=2222",
}
STATUS = {
    "bad-request": 400,
    "not-found": 404,
    "withdrawn": 410,
    "receipt-unknown": 404,
    "correction-errors": 400,
}

PAGES = OTHERS | TRANSLATED | LISTS | {f"record-{kind}": url for kind, url in RECORDS.items()} | SENT | BROKEN

# Those without a language in front, and with an address of their own, for tests that put a language there.
IN_ENGLISH = {
    name: url for name, url in PAGES.items() if name not in SENT and not url.startswith(("/de/", "/el/"))
}

# What lies over a page on a phone.
PANELS = {"menu": "/technologies/#menu", "filters": "/technologies/?theme=dark-web#filters"}


OF_KINDS = [*LISTS, *(f"record-{kind}" for kind in RECORDS)]


def in_turn(name, ways, config):
    """Those of these ways to look at a page that are asked: all or, with `--rest`, one of the pages of a kind.

    Of the next one it is another way.
    """
    if not config.getoption("rest") or name not in OF_KINDS:
        return ways
    return [ways[OF_KINDS.index(name) % len(ways)]]


def answer(client, name):
    """What Django's test client gets."""
    return client.post(SENT_TO.get(name, SENT[name])) if name in SENT else client.get(PAGES[name])


def open_page(page, origin, name):
    """Bring a browser there, and wait for the fonts."""
    response = page.goto(origin + (PAGES | PANELS)[name])
    if name in SENT:
        with page.expect_navigation() as sent:
            page.locator("#send").click()
        response = sent.value
    assert response.status == STATUS.get(name, 200), name
    page.evaluate("document.fonts.ready.then(() => true)")
