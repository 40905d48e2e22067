"""Each scanner: what it needs, how it is started, and what it found, as ``{finding: where}``.

A finding is named so that it is the same in the next run: by the scanner's rule and the file or address.
"""

import http.client
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen
from xml.etree import ElementTree

from tests.cluster.topology import get
from tests.scan.observatory import MOST, PAGES, points

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("media4sec", "workshops", "catalogue", "ethics", "roadmap")
OWN, BESIDE = ROOT / ".venv-scan" / "bin", Path(sys.executable).parent
MINUTES = 60
SLOW_CLIENTS, SLOW_SECONDS = 200, 20
READERS_WAIT_AT_MOST = 1.0  # seconds, beside slow clients
# Addresses whose parameters go into a question to the database or the index, and what their forms say. Each finds one
# record or a few: the answer is small, and it would be another if the question were.
ASKED = (
    ("/technologies/?q=publicsonar&theme=riots-mass-gatherings&sort=title&page=1", ""),
    ("/api/v1/technologies?q=publicsonar&theme=riots-mass-gatherings&limit=1&updated_since=2026-01-01", ""),
    ("/search/?q=publicsonar&type=technology", ""),
    ("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&set=workshop&from=2026-01-01", ""),
    ("/since/1/?ids=T-001", ""),
    ("/check/result/", "Q01=inform&technology=T-001&on=2026-12-01"),
)
# Left to itself, sqlmap guesses by ORDER BY how many columns a question has. Words that are searched for answer to that
# as well: it thought of 99, tried each, and looked for each of its long payloads in a page for three seconds. What
# waits for a database that sleeps is left out, as SQLite cannot.
SQLMAP = ("--batch", "--flush-session", "--disable-coloring", "--dbms=sqlite", "--technique=BEUQ")
SQLMAP += ("--union-cols=1-12", "--level=2", "--risk=1", "--threads=4")

TOO_LONG = "[414] URI Too Long"  # an address of more than 64 kB does not come as far as the API
FEWEST_PAGES = 50  # that a scan has to find
WAPITI_MODULES = (
    "backup,blindsql,crlf,csp,exec,file,htaccess,http_headers,permanentxss,redirect,sql,ssrf,xss,xxe"
)

TLS_LOOKS = (
    "sslv2",
    "sslv3",
    "tlsv1",
    "tlsv1_1",
    "tlsv1_2",
    "tlsv1_3",
    "heartbleed",
    "openssl_ccs",
    "compression",
    "robot",
)
TLS_LOOKS += ("reneg", "early_data")

SCANNERS: dict[str, "Scanner"] = {}


@dataclass(frozen=True)
class Scanner:
    """``needs`` are the programs that must be there; ``scan`` gets a folder, and where the portal that it asks is.

    That is the “portal” itself, or “nginx” with the portal behind it; nothing where code is read.
    """

    name: str
    needs: tuple[str, ...]
    asks: str
    scan: Callable

    def missing(self):
        return [name for name in self.needs if not shutil.which(program(name))]


def scanner(*needs, asks=""):
    needs += ("nginx", "openssl") if asks == "nginx" else ()

    def add(function):
        SCANNERS[function.__name__] = Scanner(function.__name__, needs, asks, function)
        return function

    return add


def program(name):
    """Where a program is: in the scanners' own environment, in that of the tests, or somewhere on this machine."""
    return next((str(place / name) for place in (OWN, BESIDE) if (place / name).exists()), name)


