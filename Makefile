# The commands of this repository. Needs python3 (3.11 or newer, with venv) and make, nothing else.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

# Only this checkout's packages count, whatever the caller's Python is set up for.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# As on the machine of someone who tries the portal, and as in production.
HERE := LOG_FORMAT=line BASE_URL=http://127.0.0.1:$(PORT) SECRET_KEY_FILE=$(CURDIR)/var/secret_key
PRODUCTION := env -u DEBUG -u ALLOWED_HOSTS BASE_URL=https://kb.example.eu SECURITY_CONTACT=mailto:security@kb.example.eu \
  TRUST_X_FORWARDED_PROTO=true TRUSTED_PROXIES=127.0.0.1 EMAIL_URL=smtp+tls://portal:x@mail.example.eu:587 \
  ACCESSIBILITY_BODY='Board for web access' \
  SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')

# All cores at once; whoever has nothing left to do takes from the others.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
# Of templates: the back-office's are Django's, all others Jinja's.
DJANGOFMT := $(BIN)/djangofmt --quiet --indent-width 2
FORMAT_ADMIN = $(DJANGOFMT) --profile django templates/admin
FORMAT_PUBLIC = $(DJANGOFMT) --profile jinja --extend-exclude templates/admin templates

ON_SQLITE := env -u DATABASE_URL -u TEST_DATABASE_URL

.DEFAULT_GOAL := help
.PHONY: help setup run install admin cluster check format test test-quick test-sqlite test-postgres slips guide bench drills soak screenshots messages docs lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# --- setting up

# pip is made last: without it, an earlier attempt broke off.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed; name one with PYTHON=/path/to/python3.'; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) \
	  || { echo 'Python could not make a virtual environment (on Debian: install python3-venv).'; exit 1; }
	$(BIN)/pip install --quiet --require-hashes -r requirements/pip.txt

# Stamps, so that packages are installed only when a lock has changed. The dev lock holds all of the base lock.
$(VENV)/.base: requirements/base.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/base.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $(VENV)/.base $@

# Translations as Django reads them are made here; git keeps what people read.
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
locale/%/LC_MESSAGES/django.mo: locale/%/LC_MESSAGES/django.po | $(VENV)/.base
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $*

READY := $(VENV)/.dev $(MESSAGES)

# Moved into place when it is whole, so that a break in between leaves no empty key.
var/secret_key:
	@mkdir -p var
	@umask 077; $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))' > $@.new && mv $@.new $@

setup: $(READY) ## make .venv with everything that tests and checks need

# --- using the portal

run: $(VENV)/.base $(MESSAGES) var/secret_key ## set up, load the content, serve it on http://127.0.0.1:8000 (PORT=… for another)
	@$(HERE) $(BIN)/python manage.py demo

admin: $(VENV)/.base var/secret_key ## print the link on which the first administrator of the back-office is made
	@$(HERE) $(BIN)/python manage.py migrate --verbosity 0
	@$(HERE) $(BIN)/python manage.py set_up_link

install: $(VENV)/.base $(MESSAGES) ## what a server needs: packages into .venv, translations (docs/operations/serving.md)

# --- working on it

check: $(READY) ## lint with the rules of bandit, format, templates, directions of import, migrations, deployment settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(FORMAT_ADMIN) --check
	$(FORMAT_PUBLIC) --check
	$(BIN)/djlint --quiet --lint templates/admin
	$(BIN)/djlint --quiet --profile jinja --lint templates --exclude templates/admin
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	DEBUG=true BASE_URL=http://127.0.0.1 DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check_migrations
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(READY) ## let ruff and djangofmt mend what they can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(FORMAT_ADMIN)
	$(FORMAT_PUBLIC)

test: test-sqlite test-postgres ## all tests, on SQLite and on PostgreSQL (ARGS=… goes to pytest)

test-quick: $(READY) ## in some minutes: no browser, nothing slow, a few kinds; on SQLite
	$(ON_SQLITE) $(PYTEST) --no-migrations --quick $(ARGS)

# Every worker makes its database at once; tests/test_demo.py makes one step by step, and so do all on PostgreSQL.
test-sqlite: $(READY) ## all tests on SQLite
	$(ON_SQLITE) $(PYTEST) --no-migrations $(ARGS)

# What a browser sees does not depend on the database, nor does what asks none or is marked `once` (CONTRIBUTING.md).
# Those tests run above. What is asked of every kind above is asked of a third of them here.
test-postgres: $(READY) ## all tests for which the database matters, on a PostgreSQL server started for them
	$(BIN)/python -m tests.postgres -- $(PYTEST) --data -m 'not browser' $(ARGS)

slips: $(READY) ## plausible slips, one by one: do the tests notice them? (ARGS=areas or names, --list)
	$(BIN)/python -m tests.slips $(ARGS)

# --- keeping it safe

