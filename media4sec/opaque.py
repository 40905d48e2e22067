"""Texts that we hand out and get back, and that nobody else needs to understand: where a list goes on."""

import base64
import binascii


def as_opaque(plain: str) -> str:
    """A text as letters that any address takes."""
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def from_opaque(text: str) -> str | None:
    """The text that was handed out; None where this is not how ``as_opaque()`` writes one."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return plain if as_opaque(plain) == text else None
