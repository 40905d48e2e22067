"""What a page of another site calls itself: proposed to an editor who adds it as a source, never taken unasked."""

import re
import threading
from html import unescape

from django.core.exceptions import ValidationError

from media4sec import outgoing
from media4sec.outgoing import OutgoingError
from media4sec.records.models import Source
from media4sec.texts import cleaned

READ = 150_000  # bytes of a page; its title stands near the beginning
WAITS = 8  # seconds that an editor waits at most
# In this process; whoever reads or writes meanwhile must not wait for it.
AT_A_TIME = threading.BoundedSemaphore(2)
# Both ends are near, so that a page cannot be made to keep us searching.
TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{1,3000})", re.IGNORECASE)
CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([\w-]{2,30})", re.IGNORECASE)
BEFORE_CHARSET = 1_024  # bytes within which a page says how it is written


def proposed_title(url):
    """The title of the page at an address; raises ``OutgoingError`` that says why there is none."""
    if not AT_A_TIME.acquire(blocking=False):
        raise OutgoingError("Others are asking for titles just now: try again in a moment.")
    try:
        answer = outgoing.fetch(url, most=READ, seconds=WAITS)
    finally:
        AT_A_TIME.release()
    if answer.status != 200:
        raise OutgoingError(f"It answers {answer.status}.")
    if "html" not in answer.content_type.lower():
        raise OutgoingError("It is no web page.")
    title = title_in(answer.body, answer.content_type)
    if not title:
        raise OutgoingError("The page does not say what it is called.")
    return title


def title_in(page, content_type):
    """What a page, as bytes, says in its title, as one line that a source may have; else “”."""
    said = CHARSET.search(content_type.encode("ascii", "ignore")) or CHARSET.search(page[:BEFORE_CHARSET])
    try:
        text = page.decode(said[1].decode() if said else "utf-8", "replace")
    except (LookupError, UnicodeError):  # some codecs refuse whatever they are given
        text = page.decode("utf-8", "replace")
    found = TITLE.search(text)
    words = " ".join(unescape(found[1]).split()) if found else ""
    try:
        return cleaned("".join(filter(str.isprintable, words)))[
            : Source._meta.get_field("title").max_length
        ].strip()
    except ValidationError:
        return ""
