"""The vocabularies as SKOS: each concept once, under the address of its record, with its labels in all languages.

What was withdrawn keeps its address, and says so. https://www.w3.org/TR/skos-reference/
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, URIRef

from media4sec import problems
from media4sec.imprint import LANGUAGE, LICENCE_URL
from media4sec.interchange.files.exports import file_of
from media4sec.interchange.linked.rdf import (
    Triples,
    at,
    english,
    form_ending,
    led_to_a_form,
    written_together,
)
from media4sec.interchange.results import newest_change, publications, tagged
from media4sec.kinds import Role, kind_for
from media4sec.link_headers import LICENCE_LINK
from media4sec.problems import fixed, require_safe
from media4sec.publications.concepts import (
    ConceptScheme,
    concept_schemes,
    concept_url,
    keys_of_concepts,
    keys_of_labels,
    scheme_of,
)
from media4sec.publications.description import Description, descriptions_of
from media4sec.publications.models import Publication

BROADER = "isPartOf"  # what a concept says of the one above it
PORTION = 500  # concepts; some two megabytes of triples


def vocabularies(only: str = "") -> Iterator[Graph]:
    """All schemes with their concepts, or one of them, in portions: however many there are, few are at hand at once."""
    schemes = [scheme for scheme in concept_schemes().values() if only in ("", scheme.name)]
    withdrawn = Publication.objects.gone().of(*(scheme.kind.name for scheme in schemes)).order_by("pk")
    if only:  # of a concept in the vocabulary nothing is left that tells its scheme
        withdrawn = withdrawn.exclude(kind=kind_for(Role.VOCABULARY).name)
    withdrawn_keys = list(withdrawn.values_list("pk", flat=True))
    yield _portion(_say_schemes, schemes)
    for say, keys in (_say_concepts, keys_of_concepts(schemes)), (_say_withdrawn, withdrawn_keys):
        for start in range(0, len(keys), PORTION):
            yield _portion(say, keys[start : start + PORTION])


def _portion(say: Callable[[Triples, Any], None], of_these: Any) -> Graph:
    triples = Triples()
    with translation.override(settings.LANGUAGE_CODE):  # and not while it is sent
        say(triples, of_these)
    return triples.graph()


def _say_schemes(triples: Triples, schemes: list[ConceptScheme]) -> None:
    for scheme in schemes:
        triples.say(
            scheme.url,
            {
                RDF.type: SKOS.ConceptScheme,
                DCTERMS.title: english(scheme.title),
                SKOS.prefLabel: english(scheme.title),
                DCTERMS.description: english(scheme.kind.names.lead),
                DCTERMS.license: URIRef(LICENCE_URL),
            },
        )


def _say_concepts(triples: Triples, keys: list[int]) -> None:
    """Of a concept that is a record of its own, the vocabulary has the labels."""
    found = list(descriptions_of(publications(keys)))
    elsewhere = publications(keys_of_labels(one.url for one in found))
    labels = {concept_url(one): one.thing.labels for one in descriptions_of(elsewhere)}
    for one in found:
        if scheme := scheme_of(one):
            _say_concept(triples, scheme, one, labels.get(one.url) or one.thing.labels)


def _say_concept(
    triples: Triples, scheme: ConceptScheme, one: Description, labels: tuple[tuple[str, str], ...]
) -> None:
    preferred = {} if scheme.is_searched_by else dict(reversed(labels))
    preferred.setdefault(LANGUAGE, one.thing.title)
    others = [*labels, *((LANGUAGE, title) for title in one.thing.other_titles)]
    more = [
        Literal(label, lang=language)
        for language, label in others
        if label.casefold() != preferred.get(language, "").casefold()
    ]
    above = [URIRef(ref.url) for ref in one.relations if ref.means == BROADER and ref.kind == one.kind.name]
    concept = triples.say(
        one.url,
        {
            RDF.type: SKOS.Concept,
            SKOS.prefLabel: [Literal(label, lang=language) for language, label in preferred.items()],
            SKOS.hiddenLabel if scheme.is_searched_by else SKOS.altLabel: more,
            SKOS.definition: english(one.record.summary) if one.record.summary else None,
            SKOS.notation: Literal(one.thing.number or one.identifier),
            SKOS.inScheme: URIRef(scheme.url),
            SKOS.broader: above,
            SKOS.topConceptOf: [] if above else URIRef(scheme.url),
            DCTERMS.identifier: Literal(f"urn:uuid:{one.uuid}"),
            DCTERMS.issued: at(one.issued),
            DCTERMS.modified: at(one.updated),
        },
    )
    for address in above:
        triples.say(address, {SKOS.narrower: concept})
    if not above:
        triples.say(scheme.url, {SKOS.hasTopConcept: concept})


def _say_withdrawn(triples: Triples, keys: list[int]) -> None:
    """Concepts that are no longer used."""
    for row in Publication.objects.filter(pk__in=keys).select_related("successor").order_by("pk"):
        scheme, heir = concept_schemes().get(row.kind), row.replacement
        triples.say(
            f"{settings.BASE_URL}{row.url}",
            {
                RDF.type: SKOS.Concept,
                OWL.deprecated: Literal(True),
                SKOS.inScheme: URIRef(scheme.url) if scheme else None,
                SKOS.historyNote: english(row.reason) if row.reason else None,
                DCTERMS.isReplacedBy: URIRef(f"{settings.BASE_URL}{heir.url}") if heir else None,
                DCTERMS.identifier: Literal(f"urn:uuid:{row.uuid}"),
                DCTERMS.modified: at(row.modified_at),
            },
        )


# Sending them


@require_safe
@fixed
def all_schemes(request: HttpRequest) -> HttpResponseBase:
    """``/schemes``: all vocabularies, in the form that a client likes best."""
    return led_to_a_form(request, kind_for(Role.VOCABULARY).list_url)


@require_safe
@fixed
def one_scheme(request: HttpRequest, name: str) -> HttpResponseBase:
    """``/schemes/theme``: the address of a scheme."""
    scheme = concept_schemes().get(name)
    return led_to_a_form(request, scheme.page) if scheme else problems.response(request, 404)


@require_safe
@fixed
def schemes_file(request: HttpRequest, suffix: str, name: str = "") -> HttpResponseBase:
    """``/schemes.ttl``, ``/schemes/theme.ttl``."""
    if name and name not in concept_schemes():
        return problems.response(request, 404)
    tag, modified_at = newest_change()
    response = file_of(written_together(vocabularies(name), suffix), form_ending(suffix).content_type)
    response["Link"] = LICENCE_LINK
    return tagged(response, tag, modified_at)
