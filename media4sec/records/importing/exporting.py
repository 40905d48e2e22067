"""Records as a file that can be imported again: the same columns, and nothing would be changed."""

import csv
import io

from media4sec.records.bulk import portions
from media4sec.records.documents.fields import dumps
from media4sec.records.documents.reading import READ_AT_ONCE, working_documents
from media4sec.records.importing.cells_of import cell_of, columns_of


def exported_documents(records):
    """The documents of working copies, some hundred at a time."""
    for batch in portions(records, READ_AT_ONCE):
        found = working_documents(batch)
        yield from (found[record.pk] for record in batch)


def csv_of(kind_name, records):
    """A CSV file; its first sign tells Excel that it is UTF-8."""
    columns, out = columns_of(kind_name), io.StringIO()
    out.write("\ufeff")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(columns)
    for document in exported_documents(records):
        lines.writerow([cell_of(field, document[name]) for name, field in columns.items()])
    return out.getvalue()


def json_of(records):
    """A JSON file: a list of documents."""
    return dumps(list(exported_documents(records)), indent=1, separators=(",", ": ")) + "\n"
