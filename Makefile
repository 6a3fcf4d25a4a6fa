# Everything that one does with this checkout. It needs git, make and a Python (3.11 or newer): the rest is set up here,
# inside the checkout: .tools has uv, .venv the Python of .python-version with the locked requirements.

PORT ?= 8000
DATA_DIR ?= .millrace
WORKERS ?= 2
PYTHON ?= python3
UV := .tools/bin/uv
RUN := .venv/bin/python
NODE_PATH := PATH="$(CURDIR)/.tools/bin:$$PATH"

.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-python test-web web check bench chaos fuzz search client client-versions lock clean seed admin doctor migrate

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

setup: .setup-stamp ## install everything; the other targets call it

demo: setup ## send files through and check the zip (FILES=folder for your own)
	@$(RUN) -m infra.local.demo $(if $(FILES),--files "$(FILES)")

run: setup web ## serve at http://127.0.0.1:8000 until Ctrl-C (PORT=, DATA_DIR=, WORKERS=)
	@$(RUN) -m infra.local serve --port "$(PORT)" --data-dir "$(DATA_DIR)" --workers "$(WORKERS)"

test: test-python test-web ## run every test

test-python: setup
	@$(RUN) -m pytest -n auto --dist loadfile $(ARGS)

test-web: setup web
	@cd web && $(NODE_PATH) npm test --silent
	@cd web && $(NODE_PATH) npm run --silent e2e

web: web/dist/index.html ## build the page

check: setup web/node_modules/.package-lock.json ## check format, lint and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@cd web && $(NODE_PATH) npm run --silent check

bench: setup ## run benchmarks; prints tables and writes build/bench.json
	@$(RUN) -m benchmarks $(ARGS)

chaos: setup ## kill the embedded cloud at random moments and check its acknowledged writes (ARGS="--kills 200")
	@$(RUN) -m tests.local.cloud.chaos $(ARGS)

fuzz: setup ## run schemathesis on a running stack, for longer than the tests do (SECONDS=600, SEED=)
	@$(RUN) -m tests.e2e.fuzzing --seconds "$(or $(SECONDS),600)" $(if $(SEED),--seed "$(SEED)")

search: setup ## run the core's stateful test with random sequences, for longer than the tests do (EXAMPLES=5000)
	@MILLRACE_SEARCH="$(or $(EXAMPLES),5000)" $(RUN) -m pytest tests/unit/test_exactly_once.py -k whatever_goes_wrong $(ARGS)