.PHONY: fuzz scan sbom licences outdated advisories release

# Doors can be named: ARGS='40 cursors forms'.
fuzz: $(READY) ## made-up input for every door of the portal (ARGS=minutes; 10)
	$(BIN)/python -m tests.fuzz $(ARGS)

# Scanners live apart from the portal: they bring hundreds of packages that it must not meet.
.venv-scan: requirements/scan.txt
	@$(PYTHON) -m venv --clear $@ && $@/bin/pip install --quiet --require-hashes -r $< && touch $@

# wapiti, sqlmap, slowhttptest and nginx are Debian's.
scan: $(READY) .venv-scan ## scanners of others over the code and over a portal served for them (ARGS=names for some)
	$(BIN)/python -m tests.scan $(ARGS)

sbom: $(READY) ## the bill of materials (CycloneDX), the same bytes each time
	@$(BIN)/python -m tests.supply sbom

licences: $(READY) ## what runs, and on what terms
	@$(BIN)/python -m tests.supply licences

outdated: $(READY) ## direct dependencies of which there is something newer
	@$(BIN)/python -m tests.supply outdated

advisories: $(READY) .venv-scan ## known weaknesses of what runs; fails where it gets no data
	@$(BIN)/python -m tests.supply advisories

release: $(READY) ## a release, built twice and compared: source, bill of materials, licences, digests, report
	@$(BIN)/python -m tests.release $(ARGS)

guide: $(READY) ## follow “Adding a kind of record” in a copy, and run the quick tests there
	$(BIN)/python -m tests.guide

# By the files of deploy/; needs the Debian packages that docs/operations/cluster.md names.
cluster: $(READY) ## many machines as processes on this one, until Ctrl-C (ARGS="--nodes 3")
	@$(BIN)/python -m tests.cluster $(ARGS)

# In throw-away databases, beside nginx and others where they are installed; needs wrk, an hour or two, and 2 GB of disk.
bench: $(READY) ## measure the portal beside others and as it grows, and write docs/performance.md (ARGS=--help)
	@$(BIN)/python -m benchmarks $(ARGS)

# On real servers in throw-away folders; something is broken in each, and the figures go to docs/reliability.md.
drills: $(READY) ## break things on purpose, and measure what that costs (ARGS=6.13 or names for some, --list)
	$(BIN)/python -m tests.drills $(ARGS)

soak: $(READY) ## half an hour under load: does memory grow, does it get slower? (ARGS='--minutes 5')
	$(BIN)/python -m tests.drills 6.22 --minutes 30 $(ARGS)

screenshots: $(READY) ## pictures of all pages into var/screenshots (ARGS=names for some, --docs for those of the docs)
	$(BIN)/python -m tests.screenshots $(ARGS)

messages: $(VENV)/.dev ## gather the texts of the interface into locale/ and compile the translations
	@DEBUG=true BASE_URL=http://127.0.0.1 DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py messages
	@$(MAKE) --silent $(MESSAGES)

lighthouse: $(READY) ## what Lighthouse says of the main pages, as a telephone (LIGHTHOUSE names its cli/index.js)
	$(BIN)/python -m tests.lighthouse $(ARGS)

docs: $(READY) ## write docs/data-model.md, docs/rights.md, docs/api-filters.md, docs/gates.md, docs/asvs.md, and the counts in README.md and docs/content.md, from code and fixtures
	@$(BIN)/python -m tests.counts
	@$(BIN)/python -m tests.proofs
	@DEBUG=true BASE_URL=http://127.0.0.1 DATABASE_URL=sqlite://:memory: \
	  $(BIN)/python manage.py describe_data_model > docs/data-model.md.new && mv docs/data-model.md.new docs/data-model.md
	@DEBUG=true BASE_URL=http://127.0.0.1 DATABASE_URL=sqlite://:memory: \
	  $(BIN)/python manage.py describe_rights > docs/rights.md.new && mv docs/rights.md.new docs/rights.md
	@DEBUG=true BASE_URL=http://127.0.0.1 DATABASE_URL=sqlite://:memory: \
	  $(BIN)/python manage.py describe_filters > docs/api-filters.md.new && mv docs/api-filters.md.new docs/api-filters.md

lock: ## write the locks again from requirements/*.in (fetches uv into a throw-away environment)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && $(PYTHON) -m venv "$$tools" && "$$tools/bin/pip" install --quiet uv \
	  && cd requirements && compile="$$tools/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	    --generate-hashes --no-emit-index-url --no-header $(ARGS)" \
	  && $$compile base.in -o base.txt && $$compile dev.in -c base.txt -o dev.txt && $$compile --no-strip-extras scan.in -o scan.txt \
	  && $$compile pip.in -o pip.txt

clean: ## remove what can be made again; the database and its key stay
	rm -rf $(VENV) .venv-scan var/static .pytest_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
