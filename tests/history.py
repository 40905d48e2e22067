"""A past for the real content, which has none: older versions, a withdrawn record, reports. For walks and pictures.

No list shows anything of it, and each record says what it says in the fixtures. Nothing is made up: the older version
says less.
"""

from django.utils import timezone

from catalogue.models import Technology
from media4sec.corrections.models import Correction
from media4sec.records import workflow
from media4sec.records.documents.reading import working_document
from tests.factories import fresh, publish, published, save
from tests.pages import CHANGED, RECEIPTS, WITHDRAWN


def add():
    """To the database that holds the content, once."""
    change()
    withdraw()
    report()


def change():
    """Three versions; the last says what the first does."""
    tool = Technology.objects.get(identifier=CHANGED[:5])
    whole = working_document(tool)
    less = {
        "summary": whole["summary"].partition(". ")[0] + ".",
        "status_note": "",
        "target_users": whole["target_users"][:3],
        "sources": whole["sources"][:3],
    }
    for document in (whole | less, whole):
        publish(save(document, "technology", fresh(tool)))


def withdraw():
    workflow.withdraw(
        published("technology", identifier=WITHDRAWN),
        reason="It was made to show what the page of a withdrawn record looks like.",
        successor=Technology.objects.get(identifier="T-001"),
    )


def report():
    about = {"kind_name": "technology", "identifier": "T-001", "language": "en-gb", "text": "Only a test."}
    for state, receipt in RECEIPTS.items():
        correction = Correction(receipt=receipt, submission=state, category="personal-data", **about)
        if state == "answered":
            correction.state = state
            correction.acknowledged_at = correction.answered_at = timezone.now()
            correction.answer = "This is where the editors answer."
        correction.save()
