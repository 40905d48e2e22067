"""Documents in and out of folders: one JSON file a kind, a list of documents in the order of their identifiers.

The files that documents name are beside them, in the folder ``files``, each under its digest.

Loading never writes over what was edited here without being told to. For each record it knows what the files said
when they were last loaded: where only the file has changed since, the file is taken; where only the record has, the
edit stays; where both have, the record is left alone and named.
"""

import hashlib
import json
import math
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import NoneType

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import transaction
from django.db.models import F
from rest_framework.exceptions import ValidationError

from media4sec.kinds import kinds, kinds_by_name
from media4sec.records.bulk import portions
from media4sec.records.documents.fields import LINKS, OWN, dumps
from media4sec.records.documents.links import lookup, remember, remember_records
from media4sec.records.documents.reading import working_documents, writer
from media4sec.records.documents.writing import completed, validate
from media4sec.records.files.limits import FileRefused
from media4sec.records.files.storing import keep, put, ready_again
from media4sec.records.models import MOST_IN_REASON, Record, Revision, StoredFile
from media4sec.records.workflow import (
    OFF,
    State,
    WorkflowError,
    merge,
    publish_all,
    save_revision,
    take_turn,
    withdraw,
    withhold,
)
from media4sec.stored import DIGEST, SUFFIXES, TYPES, stored_path
from media4sec.texts import cleaned

FILES = "files"  # the folder
STATE_KEYS = ("state", "published_document", "withdrawal")
EDITING = (State.DRAFT, State.IN_REVIEW, State.APPROVED)
STATES = (*EDITING, State.PUBLISHED, State.WITHDRAWN)
NOTE = "Loaded from a file"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a document: file, record and field named."""

    file: str
    record: str
    field: str
    message: str

    def __str__(self):
        return f"{self.file}: {self.record}: {self.field}: {self.message}"


class LoadError(Exception):
    """Nothing was loaded; ``problems`` lists everything that is wrong."""

    def __init__(self, problems):
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass
class Loaded:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    conflicts: list[Record] = field(default_factory=list)  # edited here and changed in the files: left alone


def load_folder(folder, *, dry_run=False, overwrite=False, by=None):
    """Load every ``<plural>.json`` of a folder: all or nothing, matched on the identifier, safe to repeat.

    Returns the counts and conflicts as ``Loaded``; raises ``LoadError`` with all problems. A dry run is the same
    code in a transaction that is rolled back. ``overwrite`` takes the files also where records were edited here.
    """
    documents, problems = _read(Path(folder))
    files = [] if problems else _ready_files(Path(folder), documents, problems)
    if problems:
        raise LoadError(problems)
    loaded = Loaded()
    with transaction.atomic(), remember_records():
        take_turn()
        for file in files:
            keep(file)
        problems = _save(documents, loaded, by, overwrite)
        if problems or dry_run:
            transaction.set_rollback(True)
    if problems:
        raise LoadError(problems)
    return loaded


def _read(folder):
    """[(kind, file name, document)] in the order of the kinds, and what could not be read."""
    documents, problems = [], []
    by_file = {f"{kind.plural}.json": kind for kind in kinds()}
    if not folder.is_dir():
        return [], [Problem(str(folder), "–", "–", "There is no such folder.")]
    for path in sorted(folder.glob("*.json")):
        if path.name not in by_file:
            problems.append(Problem(path.name, "–", "–", f"Not a kind. Known: {', '.join(by_file)}."))
    for name, kind in by_file.items():
        path = folder / name
        if not path.exists():
            continue
        try:
            content = parsed(path.read_bytes())
        except ValueError as error:
            problems.append(Problem(name, "–", "–", str(error)))
            continue
        if not isinstance(content, list):
            problems.append(Problem(name, "–", "–", "The file must be a list of documents."))
            continue
        seen = set()
        for number, document in enumerate(content, start=1):
            if not isinstance(document, dict) or not isinstance(document.get("identifier"), str):
                problems.append(
                    Problem(name, f"no. {number}", "identifier", "A document needs an identifier.")
                )
                continue
            if document["identifier"] in seen:
                problems.append(
                    Problem(name, document["identifier"], "identifier", "Stands in the file twice.")
                )
            seen.add(document["identifier"])
            problems += _state_problems(name, document)
            documents.append((kind, name, document))
    return documents, problems


def _state_problems(name, document):
    """What a document says of its own state must be possible."""
    state, found = document.get("state", State.PUBLISHED), []
    if state not in STATES:
        found.append(("state", f"“{state}” is not one of {', '.join(STATES)}."))
    if not isinstance(document.get("published_document", {}), dict):
        found.append(("published_document", "Give a document."))
    elif document.get("published_document", document).get("identifier") != document["identifier"]:
        found.append(("published_document.identifier", "It is another record’s."))
    if state == State.WITHDRAWN:
        found += _withdrawal_problems(document.get("withdrawal"))
    return [Problem(name, document["identifier"], field, text) for field, text in found]


def _withdrawal_problems(withdrawal):
    """What is wrong with a withdrawal, as (field, message); a sound one has its reason as it is kept from here on."""
    if not isinstance(withdrawal, dict) or not str(withdrawal.get("reason") or "").strip():
        return [("withdrawal", "A withdrawn record says why: {reason, successor, merged}.")]
    if not isinstance(withdrawal["reason"], str):
        return [("withdrawal.reason", "Give a text.")]
    if not isinstance(withdrawal.get("successor"), (str, NoneType)):
        return [("withdrawal.successor", "Give kind and identifier, such as technology:T-001, or null.")]
    if withdrawal.get("merged") and not withdrawal.get("successor"):
        return [("withdrawal.successor", "A merged record names the one it was merged into.")]
    try:
        withdrawal["reason"] = cleaned(withdrawal["reason"], lines=True, most=MOST_IN_REASON)
    except ModelValidationError as error:
        return [("withdrawal.reason", message) for message in error.messages]
    return []


# What the parser says, and what it means to whoever wrote the file.
WORDS = {
    "Expecting value": "a value is missing, or a text without quotation marks begins here",
    "Expecting property name": "the name of a field in double quotation marks should stand here",
    "Expecting ',' delimiter": "a comma is missing before this",
    "Expecting ':' delimiter": "a colon is missing before this",
    "Extra data": "the list has ended before this",
    "Unterminated string starting at": "the text that begins here has no closing quotation mark",
    "Invalid control character at": "a line break, a tab or another control character stands within a text",
    "Invalid \\": "after the backslash here stands something that JSON does not know",
}


def parsed(content):
    """The bytes of a JSON file as data; raises ``ValueError`` that says in words what is wrong, and where."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"Line {line}: the file was saved in another encoding than UTF-8. Save it as UTF-8."
        ) from error
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        means = next((words for start, words in WORDS.items() if error.msg.startswith(start)), error.msg)
        raise ValueError(f"Not valid JSON: line {error.lineno}, column {error.colno}: {means}.") from error
    except RecursionError as error:
        raise ValueError("Not valid JSON: lists and objects stand too deeply within each other.") from error


