"""The accessibility rules of axe on every type of page: a phone in light, a desk in dark and in forced colours.

CI looks at a page of a kind in one of these ways, at that of the next kind in the other.
"""

from itertools import chain

import pytest

from tests.browsing import CONTRAST, DESK, ENHANCED_CONTRAST, LOOKS, PHONE, RULES, axe, of_colours
from tests.pages import PAGES, PANELS, in_turn, open_page

# 7:1 is asked of all text: whoever has it has the lesser contrast, too.
CONTRASTS = {ENHANCED_CONTRAST: {"enabled": True}, CONTRAST: {"enabled": False}}
SAID = ["violations", "incomplete"]
OPTIONS = {"runOnly": RULES, "rules": CONTRASTS, "resultTypes": SAID}
WAYS = ([(PHONE, "light")], [(DESK, "dark"), (DESK, "forced")])
COLOURS = {"runOnly": of_colours(ENHANCED_CONTRAST), "resultTypes": SAID}
# What axe cannot decide by itself, by rule and the reason it gives, and why it is well.
DRAWN = "Words in drawings: their colours are pairs of tokens, measured in tests/test_look.py."
SYSTEM = "Forced colours: the ground that Chromium paints is in no computed style."
CUT_OFF = "A wide table is cut off where its scroll region ends."
CELLS = "The head of the matrix is a grid on phones; a cell may span what is not stated."
EXPLAINED = {
    ("color-contrast", "shortTextContent"): DRAWN,
    ("color-contrast", "imgNode"): DRAWN,
    ("color-contrast", "bgOverlap"): DRAWN,
    ("color-contrast", "elmPartiallyObscured"): CUT_OFF,
    ("color-contrast", "equalRatio"): SYSTEM,
    ("th-has-data-cells", None): CELLS,
}

# The server has connections of its own; the mark has the test databases made even when no other test needs one.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def page(chromium):
    """One for all, which is only looked at: a new one takes longer than to look."""
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


# gate 7.1, gate 7.4
@pytest.mark.parametrize("name", PAGES | PANELS)
def test_no_barriers(name, page, portal_server, pytestconfig):
    looks = [*chain(*in_turn(name, WAYS, pytestconfig))]
    look_as(page, *looks[0])
    open_page(page, portal_server, name)
    found = {}
    for size, look in looks:
        look_as(page, size, look)
        answer = axe(page, COLOURS if look == "forced" else OPTIONS)
        unclear = [rule for rule in answer["incomplete"] if not is_explained(rule, look)]
        for rule in answer["violations"] + unclear:
            places = [node["target"] for node in rule["nodes"]][:3]
            found[f"{rule['id']} at {size['width']} {look}"] = (rule["help"], places)
    assert not found


def look_as(page, size, look):
    page.set_viewport_size(size)
    page.emulate_media(**LOOKS[look])


def is_explained(rule, look):
    reasons = {
        reason_of(check) for node in rule["nodes"] for check in node["any"] + node["all"] + node["none"]
    }
    if look != "forced" and "equalRatio" in reasons:
        return False
    return all((rule["id"].removesuffix("-enhanced"), reason) in EXPLAINED for reason in reasons)


def reason_of(check):
    return check["data"].get("messageKey") if isinstance(check.get("data"), dict) else None
