"""The header ``Link`` (RFC 8288), spelled in one way: ``rel`` comes last, and no address holds a comma."""

from collections.abc import Iterable
from urllib.parse import quote

from media4sec.imprint import LICENCE_URL

LONGEST_LINKS = 2_000  # characters; with all our other headers, within the 4 kB that proxies take
IN_HEADERS = "!#$%&'()*+/:;=?@[]~"  # all that an address may hold, but the comma


def web_link(address: str, rel: str, media_type: str = "") -> str:
    """One link, with the media type of what it leads to."""
    of_type = f' type="{media_type}";' if media_type else ""
    return f'<{quote(address, safe=IN_HEADERS)}>;{of_type} rel="{rel}"'


def links_that_fit(links: Iterable[str], room: int = LONGEST_LINKS) -> str:
    """As many links as there is room for, from the first one on."""
    text = ""
    for link in links:
        if len(text) + len(link) > room:
            break
        text += f", {link}" if text else link
    return text


def link_header(*links: str) -> str:
    """These links, as far as there is room, and the licence of all that we publish."""
    found = links_that_fit(links, LONGEST_LINKS - len(LICENCE_LINK) - 2)
    return f"{found}, {LICENCE_LINK}" if found else LICENCE_LINK


LICENCE_LINK = web_link(LICENCE_URL, "license")
