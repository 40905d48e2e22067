"""A release is made of what is committed, and is the same whenever and wherever it is made."""

import gzip
import io
import os
import subprocess
import tarfile

import pytest

from tests import release
from tests.conftest import ROOT, not_run

NAMES = ["manage.py", "pyproject.toml"]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small repository in the place of ours."""

    def git(*arguments):
        who = {"GIT_AUTHOR_DATE": "@1700000000 +0000", "GIT_COMMITTER_DATE": "@1700000000 +0000"}
        who |= {
            f"GIT_{role}_{part}": "somebody" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
        }
        subprocess.run(
            ["git", *arguments], cwd=tmp_path, check=True, capture_output=True, env=os.environ | who
        )

    for name in NAMES:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "First")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    return tmp_path


def test_a_release_is_the_same_twice(checkout):  # gate 5.6
    first = release.make()
    for path in checkout.iterdir():
        os.utime(path, (1, 1))

    assert release.make() == first
    assert {name.partition(release.name_of())[2] or name for name in first} == {
        ".tar.gz", ".cdx.json", ".licences.txt", "SHA256SUMS",
    }  # fmt: skip


def test_it_holds_what_is_committed_and_tells_nothing_of_the_machine(checkout):
    (checkout / "notes.txt").write_text("mine")
    files = release.make()
    packed = files[f"{release.name_of()}.tar.gz"]

    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        members = archive.getmembers()
    assert sorted(member.name.partition("/")[2] for member in members if member.isfile()) == [
        "manage.py",
        "pyproject.toml",
    ]
    assert {member.mtime for member in members} == {1_700_000_000}
    assert {member.uname for member in members} == {"root"}
    assert gzip.decompress(packed)


def test_its_digests_are_those_of_its_files(checkout, tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    for name, content in release.make().items():
        (folder / name).write_bytes(content)

    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True
    )

    assert checked.returncode == 0


def test_what_is_not_committed_is_not_released(checkout):
    (checkout / "manage.py").write_text("changed")

    with pytest.raises(release.NotReleased, match="not committed"):
        release.make()


def test_what_differs_is_not_released(checkout, monkeypatch):
    made = iter(range(2))
    monkeypatch.setattr(release, "source", lambda name: str(next(made)).encode())

    with pytest.raises(release.NotReleased, match="differ"):
        release.make()


def test_ours_can_be_packed():
    if not (ROOT / ".git").exists():
        not_run("no history of git")
    name = release.name_of()

    with tarfile.open(fileobj=io.BytesIO(release.source(name))) as archive:
        assert f"{name}/media4sec/settings.py" in archive.getnames()
