"""The rules of the HTTP Observatory, as far as they are about a page. Its own scanner asks hosts of the internet only.

The numbers are those of its scoring: 100 to begin with, a bonus for what is better than needed.
"""

import re

MOST = 135  # what a site without cookies can have
HALF_A_YEAR = 15_768_000
PAGES = ("/", "/search/?q=police", "/technologies/", "/api/", "/corrections/new/", "/de/about/", "/nowhere/")


def policy_of(headers):
    """A policy as ``{directive: its sources}``; none stands twice."""
    parts = [part.split(maxsplit=1) for part in headers["Content-Security-Policy"].split(";")]
    assert len({name for name, _ in parts}) == len(parts)
    return dict(parts)


def points(headers, cookies, page):
    """``{rule: points beside the hundred}`` of an answer over https, and the scripts that its page names."""
    policy = policy_of(headers)
    scripts = re.findall(r"<script\b[^>]*\bsrc=[^>]*>", page)
    hsts = re.match(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    unsafe = [
        name
        for name, sources in policy.items()
        if "unsafe" in sources or "*" in sources or "http:" in sources
    ]
    is_safe_policy = not unsafe and policy.get("object-src", policy.get("default-src")) == "'none'"
    return {
        "policy": (10 if policy.get("default-src") == "'none'" else 5) if is_safe_policy else -20,
        "cookies": 0 if not cookies else -20,
        "cors": 0 if headers.get("Access-Control-Allow-Origin") is None else -50,
        "referrer": 5
        if headers.get("Referrer-Policy") in ("no-referrer", "same-origin", "strict-origin")
        else 0,
        "hsts": 0 if hsts and int(hsts[1]) >= HALF_A_YEAR else -20,
        "integrity": 5 if scripts and all("integrity=" in script for script in scripts) else -5,
        "sniffing": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "framing": 5 if policy.get("frame-ancestors") == "'none'" else -20,
        "resources": 10 if headers.get("Cross-Origin-Resource-Policy") == "same-origin" else 0,
    }
