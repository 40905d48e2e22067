"""The vocabularies as SKOS: each concept once, under the address of its record, with its labels in all languages.

What was withdrawn keeps its address, and says so. https://www.w3.org/TR/skos-reference/
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, URIRef

from media4sec import problems
from media4sec.imprint import LANGUAGE, LICENCE_URL
from media4sec.interchange.linked.rdf import (
    Triples,
    at,
    english,
    form_ending,
    led_to_a_form,
    rdf_file,
    serialised,
)
from media4sec.interchange.results import newest_change, tagged
from media4sec.kinds import Role, kind_for
from media4sec.link_headers import LICENCE_LINK
from media4sec.problems import fixed, require_safe
from media4sec.publications.concepts import ConceptScheme, concept_schemes, concept_url, scheme_of
from media4sec.publications.description import Description, descriptions_of
from media4sec.publications.models import Publication

BROADER = "isPartOf"  # what a concept says of the one above it


def vocabularies(only: str = "") -> Graph:
    """All schemes with their concepts, or one of them. One query."""
    schemes = [scheme for scheme in concept_schemes().values() if only in ("", scheme.name)]
    kinds = {scheme.kind.name for scheme in schemes} | {kind_for(Role.VOCABULARY).name}
    rows = list(Publication.objects.of(*kinds).select_related("successor").order_by("pk"))
    found = list(descriptions_of(row for row in rows if row.state == Publication.State.PUBLISHED))
    # Of a concept that is a record of its own, the vocabulary has the labels.
    labels = {concept_url(one): one.thing.labels for one in found if concept_url(one) != one.url}
    triples = Triples()
    with translation.override(settings.LANGUAGE_CODE):
        for scheme in schemes:
            _say_scheme(triples, scheme)
        for one in found:
            own = scheme_of(one)
            if own in schemes and own.kind is one.kind:
                _say_concept(triples, own, one, labels.get(one.url) or one.thing.labels)
    for row in rows:
        if row.state != Publication.State.PUBLISHED:
            _say_withdrawn(triples, row, only)
    return triples.graph()


def _say_scheme(triples: Triples, scheme: ConceptScheme) -> None:
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


def _say_withdrawn(triples: Triples, row: Publication, only: str) -> None:
    """A concept that is no longer used. Of one in the vocabulary nothing is left that tells its scheme."""
    scheme = concept_schemes().get(row.kind)
    if only and (scheme is None or scheme.name != only):
        return
    heir = row.replacement
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
    response = rdf_file(form_ending(suffix), serialised(vocabularies(name), suffix))
    response["Link"] = LICENCE_LINK
    return tagged(response, tag, modified_at)
