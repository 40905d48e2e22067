"""Which passwords are refused beside Django's own reasons: those that somebody would try."""

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

KNOWN = ("medi4sec", "media4sec", "medi@4sec", "knowledge base", "police", "security", "back-office")
LEAST_SCORE = 3  # of 4: more than 10⁸ guesses
MOST_LOOKED_AT = 72  # characters; what is longer is not guessed


class GuessableValidator:
    """Refuses what zxcvbn guesses soon from words, names, dates, rows of keys, and what is known of the person."""

    def validate(self, password, user=None):
        found = zxcvbn(password[:MOST_LOOKED_AT], user_inputs=[*KNOWN, *words_about(user)])
        if found["score"] < LEAST_SCORE:
            raise ValidationError(
                "This password can be guessed. Take several words that have nothing to do with each other.",
                code="guessable",
            )

    def get_help_text(self):
        return (
            "At least 12 characters that nobody can guess, such as several words that do not belong together."
        )


def words_about(user):
    """Names that somebody would try: of the person, and of the person's teams."""
    if user is None:
        return []
    names = [user.email, *user.email.partition("@")[::2], user.name]
    if user.pk:
        names += [str(one.team) for one in user.memberships.select_related("team__owner")]
    return [word for name in names for word in (name, *name.replace(".", " ").split()) if word]
