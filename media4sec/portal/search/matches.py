"""Why a record was found, in the language of the page."""

from media4sec.portal.rows import first_sentence
from media4sec.portal.wording import page_display
from media4sec.portal.wording import word as worded
from media4sec.publications.matches import PASSAGE_LENGTH, Matches


class PageMatches(Matches):
    """The same as machines are told, in the words that the page shows."""

    def display_of(self, publication):
        return page_display(publication)

    def say(self, text):
        return worded(text)

    def beginning(self, summary):
        return first_sentence(summary, PASSAGE_LENGTH)
