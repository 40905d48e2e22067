"""The portal's own settings, as tests need them: of the environment, only the database is asked for."""

import atexit
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

for name in ("ALLOWED_HOSTS", "BASE_URL", "DEBUG", "SECRET_KEY_FILE", "SECRET_KEY_FALLBACKS"):
    os.environ.pop(name, None)
for name in ("OUTGOING_REQUESTS", "ARCHIVE_LOOKUP", "FILE_SCANNER", "FILE_MOST_MB", "FILE_MOST_PIXELS"):
    os.environ.pop(name, None)
for name in ("FILE_MOST_PAGES", "FILES_QUOTA_MB"):
    os.environ.pop(name, None)
os.environ["SECRET_KEY"] = "for tests only, and nothing outside them depends on it"
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from media4sec.settings import *  # noqa: E402, F403
from media4sec.settings import DATABASES, INSTALLED_APPS, STORAGES, TEMPLATES  # noqa: E402

# A kind that no real app knows, to show that a new kind needs nothing shared.
if importlib.util.find_spec("tests.throwaway"):
    INSTALLED_APPS = ["tests.throwaway", *INSTALLED_APPS]

# The test client's host.
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # In a file, because WAL, locks and threads behave as in earnest only there; one for each process.
    DATABASES["default"]["TEST"] = {
        "NAME": Path(tempfile.gettempdir()) / f"media4sec-test-{os.getpid()}.sqlite3"
    }
# The client's answers know the context of a page.
TEMPLATES[0] |= {"BACKEND": "tests.templating.Jinja2", "NAME": "jinja2"}
# Every test begins and ends its own connections.
DATABASES["default"]["CONN_MAX_AGE"] = 0

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True  # take files from where they are written, nothing is collected
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"media4sec-test-media-{os.getpid()}"
atexit.register(shutil.rmtree, MEDIA_ROOT, ignore_errors=True)

KEPT_MB = 0  # a test sees what it made a moment ago; those of what is kept switch it on

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # weak and quick
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DUMPS_ROOT = Path(tempfile.gettempdir()) / f"media4sec-test-dumps-{os.getpid()}"
atexit.register(shutil.rmtree, DUMPS_ROOT, ignore_errors=True)
INDEX_ROOT = Path(tempfile.gettempdir()) / f"media4sec-test-index-{os.getpid()}"
