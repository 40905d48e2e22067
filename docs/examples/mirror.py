"""Keep a copy of the MEDI@4SEC knowledge base in a SQLite file: python3 mirror.py https://kb.example.eu copy.sqlite3

The first run takes the newest dump, every later one what has changed since. Run it as often as you like; a run that is
broken off does no harm. Needs nothing but Python 3.11. Table `records`: one row for each public record, with its
document as JSON; table `withdrawn`: what is left of records that are not public any longer.
"""

import gzip
import hashlib
import json
import sqlite3
import sys
import urllib.error
import urllib.parse
import urllib.request

AGENT = "mirror.py (please put your name and address here)"
AT_ONCE = 100  # records asked for in one request; at most 200
TABLES = """
CREATE TABLE IF NOT EXISTS state (cursor TEXT);
CREATE TABLE IF NOT EXISTS records (kind TEXT, identifier TEXT, document TEXT, PRIMARY KEY (kind, identifier));
CREATE TABLE IF NOT EXISTS withdrawn (kind TEXT, identifier TEXT, document TEXT, PRIMARY KEY (kind, identifier));
"""


class OtherHistory(Exception):
    """The portal's content was made anew: the copy has to start again."""


def get(address):
    """The bytes at an address."""
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 410 and json.load(error)["type"].endswith("#problem-other-history"):
            raise OtherHistory from error
        raise


def start(portal, copy):
    """Fill an empty copy from the newest dump; from the first change on, where there is no dump that can be used."""
    copy.execute("DELETE FROM records")
    copy.execute("DELETE FROM withdrawn")
    copy.execute("DELETE FROM state")
    cursor = None
    try:
        manifest = json.loads(get(f"{portal}/dumps/manifest.json"))
        get(manifest["changes"])  # a dump of another history is of no use
    except OtherHistory:
        pass
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
    else:
        files = {file["name"]: file for file in manifest["files"]}
        for name in ("everything.jsonl.gz", "withdrawn.jsonl.gz"):
            packed = get(files[name]["url"])
            if hashlib.sha256(packed).hexdigest() != files[name]["sha256"]:
                raise SystemExit(f"{name} did not arrive as it was sent; run this again.")
            for line in gzip.decompress(packed).splitlines():
                put(copy, json.loads(line))
        cursor = manifest["cursor"]
    copy.execute("INSERT INTO state VALUES (?)", [cursor])


def put(copy, document):
    """Write a record, or what is left of it, over what the copy has of it."""
    key = document["kind"], document["identifier"]
    for table in ("records", "withdrawn"):
        copy.execute(f"DELETE FROM {table} WHERE kind = ? AND identifier = ?", key)
    table = "withdrawn" if document.get("deleted") else "records"
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    copy.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", [*key, text])


def follow(portal, copy, lists):
    """Bring the copy in step: read what changed, then those records as they are now."""
    (cursor,) = copy.execute("SELECT cursor FROM state").fetchone()
    while True:
        query = urllib.parse.urlencode({"cursor": cursor} if cursor else {})
        answer = json.loads(get(f"{portal}/api/v1/changes?{query}"))
        changed = {}
        for change in answer["changes"]:
            changed.setdefault(change["kind"], set()).add(change["identifier"])
        for kind, identifiers in changed.items():
            names = sorted(identifiers)
            for at in range(0, len(names), AT_ONCE):
                ids = ",".join(names[at : at + AT_ONCE])
                query = urllib.parse.urlencode({"ids": ids, "include_deleted": "true", "limit": AT_ONCE})
                for document in json.loads(get(f"{lists[kind]}?{query}"))["results"]:
                    put(copy, document)
        cursor = answer["cursor"]
        copy.execute("UPDATE state SET cursor = ?", [cursor])
        copy.commit()  # the records and the cursor behind them together
        if not answer["has_more"]:
            return


def main(portal, path):
    copy = sqlite3.connect(path)
    copy.executescript(TABLES)
    lists = {kind["kind"]: kind["list"] for kind in json.loads(get(f"{portal}/api/v1"))["kinds"]}
    try:
        if copy.execute("SELECT count(*) FROM state").fetchone() == (0,):
            start(portal, copy)
        follow(portal, copy, lists)
    except OtherHistory:
        copy.rollback()
        start(portal, copy)
        follow(portal, copy, lists)
    records, withdrawn = (
        copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("records", "withdrawn")
    )
    print(f"{records} records and {withdrawn} withdrawn ones in {path}.")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2])
