# `make demo` and `make test` are the only set-up there is; both create .venv on a fresh machine.
# Choose the Python for it with PYTHON=/path/to/python3 make ...

# Passed on to .ci/environment, whether given as variable or argument.
export PYTHON

VENV := .venv
BIN := $(VENV)/bin
# The engines that the benchmarks compare with: they want other releases than we do.
PEERS := $(VENV)/peers
READY := $(VENV)/.up-to-date
# Kills on each store in `make chaos`; each takes one to three seconds.
KILLS ?= 200
# Workers for the test suite; the PostgreSQL of each takes a little memory.
JOBS ?= 2
SOURCES := $(wildcard referral_engine plugins examples tests benchmarks hatch_build.py)

EXTRACT := --keywords gettext_noop --add-location file --sort-by-file --omit-header
CATALOGUE := -D referral_engine -d referral_engine/locale

.PHONY: help demo test serve bench chaos simulate lint lock catalogue clean
.DELETE_ON_ERROR:

help:
	@echo "make demo       take the shipped sample through the whole engine"
	@echo "make test       the test suite, on SQLite and a real PostgreSQL"
	@echo "make serve      the daemon on the embedded store, in this checkout"
	@echo "make bench      the benchmarks"
	@echo "make simulate   crashes, delays and time by chance, SEEDS=1000 times"
	@echo "make chaos      kill its processes at random, KILLS=200 on each store, and count what came of it"
	@echo "make lint       format, lint, types, import order, lock"
	@echo "make lock       resolve requirements.lock anew (UPGRADE=1 to raise versions)"
	@echo "make catalogue  extract messages, update and compile the translations"
	@echo "make clean      remove the environment and caches"

$(READY): requirements.lock pyproject.toml hatch_build.py referral_engine/version.py .ci/environment
	@.ci/environment $(VENV)

demo: $(READY)
	@$(BIN)/python -m referral_engine demo

test: $(READY)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

serve: $(READY)
	@$(BIN)/python -m referral_engine run --verbose

# Failing seeds are named; `python -m tests.simulation --seed N` tells one step by step.
SEEDS ?= 1000
simulate: $(READY)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS)

bench: $(READY)
	@test $(PEERS) -nt benchmarks/requirements.lock || $(BIN)/python -m pip \
	    --disable-pip-version-check --quiet install --upgrade --target $(PEERS) \
	    --require-hashes --requirement benchmarks/requirements.lock
	@set -e; for file in $(sort $(wildcard benchmarks/bench_*.py)); do $(BIN)/python $$file; done

chaos: $(READY)
	@$(BIN)/python -m tests.chaos.load --kills $(KILLS) $(ARGS)

lint: $(READY)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy hatch_build.py referral_engine $(wildcard plugins/*/ examples/*/*.py)
	$(BIN)/lint-imports --no-logo
	.ci/no-registry

lock: $(READY)
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install "uv>=0.5"
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header --quiet \
	    $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	$(BIN)/uv pip compile benchmarks/requirements.in --universal \
	    --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
	    $(if $(UPGRADE),--upgrade) --output-file benchmarks/requirements.lock
	@.ci/no-registry

catalogue: $(READY)
	@$(BIN)/pybabel --quiet extract $(EXTRACT) --output $(VENV)/messages.pot \
	    referral_engine $(wildcard plugins)
	@$(BIN)/pybabel --quiet update $(CATALOGUE) --input-file $(VENV)/messages.pot \
	    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	@$(BIN)/pybabel --quiet compile $(CATALOGUE)
	@git diff --stat -- referral_engine/locale

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
