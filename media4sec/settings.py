"""Settings of the portal, read from the environment; `.env.example` lists every variable.

Start-up stops with a sentence that names the variable when something is missing or makes no sense together.
"""

import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from jinja2 import FileSystemLoader, PrefixLoader

env = environ.Env()


BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # everything the portal writes

# The files of everything that is public, made ahead by `make_dumps`.
DUMPS_ROOT = Path(env.str("DUMPS_ROOT", default=str(VAR_DIR / "dumps")))
# Where the search index is kept, for all processes of one machine. Where nothing can be written, each has its own.
INDEX_ROOT = Path(env.str("INDEX_ROOT", default=str(VAR_DIR / "index")))
# Where `backup` writes, unless it is told another folder.
BACKUPS_ROOT = Path(env.str("BACKUPS_ROOT", default=str(VAR_DIR / "backups")))


def _read_secret(name):
    """What a variable says, or the file that NAME_FILE names holds: secrets need not stand in the environment."""
    value, path = env.str(name, default=""), env.str(f"{name}_FILE", default="")
    if value or not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"The file that {name}_FILE names ({path}) cannot be read: {error}."
        ) from error


# Where the portal is

DEBUG = env.bool("DEBUG", default=False)

# The public origin. All absolute links are made from it, never from what a request says.
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")


def _read_origin(url):
    """Return (host, served over https?, on this machine only?), or refuse the address."""
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or f"{parts.scheme}://{parts.netloc}" != url:
        raise ImproperlyConfigured(
            f"BASE_URL must look like https://kb.example.eu, without a path; it is {url!r}."
        )
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    is_https = parts.scheme == "https"
    if not is_https and not is_loopback:
        raise ImproperlyConfigured(
            f"BASE_URL must start with https:// unless the portal is only for this machine; it is {url!r}."
        )
    return host, is_https, is_loopback


_HOST, _IS_HTTPS, _IS_LOOPBACK = _read_origin(BASE_URL)

if DEBUG and not _IS_LOOPBACK:
    raise ImproperlyConfigured(
        "DEBUG shows internals to visitors: it is for a BASE_URL on this machine only."
    )

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if _IS_LOOPBACK else [_HOST]
)
if not ALLOWED_HOSTS or any(host.startswith(("*", ".")) for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name each host in full; wildcards are refused.")

# Who is told of weaknesses, for /.well-known/security.txt: a mailto: or https: address. Empty: none is named.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

# Who enforces web accessibility for the organisation that runs the portal, and its page. Empty: not stated.
ACCESSIBILITY_BODY = env.str("ACCESSIBILITY_BODY", default="")
ACCESSIBILITY_BODY_URL = env.str("ACCESSIBILITY_BODY_URL", default="")
if ACCESSIBILITY_BODY_URL and not ACCESSIBILITY_BODY_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("ACCESSIBILITY_BODY_URL must be the address of a page: https://…")

# How many records a file of a list's result holds at most, and how many entries a feed.
EXPORT_LIMIT = env.int("EXPORT_LIMIT", default=20_000)
FEED_LIMIT = env.int("FEED_LIMIT", default=100)

# Everything is read as ever, and nothing can be written: for moving house, or beside a database that is a copy.
READ_ONLY = env.bool("READ_ONLY", default=False)
# false: this node has no back-office, no log-in and no writing API.
BACK_OFFICE = env.bool("BACK_OFFICE", default=True)

# Megabytes of ready answers that each worker keeps, for everybody who asks for the same; 0: none.
KEPT_MB = env.int("KEPT_MB", default=0 if DEBUG else 32)

# Where and by how many processes `manage.py serve` answers. A socket goes before host and port.
SERVE_HOST = env.str("SERVE_HOST", default="127.0.0.1")
SERVE_PORT = env.int("SERVE_PORT", default=8000)
SERVE_SOCKET = env.str("SERVE_SOCKET", default="")
SERVE_WORKERS = env.int("SERVE_WORKERS", default=2)
NODES = env.int("NODES", default=1)  # machines that serve the portal from one database
SERVE_PUBLIC = env.bool("SERVE_PUBLIC", default=False)  # may other machines reach it without a proxy?


# Applications

# Templates and static files of an earlier application win; records come after the apps that own the kinds.
INSTALLED_APPS = [
    "media4sec.portal",
    "media4sec.publications",
    "media4sec.interchange",
    "media4sec.corrections",
    "media4sec.links",
    "media4sec.writing",
    "media4sec.webhooks",
    "media4sec.operations",
    "roadmap",
    "ethics",
    "catalogue",
    "workshops",
    "media4sec.records",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "taggit",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "whitenoise.runserver_nostatic",
    "media4sec.records.back_office.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "media4sec.accounts",  # last, as it takes pages of others out of the back-office
]

# Sessions, accounts and messages are lazy: a reader's page touches none of them, so that it sets no cookie,
# does not vary by cookie, and is the same for everybody.
MIDDLEWARE = [
    "media4sec.logs.RequestMiddleware",
    "media4sec.kept.KeptMiddleware",  # what it keeps is finished
    "media4sec.headers.HeadersMiddleware",
    "media4sec.deprecations.DeprecationMiddleware",
    "media4sec.headers.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "media4sec.languages.LanguageMiddleware",
    "media4sec.replica.ReplicaMiddleware",
    "media4sec.portal.errors.RefusalMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "media4sec.accounts.middleware.AccountsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "media4sec.front.urls"
WSGI_APPLICATION = "media4sec.wsgi.application"
# How the back-office, which knows no page, shows a working copy as readers would see it.
RECORD_PREVIEW = "media4sec.portal.record.preview.preview"

# Public pages are Jinja, the back-office is Django’s: docs/adr/0024-jinja-for-public-pages.md.
PUBLIC_TEMPLATES = ("portal", "front", "corrections", "workshops", "catalogue", "ethics", "roadmap")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loader": PrefixLoader(
                {name: FileSystemLoader(BASE_DIR / "templates" / name) for name in PUBLIC_TEMPLATES}
            ),
            "environment": "media4sec.portal.templating.environment",
            "context_processors": ["media4sec.portal.frame.site"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # In the second one are those of django-allauth that look otherwise here.
        "DIRS": [BASE_DIR / "templates", BASE_DIR / "templates" / "admin"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                # The admin asks for these two; public templates must not, or their pages need a session.
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "media4sec.read_only.read_only_notice",
            ]
        },
    },
]
FORM_RENDERER = "media4sec.records.form_renderer.FormRenderer"


