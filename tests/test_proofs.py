"""Documents that name tests name such as there are; every gate and requirement has its proof, its reason, or a gap that
is admitted."""

import re

import pytest

from tests import proofs


@pytest.mark.parametrize("name", proofs.PAGES)
def test_the_page_is_what_the_tests_say(name):
    committed = (proofs.ROOT / "docs" / name).read_text("utf-8")

    assert committed == proofs.PAGES[name](), "Run `make docs` and commit the result."


def test_every_gate_has_a_proof_or_a_sentence():  # gate 5.8
    named = proofs.named_gates()
    gates = {
        number: gate for section in proofs.read("gates.toml").values() for number, gate in section.items()
    }

    assert len(gates) > 90
    assert {number for number in named if "." in number and number[0] != "0"} <= gates.keys()
    assert [
        number
        for number, gate in gates.items()
        if not named.get(number) and not gate.keys() & proofs.KINDS.keys()
    ] == []


def test_every_requirement_has_tests_that_are_there_or_a_sentence():  # gate 5.8
    sections, tests = proofs.read("asvs.toml"), proofs.names_of_tests()
    nowhere = [number for numbers in sections.pop("not_here").values() for number in numbers.split()]
    rows = {number: row for section in sections.values() for number, row in section.items()}

    assert len(rows) + len(nowhere) == 253  # of levels 1 and 2 in ASVS 5.0.0
    assert not rows.keys() & {*nowhere}
    assert [number for number, row in rows.items() if not row.keys() & {"tests", *proofs.KINDS}] == []
    assert [name for row in rows.values() for name in row.get("tests", ()) if name not in tests] == []


def test_every_threat_names_a_test_that_is_there_or_says_that_none_is():  # gate 5.8
    page = (proofs.ROOT / "docs/threat-model.md").read_text("utf-8")
    threats = re.findall(r"^\| (T\d+) \|(.*)\|$", page, flags=re.M)
    named = {number: re.findall(r"`(\w+::\w+)`", row) for number, row in threats}

    assert len(threats) > 30
    assert [int(number[1:]) for number, _ in threats] == list(range(1, len(threats) + 1))
    assert [number for number, row in threats if not named[number] and "**Open.**" not in row] == []
    assert {name for names in named.values() for name in names} - proofs.names_of_tests() == set()


@pytest.mark.parametrize(
    ("mark", "numbers"),
    [
        ("# gate {} 0.4", ["0.4"]),
        ("# gates {} 0.1, 0.12", ["0.1", "0.12"]),
        ("# gate {} 0.1, gate 0.2, gate 0.3", ["0.1", "0.2", "0.3"]),
        ("(gates {} 0.3, 0.7, 0.23)", ["0.3", "0.7", "0.23"]),
        ("# gates {} 0.3 and 0.7", ["0.3", "0.7"]),
    ],
)
def test_a_mark_is_read_however_many_gates_it_names(mark, numbers):
    """In two pieces, so that this file names none of them."""
    [found] = proofs.MARK.findall(mark.replace(" {}", ""))

    assert proofs.re.findall(proofs.NUMBER, found) == numbers
