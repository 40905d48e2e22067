"""Pictures of editors: none is stored as it came, but as what can be seen of it, written anew.

So neither places and names that cameras note down go with it, nor anything that hides behind a picture.
"""

import io
import re
import struct
import warnings
from contextlib import contextmanager

from django.conf import settings
from PIL import Image, ImageCms

from media4sec.records.files.limits import LONGEST_SIDE, FileRefused, Readied

# How Pillow calls what we take; some cameras put a second, smaller picture behind a JPEG (MPO).
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}
BROKEN = "The picture is broken or was cut off: it cannot be opened. Save it anew, and choose it again."
ORIENTATION = 0x0112  # in EXIF: how the camera was held, and what turns the picture upright
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The parts that a file has which we write, one after the other; of a JPEG, by the second byte of their marks.
OUR_PARTS = {
    "image/png": rb"IHDR(IDAT)+IEND",
    "image/jpeg": rb"\xe0\xdb+[\xc0\xc2](\xc4*\xda)+\xd9",
    "image/webp": rb"(VP8X)?(ALPH)?VP8[ L]",
}
NEXT_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7]")  # in what is packed, others stand only for themselves
SIZES = {b"IHDR": 13, b"IEND": 0, b"\xe0": 16, b"VP8X": 10}  # of parts in which more could stand


def ready_picture(content, media_type):
    """The picture, turned upright, in the colours of screens, no larger than pages show it, without anything else."""
    with _opened(content, media_type) as image:
        return _written(_seen(image), media_type)


def known_picture(content, media_type):
    """A picture that was written anew before, such as one from an export: as it is, if it has the parts of those."""
    with _opened(content, media_type) as image:
        is_small = max(image.size) <= LONGEST_SIDE
        if is_small:
            image.load()
        if not (is_small and _has_our_parts(content, media_type)):
            raise FileRefused("This picture was not written by the portal.")
        return Readied(content, media_type, *image.size)


@contextmanager
def _opened(content, media_type):
    """The picture, not unpacked yet; whatever cannot be done with it refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in it, and does not go with it
        try:
            with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as image:
                _refuse(image, media_type)
                yield image
        except Image.DecompressionBombError as error:
            raise FileRefused(too_large("far too many")) from error
        except (OSError, SyntaxError, ValueError, EOFError, TypeError, struct.error) as error:
            raise FileRefused(BROKEN) from error


def too_large(number):
    most = settings.FILE_MOST_PIXELS // 1_000_000
    return f"The picture has {number} pixels; at most {most} million are taken. Make it smaller."


def _refuse(image, media_type):
    """What is asked of a picture before it is unpacked."""
    width, height = image.size
    if width * height > settings.FILE_MOST_PIXELS:
        raise FileRefused(too_large(f"{width:,} × {height:,}"))
    if MEDIA_TYPES[image.format] != media_type:
        raise FileRefused(
            f"The name says another type than the content, which is {image.format}. Save it anew as what it is."
        )
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise FileRefused("The picture moves. Only still pictures are taken.")


def _seen(image):
    """What can be seen of it."""
    profile, mode = image.info.get("icc_profile"), "RGBA" if image.has_transparency_data else "RGB"
    image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG need not be unpacked much larger than that
    has_profile = profile and image.mode in ("RGB", "RGBA")
    if image.mode not in ("L", "RGB", "RGBA", "CMYK") or "transparency" in image.info:
        shown = image.convert(mode)  # from these alone a smaller picture can be made as it is
    else:
        shown = image
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # before all else, as a large one takes much memory
    image.load()
    turn = _turn(image)
    shown = (shown if turn is None else shown.transpose(turn)).convert(mode)
    if has_profile:
        shown = _in_colours_of_screens(shown, profile)
    plain = Image.new(shown.mode, shown.size)  # has none of the notes that came with it
    plain.paste(shown)
    return plain


def _turn(image):
    try:
        return TURNS.get(image.getexif().get(ORIENTATION))
    except Exception:  # cameras write what they like there; the picture can be seen all the same
        return None


def _in_colours_of_screens(image, profile):
    try:
        screen = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, io.BytesIO(profile), screen, outputMode=image.mode)
    except (ImageCms.PyCMSError, OSError):
        return image


def _has_our_parts(content, media_type):
    parts = {"image/png": _png_parts, "image/jpeg": _jpeg_parts, "image/webp": _webp_parts}[media_type]
    try:
        found = list(parts(content))
    except struct.error:
        return False
    names = b"".join(name for name, _ in found)
    return bool(re.fullmatch(OUR_PARTS[media_type], names)) and all(
        size == SIZES.get(name, size) for name, size in found
    )


def _png_parts(content):
    place = 8
    while place < len(content):
        size, name = struct.unpack_from(">I4s", content, place)
        yield name, size
        place += 12 + size


def _webp_parts(content):
    place = 12
    while place < len(content):
        name, size = struct.unpack_from("<4sI", content, place)
        yield name, size
        place += 8 + size + size % 2


def _jpeg_parts(content):
    place, end = 2, len(content)
    while place < end and content[place : place + 2] != b"\xff\xd9":
        mark, size = struct.unpack_from(">2sH", content, place)
        yield mark.removeprefix(b"\xff"), size
        place += 2 + size
        if mark == b"\xff\xda":
            found = NEXT_MARK.search(content, place)
            place = found.start() if found else end
    yield content[place:].removeprefix(b"\xff"), 0


def _written(image, media_type):
    file = io.BytesIO()
    match media_type:
        case "image/png":
            image.save(file, "PNG", optimize=True)
        case "image/jpeg":
            image.save(file, "JPEG", quality=85, optimize=True, progressive=True)
        case "image/webp":
            image.save(file, "WEBP", quality=85)
    return Readied(file.getvalue(), media_type, *image.size)
