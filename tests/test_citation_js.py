"""BibTeX, RIS and CSL-JSON of every record, read by citation-js: they say the same."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from media4sec.kinds import kinds
from media4sec.publications.models import Publication
from tests.conftest import find_api_tools, not_run
from tests.public import body_of

FORMS = ("bib", "ris", "csl.json")
# What all three say alike: RIS knows less of numbers, versions and places in a work; languages have other names.
FACTS = ("title", "issued", "URL", "abstract", "note", "DOI")


@pytest.fixture(scope="module")
def citation_js():
    """A function: what it reads in these files."""
    folder = find_api_tools() or not_run("no citation-js, API_TOOLS names no folder beside it")

    def read(*files):
        command = ["node", Path(__file__).with_name("citations.js"), *files]
        environment = os.environ | {"NODE_PATH": str(Path(folder).parent)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_every_reference_says_the_same_in_each_form(client, content, citation_js, tmp_path, kind):
    files = [tmp_path / f"all.{form}" for form in FORMS]
    for file, form in zip(files, FORMS, strict=True):
        file.write_bytes(body_of(client.get(f"/{kind.path}.{form}")))

    found = citation_js(*map(str, files))

    bibtex, ris, csl = ({one["id"]: one for one in found[str(file)]} for file in files)
    assert bibtex.keys() == ris.keys() == csl.keys()
    assert len(csl) >= Publication.objects.filter(kind=kind.name, state=Publication.State.PUBLISHED).count()
    for name, reference in csl.items():
        for other in (bibtex[name], ris[name]):
            assert facts_of(other) == facts_of(reference), name
            assert people_of(other) == people_of(reference), name
        assert bibtex[name].get("publisher") == reference.get("publisher"), name


def facts_of(reference):
    return {fact: reference[fact] for fact in FACTS if fact in reference}


def people_of(reference):
    """Names in one piece: RIS has no place for a particle of its own."""
    parts = ("non-dropping-particle", "dropping-particle", "family", "literal", "given")
    return [" ".join(one[part] for part in parts if part in one) for one in reference.get("author", [])]