# Database

if _database_url := _read_secret("DATABASE_URL"):
    _database = env.db_url_config(_database_url)
else:
    VAR_DIR.mkdir(exist_ok=True)
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "portal.sqlite3"}

_database["CONN_MAX_AGE"] = 600  # a new connection for each request would cost ten times a cheap page
_database["CONN_HEALTH_CHECKS"] = True  # heal by itself after the database was restarted

match _database.get("ENGINE"):
    case "django.db.backends.sqlite3":
        _database["OPTIONS"] = {
            # Writers queue at the beginning of a transaction instead of failing in the middle of it.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # The log of a large load is given back to the disk; otherwise it would keep its size for ever.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728; "
            "PRAGMA journal_size_limit=16777216" + ("; PRAGMA query_only=ON" if READ_ONLY else ""),
        }
    case "django.db.backends.postgresql":
        _database["OPTIONS"] = {
            "connect_timeout": 2,  # seconds
            "tcp_user_timeout": 5_000,  # milliseconds: a network that is gone is noticed
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            **_database.get("OPTIONS", {}),
        }
        if READ_ONLY:
            _given = _database["OPTIONS"].get("options", "")
            _database["OPTIONS"]["options"] = f"{_given} -c default_transaction_read_only=on".strip()
    case engine:
        raise ImproperlyConfigured(
            f"DATABASE_URL must be a sqlite:// or postgres:// address; its engine is {engine}."
        )

DATABASES = {"default": _database}
# How long a statement of a request may take, on PostgreSQL, and half of it how long it waits for others; commands take
# their time. 0: the database's roles say so themselves, as behind a pooler that hands on no options.
DATABASE_STATEMENT_SECONDS = env.int("DATABASE_STATEMENT_SECONDS", default=10)
# The same database in the role that owns the tables; empty: the web does. Only migrate, backup and restore use it.
MIGRATE_DATABASE = env.db_url_config(_owner) if (_owner := _read_secret("MIGRATE_DATABASE_URL")) else {}

