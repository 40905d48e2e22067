"""The note on responsible use of a technology whose functions are intrusive or of dual use.

It is made of what records say: the law that its issues touch, the issues by the heading that editors gave them, and on
what the record itself rests. What no record says is not stated, and never guessed.
"""

from django.utils.translation import gettext

from catalogue.kinds import FUNCTION
from media4sec.kinds import Role, kind_for
from media4sec.portal.record.evidence import newest_source_of
from media4sec.publications.models import Publication
from media4sec.publications.notes import NotePart, UseNote
from media4sec.publications.stated import since_change


def note_on_use(document):
    """The note of a technology; None where none of its functions is marked."""
    marked, issues = what_notes_are_made_of()
    because = [ref for ref in document["functions"] if ref["id"] in marked]
    if not because:
        return None
    raised = [(ref, *issues[ref["id"]]) for ref in document["issues"] if ref["id"] in issues]
    law = {ref["id"]: ref for _, _, instruments in raised for ref in instruments}
    by_heading = {
        name: [ref for ref, heading, _ in raised if heading == name]
        for name in ("necessity", "rights", "harms")
    }
    return UseNote(
        title=gettext("Responsible use"),
        says=gettext(
            "Tools for such tasks can intrude on people’s rights, or be turned against them. This is what the records "
            "say; it allows nothing, and is not legal advice."
        ),
        because=because,
        parts=[
            NotePart(
                "legal-basis", gettext("Legal basis: law to look into"), list(law.values()), is_wide=True
            ),
            NotePart("necessity", gettext("Necessity and proportionality"), by_heading["necessity"]),
            NotePart("rights", gettext("Rights affected"), by_heading["rights"]),
            NotePart("harms", gettext("Known harms"), by_heading["harms"]),
            NotePart("evidence", gettext("State of evidence"), [], evidence_of(document), is_wide=True),
        ],
    )


def what_notes_are_made_of():
    """(the marked functions, {issue: (its heading, the law that it touches)}), by identifier."""
    return since_change("notes on use", read_for_notes, FUNCTION.name, kind_for(Role.ISSUE).name)


def read_for_notes():
    """What was published before there were these fields says nothing of them."""
    rows = (
        Publication.objects.published().of(FUNCTION.name, kind_for(Role.ISSUE).name).only("kind", "document")
    )
    marked, issues = set(), {}
    for document in (row.body for row in rows):
        if document["kind"] != FUNCTION.name:
            issues[document["identifier"]] = document.get("bears_on", ""), document["instruments"]
        elif document.get("is_intrusive"):
            marked.add(document["identifier"])
    return frozenset(marked), issues


def evidence_of(document):
    """How many sources the record has, how new they are, and whether a look-up confirmed it."""
    if not document["sources"]:
        return ""
    said = [
        f"{gettext('Sources')}: {len(document['sources'])}",
        newest_source_of(document),
        gettext("Verified") if document["verified"] else gettext("Not verified"),
    ]
    return "; ".join(filter(None, said))
