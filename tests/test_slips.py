"""The table of slips follows the code: each old text stands in the product, and stands once."""

from tests.conftest import ROOT
from tests.slips.__main__ import place_of, product
from tests.slips.table import SLIPS


def test_every_slip_can_be_made():
    texts = product(ROOT)

    assert [slip.name for slip in SLIPS if not place_of(slip, texts).is_file()] == []
