"""An editor of the cluster: ``python -m tests.cluster.editor`` makes the account, ``Editor`` types with it by https.

What is typed in a form is sent now and then by the form's script; here it is sent as the script does.
"""

import http.cookiejar
import json
import os
import re
import secrets
import ssl
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

import django

from benchmarks.portals import HERE
from tests.cluster.topology import python_of

LOGIN, KEEP = "/admin/accounts/login/", "/admin/unsaved/keep/"
PAUSE = 0.2  # seconds between two pages
EMAIL = "editor@example.org"


class Editor:
    """Somebody who logs in once, opens the form of a draft, and types in it while things happen."""

    def __init__(self, place):
        self.place, self.origin = place, place.origin
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        trusting = urllib.request.HTTPSHandler(context=ssl._create_unverified_context())
        self.opener = urllib.request.build_opener(jar, trusting)
        self.mark, self.number, self.typed, self.failed = secrets.token_hex(4), 0, "", []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._type)

    def __enter__(self):
        password = secrets.token_urlsafe(24)
        self.form = self.begin(password)
        _, page = self.ask(LOGIN)
        sent = {
            "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
            "login": EMAIL,
            "password": password,
        }
        self.ask(LOGIN, sent)
        address, page = self.ask(self.form)
        assert address == self.form, f"The log-in leads to {address}"
        self.proofs = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "unsaved")}
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        self.thread.join()

    def begin(self, password):
        """The address of the form, for whom the account is made."""
        environment = self.place.of_commands(1) | {"PATH": os.environ["PATH"], "HOME": str(self.place.folder)}
        command = [python_of(HERE), "-m", "tests.cluster.editor"]
        made = subprocess.run(
            command, cwd=HERE, env=environment, input=password, capture_output=True, text=True, check=True
        )
        return json.loads(made.stdout)["form"]

    def ask(self, path, sent=None):
        """Where it led to, and the page."""
        data = urllib.parse.urlencode(sent).encode() if sent else None
        request = urllib.request.Request(self.origin + path, data, {"Referer": f"{self.origin}{path}"})
        with self.opener.open(request, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def _type(self):
        """What was typed is kept, and the page is there, for the person who logged in once."""
        while not self.stopping.wait(PAUSE):
            self.number += 1
            text = f"Typed, and not saved yet: {self.mark} {self.number}"
            try:
                self.ask(KEEP, self.proofs | {"summary": text})
                self.typed = text
                address, _ = self.ask(self.form)
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(str(error))
                continue
            if address != self.form:
                self.failed.append(f"led to {address}")

    def finds_again(self):
        """Does the form, for the same session, offer what was typed last, and is it filled with it then?"""
        _, page = self.ask(self.form)
        kept = re.search(r'href="([^"]*[?&](?:amp;)?kept=[^"]*)"', page)
        if not kept:
            return False
        _, page = self.ask(urllib.parse.urljoin(self.form, kept[1].replace("&amp;", "&")))
        return self.typed in page


def hidden(page, name):
    """The value of a hidden field."""
    field = next(one for one in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in one)
    return re.search(r'value="([^"]*)"', field)[1]


def make(password):
    """An account that may write, in the team of the editorial office, and the form of one of its records."""
    from catalogue.models import Technology
    from media4sec.accounts.models import User
    from media4sec.records.admin.lists import admin_url
    from media4sec.records.models import Membership, Team

    user, _ = User.objects.get_or_create(email=EMAIL)
    user.set_password(password)
    user.save()
    team, _ = Team.objects.get_or_create(owner=None)
    Membership.objects.get_or_create(user=user, team=team, role="contributor")
    return admin_url(Technology.objects.order_by("pk").first())


if __name__ == "__main__":
    import sys

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "media4sec.settings")
    django.setup()
    print(json.dumps({"form": make(sys.stdin.read())}))
