"""Who publishes this catalogue, and on what terms: what the settings say, under the names that formats use."""

from django.conf import settings

CATALOGUE = settings.CATALOGUE
TITLE, DESCRIPTION, PUBLISHER = CATALOGUE["title"], CATALOGUE["description"], CATALOGUE["publisher"]
LICENCE_NAME, LICENCE_URL, LICENCE_CODE = CATALOGUE["licence"]
LANGUAGE = CATALOGUE["language"]
GRANT = f"info:eu-repo/grantAgreement/EC/{CATALOGUE['programme']}/{CATALOGUE['grant']}"
FUNDER, PROGRAMME, AWARD = CATALOGUE["funder"], CATALOGUE["programme"], CATALOGUE["grant"]
CONTACT = CATALOGUE["contact"].removeprefix("mailto:")  # an e-mail address; empty where none is set
