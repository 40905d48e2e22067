"""What pages and records tell machines in the words of schema.org, as JSON-LD.

A thing has the address of its page; the record about it is a page of our catalogue. Each class only has properties that
schema.org gives it.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from media4sec.imprint import CATALOGUE_DESCRIPTION, CATALOGUE_TITLE, LANGUAGE, LICENCE_URL, PUBLISHER
from media4sec.kinds import Kind, kinds_by_name
from media4sec.publications.concepts import concept_url, scheme_of
from media4sec.publications.description import CopiedFile, Description, Name, NamedRecord
from media4sec.representations import forms_of_lists
from media4sec.work_types import WORK_TYPES

Linked = dict[str, Any]
CONTEXT_OF_PAGES = "https://schema.org"
FUNDER = "European Union"  # of the project, as the foot of each page says
# What relations are called; all others are not told, as they would be too many for a page.
PROPERTIES = {"isPartOf": "isPartOf", "references": "citation", "source": "isBasedOn", "subject": "about"}


# Documents


def as_json_ld(description: Description) -> str:
    """The nodes of a record, with commas between them: a file puts its frame around those of all its records."""
    return ",\n".join(map(_written, nodes_of(description)))


def as_graph(nodes: Iterable[Linked]) -> str:
    """Nodes as one document."""
    return _written({"@context": CONTEXT_OF_PAGES, "@graph": list(nodes)})


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _stated(node: Linked) -> Linked:
    """What says something of a node; a list of one is that one."""
    found = {name: _single(value) for name, value in node.items()}
    return {name: value for name, value in found.items() if value not in ("", None, [], {})}


def _single(value: Any) -> Any:
    values = list(value) if isinstance(value, list | tuple) else value
    return values[0] if isinstance(values, list) and len(values) == 1 else values


# Records


def nodes_of(description: Description) -> tuple[Linked, Linked]:
    """The thing, and the record about it."""
    return thing_node(description), record_node(description)


def record_node(description: Description) -> Linked:
    record = description.record
    shown = description.identifier if description.kind.identifier.is_shown else ""
    return _stated(
        {
            "@type": record.names.schema,
            "@id": record_id(description),
            "name": record.title,
            "url": description.url,
            "identifier": [*filter(None, [shown]), f"urn:uuid:{description.uuid}"],
            "inLanguage": LANGUAGE,
            "version": record.version,
            "datePublished": localdate(description.issued).isoformat(),
            "dateModified": record.date,
            "lastReviewed": description.checked_on and description.checked_on.isoformat(),
            "keywords": record.keywords,
            "license": record.licence,
            "publisher": publisher(),
            "isPartOf": {"@id": website_id()},
            "mainEntity": {"@id": concept_url(description)},
        }
    )


def record_id(description: Description) -> str:
    return f"{description.url}#record"


def thing_node(description: Description) -> Linked:
    thing = description.thing
    name = thing.names.schema
    return _stated(
        {
            "@type": name,
            "@id": concept_url(description),
            "name": thing.title,
            "alternateName": thing.other_titles,
            "description": description.record.summary,
            "url": thing.url or description.url,
            "image": [_media(file) for file in description.files if file.media_type.startswith("image/")],
            "mainEntityOfPage": {"@id": record_id(description)},
            **_CLASSES.get(name, _work)(description),
        }
    )


def _work(description: Description) -> Linked:
    """What CreativeWork and all that is one has."""
    kind, thing = description.kind, description.thing
    copies = [_media(file) for file in description.files if not file.media_type.startswith("image/")]
    node: Linked = {
        "author" if kind.thing.is_published else "provider": [_who(name) for name in thing.creators],
        "contributor": [_who(name) for name in thing.contributors],
        "publisher": _organisation(thing.publisher),
        "datePublished" if kind.thing.is_published else "temporalCoverage": thing.date,
        "inLanguage": thing.language,
        "license": {"@type": "CreativeWork", "name": thing.licence} if thing.licence else "",
        "funder": _organisation(FUNDER if thing.grant else ""),
        **_where(description),
        "encoding": [*({"@type": "MediaObject", "contentUrl": url} for url in thing.files), *copies],
    }
    for ref in description.relations:
        if ref.means in PROPERTIES and ref.field != kind.cited.quotes:
            node.setdefault(PROPERTIES[ref.means], []).append(_named(ref))
    return node


def _software(description: Description) -> Linked:
    return _work(description) | {"applicationCategory": [ref.label for ref in description.concepts]}


def _report(description: Description) -> Linked:
    return _work(description) | {"reportNumber": description.thing.number}


def _legislation(description: Description) -> Linked:
    thing = description.thing
    return _work(description) | {
        "legislationIdentifier": [*thing.numbers.values()] or thing.number,
        "legislationDate": thing.date,
        "legislationJurisdiction": thing.country,
        "datePublished": "",
        "contentLocation": "",
    }


def _collection(description: Description) -> Linked:
    return _work(description) | {"temporalCoverage": "", "dateCreated": description.thing.date}


def _claim(description: Description) -> Linked:
    """What somebody says, and where."""
    quotes = description.kind.cited.quotes
    said_in = [_named(ref) for ref in description.relations if quotes and ref.field == quotes]
    return _work(description) | {"appearance": said_in}


def _service(description: Description) -> Linked:
    return {
        "provider": [_who(name) for name in description.thing.creators],
        "category": [ref.label for ref in (*description.themes, *description.concepts)],
    }


def _event(description: Description) -> Linked:
    thing = description.thing
    return {
        "startDate": thing.date,
        "endDate": thing.until,
        "location": _place(description),
        "organizer": [_who(name) for name in (*thing.creators, *thing.contributors)],
        "about": [_named(ref) for ref in (*description.themes, *description.concepts)],
    }


def _body(description: Description) -> Linked:
    """An organisation or a project, which schema.org takes for one."""
    thing = description.thing
    country = {"@type": "PostalAddress", "addressCountry": thing.country}
    return {
        "identifier": thing.number,
        "foundingDate": thing.date,
        "dissolutionDate": thing.until,
        "address": country if thing.country else "",
    }


def _person(description: Description) -> Linked:
    fields = description.kind.thing.works_for
    return {"affiliation": [_named(ref) for ref in description.relations if ref.field in fields]}


def _term(description: Description) -> Linked:
    scheme = scheme_of(description)
    return {"termCode": description.thing.number, "inDefinedTermSet": scheme.url if scheme else ""}


# What each class has; all others are a CreativeWork and nothing else.
_CLASSES = {
    "SoftwareApplication": _software,
    "Report": _report,
    "Legislation": _legislation,
    "Collection": _collection,
    "Claim": _claim,
    "Service": _service,
    "Event": _event,
    "Organization": _body,
    "Project": _body,
    "ResearchProject": _body,
    "Person": _person,
    "DefinedTerm": _term,
}


def _named(ref: NamedRecord) -> Linked:
    """Another record by its address and name; its class where all records of its kind have the same."""
    thing = kinds_by_name()[ref.kind].thing
    return _stated(
        {"@type": "" if thing.types[0] else WORK_TYPES[thing.type].schema, "@id": ref.url, "name": ref.label}
    )


def _who(name: Name) -> Linked:
    return _stated(
        {"@type": "Organization" if name.is_body else "Person", "@id": name.url, "name": name.whole}
    )


def _organisation(name: str) -> Linked | str:
    return {"@type": "Organization", "name": name} if name else ""


def _where(description: Description) -> Linked:
    """What a work tells of; or, of one that somebody made, where it comes from."""
    thing = description.thing
    if description.kind.thing.creators and not thing.places:
        return {"countryOfOrigin": {"@type": "Country", "name": thing.country} if thing.country else ""}
    return {"contentLocation": _place(description)}


def _place(description: Description) -> Linked | str:
    """Where it is or was: the hall, in the town, in the country."""
    thing = description.thing
    if not thing.places and not thing.country:
        return ""
    town = thing.places[-1] if thing.places else ""
    address = _stated({"addressLocality": town, "addressCountry": thing.country})
    return _stated(
        {
            "@type": "Place",
            "name": thing.places[0] if thing.places else "",
            "address": {"@type": "PostalAddress", **address},
        }
    )


def _media(file: CopiedFile) -> Linked:
    is_picture = file.media_type.startswith("image/")
    return _stated(
        {
            "@type": "ImageObject" if is_picture else "MediaObject",
            "contentUrl": file.url,
            "encodingFormat": file.media_type,
            "contentSize": f"{file.bytes} B",
            "name": file.title,
        }
    )


# Pages


def website_id() -> str:
    return f"{settings.BASE_URL}/#website"


def publisher() -> Linked:
    return {"@type": "Organization", "@id": publisher_id(), "name": PUBLISHER}


def publisher_id() -> str:
    return f"{settings.BASE_URL}/#publisher"


def home_nodes() -> tuple[Linked, Linked]:
    """The site with its search, and the catalogue as a whole."""
    base = settings.BASE_URL
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{base}/search/?q={{words}}"},
        "query-input": "required name=words",
    }
    site = {
        "@type": "WebSite",
        "@id": website_id(),
        "name": CATALOGUE_TITLE,
        "url": f"{base}/",
        "publisher": publisher(),
        "potentialAction": search,
    }
    catalogue = {
        "@type": "DataCatalog",
        "@id": catalogue_id(),
        "name": CATALOGUE_TITLE,
        "description": CATALOGUE_DESCRIPTION,
        "url": f"{base}/",
        "inLanguage": LANGUAGE,
        "license": LICENCE_URL,
        "publisher": {"@id": publisher_id()},
    }
    return site, catalogue


def catalogue_id() -> str:
    """The address of the catalogue, as in DCAT."""
    return f"{settings.BASE_URL}/catalog"


def dataset_id(name: str) -> str:
    return f"{catalogue_id()}#{name}"


def file_of_kind(kind: Kind, members: int, suffix: str) -> str:
    """Where all records of a kind are in one file; ``members`` kinds share its list."""
    return f"{settings.BASE_URL}/{kind.path}.{suffix}" + (f"?type={kind.name}" if members > 1 else "")


def dataset_nodes(members: tuple[Kind, ...]) -> list[Linked]:
    """The data set of each kind that shares a list, with its files."""
    return [
        {
            "@type": "Dataset",
            "@id": dataset_id(kind.plural),
            "name": str(kind.names.heading),
            "description": str(kind.names.lead),
            "url": f"{settings.BASE_URL}{kind.list_url}",
            "license": LICENCE_URL,
            "publisher": {"@id": publisher_id()},
            "includedInDataCatalog": {"@id": catalogue_id()},
            "distribution": [
                {
                    "@type": "DataDownload",
                    "contentUrl": file_of_kind(kind, len(members), form.suffix),
                    "encodingFormat": form.media_type,
                }
                for form in forms_of_lists()
                if form.of_list  # with all that the records say
            ],
        }
        for kind in members
    ]


def breadcrumb(steps: Iterable[tuple[str, str]]) -> Linked:
    """The way to a page, from its names and whole addresses; the page itself has none."""
    items = [
        _stated({"@type": "ListItem", "position": number, "name": name, "item": url})
        for number, (name, url) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
