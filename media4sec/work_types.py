"""What the things are that records describe, and what each outside format calls them: one table for all formats."""

from dataclasses import dataclass

COAR = "http://purl.org/coar/resource_type/"


@dataclass(frozen=True)
class WorkType:
    """The names of one type of thing.

    ``schema``: schema.org's class; ``dcmi``: the DCMI type, empty for who is no resource; ``coar``: label and code of
    COAR's resource type; ``bibtex``, ``ris``, ``csl``: what bibliographies call it; ``publisher``: the BibTeX field
    for who published it; ``general``: DataCite's general type.
    """

    schema: str
    dcmi: str = "Text"
    coar: tuple[str, str] = ("text", "c_18cf")
    bibtex: str = "misc"
    ris: str = "GEN"
    csl: str = "document"
    publisher: str = "publisher"
    general: str = "literature"
    is_body: bool = False  # it acts, and its name has no parts


_OTHER = ("other", "c_1843")

RECORD = "record"  # an entry of our catalogue, whatever it describes
WORK_TYPES = {
    RECORD: WorkType("WebPage", coar=_OTHER, ris="ELEC", csl="webpage", general="other research product"),
    # published elsewhere
    "report": WorkType(
        "Report", coar=("report", "c_93fc"), bibtex="techreport", ris="RPRT", csl="report", publisher="institution"
    ),
    "web-page": WorkType("Article", ris="ELEC", csl="webpage"),
    "legislation": WorkType("Legislation", ris="STAT", csl="legislation"),
    "court-decision": WorkType("CreativeWork", ris="CASE", csl="legal_case"),
    "norm": WorkType("CreativeWork", ris="STAND", csl="standard"),
    # made or done by others
    "software": WorkType(
        "SoftwareApplication", "Software", ("software", "c_5ce6"), ris="COMP", csl="software", general="software"
    ),
    "service": WorkType("Service", "Service", _OTHER, general="other research product"),
    "dataset": WorkType("Dataset", "Dataset", ("dataset", "c_ddb1"), csl="dataset", general="dataset"),
    "method": WorkType("HowTo"),
    "event": WorkType("Event", "Event", _OTHER, csl="event", general="other research product"),
    "course": WorkType("Course", "InteractiveResource", ("learning object", "c_e059")),
    "case": WorkType("Article"),
    "project": WorkType("ResearchProject", "", _OTHER, general="other research product"),
    "project-part": WorkType("Project", "", _OTHER, general="other research product"),
    "organisation": WorkType("Organization", "", _OTHER, general="other research product", is_body=True),
    "person": WorkType("Person", "", _OTHER, general="other research product"),
    # our own words
    "concept": WorkType("DefinedTerm"),
    "issue": WorkType("CreativeWork"),
    "claim": WorkType("Claim"),
    "guidance": WorkType("CreativeWork"),
    "question": WorkType("Question"),
    "collection": WorkType("Collection", "Collection"),
}  # fmt: skip
