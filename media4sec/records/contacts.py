"""What in the texts of a record looks like a way to reach or to recognise somebody: editors are warned, not stopped.

People appear in the portal as printed on public deliverables, without e-mail addresses, telephone numbers and numbers
of their badges. An office's telephone may be meant; who saves or publishes decides.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

# Whose national forms are known: partners' countries and those of the interface's languages; +… is known from anywhere.
COUNTRIES = ("GB", "IE", "NL", "BE", "DE", "AT", "FR", "ES", "GR", "CY", "SI")
LEAST_DIGITS = 7
# Digits that are no telephone's: in addresses of pages, DOIs, numbers of books, amounts of money.
OTHER_NUMBERS = re.compile(
    r"https?://\S+|\b10\.\d{4,}/\S+|\bISBN[\s:]{0,3}\d[\d -]{7,16}[\dX]"
    r"|(?:[€£$]|\b(?:EUR|GBP|USD))\s?\d[\d ,.]{0,20}|\d[\d ,.]{0,20}\s?(?:[€£$]|(?:EUR|GBP|USD|euros?)\b)",
    re.IGNORECASE,
)
MAIL_ADDRESS = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,125}[^\W\d_][\w-]{0,61}\w")
# What police call the number of a person, in the languages of the interface.
SERVICE_NUMBER = re.compile(
    r"""\b(?:
      (?:badge|warrant(?:\ card)?|collar|shoulder|service|police\ id)\ (?:numbers?|no\b\.?|nr\b\.?)
    | (?:dienst|dienstausweis|dienstmarken|legitimatie|personal|personeels|stam)nummer
    | (?:num[ée]ro|n°)\ (?:de\ )?(?:matricule|RIO|service|plaque) | matricule
    | n[úu]mero\ de\ (?:placa|agente|identificaci[óo]n\ profesional) | carn[ée]\ profesional
    | αριθμ[όο][ςσ]\ (?:μητρώου|ταυτότητας|σήματος) | Α\.?Γ\.?Μ\.?
    | številka\ (?:značke|službene\ izkaznice) | (?:službena|matična|identifikacijska)\ številka
    )[\s:.#°nrº]{0,4}[A-Z]{0,4}[ -]?\d[\d./-]{3,}""",
    re.IGNORECASE | re.VERBOSE,
)


def told_of_contacts(document: object) -> list[str]:
    """A sentence for each thing found in the texts of a document, once."""
    found = {}
    for text in texts_in(document):
        for what, quoted in contacts_in(text):
            found.setdefault(f"“{quoted}” looks like {what}.")
    return list(found)


def contacts_in(text: str) -> Iterator[tuple[str, str]]:
    """(what it looks like, the very words) for each e-mail address, service number and telephone number."""
    for mail in MAIL_ADDRESS.finditer(text):
        yield "an e-mail address", mail[0]
    text = MAIL_ADDRESS.sub(" ", text)
    for named in SERVICE_NUMBER.finditer(text):
        yield "the service number of a person", named[0]
    text = OTHER_NUMBERS.sub(" ", SERVICE_NUMBER.sub(" ", text))
    if sum(map(str.isdigit, text)) >= LEAST_DIGITS:
        yield from (("a telephone number", number) for number in telephones_in(text))


@lru_cache(maxsize=100)  # texts, which are asked about again each time that their form is opened
def telephones_in(text: str) -> tuple[str, ...]:
    """As each country writes them: a number that two countries could have is named once."""
    from phonenumbers import Leniency, PhoneNumberMatcher  # 3 MB that processes need in which somebody edits

    found = {}
    for country in COUNTRIES:
        for match in PhoneNumberMatcher(text, country, leniency=Leniency.STRICT_GROUPING):
            if sum(map(str.isdigit, match.raw_string)) >= LEAST_DIGITS:
                found.setdefault(match.raw_string)
    return tuple(found)


def texts_in(value: object) -> Iterator[str]:
    """Every text of a document, in lists and parts as well."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)
