"""What tests in a real browser share: sizes, how somebody logs in, and what is in the way on a page."""

from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT

from tests.people import PASSWORD

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST, ENHANCED_CONTRAST, OF_LINKS = "color-contrast", "color-contrast-enhanced", "link-in-text-block"
NARROW = {"width": 320, "height": 640}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
LOOKS = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}

# What does not depend on the width is looked at in both sets of colours, what does in one of them: half the time.
NARROW_AND_WIDE = ((NARROW, "light"), (DESK, "dark"))

# Kept in the page from its first moment on, as the console is told of some violations only.
LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""

# Links and buttons of the back-office change their colour by and by, and what stands in them after them.
SETTLED = """async () => {
  for (;;) {
    const changing = document.getAnimations().filter((one) => one instanceof CSSTransition);
    if (!changing.length) return;
    await Promise.allSettled(changing.map((one) => one.finished));
  }
}"""


def signed_in(browser_page, session, url, **options):
    """A page in a browser that has this session already."""
    page = browser_page(**options)
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    return page


def log_in(page, email="anna1@example.org"):
    """Fill in the log-in that the page shows."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).press("Enter")


def of_colours(contrast):
    """What another set of colours may change: the tree, the names and the sizes stay as they were."""
    return {"type": "rule", "values": [contrast, OF_LINKS]}


def axe(page, options):
    """What axe finds on the page as it stands. Its script, half a megabyte, is brought to each page once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(
        """async (options) => {
          const {violations, incomplete} = await axe.run(options);
          return {violations, incomplete};
        }""",
        options,
    )


def barriers(page, name, at=NARROW_AND_WIDE):
    """What axe finds on the page as it stands, and where it scrolls sideways: ``{name, what and where: which}``.

    The page was opened with ``bypass_csp=True``.
    """
    page.wait_for_load_state()
    found = {}
    for size, look in at:
        page.set_viewport_size(size)
        page.emulate_media(**LOOKS[look])
        page.evaluate(SETTLED)
        answer = axe(page, {"runOnly": RULES, "resultTypes": ["violations"]})
        for violation in answer["violations"]:
            places = [node["target"] for node in violation["nodes"]][:3]
            found[f"{name}: {violation['id']} at {size['width']} {look}"] = (violation["help"], places)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size["width"]:
            found[f"{name}: scrolls sideways at {size['width']}"] = wide
    return found


@contextmanager
def no_complaints(page):
    """The console says nothing: no script fails, and nothing is refused by our policy."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield
    assert said == []
