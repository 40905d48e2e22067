"""Which passwords are refused beside Django's own reasons: those that somebody would try."""

import re

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from media4sec.letters import same

KNOWN = ("medi4sec", "media4sec", "medi@4sec", "knowledge base", "police", "security", "back-office")
LEAST_SCORE = 4  # more than 10¹⁰ guesses
MOST_LOOKED_AT = 72  # characters; what is longer is not guessed
A_YEAR = re.compile(r"(19|20)\d\d")
LEAST_LEFT = 8  # characters, beside names and years


class GuessableValidator:
    """Refuses what is soon guessed from words, rows of keys, dates, and names of person, team and portal."""

    def validate(self, password, user=None):
        known = [*KNOWN, *words_about(user)]
        is_weak = zxcvbn(password[:MOST_LOOKED_AT], user_inputs=known)["score"] < LEAST_SCORE
        if is_weak or len(beside(known, password)) < LEAST_LEFT:
            raise ValidationError(
                "This password can be guessed. Take several words that have nothing to do with each other.",
                code="guessable",
            )

    def get_help_text(self):
        return (
            "At least 12 characters that nobody can guess, such as several words that do not belong together."
        )


def beside(known, password):
    """What a password has beside these words and years."""
    left = A_YEAR.sub("", same(password))
    for word in sorted(map(same, known), key=len, reverse=True):
        if len(word) > 3:
            left = left.replace(word, "")
    return left


def words_about(user):
    """Names that somebody would try: of the person, and of the person's teams."""
    if user is None:
        return []
    names = [user.email, *user.email.partition("@")[::2], user.name]
    if user.pk:
        names += [str(one.team) for one in user.memberships.select_related("team__owner")]
    return [word for name in names for word in (name, *name.replace(".", " ").split()) if word]
