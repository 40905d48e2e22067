"""The one place that every text passes before it is kept: from the back-office, from files and from reports.

Letters are composed (NFC) and lines end alike. What no database can hold, what nobody can see and what turns the
direction of writing is refused, and the message names the sign and its place.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _

MOST = 20_000  # characters of a text of several lines, where the field has no limit of its own
# Categories of Unicode: control, format (invisible or direction-changing), surrogate, private use, not assigned,
# separators of lines and of paragraphs.
REFUSED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
# These two join letters of Arabic or Indic scripts, or pictograms; anywhere else they are invisible.
JOINERS = "\u200c\u200d"
JOINED = frozenset(("Lo", "Mc", "Mn", "Sk", "So"))


def cleaned(text, *, lines=False):
    """The text as it is kept; raises ``ValidationError`` that names the first sign which may not be in it.

    ``lines`` says that the text may have several lines (and tabs, which become spaces).
    """
    text = unicodedata.normalize("NFC", normalize_newlines(text))
    if lines:
        text = text.replace("\t", " ")
    before = ""
    for place, sign in enumerate(text, start=1):
        is_joined = sign in JOINERS and before and unicodedata.category(before) in JOINED
        before = sign
        if unicodedata.category(sign) not in REFUSED or is_joined or (lines and sign == "\n"):
            continue
        raise ValidationError(
            _("Character %(place)d is %(sign)s, which cannot be seen or stored. Type that place again."),
            code="sign",
            params={"place": place, "sign": named(sign)},
        )
    return text


def named(sign):
    """A sign in words: “U+202E RIGHT-TO-LEFT OVERRIDE”, “U+0009 TAB”."""
    words = {"\t": "TAB", "\n": "LINE BREAK", "\0": "NUL"}
    name = words.get(sign) or unicodedata.name(sign, "a control character")
    return f"U+{ord(sign):04X} {name}"
