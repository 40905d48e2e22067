"""The forms in which OAI-PMH hands out a description: Dublin Core for all, OpenAIRE's profile for the project's works.

Both are about the thing; the record's page is its first address. What no field states is left out. Our own licence is
that of the description: of works of others it stands beside the metadata only, so that nobody takes it for theirs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from media4sec.imprint import AWARD, FUNDER, LICENCE_NAME, LICENCE_URL, PROGRAMME
from media4sec.interchange.harvesting.elements import element, text_element
from media4sec.kinds import Kind, fields
from media4sec.publications.description import Description, Name, NamedRecord
from media4sec.stored import PDF
from media4sec.work_types import COAR

XSI = "http://www.w3.org/2001/XMLSchema-instance"
DC = "http://purl.org/dc/elements/1.1/"
DATACITE = "http://datacite.org/schema/kernel-4"
EU_REPO = "info:eu-repo/semantics/"
OPEN, METADATA_ONLY = (  # COAR's words and code, and those of the older vocabulary
    ("open access", "http://purl.org/coar/access_right/c_abf2", f"{EU_REPO}openAccess"),
    ("metadata only access", "http://purl.org/coar/access_right/c_14cb", f"{EU_REPO}closedAccess"),
)
# ISO 639-3, which OpenAIRE asks for, of the EU's languages; any other code stays as it is.
ISO_639_3 = dict(
    pair.split(":")
    for pair in fields(
        "bg:bul cs:ces da:dan de:deu el:ell en:eng es:spa et:est fi:fin fr:fra ga:gle hr:hrv hu:hun it:ita lt:lit "
        "lv:lav mt:mlt nl:nld pl:pol pt:por ro:ron sk:slk sl:slv sv:swe"
    )
)
RELATIONS = {  # DataCite's names of those that it has
    "isPartOf": "IsPartOf",
    "references": "References",
    "requires": "Requires",
    "source": "IsDerivedFrom",
}


@dataclass(frozen=True)
class MetadataFormat:
    """One form: its prefix, where its rules are, of which kinds and which of their records it is there, its writer."""

    prefix: str
    schema: str
    namespace: str
    is_of: Callable[[Kind], bool]
    suits: Callable[[Description], bool]
    write: Callable[[Description], str]


def is_of_project(kind: Kind) -> bool:
    """Works that the project's grant paid for: OpenAIRE gathers these."""
    return kind.thing.is_of_project and kind.thing.is_published


def suits_openaire(description: Description) -> bool:
    """Is all there that OpenAIRE's guidelines demand of a work? Its date and who wrote it are not always known."""
    thing = description.thing
    return is_of_project(description.kind) and bool(thing.date and thing.creators)


def dublin_core(description: Description) -> str:
    """Unqualified Dublin Core; of the project's works as the guidelines for literature repositories 3.0 ask for."""
    pairs = dict.fromkeys((name, text) for name, text in _elements_of(description) if text)
    return element(
        "oai_dc:dc",
        *(text_element(f"dc:{name}", text) for name, text in pairs),
        **{
            "xmlns:oai_dc": OAI_DC.namespace,
            "xmlns:dc": DC,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": f"{OAI_DC.namespace} {OAI_DC.schema}",
        },
    )


def _elements_of(description: Description) -> Iterator[tuple[str, str]]:
    """(element, text) in the order of the fifteen; each pair counts once."""
    thing, record = description.thing, description.record
    subjects, others = _parted(description)
    yield from _each("title", (thing.title, *thing.other_titles))
    yield from _each("creator", (name.family_first for name in thing.creators))
    yield from _each("subject", (*(ref.label for ref in subjects), *record.keywords))
    yield "description", record.summary
    yield "publisher", thing.publisher
    yield from _each("contributor", (name.family_first for name in thing.contributors))
    yield "date", "/".join(dict.fromkeys(filter(None, (thing.date, thing.until))))
    if suits_openaire(description):
        yield "type", f"{EU_REPO}{thing.names.coar[0]}"
    yield "type", thing.names.dcmi
    yield "format", PDF if _copies(description) else ""
    numbers = (thing.number, *thing.numbers.values())
    yield from _each("identifier", (description.url, *_copies(description), thing.url, *numbers))
    yield from _each("source", (ref.url for ref in others if ref.means == "source"))
    yield from _each("source", (quoted.url or quoted.title for quoted in description.quoted))
    yield "language", _language(thing.language)
    yield "relation", thing.grant
    yield from _each("relation", (ref.url for ref in others if ref.means != "source"))
    yield from _each("coverage", (*thing.places, thing.country))
    if suits_openaire(description):
        yield "rights", _access(description)[2]
    yield "rights", thing.licence
    if not description.kind.thing.is_published:
        yield "rights", f"Catalogue record: {LICENCE_NAME}, {LICENCE_URL}"


def _parted(description: Description) -> tuple[list[NamedRecord], list[NamedRecord]]:
    """The records named that are its subjects, and the others; who wrote or made it is neither."""
    makers = {name.url for name in (*description.thing.creators, *description.thing.contributors)}
    subjects: list[NamedRecord] = []
    others: list[NamedRecord] = []
    for ref in description.relations:
        is_subject = ref.means == "subject" or (ref.means == "relation" and ref in description.concepts)
        if ref.url not in makers:
            (subjects if is_subject else others).append(ref)
    return subjects, others


