"""Records side by side as a file: the table of the page, written by the interchange."""

from django.conf import settings
from django.http import Http404, HttpResponse

from media4sec import problems
from media4sec.interchange.files import tables
from media4sec.portal.lists.compare import FEWEST, MOST, chosen, compare_form, kinds_side_by_side, table_of


@problems.require_safe
def compared_as_csv(request, path):
    """The same table as a file: one line a property, one column a record."""
    try:
        kinds = kinds_side_by_side(path)
    except Http404:
        return problems.response(request, 404)
    names, day, errors = compare_form(request)
    rows, unknown = chosen(kinds, names)
    errors += unknown
    if not errors and len(rows) < FEWEST:
        errors.append(("ids", f"From {FEWEST} to {MOST} identifiers, with commas between them."))
    if errors:
        return problems.refused(request, errors)
    table = table_of(rows, day)
    header = ["group", "property", "differs", *(f"{row.identifier} {row.title}" for row in rows)]
    lines = [["", "address", "true", *(f"{settings.BASE_URL}{row.url}" for row in rows)]]
    for group in table["groups"]:
        for row in group["rows"]:
            cells = [" | ".join(str(value.text) for value in cell) for cell in row["cells"]]
            lines.append(
                [str(group["title"]), str(row["label"]), "true" if row["differs"] else "false", *cells]
            )
    body = "".join(tables.lines(header, lines))
    response = HttpResponse(body, content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = f'attachment; filename="medi4sec-compare-{"-".join(names)}.csv"'
    return response
