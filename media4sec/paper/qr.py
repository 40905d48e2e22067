"""Square codes that a telephone reads (QR), as pictures. The same text gives the same picture."""

from io import BytesIO
from typing import Any

import segno

LONGEST_IN_CODE = 1_500  # characters of an address that a telephone can still read from paper
QUIET_EDGE = 4  # modules that readers need


def qr_svg(text: str) -> str:
    """An address as a QR code without a size of its own."""
    out = BytesIO()
    _code(text).save(
        out,
        kind="svg",
        border=QUIET_EDGE,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
        nl=False,
    )
    return out.getvalue().decode()


def qr_png(text: str) -> bytes:
    """The same for word processors, which know no SVG."""
    out = BytesIO()
    _code(text).save(out, kind="png", border=QUIET_EDGE, scale=8)
    return out.getvalue()


def _code(text: str) -> Any:
    return segno.make(text, error="m", micro=False)
