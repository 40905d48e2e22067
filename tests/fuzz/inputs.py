"""What is made up: texts, bytes, numbers, times, and what the portal itself handed out, a little changed."""

import base64
import re
from urllib.parse import quote, quote_from_bytes

from hypothesis import strategies as st

from media4sec.kinds import kinds
from media4sec.opaque import as_opaque, from_opaque

# What has broken programs before: of the database, of numbers, of dates, of other languages than Python.
ODD = (
    *("", " ", "\0", "a\0b", "%00", "%", "%zz", "\r\nX: y", "\n", "\t", "\ufeff", "\ufffd", "\u202e", "\u200d"),
    *("0", "-1", "1.5", "1e9", "9" * 18, "9" * 19, "9" * 400, "-" + "9" * 19, "١٢", "²", "٣", "NaN", "inf", "0x10"),
    *("null", "None", "true", "[]", "{}", "[[", '{"a":1}', "'", '"', "\\", "`", "';--", "' OR 1=1--", "%s", "{0}"),
    *("{{7*7}}", "<script>", "]]>", "<!--", "&x;", "=1+1", "@x", "../", "..\\", "/etc/passwd", "file:///", "*"),
    *("${x}", "1_0", "//x.eu"),
    *("theme:", ":x", ":", ",", ",,", ";", "|", "a" * 300, "x" * 3000, "word " * 300, "é" * 200, "e\u0301" * 100),
    *("2026-13-45", "0000-00-00", "99999-01-01", "2026-02-30", "2026-01-01T25:00:00Z", "0001-01-01", "9999-12-31"),
    *("ﷺ" * 40, "1_000"),
    *("𝕏", "🏳️‍🌈", "ß", "İ", "ŉ", "ΐ", "ﬁ", "Ž", "\ud7ff", "\U0010ffff", "(a+)+$", "^", "[", "(" * 200, "a-" * 200),
)  # fmt: skip
KNOWN = (
    "T-001",
    "S-002",
    "dark-web",
    "theme:dark-web",
    "technology:T-001",
    "ai-act",
    "police",
    "title",
    "-title",
)
KNOWN += (
    "T-001,T-005",
    "2026-11-01",
    "2026-11-01T00:00:00Z",
    "NL",
    "table",
    "matrix",
    "oai_dc",
    "true",
    "10",
    "1",
)

ANY_TEXT = st.text(max_size=60)
NUMBERS = st.integers(-(10**20), 10**20).map(str)
DATES = st.dates().map(str) | st.datetimes().map(lambda at: f"{at.isoformat()}Z")
VALUES = st.one_of(st.sampled_from(KNOWN), st.sampled_from(ODD), ANY_TEXT, NUMBERS, DATES)
BYTES = st.binary(max_size=60)

# Every name of a parameter that any address knows.
NAMES = sorted(
    {facet.name for kind in kinds() for facet in kind.listed.all_facets}
    | {
        "q",
        "sort",
        "view",
        "page",
        "ids",
        "on",
        "until",
        "country",
        "since",
        "edition",
        "seed",
        "from",
        "to",
        "type",
    }
    | {
        "limit",
        "cursor",
        "count",
        "fields",
        "updated_since",
        "updated_before",
        "include_deleted",
        "facet",
        "record",
    }
    | {
        "verb",
        "metadataPrefix",
        "set",
        "identifier",
        "resumptionToken",
        "before",
        "after",
        "receipt",
        "language",
    }
)


