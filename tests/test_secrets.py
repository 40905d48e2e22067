"""No secret stands in a file of the project, nor ever did in its history."""

import math
import re
import shutil
import subprocess
from collections import Counter

import pytest

from tests.conftest import ROOT, not_run
from tests.tree import project_files

# What is a secret by its shape, whoever's it is. A pattern does not match its own text here.
SHAPES = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE[ ]KEY-----\s+[A-Za-z0-9+/=\s]{100}",
    "a key of Amazon": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{50,}",
    "a token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20}\b",
    "a token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{20,}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a key of a payment service": r"\b[sr]k_live_[0-9A-Za-z]{20,}",
    "a signed web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
    "a token of ours": r"\bm4s_[0-9A-Za-z]{49}\b",
    "a secret of a webhook": r"\bwhsec_[A-Za-z0-9+/=]{40,}",
    "a password in an address": r"\b[a-z][a-z0-9+]+://[^\s/:@'\"{}$<]+:([^\s/:@'\"{}$<]{6,})@[^\s'\"]+",
    "a key in a setting": r"(?i:\b(?:secret|passw(?:or)?d|api_?key|token)[a-z_]* *[:=] *['\"]?)(\w[\w+/=!-]{19,})",
}
# Bits a sign from which on it is what a machine made up, if a digit is in it: no name, sentence or word of an example.
RANDOM = {"a key in a setting": 3.7, "a password in an address": 2.5}


def bits_a_sign(text):
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def secrets_in(text):
    """What looks like a secret: ``[(which, the first signs of it)]``."""
    found = []
    for name, shape in SHAPES.items():
        for match in re.finditer(shape, text):
            value = match[match.lastindex or 0]
            if name not in RANDOM or (bits_a_sign(value) > RANDOM[name] and re.search(r"\d", value)):
                found.append((name, value[:12]))
    return found


def git(*arguments):
    if not (shutil.which("git") and (ROOT / ".git").exists()):
        not_run("no history of git")
    command = ["git", "-c", f"safe.directory={ROOT}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode(
        "utf-8", "replace"
    )


def test_no_secret_is_in_the_tree():  # gate 5.3
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in project_files()}
    found = {
        name: secrets_in(content.decode("utf-8", "replace"))
        for name, content in files.items()
        if b"\0" not in content
    }

    assert len(found) > 500
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


@pytest.mark.slow
def test_no_secret_is_in_the_history():  # gate 5.3
    """Whatever was ever added, on any branch that this copy has."""
    added = git(
        "log",
        "--all",
        "--patch",
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--format=%h",
    )
    lines = "\n".join(line[1:] for line in added.splitlines() if line.startswith("+"))

    assert len(lines) > 100_000
    assert secrets_in(lines) == []


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("a private key", "-----BEGIN RSA PRIVATE" + " KEY-----\n" + "MIIEpAIBAAKCAQEA" * 8),
        ("a key of Amazon", "AKIA" + "IOSFODNN7EXAMPLE"),
        ("a token of GitHub", "ghp_" + "a1B2" * 9),
        ("a token of ours", "m4s_" + "a1B2c3D" * 7),
        ("a secret of a webhook", "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" + "AbCdEfGh12"),
        ("a password in an address", "postgres://portal:" + "s3cr3tword" + "@db.example/portal"),
        ("a key in a setting", "SECRET_KEY=" + "q9Zk3vXw7LrT2mNb8cYd5fGh"),
        ("a key in a setting", 'password: "' + "Zk3vXw7LrT2mNb8cYd5fGhQ9" + '"'),
    ],
)
def test_a_secret_would_be_seen(shape, text):
    assert [name for name, _ in secrets_in(f"x = 1\n{text}\ny = 2")] == [shape]


@pytest.mark.parametrize(
    "text", ["password = forms.CharField(widget=forms.PasswordInput)", "token=the-token-of-the-form-1"]
)
def test_words_about_secrets_are_none(text):
    assert secrets_in(text) == []