def _unique_keys(pairs):
    found = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"Not valid JSON: the field “{name[:80]}” stands twice in one object.")
        found[name] = value
    return found


def _refuse_constant(name):
    raise ValueError(f"Not valid JSON: {name} is not a number of JSON.")


def _integer(text):
    if len(text) > 20:
        raise ValueError(f"Not valid JSON: the number {text[:20]}… is too long.")
    return int(text)


def _finite(text):
    if not math.isfinite(float(text)):
        raise ValueError(f"Not valid JSON: the number {text[:20]} is too large.")
    return float(text)


def _ready_files(folder, documents, problems):
    """Put the files on disk that documents name and we have not; returns the values of their rows.

    Nobody waits for it: it is done before the transaction, and what is left over goes as all that nobody needs.
    """
    named = {}
    for _, name, document in documents:
        for file in files_in(document):
            if isinstance(file.get("digest"), str) and DIGEST.fullmatch(file["digest"]):
                named.setdefault(file["digest"], (name, document["identifier"]))
    found, known = [], set()
    for digests in portions(named):
        known |= set(StoredFile.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for digest, (name, identifier) in named.items():
        if digest in known and stored_path(digest).exists():
            continue
        paths = (folder / FILES / f"{digest}.{suffix}" for suffix in TYPES)
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            says = f"There is no file {FILES}/{digest}, with one of {', '.join(TYPES)} behind it."
            problems.append(Problem(name, identifier, "files", says))
            continue
        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != digest:
                raise FileRefused("Its content is not the one that its name says.")
            found.append(put(ready_again(content, path.suffix)))
        except OSError as error:
            says = f"{FILES}/{path.name} cannot be read: {error.strerror}."
            problems.append(Problem(name, identifier, "files", says))
        except FileRefused as error:
            problems.append(Problem(name, identifier, "files", f"{FILES}/{path.name}: {error}"))
    return found


def files_in(document):
    """What a document, and the published one within it, say of files."""
    for one in (document, document.get("published_document")):
        parts = one.get("files") if isinstance(one, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and isinstance(part.get("file"), dict):
                yield part["file"]


def _save(documents, loaded, by, overwrite):
    problems, saved = [], []
    before = _newest_documents()
    edits = {} if overwrite else _edits()
    known = set(Record.objects.values_list("kind_name", "identifier"))
    for kind, name, document in documents:
        body = {key: value for key, value in document.items() if key not in STATE_KEYS}
        is_known = (kind.name, body["identifier"]) in known
        record = lookup(kind.name, body["identifier"]) if is_known else None
        if record is not None and before.get(record.pk) == dumps(body):
            saved.append((record, document, None))
            continue
        if record is not None and record.pk in edits:
            loaded.unchanged += 1
            if edits[record.pk] != digest_of(document):
                loaded.conflicts.append(record)
            continue
        write = partial(_save_own, kind.name, body, record)
        record = _try(name, body, write, problems)
        if record is not None:
            remember(record)
        saved.append((record, document, name))
    for record, document, name in saved if not problems else ():
        if name:
            body = {key: value for key, value in document.items() if key not in STATE_KEYS}
            _try(name, body, partial(_save_links, record, body), problems)
    for record, document, name in saved if not problems else ():
        if name:
            _try(name, document, record.check_links, problems)
    problems += [] if problems else _missing_successors(saved)
    if not problems:
        problems += _set_states(saved, by)
    if not problems:
        after = _newest_documents()
        loaded.created = sum(record.pk not in before for record, _, _ in saved)
        loaded.changed = sum(before.get(pk, text) != text for pk, text in after.items())
        loaded.unchanged += len(saved) - loaded.created - loaded.changed
        _note_loaded({record.pk: digest_of(document) for record, document, _ in saved})
    return problems


def digest_of(document):
    """What tells whether a file says the same of a record as when it was last loaded, its state included."""
    return hashlib.sha256(dumps(document).encode("utf-8", "surrogatepass")).hexdigest()


def _newest():
    return Revision.objects.filter(number=F("record__edit_version"))


def _edits():
    """The records whose newest version was written here: ``{pk: digest of what was last loaded, if anything}``."""
    last = dict(Revision.objects.exclude(loaded="").order_by("number").values_list("record_id", "loaded"))
    return {pk: last.get(pk) for pk in _newest().filter(loaded="").values_list("record_id", flat=True)}


def _note_loaded(digests):
    """The newest version of each record agrees with its file now."""
    moved = [
        version
        for version in _newest().only("pk", "record_id", "loaded")
        if version.loaded != digests.get(version.record_id, version.loaded)
    ]
    for version in moved:
        version.loaded = digests[version.record_id]
    Revision.objects.bulk_update(moved, ["loaded"], batch_size=500)


def _newest_documents():
    return dict(_newest().values_list("record_id", "document"))


def _save_own(kind_name, body, record):
    return writer(kind_name, OWN).save_own(record, validate(kind_name, body, OWN))


def _save_links(record, body):
    return writer(record.kind_name, LINKS).save_links(
        record, validate(record.kind_name, body, LINKS), check=False
    )


def _try(name, body, write, problems):
    """Write one document; what is wrong with it is added to the problems."""
    try:
        return write()
    except (ValidationError, ModelValidationError) as error:
        detail = error.detail if isinstance(error, ValidationError) else _model_errors(error)
        problems += [Problem(name, body["identifier"], path, text) for path, text in flatten(detail)]


def _model_errors(error):
    return error.message_dict if hasattr(error, "error_dict") else {"–": error.messages}


def flatten(detail, path=""):
    """DRF's nested errors as (dotted path, message)."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            if isinstance(inner, (dict, list)):
                yield from flatten(inner, f"{path}.{number}")
            else:
                yield path or "–", str(inner)
    else:
        yield path or "–", str(detail)


def _successor_of(document):
    kind_name, _, identifier = _named_successor(document).partition(":")
    return lookup(kind_name, identifier) if kind_name in kinds_by_name() else None


def _named_successor(document):
    withdrawal = document.get("withdrawal") if document.get("state") == State.WITHDRAWN else None
    return (withdrawal or {}).get("successor") or ""


def _missing_successors(saved):
    return [
        Problem(_file_of(record), document["identifier"], "withdrawal.successor", "There is no such record.")
        for record, document, name in saved
        if (name or record.public_state not in OFF)
        and _named_successor(document)
        and _successor_of(document) is None
    ]


def _file_of(record):
    return f"{kinds_by_name()[record.kind_name].plural}.json"


def _set_states(saved, by):
    """Keep a version of what changed, and bring each record to the state its document names.

    What a document calls withdrawn is not published first. A record that was withdrawn here stays so: its working
    copy changes, and somebody may restore it. Returns what is wrong with published versions and with successors.
    """
    problems, to_publish, to_keep, to_take_off, older = [], [], [], [], {}
    for record, document, name in saved:
        state = document.get("state", State.PUBLISHED)
        published = document.get("published_document")
        if record.public_state in OFF:
            if name:
                save_revision(record, by=by, note=NOTE)
            continue
        if published is not None and name:
            older[record.pk] = _try(name, document, partial(completed, record, published), problems)
        if state == State.WITHDRAWN:
            to_take_off.append((record, document, bool(name) or record.public_state == ""))
        elif (published is not None or state == State.PUBLISHED) and (name or record.public_state == ""):
            to_publish.append(record)
        if name and (published is not None or state in EDITING):
            to_keep.append((record, state))
    if problems:
        return problems
    publish_all(to_publish, by=by, note=NOTE, validate=False, documents=older)
    for record, document, is_new in to_take_off:
        take_off = partial(_take_off, record, document, older.get(record.pk), is_new=is_new, by=by)
        _try(_file_of(record), document, take_off, problems)
    for record, state in to_keep:
        save_revision(record, by=by, note=NOTE, state=state if state in EDITING else State.DRAFT)
    return problems


def _take_off(record, document, published, *, is_new, by):
    """Withdraw or merge as the document says; all that can be wrong now is the successor that it names."""
    withdrawal, successor = document["withdrawal"], _successor_of(document)
    is_merged, reason = bool(withdrawal.get("merged")), withdrawal["reason"]
    named = {"reason": reason, "by": by}
    try:
        if is_new:
            withhold(record, successor=successor, is_merged=is_merged, note=NOTE, document=published, **named)
        elif is_merged:
            merge(record, successor, **named)
        else:
            withdraw(record, successor=successor, **named)
    except WorkflowError as error:
        raise ModelValidationError({"withdrawal.successor": error.messages}) from error


def export_folder(folder):
    """Write every record of every kind, the exact inverse of ``load_folder``; returns {file name: count}."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written, named = {}, {}
    for name, documents in exported_documents():
        if documents:
            (folder / name).write_text(in_file(documents), "utf-8")
            written[name] = len(documents)
            named |= {
                f"{file['digest']}.{SUFFIXES[file['media_type']]}": file["digest"]
                for document in documents
                for file in files_in(document)
            }
        else:
            (folder / name).unlink(missing_ok=True)
    if files := _export_files(folder / FILES, named):
        written[FILES] = files
    return written


def exported_documents():
    """(file name, documents of all records) of each kind, in the order of the kinds."""
    for kind in kinds():
        rows = Record.objects.filter(kind_name=kind.name).select_related("published_revision", "successor")
        records = sorted(rows, key=lambda record: record.identifier)
        documents = working_documents(records)
        yield f"{kind.plural}.json", [exported(record, documents[record.pk]) for record in records]


def in_file(documents):
    """The text of the file that holds these documents."""
    return dumps(documents, indent=1, separators=(",", ": ")) + "\n"


def _export_files(folder, named):
    """Write the files with these names, and take away those of an earlier export; returns how many there are."""
    for path in folder.glob("*.*"):
        if path.name not in named and DIGEST.fullmatch(path.stem):
            path.unlink()
    if named:
        folder.mkdir(exist_ok=True)
    for name, digest in named.items():
        shutil.copyfile(stored_path(digest), folder / name)
    return len(named)


def exported(record, document):
    """A record's working document; what is not simply published says its state."""
    text = dumps(document)
    if record.public_state in OFF:
        successor = record.successor
        document["state"] = State.WITHDRAWN.value
        document["withdrawal"] = {
            "reason": record.withdrawal_reason,
            "successor": f"{successor.kind_name}:{successor.identifier}" if successor else None,
            "merged": record.public_state == State.MERGED,
        }
    elif record.public_state == "":
        document["state"] = record.state
    if record.published_revision and record.published_revision.document != text:
        document.setdefault("state", State.DRAFT.value)
        document["published_document"] = json.loads(record.published_revision.document)
    return document
