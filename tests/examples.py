"""How many examples are made up for a test: a lane asks for a part of each number that a test names."""

from hypothesis import settings

USUAL = 100


def examples(number: int) -> int:
    """The part of this number that the profile of the lane asks for; at least two, as the first is the plainest."""
    return max(2, number * settings.default.max_examples // USUAL)