def spelled(text):
    """A text in an address; what is no character goes there as the bytes that it would be."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@st.composite
def queries(draw, names=NAMES, values=VALUES, most=5):
    """What stands behind the question mark: mostly parameters, now and then any bytes."""
    if draw(st.integers(0, 9)) == 0:
        return quote_from_bytes(draw(BYTES), safe="&=;+%")
    pairs = draw(st.lists(st.tuples(st.sampled_from(names) | ANY_TEXT, values), max_size=most))
    return "&".join(f"{spelled(name)}={spelled(value)}" for name, value in pairs)


@st.composite
def changed(draw, real):
    """Something that was handed out, a little changed; if it hides a text, that text as well."""
    hidden = from_opaque(real)
    text = hidden if hidden and draw(st.booleans()) else real
    for _ in range(draw(st.integers(1, 3))):
        at, what = draw(st.integers(0, len(text))), draw(st.integers(0, 4))
        number = next(iter(re.finditer(r"\d+", text)), None)
        match what:
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + draw(st.sampled_from(ODD) | ANY_TEXT) + text[at:]
            case 2:
                text = text[:at] + text[at + 1 :]
            case 3 if number:
                text = text[: number.start()] + draw(NUMBERS) + text[number.end() :]
            case _:
                text = "|".join(reversed(text.split("|")))
    if hidden is None or text is real:
        return text
    encoded = text.encode("utf-8", "surrogatepass")
    return draw(st.sampled_from((as_opaque(encoded.decode("utf-8", "replace")), _plain(encoded), text)))


def _plain(content):
    return base64.b64encode(content).decode()


@st.composite
def changed_bytes(draw, real):
    """A file, with some of its bytes gone, others, or twice."""
    content = bytearray(real)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        match draw(st.integers(0, 3)):
            case 0:
                del content[at : at + draw(st.integers(1, 40))]
            case 1:
                content[at:at] = draw(BYTES)
            case 2:
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case _:
                content[at:at] = content[at : at + draw(st.integers(1, 200))]
    return bytes(content)


# What a program might send as JSON.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT | st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)

HEADERS = {
    "accept": ("text/html", "application/json", "text/turtle;q=0.5", "*/*;q=x", "a/b;q=" + "9" * 50, "," * 300),
    "accept-language": ("de", "el-GR,el;q=0.9", "*", "x" * 300, "de;q=" + "1" * 80, "-", "de;;", "\u0664"),
    "accept-encoding": ("gzip", "br;q=0", "identity;q=0", "*;q=0", "gzip;q=" + "9" * 30, ",,"),
    "if-none-match": ('"x"', "*", 'W/"', '"' * 50, "x" * 3000, '"a","b"'),
    "if-match": ('"x"', "*", 'W/"x"', "", "x"),
    "if-modified-since": ("Sun, 29 Nov 2026 00:00:00 GMT", "Sun, 99 Nov 99999", "0", "Mon, 01 Jan 0001 00:00:00 GMT"),
    "if-unmodified-since": ("Sun, 29 Nov 2026 00:00:00 GMT", "x"),
    "range": ("bytes=0-10", "bytes=-1", "bytes=9-1", "bytes=" + "0-1," * 200, "x", "bytes=99999999999999999999-"),
    "authorization": ("Bearer x", "Bearer", "Basic eDp5", "Bearer m4s_" + "a" * 43, "Bearer \u00e9", "x" * 3000),
    "cookie": ("a=b", "sessionid=x", "sessionid=" + "a" * 32, "csrftoken=x; csrftoken=y", ";;;=", '"', "=" * 200),
    "content-type": ("application/json", "text/plain", "multipart/form-data", "x", "a/b; charset=nothing"),
    "content-length": ("0", "-1", "x", "9" * 30),
    "host": ("testserver", "evil.example", "testserver:99999", "[::1", "a b", "testserver@x"),
    "origin": ("null", "https://evil.example", "x"),
    "referer": ("https://evil.example/", "x", "\u00ff"),
    "x-forwarded-for": ("1.2.3.4", "x", "::1, " * 50, "999.1.1.1"),
    "x-forwarded-host": ("evil.example",),
    "x-forwarded-proto": ("https", "x"),
    "x-http-method-override": ("DELETE",),
    "expect": ("100-continue", "x"),
    "if-range": ('"x"', "x"),
    "prefer": ("return=minimal", "x"),
    "idempotency-key": ("x", "", "a" * 300),
}  # fmt: skip


@st.composite
def headers(draw, names=(*HEADERS,)):
    """Some headers; a server takes them as bytes, of which Python makes letters of Latin 1."""
    found = {}
    for name in draw(st.lists(st.sampled_from(names), max_size=4, unique=True)):
        latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
        value = draw(st.sampled_from(HEADERS[name]) | latin)
        found[name] = value.encode().decode("latin-1")
    return found
