"""Who publishes this catalogue, and on what terms: what the settings say, under the names that formats use."""

from django.conf import settings

CATALOGUE_TITLE = settings.CATALOGUE["title"]
CATALOGUE_DESCRIPTION = settings.CATALOGUE["description"]
PUBLISHER = settings.CATALOGUE["publisher"]
LICENCE_NAME, LICENCE_URL, _ = settings.CATALOGUE["licence"]
LANGUAGE = settings.CATALOGUE["language"]
GRANT = f"info:eu-repo/grantAgreement/EC/{settings.CATALOGUE['programme']}/{settings.CATALOGUE['grant']}"
FUNDER, PROGRAMME, AWARD = (settings.CATALOGUE[name] for name in ("funder", "programme", "grant"))
CONTACT = settings.CATALOGUE["contact"].removeprefix("mailto:")  # an e-mail address; empty where none is set
