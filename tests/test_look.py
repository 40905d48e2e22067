"""One system: templates and style sheet know the same classes, colours are tokens, and tokens can be read."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from media4sec.front.design import SHEET, colour, contrast, design_tokens, pairs
from media4sec.portal.rows import LENSES
from media4sec.portal.templating import environment
from tests.factories import copies_published, published

pytestmark = pytest.mark.once

CSS = re.sub(r"/\*.*?\*/", "", SHEET.read_text("utf-8"), flags=re.S)
TEMPLATES = sorted(
    path for path in Path(settings.BASE_DIR / "templates").rglob("*.html") if "admin" not in path.parts
)
MACRO, CALL = re.compile(r"{%-? macro (\w+)\("), re.compile(r"\b([a-z]+\.[a-z_]+)\(")
PARTIALS = sorted(Path(settings.BASE_DIR / "templates" / "portal").glob("_*"))
# The back-office's scripts have the back-office's sheet.
SCRIPTS = sorted(Path(settings.BASE_DIR / "static" / "js").glob("[!a]*.js"))

# What draws pictures, and the classes that are said there in parts.
DRAWINGS = ("media4sec/portal/lanes.py", "ethics/timeline.py", "roadmap/pages.py", "workshops/patterns.py")
DRAWINGS += ("workshops/europe.py", "catalogue/lives.py", "catalogue/surveys.py", "media4sec/portal/grids.py")
DRAWN = {"pic", "lying", "upright", "patterns", "map", "land", "order", "timeline"}
DRAWN |= {"lives", "life", "grid", "figures", "is-ended"}

# Classes that a view hands to a template as a value: class="{{ fact.width }}".
HANDED = {"wide", "whole", "many"}
# Prefixes that a template completes with a value, class="is-{{ lens }}", and values that must have a rule.
COMPLETED = {
    "is-": set(LENSES),
    "pic-": {"unverified"},
    "timeline-": {"wide", "tall"},
    "generation-": {"1", "2"},
    "state-": {"full", "half", "hollow", "struck", "hatched"},
}
NAMED_COLOURS = "white|black|red|green|blue|yellow|orange|purple|gray|grey|silver|gold|navy|teal|maroon"


def rules(css):
    """[(layer, selector or prelude, declarations)] of all rules, however deep."""
    found, stack, start = [], [], 0
    for match in re.finditer(r"[{};]", css):
        text = css[start : match.start()].strip()
        if match[0] == "{":
            stack.append((text, []))
        else:
            if text and stack:
                stack[-1][1].append(text)
            if match[0] == "}":
                prelude, declarations = stack.pop()
                layer = next((outer for outer, _ in stack if outer.startswith("@layer")), "")
                found.append((layer.removeprefix("@layer "), prelude, declarations))
        start = match.end()
    assert not stack
    return found


def defined():
    return {
        name
        for _, prelude, _ in rules(CSS)
        if not prelude.startswith("@")
        for name in re.findall(r"\.([a-zA-Z][\w-]*)", prelude)
    }


def used():
    """{class: template or script} of everything that is said there."""
    found = dict.fromkeys(HANDED, "a view")
    for path in [*TEMPLATES, *PARTIALS]:
        html = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", path.read_text("utf-8"), flags=re.S)
        html = re.sub(r"\{\{.*?\}\}", "\0", re.sub(r"\{%.*?%\}|\{#.*?#\}", " ", html))
        for value in re.findall(r'\bclass="([^"]*)"', html):
            for name in value.split():
                prefix = name.partition("\0")[0]
                endings = COMPLETED.get(prefix, set()) if "\0" in name else {""}
                assert name == "\0" or endings, f"{path.name} completes {prefix!r} with what?"
                found |= {prefix + ending: path.name for ending in endings if prefix + ending}
    for name in DRAWINGS:
        source = (settings.BASE_DIR / name).read_text("utf-8")
        found |= dict.fromkeys(
            [*DRAWN, *re.findall(r"\b(?:pic|tl|order|map|life|grid|bar)-[a-z]+", source)], name
        )
    for path in SCRIPTS:
        script = path.read_text("utf-8")
        for call in re.findall(r"classList\.\w+\(([^)]*)\)|className = ([^;]*);", script):
            found |= dict.fromkeys(re.findall(r"\"([\w-]+)\"", "".join(call)), path.name)
    return found


def test_classes_of_templates_are_in_the_sheet():
    assert {name: place for name, place in used().items() if name not in defined()} == {}


def test_classes_of_the_sheet_are_in_templates():
    completed = tuple(COMPLETED)

    assert sorted(name for name in defined() - set(used()) if not name.startswith(completed)) == []


def test_custom_properties_are_defined_and_used():
    names = set(re.findall(r"(--[\w-]+)\s*:", CSS))
    asked = set(re.findall(r"var\((--[\w-]+)", CSS))

    assert sorted(asked - names) == []
    assert sorted(names - asked) == []


def test_colours_stand_in_the_tokens_only():
    literal = re.compile(
        rf"#[0-9a-f]{{3,8}}\b|\b(?:rgba?|hsla?|oklch|color-mix)\(|(?<![\w-])(?:{NAMED_COLOURS})(?![\w-])",
        re.I,
    )
    elsewhere = [
        f"{prelude}: {declaration}"
        for layer, prelude, declarations in rules(CSS)
        if layer != "tokens"
        for declaration in declarations
        if literal.search(declaration)
    ]

    assert elsewhere == []
    assert any(literal.search(text) for layer, _, texts in rules(CSS) if layer == "tokens" for text in texts)


def test_nothing_is_round_or_throws_a_shadow():
    round_ones = [
        prelude
        for _, prelude, texts in rules(CSS)
        for text in texts
        if re.match(r"border-radius: (?!0)", text)
    ]
    shadows = [
        text
        for _, _, texts in rules(CSS)
        for text in texts
        if re.match(r"box-shadow:.*\d+px \d+px [1-9]", text)
    ]

    assert round_ones
    assert [prelude for prelude in round_ones if "radio" not in prelude] == []
    assert [text for text in shadows if "0 0 0" not in text] == []


def test_rules_stand_in_layers():
    outside = [
        prelude
        for layer, prelude, _ in rules(CSS)
        if not layer and not prelude.startswith(("@layer", "@font-face"))
    ]

    assert outside == []


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#ffffff", 4.48),
        ("#ffffff", "#ffffff", 1),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_the_guidelines(one, other, ratio):
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio


# gate 7.4
def test_tokens_have_the_contrast_that_is_asked():
    low = {
        f"{pair['front']} on {pair['back']}, {look}": round(found["ratio"], 2)
        for pair in pairs()
        for look, found in zip(("light", "dark"), pair["looks"], strict=True)
        if found["ratio"] < pair["least"]
    }

    assert low == {}
    assert len(pairs()) > 20


def test_every_colour_of_text_is_measured():
    decorative = {
        "hair",
        "night-hair",
        "night-edge",
        "good-h",
        "bad-h",
        "ugly-h",
    }  # lines, and nothing but lines
    measured = {name for pair in pairs() for name in (pair["front"], pair["back"])}
    light, dark = design_tokens()

    assert {name for name in light if colour(name, light)} - measured == decorative
    assert set(light) == set(dark)


def macros_called():
    """“marks.lens”: every macro of templates/portal that another file calls."""
    files = {path.stem.removeprefix("_"): path.read_text("utf-8") for path in PARTIALS}
    made = {f"{name}.{macro}" for name, text in files.items() for macro in MACRO.findall(text)}
    called = {call for path in TEMPLATES for call in CALL.findall(path.read_text("utf-8"))}
    return sorted(made & called)


def test_design_page_names_every_macro(client, content):
    html = client.get("/design/").content.decode()

    assert len(macros_called()) > 30
    assert [name for name in macros_called() if f"<code>{name}</code>" not in html] == []


@pytest.mark.parametrize("path", ["/design/", "/de/design/"])
def test_design_page_shows_records_and_is_kept_from_search_engines(client, content, path):
    html = client.get(path).content.decode()

    assert '<meta name="robots" content="noindex">' in html
    assert 'rel="canonical"' not in html
    for part in ('class="keymap"', 'class="status"', 'class="facts"', 'class="lens-col is-ugly"', 'id="E-'):
        assert part in html


def test_design_page_costs_a_fixed_number_of_queries(client, content, django_assert_max_num_queries):
    client.get("/")  # the index is there

    with django_assert_max_num_queries(30):
        client.get("/design/")


@pytest.mark.django_db
def test_design_page_shows_a_few_themes_however_many_there_are(client):
    published("technology")
    theme = published("theme")
    copies_published(theme, 300)

    page = client.get("/design/")

    assert len(page.content) <= 200_000
    assert 0 < page.content.decode().count(theme.url.rstrip("/")) < 50


@pytest.mark.django_db
def test_design_page_is_in_no_menu_and_not_in_the_sitemap(client):
    assert b"/design/" not in client.get("/").content
    assert b"/design/" not in client.get("/sitemap.xml").content


def test_documentation_leads_to_the_design_page():
    assert "`/design/`" in (settings.BASE_DIR / "docs" / "look.md").read_text("utf-8")


def test_pages_do_without_the_indentation_of_templates_but_where_it_counts():
    made = environment()
    source = "<ul>\n  {% for word in words %}\n    <li>\n      {{ word }}\n    </li>\n  {% endfor %}\n</ul>"
    words = "<p>{{ one }}\n        <b>{{ two }}</b></p>"
    as_typed = "<pre>\n    {{ one }}\n</pre><textarea>\n    {{ two }}</textarea>\n    <i>x</i>"

    assert made.from_string(source).render(words=["a", "b"]) == (
        "<ul>\n <li>\na\n</li>\n <li>\nb\n</li>\n</ul>"
    )
    assert made.from_string(words).render(one="a", two="b") == "<p>a\n<b>b</b></p>"
    assert made.from_string(as_typed).render(one="a", two="b") == (
        "<pre>\n    a\n</pre><textarea>\n    b</textarea>\n<i>x</i>"
    )


def test_no_line_of_a_template_needs_to_be_scrolled():
    templates = sorted(Path(settings.BASE_DIR / "templates").rglob("*.html"))
    long = [
        f"{path.name}:{number}"
        for path in templates
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > 140
    ]

    assert len(templates) > 60
    assert long == []
