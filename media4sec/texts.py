"""The one place that every text passes before it is kept: from the back-office, from files and from reports.

Letters are composed (NFC) and lines end alike. What no database can hold, what nobody can see and what turns the
direction of writing is refused, and the message names the sign and its place.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _

MOST_CHARACTERS = (
    20_000  # characters of a text of several lines, or of a list, where the field has no limit of its own
)
# Categories of Unicode: control, format (invisible or direction-changing), surrogate, private use, not assigned,
# separators of lines and of paragraphs.
REFUSED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
# Letters, marks and signs after Unicode that show nothing: fillers, a joiner of marks, the empty pattern of Braille.
EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
# These two join letters of Arabic or Indic scripts, or pictograms; anywhere else they are invisible.
JOINERS = frozenset("\u200c\u200d")
JOINED = frozenset(("Lo", "Mc", "Mn", "Sk", "So"))
# These choose between the forms of a pictogram or of a Chinese character; after anything else they are invisible.
SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
SELECTED = frozenset(("Lo", "Sm", "So"))
# Hosts of hidden services (Tor, Lokinet), and of gateways to them (name.onion.example): nothing here leads there.
# The end of those of I2P has a digit, which no address on the web has.
HIDDEN_SERVICE = re.compile(r"(?:^|\.)(?:onion|loki)\.?$|\b(?:[a-z2-7]{16}|[a-z2-7]{56})\.onion\.")
KEYCAP = "\u20e3"  # a digit in a key, such as 1️⃣
INVISIBLE = re.compile(f"[{''.join(sorted(EMPTY | SELECTORS))}]")


def cleaned(text, *, lines=False, most=None):
    """The text as it is kept; raises ``ValidationError`` that names the first sign which may not be in it.

    ``lines`` says that the text may have several lines (and tabs, which become spaces); ``most`` how long it may be.
    """
    text = unicodedata.normalize("NFC", normalize_newlines(text)).strip()
    if lines:
        text = text.replace("\t", " ")
    plain = text.replace("\n", "") if lines else text
    if not plain.isprintable() or INVISIBLE.search(plain):  # or else every sign is fine
        _look_at_each_sign(text, lines)
    if most is not None and len(text) > most:
        raise ValidationError(
            _("This is too long: at most %(most)d characters, yours has %(count)d."),
            code="max_length",
            params={"most": most, "count": len(text)},
        )
    return text


def _look_at_each_sign(text, lines):
    before = ""
    for place, sign in enumerate(text, start=1):
        if not _may_stand(sign, before, text[place : place + 1]) and not (lines and sign == "\n"):
            raise ValidationError(
                _("Character %(place)d is %(sign)s, which cannot be seen or stored. Type that place again."),
                code="sign",
                params={"place": place, "sign": named(sign)},
            )
        before = sign


def _may_stand(sign, before, after):
    if sign in JOINERS:
        return all(one and unicodedata.category(one) in JOINED for one in (before, after))
    if sign in SELECTORS:
        return after == KEYCAP or (bool(before) and unicodedata.category(before) in SELECTED)
    return sign not in EMPTY and unicodedata.category(sign) not in REFUSED_CATEGORIES


def named(sign):
    """A sign in words: “U+202E RIGHT-TO-LEFT OVERRIDE”, “U+0009 TAB”."""
    words = {"\t": "TAB", "\n": "LINE BREAK", "\r": "LINE BREAK", "\0": "NUL"}
    kinds = {"Cs": "half a character", "Co": "a private character", "Cn": "a character without a meaning yet"}
    unknown = kinds.get(unicodedata.category(sign), "a control character")
    return f"U+{ord(sign):04X} {words.get(sign) or unicodedata.name(sign, unknown)}"


def shown_in_full(text):
    """A text kept before this was checked, with every sign that may not be in it put into words."""
    neighbours = zip(text, f"\0{text}", f"{text}\0"[1:], strict=False)
    return "".join(
        sign if sign == "\n" or _may_stand(sign, before, after) else f"[U+{ord(sign):04X}]"
        for sign, before, after in neighbours
    )


def web_address(text, *, most=None):
    """An address on the web as it is kept: ``http`` or ``https``, no hidden service, without a name or password."""
    text = cleaned(text, most=most)
    URLValidator(
        schemes=["http", "https"], message=_("The address must look like https://example.org/page.")
    )(text)
    parts = urlsplit(text)
    if HIDDEN_SERVICE.search(parts.hostname or ""):
        raise ValidationError(
            _("This leads to a hidden service. Describe it in words, without its address."), code="hidden"
        )
    if "@" in parts.netloc:
        raise ValidationError(
            _("The address contains a name or a password before the @. Take them away."), code="credentials"
        )
    return text


# Forms


class Line(forms.CharField):
    """A text of one line. What is too long is not cut by the browser: it stays, with an error and a counter."""

    has_lines = False

    def to_python(self, value):
        return cleaned(super().to_python(value), lines=self.has_lines)

    def widget_attrs(self, widget):
        return with_counter(super().widget_attrs(widget), self.max_length)


class Lines(Line):
    """A text of several lines."""

    widget = forms.Textarea
    has_lines = True


class WebAddress(forms.URLField):
    default_validators = (web_address,)

    def to_python(self, value):
        return super().to_python(cleaned(value or ""))


class MailAddress(forms.EmailField):
    def to_python(self, value):
        return cleaned(super().to_python(value))


def with_counter(attrs, most):
    """The attributes of a field that is not cut at its limit: a script counts beside it."""
    limit = {"data-most": str(most)} if most else {}
    return {name: value for name, value in attrs.items() if name != "maxlength"} | limit
