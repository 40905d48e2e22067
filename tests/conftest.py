"""What all tests share: the real content, a real browser, and what may be missing on a developer's machine."""

import fcntl
import gc
import hashlib
import os
import shutil
import time
import tomllib
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

# Times vary with the machine. A test may use the database, whose fixture is made once for all its examples.
settings.register_profile(
    "portal", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
settings.register_profile("quick", parent=settings.get_profile("portal"), max_examples=10)
settings.register_profile(
    "again", parent=settings.get_profile("portal"), max_examples=40
)  # of what the other database is asked as well
settings.register_profile("rest", parent=settings.get_profile("portal"), max_examples=60)
settings.load_profile("portal")

# Kinds that between them have what kinds can have: parts, references, relations, flags, a picture, a list for two.
QUICK_KINDS = {"technology", "instrument", "deliverable", "throwaway"}

IS_CI = os.environ.get("CI") == "true"

# Quiet: a browser that asks nobody for anything but our pages.
BROWSER_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


HEADLESS = "chromium-headless-shell"


def find_chromium():
    """Return the path of a Chromium on this machine, or None. The one without windows takes half the time."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [HEADLESS, "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in candidates if (path := shutil.which(name))), None)


def find_api_tools():
    """The folder with redocly, spectral, openapi-typescript and tsc that API_TOOLS names, or None."""
    named = os.environ.get("API_TOOLS")
    tools = ("redocly", "spectral", "openapi-typescript", "tsc")
    return named if named and all(shutil.which(tool, path=named) for tool in tools) else None


def not_run(reason):
    """Skip on a developer's machine; on CI everything must run."""
    if IS_CI:
        pytest.fail(f"not run: {reason}")
    pytest.skip(f"not run: {reason}")


def pytest_addoption(parser):
    group = parser.getgroup("portal")
    group.addoption("--quick", action="store_true", help="no browser, nothing slow, few kinds, few examples")
    group.addoption(
        "--data", action="store_true", help="what asks a database; a third of the kinds, fewer examples"
    )
    group.addoption(
        "--rest", action="store_true", help="everything but what --data asks: of single kinds, of examples"
    )
    group.addoption(
        "--counted", action="store_true", help="fail unless as many tests ran as tests/counts.toml says"
    )


def pytest_configure(config):
    if config.getoption("quick"):
        settings.load_profile("quick")
    elif config.getoption("data"):
        settings.load_profile("again")
    elif config.getoption("rest"):
        settings.load_profile("rest")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    if config.getoption("quick"):
        leave_out(config, items, is_left_out)
    if config.getoption("data"):
        shares = shared_out(items)
        leave_out(
            config, items, lambda item: not (matters_to_a_database(item) and shares.get(item.nodeid, True))
        )
    if config.getoption("rest"):
        shares = shared_out(items)
        leave_out(config, items, lambda item: shares.get(item.nodeid))
    # What takes long comes first, so that at the end nobody waits for one test of another process.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish():
    """Look for garbage less often: what is imported and collected stays, and there is much of it.

    As Python comes, a process that has run for a while spends an eighth of its time on looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def leave_out(config, items, is_one):
    config.hook.pytest_deselected(items=[item for item in items if is_one(item)])
    items[:] = [item for item in items if not is_one(item)]


def shared_out(items):
    """What is asked of many kinds and matters to a database: ``{its name: does --data ask it, or --rest}``.

    ``--data`` asks each of these tests of a third of the kinds, other ones for each test.
    """
    asked = defaultdict(set)
    for item in items:
        if matters_to_a_database(item):
            asked[name_of(item)] |= {*kinds_of(item)}
    thirds = {
        test: {*sorted(names)[crc32(test.encode()) % 3 :: 3]}
        for test, names in asked.items()
        if len(names) > 3
    }
    return {
        item.nodeid: thirds[name_of(item)].issuperset(kinds_of(item))
        for item in items
        if name_of(item) in thirds
    }


def name_of(item):
    """The name of a test without what it is asked of."""
    return item.nodeid.partition("[")[0]


def kinds_of(item):
    """The names of the kinds that a test is asked of."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return [value.name for value in values if getattr(value, "plural", "")]


def matters_to_a_database(item):
    """True where the answer may depend on which database it is."""
    if item.get_closest_marker("browser") or item.get_closest_marker("once"):
        return False
    fixtures = {"db", "transactional_db", "content_database", "site_database", "live_server"}
    return bool(item.get_closest_marker("django_db") or fixtures & {*getattr(item, "fixturenames", ())})


def is_left_out(item):
    """True for what `make test-quick` leaves to the whole run: the same asked of many kinds, and what takes long."""
    if item.get_closest_marker("browser") or item.get_closest_marker("slow"):
        return True
    if "site_database" in getattr(item, "fixturenames", ()):  # one page of each type, looked at
        return True
    return any(name not in QUICK_KINDS for name in kinds_of(item))


def pytest_sessionfinish(session):
    config = session.config
    if not config.getoption("counted") or hasattr(config, "workerinput"):
        return
    from django.db import connection

    stats = config.pluginmanager.get_plugin("terminalreporter").stats
    run, skipped = (
        sum(len(stats.get(name, ())) for name in ("passed", "failed")),
        len(stats.get("skipped", ())),
    )
    expected = tomllib.loads((ROOT / "tests" / "counts.toml").read_text("utf-8"))[connection.vendor]
    config.miscount = miscounted(expected, run, skipped)
    if config.miscount:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def miscounted(expected, run, skipped):
    """What is wrong with the number of tests, if anything: a file that is lost fails nowhere else."""
    least, most = round(expected["run"] * 0.95), round(expected["run"] * 1.05)
    if run < least:
        return f"{run} tests ran, at least {least} were expected."
    if run > most:
        return f"{run} tests ran: write that number into tests/counts.toml."
    if skipped > expected["skipped"]:
        return f"{skipped} tests were skipped, at most {expected['skipped']} were expected."
    return None


def pytest_terminal_summary(terminalreporter, config):
    if miscount := getattr(config, "miscount", None):
        terminalreporter.write_line(miscount, red=True)
    if config.getoption("data"):  # none of these is asked
        return
    if not find_chromium():
        terminalreporter.write_line(
            "Browser: not run (no Chromium found; name one with CHROMIUM=/path/to/it)"
        )
    if not os.environ.get("VNU_JAR"):
        terminalreporter.write_line("HTML checker: not run (VNU_JAR does not name a vnu.jar)")
    if not os.environ.get("LIGHTHOUSE"):
        terminalreporter.write_line("Lighthouse: not run (LIGHTHOUSE does not name its cli/index.js)")
    if not shutil.which("soffice"):
        terminalreporter.write_line("LibreOffice: not run (no soffice found)")
    if not find_api_tools():
        terminalreporter.write_line("Tools for OpenAPI: not run (API_TOOLS names no folder with them)")


@pytest.fixture(scope="session")
def chromium(site_database):
    """A browser for the whole run; tests take `browser_page`.

    The databases are made first: beside the browser's event loop Django sees other connections.
    """
    path = find_chromium()
    if not path:
        not_run("no Chromium")
    from playwright.sync_api import sync_playwright

    # Playwright's event loop lives in our thread, where Django takes every query for one from async code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        flags = [*BROWSER_FLAGS, *(["--no-sandbox"] if os.getuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium):
    """Return a function that opens a new, empty page; it takes what Playwright's `new_context` takes.

    `browser_page(viewport={"width": 320, "height": 640}, color_scheme="dark", java_script_enabled=False)`;
    axe needs `bypass_csp=True`.
    """
    contexts = []

    def open_page(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def application(db):
    """The portal as a WSGI server calls it, in the transaction of the test, as Django's own client does."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def over_http(settings):
    """Cookies as a browser takes them from a server without https; before anybody logs in."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"


@pytest.fixture(scope="session")
def vnu_jar():
    """The path of the Nu HTML checker, which runs as `java -jar`."""
    path = os.environ.get("VNU_JAR")
    if not path or not shutil.which("java"):
        not_run("no HTML checker, VNU_JAR names none" if not path else "no Java for the HTML checker")
    return path


@pytest.fixture(scope="session")
def soffice():
    """The program of LibreOffice, which others open text documents with."""
    return shutil.which("soffice") or not_run("no LibreOffice found")


ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
KEPT = ROOT / "var" / "test-content"
# What the loaded content depends on: pages and formats are made from it, and change nothing in it.
SHAPES_CONTENT = ("fixtures/*.json", "locale/en/**/*.po", "media4sec/*.py", "media4sec/records/**/*.py")
SHAPES_CONTENT += ("media4sec/publications/**/*.py", "media4sec/corrections/migrations/*.py")
SHAPES_CONTENT += tuple(
    f"{app}/{files}"
    for app in ("workshops", "catalogue", "ethics", "roadmap", "tests/throwaway")
    for files in ("*.py", "migrations/*.py")
)


@pytest.fixture(scope="session")
def content_database(django_db_setup, django_db_blocker):
    """The name of a second test database, filled with the real content once. Tests take `content`."""
    from django.db import connection

    # pytest-django makes the test database only if some test asks for one.
    assert "test" in Path(str(connection.settings_dict["NAME"])).name, "Mark the module with django_db."
    name = connection.creation.get_test_db_clone_settings("content")["NAME"]
    copied = {"sqlite": _copied_file, "postgresql": _copied_on_the_server}[connection.vendor]
    KEPT.mkdir(parents=True, exist_ok=True)
    # Loading takes most of a minute: one process does it, and all others wait for a copy.
    with django_db_blocker.unblock(), open(KEPT / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copied(name)
    yield name
    with django_db_blocker.unblock():
        _close(name)
        connection.creation.destroy_test_db(verbosity=0, suffix="content")


def _make_content(name):
    from django.db import connection

    from media4sec.records.folder_io import load_folder

    connection.close()  # what SQLite's log still holds must be in the file that is copied
    connection.creation.clone_test_db("content", verbosity=0)
    with database_named(name):
        load_folder(FIXTURES)
        connection.close()


def _digest_of_content():
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SHAPES_CONTENT for path in ROOT.glob(pattern)}):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _copied_file(name):
    """The file stays, also for later runs with the same content."""
    # Slips (tests/slips) are tried on the content as it was before them.
    made = Path(os.environ.get("TEST_CONTENT") or KEPT / f"{_digest_of_content()}.sqlite3")
    if made.exists():
        shutil.copyfile(made, name)
        return
    for old in KEPT.glob("*.sqlite3"):
        old.unlink()
    _make_content(name)
    part = made.with_suffix(".part")
    shutil.copyfile(name, part)
    part.rename(made)


def _copied_on_the_server(name):
    """The copy stays as long as the server, which is that of one run (tests/postgres.py)."""
    from django.db import connection

    made = f"content_{_digest_of_content()[:40]}"
    quoted = {"made": connection.ops.quote_name(made), "name": connection.ops.quote_name(name)}
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [made])
        if cursor.fetchone()[0]:
            cursor.execute("DROP DATABASE IF EXISTS {name}".format(**quoted))
            cursor.execute("CREATE DATABASE {name} TEMPLATE {made}".format(**quoted))
            return
    _make_content(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute("CREATE DATABASE {made} TEMPLATE {name}".format(**quoted))


@pytest.fixture
def admin_user(admin_user):
    """pytest-django’s, who has a second factor, without which a portal administrator does nothing."""
    from tests.people import with_second_factor

    return with_second_factor(admin_user)


@pytest.fixture
def partner():
    from tests.factories import published

    return published("partner", title="A police force")


@pytest.fixture(autouse=True)
def same_number(monkeypatch):
    """All requests have the same number, so that answers can be compared; those of numbers take it off."""
    monkeypatch.setattr("media4sec.logs.new_request_id", lambda: "0" * 16)


@pytest.fixture
def keeps(settings):
    """Answers are kept, and none is yet."""
    from media4sec.kept import kept

    settings.KEPT_MB = 32
    kept.forget()
    yield kept
    kept.forget()


@pytest.fixture
def time_machine(monkeypatch):
    """A function that moves the clock forward."""
    now = time.time
    moved = [0]
    monkeypatch.setattr(time, "time", lambda: now() + moved[0])

    def move(by):
        moved[0] += by.total_seconds()

    return move


@pytest.fixture
def in_content_database(content_database):
    with database_named(content_database):
        yield


@pytest.fixture
def content(in_content_database, db):
    """The database holds the real content, and what the test changes is undone. Instead of the mark `django_db`."""
    with unchecked_if_unchanged():
        yield


@pytest.fixture(scope="session")
def site_database(content_database, django_db_blocker):
    """The name of a third test database: the real content with a past (`tests/history.py`). Tests take `site`."""
    from django.db import connection

    from tests import history

    with django_db_blocker.unblock(), database_named(content_database):
        name = connection.creation.get_test_db_clone_settings("site")["NAME"]
        connection.creation.clone_test_db("site", verbosity=0)
        with database_named(name):
            history.add()
            connection.close()
    yield name
    with django_db_blocker.unblock(), database_named(content_database):
        _close(name)
        connection.creation.destroy_test_db(verbosity=0, suffix="site")


@pytest.fixture
def in_site_database(site_database):
    with database_named(site_database):
        yield


@pytest.fixture
def site(in_site_database, db):
    """Like `content`, with all types of pages that `tests/pages.py` names."""
    with unchecked_if_unchanged():
        yield


@contextmanager
def unchecked_if_unchanged():
    """On SQLite every test ends with a look at each key of each row: where none was written, that is left out."""
    from django.db import connection, transaction

    def changes():
        return getattr(connection.connection, "total_changes", None)

    before = changes()
    yield
    if before is not None and changes() == before and connection.in_atomic_block:
        transaction.set_rollback(True)


elsewhere = {}  # connections to other test databases than the first, by name


@contextmanager
def database_named(name):
    """Everything that opens a connection gets this database, other threads as well.

    This thread's connection stays open for the next test that asks for the same.
    """
    from django.contrib.contenttypes.models import ContentType
    from django.db import DEFAULT_DB_ALIAS, connections

    before = connections[DEFAULT_DB_ALIAS]
    name_before = before.settings_dict["NAME"]
    if name not in elsewhere:
        elsewhere[name] = connections.create_connection(DEFAULT_DB_ALIAS)
    ContentType.objects.clear_cache()  # their keys are those of one database
    connections[DEFAULT_DB_ALIAS] = elsewhere[name]
    before.settings_dict["NAME"] = name  # all connections share what they are made of
    try:
        yield
    finally:
        ContentType.objects.clear_cache()
        connections[DEFAULT_DB_ALIAS] = before
        before.settings_dict["NAME"] = name_before


def _close(name):
    if connection := elsewhere.pop(name, None):
        connection.close()


@pytest.fixture
def rows_read(monkeypatch):
    """How many rows each query gave."""
    from django.db.models.sql.compiler import SQLCompiler

    given, found = SQLCompiler.results_iter, []

    def counted(self, *args, **kwargs):
        rows = list(given(self, *args, **kwargs))
        found.append(len(rows))
        return iter(rows)

    monkeypatch.setattr(SQLCompiler, "results_iter", counted)
    return found


@pytest.fixture(scope="module")
def portal_server(request, site_database, django_db_blocker):
    """The origin of the site with the real content and a past, for browsers; only to be read."""
    marks = [
        item.get_closest_marker("django_db")
        for item in request.session.items
        if item.module is request.module
    ]
    # Such a test empties the database at its end, and until the module ends that is this one.
    assert not any(mark and mark.kwargs.get("transaction") for mark in marks), "Not beside transaction=True."
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock(), database_named(site_database):
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()
