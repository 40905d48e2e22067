"""Receipt numbers: random, read aloud without doubt, and a mistyped one is noticed.

Twelve of 29 signs: no vowels, so no words; no 0 or 1, which pass for letters. The last sign checks the others:
29 is a prime and no two places weigh the same, so that any one wrong sign and any two exchanged ones are found.
"""

import secrets

SIGNS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
NUMBER_LENGTH = 12


def new_receipt():
    """A number that nobody can guess: 11 random signs are 53 bits."""
    drawn = "".join(secrets.choice(SIGNS) for _ in range(NUMBER_LENGTH - 1))
    return _grouped(drawn + check_sign(drawn))


def check_sign(signs):
    return SIGNS[sum(weight * SIGNS.index(sign) for weight, sign in enumerate(signs, 1)) % len(SIGNS)]


def read_receipt(text):
    """The number that somebody typed, as we write it, or None where it cannot be one."""
    signs = "".join(text[:40].split()).replace("-", "").upper()
    if len(signs) != NUMBER_LENGTH or not set(signs) <= set(SIGNS) or check_sign(signs[:-1]) != signs[-1]:
        return None
    return _grouped(signs)


def _grouped(signs):
    return "-".join(signs[start : start + 4] for start in range(0, NUMBER_LENGTH, 4))
