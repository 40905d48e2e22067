"""The settings of the portal that is measured: as in earnest, but what it writes goes to a folder of the run."""

import os
from pathlib import Path

from media4sec.settings import *  # noqa: F403

VAR_DIR = Path(os.environ["MEASURED_VAR"])
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
DUMPS_ROOT = VAR_DIR / "dumps"