def _each(name: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((name, text) for text in texts)


def openaire(description: Description) -> str:
    """The application profile 4.0 of OpenAIRE for literature repositories."""
    thing, record = description.thing, description.record
    access, access_code, _ = _access(description)
    label, code = thing.names.coar
    subjects, others = _parted(description)
    return element(
        "oaire:resource",
        element(
            "datacite:titles",
            text_element("datacite:title", thing.title),
            *(
                text_element("datacite:title", title, titleType="AlternativeTitle")
                for title in thing.other_titles
            ),
        ),
        _several("datacite:creators", (_agent("creator", name) for name in thing.creators)),
        _several(
            "datacite:contributors",
            (_agent("contributor", name, contributorType="Other") for name in thing.contributors),
        ),
        element(
            "oaire:fundingReferences",
            element(
                "oaire:fundingReference",
                text_element("oaire:funderName", FUNDER),
                text_element("oaire:fundingStream", PROGRAMME),
                text_element("oaire:awardNumber", AWARD),
            ),
        ),
        _several(
            "datacite:alternateIdentifiers",
            (
                text_element("datacite:alternateIdentifier", number, alternateIdentifierType=scheme)
                for scheme, number in {"number": thing.number, **thing.numbers}.items()
            ),
        ),
        _several(
            "datacite:relatedIdentifiers",
            (
                text_element(
                    "datacite:relatedIdentifier",
                    ref.url,
                    relatedIdentifierType="URL",
                    relationType=RELATIONS[ref.means],
                )
                for ref in others
                if ref.means in RELATIONS
            ),
        ),
        element("datacite:dates", text_element("datacite:date", thing.date, dateType="Issued")),
        text_element("dc:language", _language(thing.language)),
        text_element("dc:publisher", thing.publisher),
        text_element(
            "oaire:resourceType", label, resourceTypeGeneral=thing.names.general, uri=f"{COAR}{code}"
        ),
        text_element("dc:description", record.summary),
        text_element("dc:format", PDF if _copies(description) else ""),
        text_element("datacite:identifier", description.url, identifierType="URL"),
        text_element("datacite:rights", access, rightsURI=access_code),
        _several(
            "datacite:subjects",
            (
                text_element("datacite:subject", text)
                for text in dict.fromkeys((*(ref.label for ref in subjects), *record.keywords))
            ),
        ),
        text_element("oaire:licenseCondition", thing.licence),
        *_full_texts(description),
        **{
            "xmlns:oaire": OAI_OPENAIRE.namespace,
            "xmlns:datacite": DATACITE,
            "xmlns:dc": DC,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": f"{OAI_OPENAIRE.namespace} {OAI_OPENAIRE.schema}",
        },
    )


def _several(name: str, parts: Iterable[str]) -> str:
    """An element around its parts; nothing around none."""
    inside = "".join(parts)
    return element(name, inside) if inside else ""


def _agent(role: str, name: Name, **attributes: str) -> str:
    """Somebody, or a body, in this role."""
    nature = "Organizational" if name.is_body else "Personal" if name.family else ""
    family = f"{name.particle} {name.family}".strip()
    return element(
        f"datacite:{role}",
        text_element(f"datacite:{role}Name", name.family_first, **({"nameType": nature} if nature else {})),
        text_element("datacite:givenName", name.given),
        text_element("datacite:familyName", family),
        text_element("datacite:affiliation", name.organisation),
        **attributes,
    )


def _access(description: Description) -> tuple[str, str, str]:
    """Open is what everybody may read and has an address; of all else there is the description only."""
    thing = description.thing
    return OPEN if thing.is_open and (thing.files or _copies(description)) else METADATA_ONLY


def _copies(description: Description) -> list[str]:
    """The addresses of copies of the work that the portal itself keeps."""
    return [file.url for file in description.files if file.media_type == PDF]


def _full_texts(description: Description) -> Iterator[str]:
    if _access(description) is OPEN:
        known = {"accessRightsURI": OPEN[1], "objectType": "fulltext"}
        for url in _copies(description):
            yield text_element("oaire:file", url, mimeType=PDF, **known)
        for url in description.thing.files:
            yield text_element("oaire:file", url, **known)


def _language(code: str) -> str:
    return ISO_639_3.get(code, code)


OAI_DC = MetadataFormat(
    "oai_dc",
    "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    "http://www.openarchives.org/OAI/2.0/oai_dc/",
    lambda kind: True,
    lambda description: True,
    dublin_core,
)
OAI_OPENAIRE = MetadataFormat(
    "oai_openaire",
    "https://www.openaire.eu/schema/repo-lit/4.0/openaire.xsd",
    "http://namespace.openaire.eu/schema/oaire/",
    is_of_project,
    suits_openaire,
    openaire,
)
METADATA_FORMATS = {form.prefix: form for form in (OAI_DC, OAI_OPENAIRE)}
