"""Pictures of editors: none is stored as it came, but as what can be seen of it, written anew.

So neither places and names that cameras note down go with it, nor anything that hides behind a picture.
"""

import io
import warnings

from django.conf import settings
from PIL import Image, ImageCms, ImageOps

from media4sec.records.files.limits import LONGEST_SIDE, FileRefused, Readied

# How Pillow calls what we take; some cameras put a second, smaller picture behind a JPEG (MPO).
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}
BROKEN = "The picture is broken or was cut off: it cannot be opened. Save it anew, and choose it again."


def ready_picture(content, media_type):
    """The picture, turned upright, in the colours of screens, no larger than pages show it, without anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in it, and does not go with it
        try:
            with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as image:
                _refuse(image, media_type)
                image.load()
                return _written(_seen(image), media_type)
        except Image.DecompressionBombError as error:
            raise FileRefused(too_large("far too many")) from error
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise FileRefused(BROKEN) from error


def known_picture(content, media_type):
    """A picture that was written anew before, such as one from an export: as it is, if nothing else is in it."""
    ready_picture(content, media_type)
    with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as image:
        if image.getexif() or max(image.size) > LONGEST_SIDE:
            raise FileRefused("This picture was not written by the portal.")
        return Readied(content, media_type, *image.size)


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
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    shown = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    if profile and upright.mode in ("RGB", "RGBA"):
        shown = _in_colours_of_screens(shown, profile)
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new(shown.mode, shown.size)  # has none of the notes that came with it
    plain.paste(shown)
    return plain


def _in_colours_of_screens(image, profile):
    try:
        screen = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, io.BytesIO(profile), screen, outputMode=image.mode)
    except (ImageCms.PyCMSError, OSError):
        return image


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
