"""RDF in three syntaxes, from one graph: equal content makes equal bytes.

All resources have addresses; there are no blank nodes, which would be called otherwise each time.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.namespace import Namespace
from rdflib.term import Node

from media4sec import problems
from media4sec.imprint import LANGUAGE
from media4sec.interchange.records import moment
from media4sec.representations import HTML, UTF8, Representation, twin

RDF_FORMS = (
    Representation("ttl", "text/turtle", "Turtle", parameters=UTF8),
    Representation("rdf", "application/rdf+xml", "RDF/XML"),
    Representation("jsonld", "application/ld+json", "JSON-LD"),
)
Triple = tuple[Node, Node, Node]
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": str(XSD),
}


class Triples:
    """A graph that is being written: ``say(about, {predicate: one value or several})``."""

    def __init__(self) -> None:
        self.found: set[Triple] = set()

    def say(self, about: str, facts: Mapping[URIRef, Any]) -> URIRef:
        """Adds what is stated of a resource; nothing is said by what is empty. Returns the resource."""
        subject = URIRef(about)
        for predicate, values in facts.items():
            for value in values if isinstance(values, list | tuple) else [values]:
                if isinstance(value, Node) and str(value):
                    self.found.add((subject, predicate, value))
        return subject

    def graph(self) -> Graph:
        """In an order that depends on nothing but the content."""
        graph = Graph(store="SimpleMemory", bind_namespaces="none")
        for prefix, address in PREFIXES.items():
            graph.bind(prefix, Namespace(address))
        for triple in sorted(self.found, key=lambda triple: tuple(node.n3() for node in triple)):
            graph.add(triple)
        return graph


def english(text: object) -> Literal:
    """A text of ours."""
    return Literal(" ".join(str(text).split()), lang=LANGUAGE)


def at(when: datetime | None) -> Literal | None:
    return Literal(moment(when), datatype=XSD.dateTime, normalize=False) if when else None


# Files


def serialised(graph: Graph, suffix: str) -> str:
    """The graph in one of ``RDF_FORMS``."""
    return "".join(written_together([graph], suffix))


def written_together(graphs: Iterable[Graph], suffix: str) -> Iterator[str]:
    """What several graphs say together, as one file that is written while they are made: none is kept."""
    before, between, after = FRAMES[suffix]
    write = {"ttl": _turtle, "rdf": _xml, "jsonld": _json}[suffix]
    yield before
    for number, graph in enumerate(filter(len, graphs)):
        yield (between if number else "") + write(graph)
    yield after


FRAMES = {
    "ttl": ("".join(f"@prefix {name}: <{address}> .\n" for name, address in PREFIXES.items()), "", ""),
    "rdf": (
        '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF\n'
        + "".join(f'   xmlns:{name}="{address}"\n' for name, address in PREFIXES.items())
        + ">\n",
        "",
        "</rdf:RDF>\n",
    ),
    "jsonld": (f'{{"@context": {json.dumps(PREFIXES, indent=1)},\n"@graph": [\n', ",\n", "\n]}\n"),
}


def _turtle(graph: Graph) -> str:
    """Without the prefixes, which stand before the first empty line."""
    return "\n" + graph.serialize(format="turtle").partition("\n\n")[2]


def _xml(graph: Graph) -> str:
    """What stands inside its outermost element."""
    return graph.serialize(format="xml").partition("\n>\n")[2].removesuffix("</rdf:RDF>\n")


def _json(graph: Graph) -> str:
    document = json.loads(graph.serialize(format="json-ld", context=dict(PREFIXES)))
    del document["@context"]
    nodes = document.get("@graph", [document])  # one node stands alone
    nodes.sort(key=lambda node: node["@id"])
    return ",\n".join(json.dumps(node, ensure_ascii=False, indent=1) for node in nodes)


def form_ending(suffix: str) -> Representation:
    return next(form for form in RDF_FORMS if form.suffix == suffix)


def rdf_file(form: Representation, text: str) -> HttpResponse:
    return HttpResponse(text, content_type=form.content_type)


def led_to_a_form(request: HttpRequest, page: str) -> HttpResponseBase:
    """303 to the form that a client likes best, or to the page for people; 406 where it takes none of them."""
    forms = {form.media_type: form for form in RDF_FORMS}
    wanted = request.get_preferred_type([*forms, HTML])
    if wanted is None:
        answer = problems.response(request, 406, f"There is {', '.join(forms)} and {HTML}.")
    else:
        address = page if wanted == HTML else twin(request.path_info, forms[wanted].suffix)
        answer = HttpResponse(status=303, headers={"Location": address})
    patch_vary_headers(answer, ["Accept"])
    return answer
