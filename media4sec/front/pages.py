"""The pages that people read; they exist once in every language (``media4sec.languages``)."""

import datetime

from django.urls import path, re_path, register_converter
from django.utils.translation import gettext_lazy as _

from catalogue import alive, library, lives
from catalogue.debate import debate
from catalogue.solutions import solutions
from ethics import answering, brief_pages, law_of_situations
from ethics.check_papers import result_paper
from media4sec.corrections import views as corrections
from media4sec.front import about, accessibility, design, home, matrix, static_pages, timeline
from media4sec.front.api import reference
from media4sec.kinds import paths
from media4sec.paper.comparing import compared_pdf
from media4sec.paper.views import list_pack, record_pdf
from media4sec.portal.lists import compare
from media4sec.portal.lists.options import options
from media4sec.portal.lists.views import kind_list
from media4sec.portal.record import versions
from media4sec.portal.record.views import record
from media4sec.portal.search.views import search_page, suggest
from media4sec.portal.selection.since import since_page
from media4sec.portal.selection.views import list_page
from workshops import cards, exercise, patterns


class ListPath:
    """The first part of a list's address: only what is one, so that nothing else is sent to one with a slash."""

    regex = "|".join(paths())
    to_python = to_url = staticmethod(str)


class Ref:
    """A record in an address: D2.3, T-001-publicsonar; not the name of a file, such as T-001.ttl."""

    regex = r"(?![^/]*\.[A-Za-z]+(?:/|$))[^/]+"
    to_python = to_url = staticmethod(str)


register_converter(ListPath, "list")
register_converter(Ref, "ref")

handler400 = "media4sec.portal.errors.bad_request"
handler403 = "media4sec.portal.errors.forbidden"
handler404 = "media4sec.portal.errors.not_found"
handler500 = "media4sec.portal.errors.server_error"

DATED = {"privacy": datetime.date(2026, 11, 29)}  # last gone through

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search_page, name="search"),
    path("search/suggest", suggest, name="search-suggest"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("library/", library.library, name="library"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("patterns/", patterns.explorer, name="patterns"),
    path("patterns/cards/", cards.cards_page, name="cards"),
    path("patterns/cards.pdf", cards.cards_pdf, name="cards-pdf"),
    path("situations/<ref:ref>/exercise/", exercise.exercise_page, name="exercise"),
    path("situations/<ref:ref>/exercise.pdf", exercise.exercise_pdf, name="exercise-pdf"),
    path("about/", about.about, name="about"),
    path("accessibility/", accessibility.accessibility_page, name="accessibility"),
    path(
        "privacy/",
        static_pages.static_page,
        {"name": "privacy", "title": _("Privacy notice"), "dated": DATED["privacy"]},
        name="privacy",
    ),
    path("api/", reference, name="api-reference"),
    # Where DRIVER+'s Portfolio of Solutions has it, in each of its languages.
    path("group_export", solutions),
    path("design/", design.design, name="design"),
    path("corrections/", corrections.index, name="corrections"),
    path("corrections/new/", corrections.new, name="correction-new"),
    path("corrections/<str:receipt>/", corrections.correction, name="correction"),
    path("check/", answering.check, name="check"),
    path("check/open/", answering.reopened, name="check-open"),
    path("check/result/", answering.check_result, name="check-result"),
    path("check/save/", answering.result_file, name="check-save"),
    path("check/result.pdf", result_paper, {"form": "pdf"}, name="check-pdf"),
    path("check/result.docx", result_paper, {"form": "docx"}, name="check-docx"),
    path("list/", list_page, name="selection"),
    re_path(r"^list\.(?P<form>pdf|docx)$", list_pack, name="list-pack"),
    path("since/<int:number>/", since_page, name="since"),
    path("technologies/lives/", lives.lives, name="lives"),
    path("technologies/alive/", alive.alive, name="alive"),
    path("situations/law/", law_of_situations.law_of_situations, name="law-of-situations"),
    path("<list:path>/", kind_list, name="list"),
    path("search/facets/<slug:name>/", options, {"path": "search"}, name="search-options"),
    path("<list:path>/facets/<slug:name>/", options, name="options"),
    path("<list:path>/compare.pdf", compared_pdf, name="compare-pdf"),
    path("<list:path>/compare/", compare.page, name="compare"),
    re_path(r"^(?P<path>[a-z-]+)/(?P<ref>[^/]+?)\.pdf$", record_pdf, name="record-pdf"),
    path("<list:path>/<ref:ref>/", record, name="record"),
    path("themes/<ref:ref>/debate/", debate, name="debate"),
    path("<list:path>/<ref:ref>/versions/", versions.versions, name="versions"),
    path("<list:path>/<ref:ref>/versions/<int:number>/", versions.version_page, name="version"),
    path("situations/<ref:ref>/brief/", brief_pages.brief_page, name="brief"),
    path("situations/<ref:ref>/brief.pdf", brief_pages.brief_pdf, name="brief-pdf"),
    path("situations/<ref:ref>/questions/", brief_pages.asked_page, name="asked"),
]