client: setup ## generate the client's types from the API's description, and build its wheel in build/client
	@$(RUN) -m client.generate
	@$(UV) build -q --wheel --no-build-isolation --python $(RUN) -o build/client client
	@rm -rf client/build client/src/millrace_client.egg-info
	@ls build/client/*.whl

client-versions: setup ## test the client's wheel on each supported Python, with the oldest and the newest libraries
	@$(RUN) client/versions.py --uv "$(UV)" $(ARGS)

lock: setup ## lock the requirements of the *.in files
	@for file in requirements*.in infra/aws/layers/*/requirements.in examples/*/src/*/layers/*/requirements.in; do \
		echo "$$file"; \
		options="$$(cat "$${file%/*}/lock-options" "$${file%.in}.lock-options" 2>/dev/null)"; \
		case "$$file" in infra/*) options="$$options -c requirements-dev.txt";; esac; \
		$(UV) pip compile -q --generate-hashes --no-emit-index-url --no-header --universal $$options -o "$${file%.in}.txt" "$$file" || exit 1; \
	done

clean: ## remove everything installed or built; data in .millrace stays
	rm -rf .setup-stamp .verify-stamp .venv .venv-verify .tools build web/node_modules web/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each step is repeated only where what it reads has changed.
$(UV): requirements-setup.txt
	@echo "Setting up uv in .tools"
	@$(PYTHON) -m venv --clear .tools || { echo "$(PYTHON) can't make environments: install its venv module (python3-venv)."; exit 1; }
	@.tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-setup.txt
	@touch $@

.setup-stamp: $(UV) .python-version requirements-dev.txt
	@echo "Setting up Python $$(cat .python-version) and the locked requirements in .venv"
	@$(UV) venv -q --allow-existing --python "$$(cat .python-version)" .venv
	@$(UV) pip sync -q --python .venv --require-hashes requirements-dev.txt
	@$(UV) pip install -q --python .venv --no-deps --no-build-isolation --editable client
	@touch $@

# The machine's own Node where it is new enough, else the one from its wheel.
.tools/node-stamp: $(UV) requirements-node.txt
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
		|| { echo "Setting up Node in .tools"; .tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-node.txt; }
	@touch $@

web/node_modules/.package-lock.json: .tools/node-stamp web/package-lock.json
	@echo "Setting up the page's packages in web/node_modules"
	@# Not `npm ci`: it wants the lock file to name every platform's binaries, which not every registry has.
	@cd web && $(NODE_PATH) npm install --no-save --silent --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell git ls-files web/src web/public web/index.html web/vite.config.ts 2>/dev/null)
	@cd web && $(NODE_PATH) npm run --silent build

seed: setup ## fill the local stack with a demo user and a job in every state (PORT=, DATA_DIR=)
	@$(RUN) -m infra.seed --port "$(PORT)" --data-dir "$(DATA_DIR)"

admin: setup ## make a user an admin of the running local stack; asks before it creates an account (EMAIL=, YES=1, DATA_DIR=)
	@$(RUN) -m infra.admin "$(EMAIL)" --data-dir "$(DATA_DIR)" $(if $(YES),--yes)

doctor: setup ## diagnose a stack, and repair it with FIX=1 (DATA_DIR=, or STACK=millrace-prod on AWS)
	@$(RUN) -m infra.doctor $(if $(STACK),--stack "$(STACK)",--data-dir "$(DATA_DIR)") $(if $(FIX),--fix) $(ARGS)

migrate: setup ## migrate stored items to this version (DATA_DIR=, ARGS=--dry-run)
	@$(RUN) -m infra.migrate --data-dir "$(DATA_DIR)" $(ARGS)

# AWS: see docs/operations.md.
STAGE ?= prod
REGION ?= us-east-1
DOMAIN ?=
ARCHITECTURE ?= arm64

.PHONY: package deploy destroy verify bench-aws

package: setup ## build everything for AWS, reproducibly (STAGE=, ARCHITECTURE=)
	@$(RUN) -m infra.aws.package --stage "$(STAGE)" --architecture "$(ARCHITECTURE)"

deploy: package web ## package, upload, deploy and smoke-test (STAGE=, REGION=, DOMAIN=, ARGS= for more)
	@$(RUN) -m infra.aws.deploy up --stage "$(STAGE)" --region "$(REGION)" --domain "$(DOMAIN)" --architecture "$(ARCHITECTURE)" $(ARGS)

destroy: setup ## remove a deployment; tables, files and secrets stay (STAGE=, REGION=)
	@$(RUN) -m infra.aws.deploy down --stage "$(STAGE)" --region "$(REGION)"

verify: setup .verify-stamp ## test the AWS package without AWS, and the API's description with other tools
	@$(RUN) -m infra.aws.package --stage verify --architecture arm64
	@$(RUN) -m infra.aws.package --stage verify --architecture x86_64
	@$(RUN) -m pytest -o python_files='verify_*.py' tests/aws tests/openapi $(ARGS)

bench-aws: setup ## measure starts, compute costs and limits on AWS; writes docs/performance.md
	@$(RUN) -m benchmarks.aws

.verify-stamp: $(UV) .python-version requirements-verify.txt .tools/node-stamp tests/openapi/package-lock.json
	@echo "Setting up the linters of templates and of the OpenAPI document in .venv-verify and tests/openapi"
	@$(UV) venv -q --allow-existing --python "$$(cat .python-version)" .venv-verify
	@$(UV) pip sync -q --python .venv-verify --require-hashes requirements-verify.txt
	@cd tests/openapi && PATH="$(CURDIR)/.tools/bin:$$PATH" npm install --no-save --silent --no-audit --no-fund --ignore-scripts
	@touch $@