def said_by(command, minutes=30, **more):
    """What a program prints, however it ends. One that is not done in its time has not looked at everything."""
    try:
        done = subprocess.run(
            [*map(str, command)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=minutes * MINUTES,
            check=False,
            **more,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"It was not done after {minutes} minutes.") from None
    return done.stdout + done.stderr


# Of the code


@scanner("bandit")
def bandit(folder):
    report = folder / "bandit.json"
    said_by([program("bandit"), "-q", "-r", *ROOMS, "-f", "json", "-o", report])
    rows = json.loads(report.read_text("utf-8"))["results"]
    return {
        f"{row['test_id']} {row['filename']}": f"line {row['line_number']}: {row['issue_text']}"
        for row in rows
    }


@scanner("semgrep")
def semgrep(folder):
    report = folder / "semgrep.json"
    options = ["--config", ".semgrep", "--timeout", "120"]  # seconds for a rule and a file
    options += ["--metrics", "off", "--disable-version-check", "--json", "--output", report]
    said_by([program("semgrep"), "scan", *options, *ROOMS], 20)
    found = json.loads(report.read_text("utf-8"))
    if not found["paths"]["scanned"] or found["errors"]:
        raise RuntimeError(f"semgrep read nothing, or not all: {found['errors'][:3]}")
    rows = found["results"]
    return {
        f"{row['check_id'].rpartition('.')[2]} {row['path']}": f"line {row['start']['line']}: {row['extra']['message']}"
        for row in rows
    }


@scanner("regexploit-py")
def regexploit(folder):
    said = said_by([program("regexploit-py"), *ROOMS])
    pieces = re.split(r"^Vulnerable regex in ", said, flags=re.M)[1:]
    if not re.search(r"Processed \d{2,} regexes", said):
        raise RuntimeError(f"regexploit read nothing: {said[-300:]}")
    return {piece.splitlines()[0].removeprefix(f"{ROOT}/"): " ".join(piece.split())[:300] for piece in pieces}


# Of a server


@scanner("schemathesis", asks="portal")
def schemathesis(folder, origin):
    report = folder / "schemathesis.xml"
    options = ["--checks", "all", "--max-examples", "20", "--wait-for-schema", "120", "--no-color"]
    options += ["--report", "junit", "--report-junit-path", report]
    said_by([program("schemathesis"), "run", f"{origin}/api/v1/openapi.json", *options], 60)
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    if not cases:
        raise RuntimeError("schemathesis asked nothing.")
    return failures_of(cases)


def failures_of(cases):
    """What is wrong with each operation; a report names several failures of one in lines that begin with a dash."""
    found = {}
    for case in cases:
        for node in (*case.iter("failure"), *case.iter("error")):
            first, *tries = re.split(r"^(?=\d+\. Test Case ID)", node.text or "", flags=re.M)
            left = [one for one in tries if TOO_LONG not in one]
            if tries and not left:
                continue
            said = "\n".join((node.get("message") or "", first, *left))
            kinds = re.findall(r"^- (\S.*)$", said, flags=re.M) or [node.tag]
            found |= {f"{kind} {case.get('name')}": " ".join(said.split())[:300] for kind in kinds}
    return found


@scanner("wapiti", asks="portal")
def wapiti(folder, origin):
    """Some pages of each sort, with their forms. It finds them by their links, the nearest first."""
    report = folder / "wapiti.json"
    options = ["-u", f"{origin}/", "-s", f"{origin}/corrections/new/", "-m", WAPITI_MODULES]
    options += ["--format", "json", "--output", report, "--flush-session", "--no-bugreport"]
    options += ["-H", "Accept-Encoding: identity"]  # it asks for Brotli, and cannot read it
    options += ["--scope", "folder", "--depth", "3", "--max-links-per-page", "60", "--max-files-per-dir", "6"]
    options += ["--max-scan-time", str(5 * MINUTES), "--max-attack-time", str(3 * MINUTES)]
    said = said_by(["wapiti", *options], 60)
    if not report.exists():
        raise RuntimeError(f"wapiti wrote no report: {said[-300:]}")
    number = int(re.search(r"found (\d+) URLs", said)[1])
    if number < FEWEST_PAGES:
        raise RuntimeError(f"wapiti found {number} pages only.")
    rows = json.loads(report.read_text("utf-8"))
    return {
        f"{kind} {row['path']}": f"{row['method']} {row['info']}"[:300]
        for group in ("vulnerabilities", "anomalies")
        for kind, found in rows[group].items()
        for row in found
    }


@scanner("sqlmap", asks="portal")
def sqlmap(folder, origin):
    found = {}
    for address, form in ASKED:
        if said := injection(folder / "sqlmap", origin + address, form):
            found[f"injection {address}"] = said
    return found


def injection(folder, address, form=""):
    """What sqlmap says of the first parameter by which it got into the database; nothing where none lets it in."""
    with urlopen(address, form.encode() or None, timeout=30):  # raises where there is nothing to begin with
        pass
    sent = ("--data", form) if form else ()
    said = said_by(["sqlmap", "-u", address, *sent, *SQLMAP, "--output-dir", folder], 15)
    if found := re.search(r"^.*identified the following injection point.*\n(?:.*\n)+?---$", said, flags=re.M):
        return " ".join(found[0].split())[:300]
    if "all tested parameters do not appear to be injectable" not in said:
        raise RuntimeError(f"sqlmap did not come to an end: {said[-300:]}")
    return ""


# Of nginx, and of the portal behind it


@scanner("slowhttptest", asks="nginx")
def slowhttptest(folder, front):
    """Slow heads, bodies and readers: the portal goes on for others meanwhile."""
    with ThreadPoolExecutor(16) as readers:  # until each worker has what it makes once
        list(readers.map(waiting, [front.https] * 64))
    found, usual = {}, max(waiting(front.https) for _ in range(8))
    options = ["-c", SLOW_CLIENTS, "-r", "100", "-i", "5", "-l", SLOW_SECONDS, "-p", "3"]
    for way, name, path in (
        ("-H", "heads", "/corrections/new/"),
        ("-B", "bodies", "/corrections/new/"),
        ("-X", "readers", "/technologies.json"),
    ):
        log = folder / f"{name}.log"
        with (
            log.open("w") as out,
            subprocess.Popen(
                ["slowhttptest", way, *map(str, options), "-u", f"{front.https}{path}"],
                stdout=out,
                stderr=subprocess.STDOUT,
            ) as attack,
        ):
            time.sleep(SLOW_SECONDS / 4)
            waited = max(waiting(front.https) for _ in range(8))
            attack.wait(SLOW_SECONDS * 4)
        if most_at_once(log.read_text("utf-8", "replace")) < SLOW_CLIENTS / 2:
            raise RuntimeError(f"The slow {name} did not reach the server.")
        if waited > max(READERS_WAIT_AT_MOST, 2 * usual):
            found[f"slow {name}"] = (
                f"Others wait {waited:.1f} s beside {SLOW_CLIENTS} slow clients, else {usual:.1f} s."
            )
    return found


def most_at_once(said):
    """How many connections slowhttptest had, of those that it counts every few seconds, in colours."""
    plain = re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", said)
    return max(map(int, re.findall(r"^connected:\s*(\d+)", plain, flags=re.M)), default=0)


def waiting(origin):
    """Seconds that a reader waits for a page; half a minute where there is none."""
    began = time.monotonic()
    try:
        answered = get(f"{origin}/about/")[0] == 200
    except (OSError, http.client.HTTPException):
        answered = False
    return time.monotonic() - began if answered else 30.0


@scanner(asks="nginx")
def observatory(folder, front):
    """The rules of the HTTP Observatory: every point on pages, and one redirect to the same place over https."""
    found = {}
    for path in PAGES:
        _, body, headers = get(front.https + path)
        made = points(headers, headers.get_all("Set-Cookie"), body.decode())
        if 100 + sum(made.values()) < MOST:
            found[f"points {path}"] = f"{100 + sum(made.values())} of {MOST}: {made}"
    plain = http.client.HTTPConnection(front.http.removeprefix("http://"), timeout=30)
    plain.request("GET", PAGES[1])
    answer = plain.getresponse()
    if (answer.status, answer.headers["Location"]) != (301, front.https + PAGES[1]):
        found["redirect"] = f"{answer.status} {answer.headers['Location']}"
    return found


@scanner("sslyze", asks="nginx")
def sslyze(folder, front):
    """What nginx offers in TLS, against Mozilla's configuration for all but old clients."""
    place, report = front.https.removeprefix("https://"), folder / "sslyze.json"
    looks = [f"--{name}" for name in TLS_LOOKS]
    said = said_by([program("sslyze"), place, "--mozilla_config", "disable", *looks, "--json_out", report])
    rows = json.loads(report.read_text("utf-8"))["server_scan_results"]
    looked = [one["status"] for one in rows[0]["scan_result"].values()] if rows else []
    if looked.count("COMPLETED") < len(TLS_LOOKS):
        raise RuntimeError(f"sslyze did not look at all: {said[-300:]}")
    results, found = rows[0]["scan_result"], {}
    for version in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"):
        if results[f"{version}_cipher_suites"]["result"]["accepted_cipher_suites"]:
            found[f"old {version}"] = "It is offered."
    for version in ("tls_1_2", "tls_1_3"):
        suites = results[f"{version}_cipher_suites"]["result"]["accepted_cipher_suites"]
        if not suites:
            found[f"missing {version}"] = "It is not offered."
        for suite in suites:
            if version == "tls_1_2" and not suite["cipher_suite"]["name"].startswith("TLS_ECDHE"):
                found[f"no forward secrecy {suite['cipher_suite']['name']}"] = "It is offered."
    for name, path in (
        ("heartbleed", "is_vulnerable_to_heartbleed"),
        ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection"),
    ):
        if results[name]["result"][path]:
            found[name] = "It is vulnerable."
    for name, path in (
        ("tls_compression", "supports_compression"),
        ("tls_1_3_early_data", "supports_early_data"),
    ):
        if results[name]["result"][path]:
            found[name] = "It is offered."
    if "NOT_VULNERABLE" not in results["robot"]["result"]["robot_result"]:
        found["robot"] = results["robot"]["result"]["robot_result"]
    if results["session_renegotiation"]["result"]["is_vulnerable_to_client_renegotiation_dos"]:
        found["renegotiation"] = "Clients may ask for it without end."
    return found