# A streaming replica that answers readers while it is in step; without it, the one database answers everybody.
if _replica_url := _read_secret("REPLICA_URL"):
    _replica = env.db_url_config(_replica_url)
    if {_database["ENGINE"], _replica["ENGINE"]} != {"django.db.backends.postgresql"}:
        raise ImproperlyConfigured("REPLICA_URL and DATABASE_URL must both be postgres:// addresses.")
    _replica["OPTIONS"] = _database["OPTIONS"] | _replica.get("OPTIONS", {})
    DATABASES["replica"] = _database | _replica | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["media4sec.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# Accounts and sessions

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "media4sec.accounts.passwords.GuessableValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds, from log-in
SESSION_IDLE = 60 * 60  # seconds without a request
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # seconds; of invitations too

LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
ACCOUNT_ADAPTER = "media4sec.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # there is none: people are invited
ACCOUNT_EMAIL_VERIFICATION = "none"  # who was invited by mail has it
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "admin:login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds
ACCOUNT_SESSION_REMEMBER = True  # until the session ends by itself, not with the browser
# Counted in the database, for all processes and beyond a restart.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/5m/ip,10/5m/key",
    "login": "60/m/ip",
    "reset_password": "20/m/ip,5/d/key",
    "reauthenticate": "10/5m/user",
}
MFA_ADAPTER = "media4sec.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True  # alone only where the passkey has asked for a finger, a face or a PIN
MFA_FORMS = {
    "add_webauthn": "media4sec.accounts.forms.AddPasskey",
    "edit_webauthn": "media4sec.accounts.forms.RenamePasskey",
    "login_webauthn": "media4sec.accounts.forms.LogInByPasskey",
    "authenticate": "media4sec.accounts.forms.Authenticate",
    "authenticate_webauthn": "media4sec.accounts.forms.AuthenticateByPasskey",
    "reauthenticate": "media4sec.accounts.forms.Reauthenticate",
    "reauthenticate_webauthn": "media4sec.accounts.forms.ReauthenticateByPasskey",
}
MFA_TOTP_ISSUER = "MEDI@4SEC"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who came by a link in a mail has the address
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_limits",
        # More than all failures of a day: what counts them must not be pushed out.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}
# Redis or Valkey, where there is one: the same counters for all nodes, and the table only while it does not answer.
if _cache_url := _read_secret("CACHE_URL"):
    if urlsplit(_cache_url).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured("CACHE_URL must be a redis://, rediss:// or unix:// address.")
    CACHES["default"] |= {"BACKEND": "media4sec.shared_cache.SharedCache", "LOCATION": _cache_url}
    CACHES["default"]["TABLE"] = "accounts_limits"

# Where invitations and links for new passwords are sent from; without a server they are written to the log.
vars().update(env.email_url_config(_read_secret("EMAIL_URL") or "consolemail://"))
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"noreply@{_HOST}")
EMAIL_TIMEOUT = 10  # seconds


# Asking other sites: whether links still lead somewhere, what a page calls itself; telling them of changes

OUTGOING_REQUESTS = env.bool("OUTGOING_REQUESTS", default=False)
# The availability interface of a web archive, which is told public addresses that are broken; empty: none is asked.
ARCHIVE_LOOKUP = env.str("ARCHIVE_LOOKUP", default="")


# Language and time

LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en-gb", "English"),
    ("nl", "Nederlands"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("el", "Ελληνικά"),
    ("sl", "Slovenščina"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Brussels"  # of the days that readers and editors see; machines get UTC
USE_I18N = True
USE_TZ = True


# Static files, and files of the records

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files of editors, under the digests of what they hold; all nodes share this folder.
MEDIA_ROOT = Path(env.str("FILES_ROOT", default=str(VAR_DIR / "files")))
FILE_MOST_MB = env.int("FILE_MOST_MB", default=10)  # of one file; a whole request has 11 MB (server.py)
FILE_MOST_PIXELS = env.int("FILE_MOST_PIXELS", default=24_000_000)  # asked before a picture is unpacked
FILE_MOST_PAGES = env.int("FILE_MOST_PAGES", default=500)  # of a PDF
DATA_UPLOAD_MAX_NUMBER_FILES = 20  # in one form: to look at each takes a moment
FILES_QUOTA_MB = env.int("FILES_QUOTA_MB", default=1_000)  # of all that a team has stored
# A function that looks at a file before anybody else does: it gets its bytes, and returns what it found, or "".
FILE_SCANNER = env.str("FILE_SCANNER", default="")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else's page needs our styles and fonts


# Security


def _read_networks(name):
    try:
        return [ipaddress.ip_network(text) for text in env.list(name, default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must list addresses or networks: {error}.") from error


def _read_secret_key():
    """The key; for debugging, one that lasts for this process."""
    key = _read_secret("SECRET_KEY")
    if not key and DEBUG:
        return get_random_secret_key()
    if not key:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing: set it, or SECRET_KEY_FILE, to at least 50 random characters."
        )
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        raise ImproperlyConfigured("SECRET_KEY is too weak: at least 50 random characters are needed.")
    return key


SECRET_KEY = _read_secret_key()
SECRET_KEY_FALLBACKS = env.list(
    "SECRET_KEY_FALLBACKS", default=[]
)  # earlier keys, while changing to a new one

SECURE_SSL_REDIRECT = _IS_HTTPS
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if _IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _IS_HTTPS
SECURE_HSTS_PRELOAD = _IS_HTTPS
# Only behind a proxy that overwrites this header: whoever could send it would pass for a visitor by https.
if env.bool("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Proxies of ours, as addresses or networks: only what they say in X-Forwarded-For is believed.
TRUSTED_PROXIES = _read_networks("TRUSTED_PROXIES")
# Who may ask for figures at /metrics, directly; nobody else finds anything there.
METRICS_FROM = _read_networks("METRICS_FROM")
METRICS_ROOT = Path(env.str("METRICS_ROOT", default=str(VAR_DIR / "metrics")))

X_FRAME_OPTIONS = "DENY"

# Browsers take a __Host- cookie only over https, for this very host, and for all of its paths.
_COOKIE_PREFIX = "__Host-" if _IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
SESSION_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = _IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "media4sec.records.unsaved.form_refused"


# Logging: one event a line to standard error (media4sec/logs.py); tracebacks name lines of code, never values

LOG_FORMAT = env.str("LOG_FORMAT", default="line" if DEBUG else "json")
if LOG_FORMAT not in ("json", "line"):
    raise ImproperlyConfigured(f"LOG_FORMAT must be json or line; it is {LOG_FORMAT!r}.")
# A line for each request as well, without queries and with shortened addresses.
ACCESS_LOG = env.bool("ACCESS_LOG", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "media4sec.logs.JsonFormatter"},
        "line": {"()": "media4sec.logs.LineFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django would also send mail, whose error report holds settings and local variables.
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # Anybody can send a wrong Host header; a traceback for each would bury the rest.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        "media4sec.access": {"level": "INFO" if ACCESS_LOG else "CRITICAL"},
        "_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}


# The public API: reads only, for everybody

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "URL_FORMAT_OVERRIDE": None,  # `format` is no parameter of ours, and unknown parameters are refused
    "EXCEPTION_HANDLER": "media4sec.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
# What catalogues of catalogues are told of this one, in every format.
CATALOGUE = {
    "title": "MEDI@4SEC knowledge base",
    "description": "What the MEDI@4SEC project found about social media in public security, as open data.",
    "publisher": "MEDI@4SEC knowledge base",
    # An e-mail address, with or without mailto:
    "contact": env.str("CONTACT", default=SECURITY_CONTACT if "@" in SECURITY_CONTACT else ""),
    # Its name, its address, and what SPDX calls it.
    "licence": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
    "language": "en",  # that records are written in
    "frequency": "IRREG",  # in the EU's list of frequencies
    "programme": "H2020",  # that paid for the project, and the number of its grant agreement
    "grant": "700281",
    "funder": "European Commission",
}
SPECTACULAR_SETTINGS = {
    "TITLE": CATALOGUE["title"],
    "DESCRIPTION": CATALOGUE["description"],
    "VERSION": "1",
    "CONTACT": {"name": CATALOGUE["publisher"], "url": f"{BASE_URL}/about/"},
    "LICENSE": {"name": CATALOGUE["licence"][0], "identifier": CATALOGUE["licence"][2]},
    "SERVERS": [{"url": BASE_URL}],
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # media4sec.front.openapi names the values of choices
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_INCLUDE_SCHEMA": False,
}


# Reports from the public

CORRECTIONS_MAX_TEXT = env.int("CORRECTIONS_MAX_TEXT", default=5_000)  # characters
# A character takes twelve bytes at most (four, each written as %xx); the rest of the form needs room as well.
CORRECTIONS_MAX_BODY = 12 * CORRECTIONS_MAX_TEXT + 20_000  # bytes
CORRECTIONS_PER_HOUR_AND_ADDRESS = env.int("CORRECTIONS_PER_HOUR_AND_ADDRESS", default=10)
CORRECTIONS_PER_HOUR = env.int("CORRECTIONS_PER_HOUR", default=200)
CORRECTIONS_FORM_HOURS = env.int("CORRECTIONS_FORM_HOURS", default=12)  # how long an opened form may be sent


# Other libraries

# Spreadsheets are read by the parser that refuses entities, whatever else is installed beside it.
os.environ["OPENPYXL_LXML"] = "False"

# Which tags are the same, ours decide (records/tags.py).
TAGGIT_TAGS_FROM_STRING = "media4sec.records.tags.from_text"
TAGGIT_STRING_FROM_TAGS = "media4sec.records.tags.as_text"
