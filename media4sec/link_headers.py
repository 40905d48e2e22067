"""The header ``Link`` (RFC 8288), spelled in one way: ``rel`` comes last, and no address holds a comma."""

from urllib.parse import quote

from media4sec.imprint import LICENCE_URL

IN_HEADERS = "!#$%&'()*+/:;=?@[]~"  # all that an address may hold, but the comma


def web_link(address: str, rel: str, media_type: str = "") -> str:
    """One link, with the media type of what it leads to."""
    of_type = f' type="{media_type}";' if media_type else ""
    return f'<{quote(address, safe=IN_HEADERS)}>;{of_type} rel="{rel}"'


def link_header(*links: str) -> str:
    """These links, and the licence of all that we publish."""
    return ", ".join((*links, LICENCE_LINK))


LICENCE_LINK = web_link(LICENCE_URL, "license")
