"""What files may be, and what is said of one that is not."""

from dataclasses import dataclass, field

LONGEST_SIDE = 2_000  # pixels of a picture as it is stored; of one that is sent, see FILE_MOST_PIXELS
COVER_WIDTH, COVER_HEIGHT = 480, 680  # the most pixels of a cover
TEXT_OF_A_PAGE, TEXT_OF_A_FILE = 20_000, 2_000_000  # the most letters that are kept
PDF_SECONDS, PDF_MEMORY = 30, 2**30  # that looking at a PDF may take; bytes


class FileRefused(Exception):
    """The file cannot be taken; the message says why, and what to do."""


@dataclass(frozen=True)
class Readied:
    """A file as it is stored, and what is known of it."""

    content: bytes
    media_type: str
    width: int
    height: int
    pages: int | None = None
    texts: list[str] = field(default_factory=list)
    cover: bytes = b""
