"""The catalogue for data portals, after DCAT-AP 3: a data set for each kind, its files, and the services that answer.

https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.dateparse import parse_datetime
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from media4sec.imprint import (
    CATALOGUE_DESCRIPTION,
    CATALOGUE_TITLE,
    CONTACT,
    LANGUAGE,
    LICENCE_NAME,
    LICENCE_URL,
    PUBLISHER,
)
from media4sec.interchange.files.dumps import (
    DATABASE,
    EVERYTHING,
    SHEETS,
    TYPES_OF_DUMPS,
    WITHDRAWN,
    newest_manifest,
)
from media4sec.interchange.linked.rdf import (
    RDF_FORMS,
    Triples,
    at,
    english,
    form_ending,
    led_to_a_form,
    rdf_file,
    serialised,
)
from media4sec.interchange.results import entity_tag, newest_standing
from media4sec.kinds import SECTIONS, Kind, Role, kinds, paths
from media4sec.link_headers import LICENCE_LINK
from media4sec.problems import fixed, require_safe
from media4sec.publications.models import Publication
from media4sec.publications.schema_org import catalogue_id, dataset_id, file_of_kind, publisher_id
from media4sec.publications.stated import since_change
from media4sec.representations import forms_of_lists

SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
AUTHORITY = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
# Words of the EU's lists that we use: {address within the authority: (class, what it is called there)}
EU_THEME, EU_THEMES = "data-theme/JUST", "data-theme"
EU_PUBLIC = "access-right/PUBLIC"
EU_LANGUAGES = {"en": ("language/ENG", "English")}
EU_FREQUENCIES = {
    "IRREG": "irregular",
    "CONT": "continuous",
    "DAILY": "daily",
    "WEEKLY": "weekly",
    "MONTHLY": "monthly",
}
EU_FILE_TYPES = {
    "text/csv": ("CSV", "CSV"),
    "application/json": ("JSON", "JSON"),
    "application/ld+json": ("JSON_LD", "JSON-LD"),
    "text/turtle": ("RDF_TURTLE", "RDF Turtle"),
    "application/rdf+xml": ("RDF_XML", "RDF XML"),
    "application/gzip": ("GZIP", "GZIP"),
    "application/zip": ("ZIP", "ZIP"),
}
# Of our forms, those that are registered at IANA.
REGISTERED = {*EU_FILE_TYPES, "application/vnd.citationstyles.csl+json", "application/vnd.sqlite3"}
TITLES_OF_DUMPS = {
    EVERYTHING: "Everything, JSON, one record a line, compressed",
    DATABASE: "Everything, SQLite",
    SHEETS: "Everything, CSV, a table for each kind",
    WITHDRAWN: "What was withdrawn, JSON, one record a line, compressed",
}
EVERYTHING_ID, REST_ID, OAI_ID = "everything", "rest-api", "oai-pmh"


def catalogue_graph() -> Graph:
    """The catalogue as it is now. One query; of dumps, what their manifest says."""
    triples, dump = Triples(), newest_manifest(settings.DUMPS_ROOT)
    rows = Publication.objects.published().values("kind").order_by()
    dated = {row["kind"]: row for row in rows.annotate(first=Min("issued_at"), newest=Max("modified_at"))}
    with translation.override(settings.LANGUAGE_CODE):
        _say_words(triples)
        datasets = [
            _say_dataset(triples, kind, dated[kind.name], dump) for kind in kinds() if kind.name in dated
        ]
        first = min((row["first"] for row in dated.values()), default=None)
        newest = max((row["newest"] for row in dated.values()), default=None)
        datasets.append(_say_everything(triples, first, newest, dump))
        services = _say_services(triples, datasets)
        triples.say(
            catalogue_id(),
            {
                RDF.type: DCAT.Catalog,
                DCTERMS.title: english(CATALOGUE_TITLE),
                DCTERMS.description: english(CATALOGUE_DESCRIPTION),
                DCTERMS.publisher: URIRef(publisher_id()),
                DCTERMS.license: URIRef(LICENCE_URL),
                DCTERMS.language: _language(),
                DCTERMS.issued: at(first),
                DCTERMS.modified: at(newest),
                FOAF.homepage: URIRef(f"{settings.BASE_URL}/"),
                DCAT.themeTaxonomy: _authority(EU_THEMES),
                DCAT.dataset: datasets,
                DCAT.service: services,
            },
        )
    return triples.graph()


def _authority(name: str) -> URIRef:
    return URIRef(AUTHORITY + name)


def _language() -> URIRef:
    return _authority(EU_LANGUAGES[LANGUAGE][0])


def _frequency() -> URIRef:
    return _authority(f"frequency/{settings.CATALOGUE['frequency']}")


def _say_words(triples: Triples) -> None:
    """Whatever is named and stands elsewhere, with its class and its label; who publishes, and on what terms."""
    code, name = EU_LANGUAGES[LANGUAGE]
    for address, class_, label in (
        (code, DCTERMS.LinguisticSystem, name),
        (EU_PUBLIC, DCTERMS.RightsStatement, "public"),
        (
            f"frequency/{settings.CATALOGUE['frequency']}",
            DCTERMS.Frequency,
            EU_FREQUENCIES[settings.CATALOGUE["frequency"]],
        ),
    ):
        facts = {RDF.type: [class_, SKOS.Concept], SKOS.prefLabel: english(label), RDFS.label: english(label)}
        triples.say(_authority(address), facts)
    triples.say(_authority(EU_THEMES), {RDF.type: SKOS.ConceptScheme, DCTERMS.title: english("Data theme")})
    triples.say(
        _authority(EU_THEME),
        {
            RDF.type: SKOS.Concept,
            SKOS.prefLabel: english("Justice, legal system and public safety"),
            SKOS.inScheme: _authority(EU_THEMES),
        },
    )
    triples.say(LICENCE_URL, {RDF.type: DCTERMS.LicenseDocument, RDFS.label: english(LICENCE_NAME)})
    contact = URIRef(f"mailto:{CONTACT}") if CONTACT else None
    triples.say(
        publisher_id(),
        {
            RDF.type: FOAF.Agent,
            FOAF.name: english(PUBLISHER),
            FOAF.homepage: URIRef(f"{settings.BASE_URL}/"),
            FOAF.mbox: contact,
        },
    )
    if contact:
        facts = {RDF.type: VCARD.Kind, VCARD.fn: english(PUBLISHER), VCARD.hasEmail: contact}
        triples.say(dataset_id("contact"), facts)


def _of_every_dataset(name: str, first: datetime | None, newest: datetime | None) -> dict[URIRef, Any]:
    return {
        RDF.type: DCAT.Dataset,
        DCTERMS.identifier: Literal(dataset_id(name)),
        DCTERMS.publisher: URIRef(publisher_id()),
        DCTERMS.language: _language(),
        DCTERMS.accessRights: _authority(EU_PUBLIC),
        DCTERMS.accrualPeriodicity: _frequency(),
        DCTERMS.issued: at(first),
        DCTERMS.modified: at(newest),
        DCAT.theme: _authority(EU_THEME),
        DCAT.contactPoint: URIRef(dataset_id("contact")) if CONTACT else None,
    }


def _say_dataset(triples: Triples, kind: Kind, dated: dict[str, Any], dump: Any) -> URIRef:
    """All records of a kind."""
    files = [*_say_live_files(triples, kind, dated["newest"])]
    if kind.role is Role.VOCABULARY:
        files += _say_rdf_files(triples, dated["newest"])
    files += _say_dumps(triples, dump, {f"{kind.plural}.jsonl.gz": "JSON, one record a line, compressed"})
    facts = _of_every_dataset(kind.plural, dated["first"], dated["newest"])
    return triples.say(
        dataset_id(kind.plural),
        {
            **facts,
            DCTERMS.title: english(kind.names.heading),
            DCTERMS.description: english(kind.names.lead),
            DCAT.keyword: [english(kind.names.many), english(SECTIONS[kind.section])],
            DCAT.landingPage: _page(kind.list_url, kind.names.heading, triples),
            DCAT.distribution: files,
        },
    )


def _say_everything(triples: Triples, first: datetime | None, newest: datetime | None, dump: Any) -> URIRef:
    """All records of all kinds, which dumps have in one file."""
    facts = _of_every_dataset(EVERYTHING_ID, first, newest)
    return triples.say(
        dataset_id(EVERYTHING_ID),
        {
            **facts,
            DCTERMS.title: english(CATALOGUE_TITLE),
            DCTERMS.description: english(CATALOGUE_DESCRIPTION),
            DCAT.keyword: [english(title) for title in SECTIONS.values()],
            DCAT.landingPage: _page("/", CATALOGUE_TITLE, triples),
            DCAT.distribution: [*_say_dumps(triples, dump, TITLES_OF_DUMPS)],
        },
    )


def _page(path: str, title: object, triples: Triples) -> URIRef:
    facts = {RDF.type: FOAF.Document, DCTERMS.title: english(title)}
    return triples.say(f"{settings.BASE_URL}{path}", facts)


def _say_live_files(triples: Triples, kind: Kind, newest: datetime) -> Iterator[URIRef]:
    """The forms of its list, as they are now."""
    for form in forms_of_lists():
        address = file_of_kind(kind, len(paths()[kind.path]), form.suffix)
        name = dataset_id(f"{kind.plural}-{form.suffix.replace('.', '-')}")
        facts = _file_facts(triples, form.media_type)
        yield _say_file(triples, name, address, form.label, facts | {DCTERMS.modified: at(newest)})


def _say_rdf_files(triples: Triples, newest: datetime) -> Iterator[URIRef]:
    """The vocabularies as SKOS."""
    skos = URIRef(str(SKOS))
    triples.say(
        skos, {RDF.type: DCTERMS.Standard, RDFS.label: english("SKOS"), DCTERMS.title: english("SKOS")}
    )
    for form in RDF_FORMS:
        address = f"{settings.BASE_URL}/schemes.{form.suffix}"
        facts = _file_facts(triples, form.media_type)
        facts |= {DCTERMS.conformsTo: skos, DCTERMS.modified: at(newest)}
        yield _say_file(triples, dataset_id(f"skos-{form.suffix}"), address, f"SKOS, {form.label}", facts)


def _say_dumps(triples: Triples, dump: Any, titles: dict[str, str]) -> Iterator[URIRef]:
    """Files of the newest dump, where one was made: at addresses that always lead to the newest."""
    algorithm = SPDX.checksumAlgorithm_sha256
    if dump:
        triples.say(algorithm, {RDF.type: SPDX.ChecksumAlgorithm, RDFS.label: Literal("SHA-256")})
    for file in dump["files"] if dump else ():
        if file["name"] not in titles:
            continue
        media_type = TYPES_OF_DUMPS[Path(file["name"]).suffix]
        name = dataset_id(f"dump-{file['name'].replace('.', '-')}")
        checksum = triples.say(
            f"{name}-sha256",
            {
                RDF.type: SPDX.Checksum,
                SPDX.algorithm: algorithm,
                SPDX.checksumValue: Literal(file["sha256"], datatype=XSD.hexBinary),
            },
        )
        facts = _file_facts(triples, media_type) | {
            DCTERMS.modified: at(parse_datetime(dump["generated_at"])),
            DCAT.byteSize: Literal(file["bytes"], datatype=XSD.nonNegativeInteger),
            SPDX.checksum: checksum,
        }
        yield _say_file(
            triples, name, f"{settings.BASE_URL}/dumps/{file['name']}", titles[file["name"]], facts
        )


def _file_facts(triples: Triples, media_type: str) -> dict[URIRef, Any]:
    """What kind of file it is, in the lists of IANA and of the EU, if they have it."""
    registered = type_ = None
    if media_type in REGISTERED:
        registered = triples.say(
            IANA + media_type, {RDF.type: DCTERMS.MediaType, RDFS.label: Literal(media_type)}
        )
    if media_type in EU_FILE_TYPES:
        code, label = EU_FILE_TYPES[media_type]
        facts = {
            RDF.type: [DCTERMS.MediaTypeOrExtent, SKOS.Concept],
            SKOS.prefLabel: english(label),
            RDFS.label: english(label),
        }
        type_ = triples.say(_authority(f"file-type/{code}"), facts)
    return {DCAT.mediaType: registered, DCTERMS.format: type_}


def _say_file(triples: Triples, name: str, address: str, title: str, facts: dict[URIRef, Any]) -> URIRef:
    return triples.say(
        name,
        {
            **facts,
            RDF.type: DCAT.Distribution,
            DCTERMS.title: english(title),
            DCTERMS.license: URIRef(LICENCE_URL),
            DCAT.accessURL: URIRef(address),
            DCAT.downloadURL: URIRef(address),
        },
    )


def _say_services(triples: Triples, datasets: list[URIRef]) -> list[URIRef]:
    """What answers to questions."""
    base = settings.BASE_URL
    services = (
        (
            REST_ID,
            "REST API",
            "Lists, records and changes as JSON.",
            f"{base}/api/v1",
            f"{base}/api/v1/openapi.json",
            ("https://spec.openapis.org/oas/v3.1.0", "OpenAPI 3.1"),
        ),
        (
            OAI_ID,
            "OAI-PMH",
            "Records for harvesters, with deletions.",
            f"{base}/oai",
            f"{base}/oai?verb=Identify",
            ("http://www.openarchives.org/OAI/openarchivesprotocol.html", "OAI-PMH 2.0"),
        ),
    )
    found = []
    for name, title, description, address, says_of_itself, (standard, standard_title) in services:
        title_of_standard = english(standard_title)
        named = {RDF.type: DCTERMS.Standard, RDFS.label: title_of_standard, DCTERMS.title: title_of_standard}
        facts: dict[URIRef, Any] = {
            RDF.type: DCAT.DataService,
            DCTERMS.title: english(title),
            DCTERMS.description: english(description),
            DCTERMS.publisher: URIRef(publisher_id()),
            DCTERMS.license: URIRef(LICENCE_URL),
            DCTERMS.accessRights: _authority(EU_PUBLIC),
            DCTERMS.conformsTo: triples.say(standard, named),
            DCAT.endpointURL: URIRef(address),
            DCAT.endpointDescription: URIRef(says_of_itself),
            DCAT.servesDataset: datasets,
        }
        found.append(triples.say(dataset_id(name), facts))
    return found


# Sending it


@require_safe
@fixed
def catalogue_forms(request: HttpRequest) -> HttpResponseBase:
    """``/catalog``: in the form that a client likes best; people are led to the page about data."""
    return led_to_a_form(request, "/api/")


@require_safe
@fixed
def catalogue_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """``/catalog.ttl``, written once for each change of the content and each dump."""
    name, seq, _at = newest_standing()
    known = newest_manifest(settings.DUMPS_ROOT)
    dump = (known["name"], known["generated_at"]) if known else ()
    text = since_change(f"catalogue as {suffix}, dump {dump}", lambda: serialised(catalogue_graph(), suffix))
    response = rdf_file(form_ending(suffix), text)
    response["ETag"] = entity_tag(name, seq, *dump)
    response["Cache-Control"] = "no-cache"  # not kept: a dump is made without a change of the content
    response["Link"] = LICENCE_LINK
    return response
