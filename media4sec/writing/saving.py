"""Documents onto working copies: the code that imports a file, for one document."""

from contextlib import closing

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from media4sec.kinds import Role, kind_for
from media4sec.records import policy
from media4sec.records.documents.fields import LEFT_OUT_EMPTY
from media4sec.records.documents.reading import working_document, writer
from media4sec.records.importing.matching import NEW
from media4sec.records.importing.planning import plan
from media4sec.records.importing.reading import FileRows
from media4sec.records.importing.writing import Moved, Ready
from media4sec.records.models import Record
from media4sec.records.policy import OFFICE, Right
from media4sec.writing.asked import RequestRefused, pointer_to, refused_fields, refused_parameters

TRIES = 5  # to find a free identifier, while others take them
LONGEST_TEXT = 100_000  # characters; fields have smaller limits of their own


def add_copy(kind, body, *, by, owner=None, note=""):
    """A new working copy; returns its key."""
    if not policy.may_add(by, kind):
        raise PermissionDenied("You may not add records of this kind.")
    if not isinstance(body.get("identifier", ""), str):
        raise refused_fields([("/identifier", "Give a text.")])
    responsible = owner_of_new(kind, owner, by)
    for last in (*[False] * (TRIES - 1), True):
        try:
            return _write_document(kind, body, by=by, owner=responsible, note=note)
        except (Moved, IntegrityError) as error:  # somebody took the identifier
            if last or body.get("identifier"):
                raise RequestRefused(
                    409, "Somebody saved the same a moment ago. Nothing was done."
                ) from error
        except RequestRefused as error:  # the same, before it was written; or none can be made of this title
            if last or body.get("identifier") or [one["pointer"] for one in error.errors] != ["/identifier"]:
                raise


def replace_copy(kind, record, body, *, by, note=""):
    """Put a whole document in the place of a working copy."""
    fields = writer(kind.name).fields
    missing = [name for name in fields if name not in body and name not in LEFT_OUT_EMPTY]
    if missing:
        says = "PUT takes the whole document. To change some fields only, use PATCH."
        raise refused_fields([(pointer_to(name), "This field is missing.") for name in missing], says)
    _write_known(kind, record, {name: [] for name in LEFT_OUT_EMPTY if name in fields} | body, by, note)


def patch_copy(kind, record, patch, *, by, note=""):
    """Change some fields of a working copy (RFC 7396, of which only whole fields are taken: they hold no objects)."""
    nothing = _nothing_in(kind, [name for name, value in patch.items() if value is None])
    _write_known(kind, record, patch | nothing, by, note)


def _nothing_in(kind, names):
    """What fields hold that say nothing: null takes a field away, and every document has all of them."""
    fields, found = writer(kind.name).fields, {}
    for name in names:
        field = fields.get(name)
        if field is not None and not getattr(field, "allow_null", False):
            model_field = next(
                (one for one in writer(kind.name).Meta.model._meta.fields if one.name == name), None
            )
            found[name] = model_field.get_default() if model_field is not None else []
    return found


def _write_known(kind, record, body, by, note):
    if body.get("identifier", record.identifier) != record.identifier:
        says = f"This is the address of {record.identifier}, whose identifier is for ever."
        raise refused_fields([("/identifier", says)])
    try:
        _write_document(kind, {**body, "identifier": record.identifier}, by=by, key=record.pk, note=note)
    except Moved as error:
        raise RequestRefused(409, f"{error}. Nothing was done: try again.", **{"Retry-After": "1"}) from error


@transaction.atomic
def _write_document(kind, body, *, by, owner=None, key=None, note=""):
    """Write a document onto the record with this key, or a new one, unless it says what is there; returns its key."""
    too_long = [name for name, value in body.items() if isinstance(value, str) and len(value) > LONGEST_TEXT]
    if too_long:
        raise refused_fields([(pointer_to(name), "The text is too long.") for name in too_long])
    sheet = FileRows(header_row=0, rows=[(1, dict(body))], is_documents=True)
    with closing(Ready(by, note)) as ready:
        planned = plan(kind, sheet, user=by, owner=owner, answers={"": NEW}, take=ready.take)
        row = planned.rows[0]
        if key is None and not (row.is_new or row.is_wrong):
            raise refused_fields([("/identifier", f"{body['identifier']} is taken.")])
        _refuse_faults(planned, body)
        if planned.is_ready:
            ready.write(planned)
            _refuse_faults(planned, body)
    return row.key


def _refuse_faults(planned, body):
    if planned.faults:
        raise refused_fields([(_place(fault.column, body), fault.message) for fault in planned.faults])


def _place(column, body):
    """The pointer for what a plan calls a column: the name of a field, or a path of names and numbers with dots."""
    if column == "–" or not column:
        return ""
    return pointer_to(column) if column in body else pointer_to(*column.split("."))


def owner_of_new(kind, identifier, user):
    """Who is responsible for a new record: the key of a partner, or OFFICE. As the form of the back-office asks it."""
    owners = policy.owners_for(user, Right.WRITE)
    if kind.is_editorial:
        if identifier:
            raise refused_parameters(
                [("owner", "The editorial office is responsible for records of this kind.")]
            )
        return OFFICE
    if identifier:
        rows = Record.objects.filter(kind_name=kind_for(Role.OWNER).name, identifier=identifier)
        rows = rows if policy.is_everybody(user) else rows.filter(pk__in=owners - {OFFICE})
        found = rows.values_list("pk", flat=True).first()
        if found is None:
            raise refused_parameters([("owner", "You may not add records for such a partner.")])
        return found
    if OFFICE in owners or policy.is_everybody(user):
        return OFFICE
    if len(owners) > 1:
        raise refused_parameters([("owner", "Say for which partner: you write for several.")])
    return next(iter(owners))


def document_of_copy(record):
    """The document as it is now."""
    return working_document(record)
