# Xiaobao: `make help` lists the commands. Needs git, make and python3; everything else is installed below this folder.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export UV_COMPILE_BYTECODE = 1
export UV_PROJECT_ENVIRONMENT = .venv
export RASA_TELEMETRY_ENABLED = false
export SQLALCHEMY_SILENCE_UBER_WARNING = 1
export TF_CPP_MIN_LOG_LEVEL = 3
export CUDA_VISIBLE_DEVICES = -1
export PYTHONPATH = $(CURDIR)
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

PY := .venv/bin/python
COMPILE := --override overrides.txt --python-version 3.10 --python-platform x86_64-manylinux_2_28 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header --quiet
UV = $(shell sh deploy/install.sh uv)
PATHS := actions bot xiaobao tests benchmarks

# $(call need,SET OUT): each of these must be given on the command line.
need = for name in $(1); do eval "value=\$$$$name"; \
	[ -n "$$value" ] || { echo "$$name is missing: make $@ $(foreach n,$(1),$(n)=...)" >&2; exit 2; }; done

.PHONY: check-knowledge teach-search teach-reading fit-search help run test test-fast train lint format doctor lock token import eval-questions eval-acts eval-narratives eval-changed eval-screening eval-filing eval-pictures \
	bench bench-desk demo wechat-demo wechat-setup bench-guidance soak soak-acts soak-wechat install install-dev clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install ## install, train if needed, migrate, start everything; Ctrl-C stops it
	@exec $(PY) -m xiaobao.start

test: install-dev ## install with test tools, then lint, types and every test
	@sh deploy/test_tools.sh
	@$(MAKE) lint
	@$(PY) -m pytest -n 2 -m "not model and not browser" $(ARGS)
	@exec $(PY) -m pytest -n 2 --dist loadfile -m "model or browser" $(ARGS)

test-fast: install-dev ## a minute: without Rasa, model, browser, PostgreSQL and processes
	@exec $(PY) -m pytest -n 2 --dist loadgroup --ignore=tests/bot -m "not model and not browser and not postgres and not slow" $(ARGS)

train: install ## train, unless a model fits the data
	@exec $(PY) -m xiaobao.training

lint: install-dev ## ruff and mypy
	@$(PY) -m ruff check $(PATHS)
	@$(PY) -m mypy $(PATHS)

format: install-dev ## let ruff lay out the Python
	@exec $(PY) -m ruff format $(PATHS)

doctor: install ## what would go wrong in production
	@exec $(PY) -m xiaobao.doctor

demo: install ## fill an office of its own (var-demo) with 5,000 invented tickets of two years
	@$(PY) -m xiaobao.demo $(if $(COUNT),--count $(COUNT))

wechat-demo: install-dev ## the product beside a simulated WeChat, with a telephone to play on; needs no account
	@exec $(PY) -m tests.simulators.wechat.demo

wechat-setup: install ## is the WeChat account ready? Says what to mend and makes the menu; CHECK=1 changes nothing
	@exec $(PY) -m bot.channels.wechat.setup $(if $(CHECK),--check)

token: install ## one line: a token for the desk API (ROLE=clerk; INSTITUTION=name for a liaison)
	@$(call need,ROLE)
	@exec $(PY) -m xiaobao.desk.tokens "$(ROLE)" $(if $(INSTITUTION),"$(INSTITUTION)")

import: install ## an old register or a list of staff: FILE=register.xlsx KIND=tickets|accounts [DRY=1], docs/import.md
	@$(call need,FILE KIND)
	@exec $(PY) -m xiaobao.desk.import_file "$(KIND)" "$(FILE)" $(if $(DRY),--dry)

check-knowledge: install ## what is wrong with the files of data/knowledge, in seconds
	@exec $(PY) -m xiaobao.knowledge.check

teach-search: install ## teach the encoder of the search our wordings (an hour); make fit-search must follow
	@exec $(PY) -m xiaobao.knowledge.teach

fit-search: install ## find the weights of the search anew, on our own wordings (five minutes)
	@exec $(PY) -m xiaobao.knowledge.fit

fit-reading: install ## learn anew which words name merchant, ware, sum and day (two minutes)
	@exec $(PY) -m xiaobao.reading.fit data/reading data/reading/stories/*.jsonl tests/reading/narratives.jsonl

teach-reading: install ## teach the transformer that reads stories beside them (an hour on two cores)
	@exec $(PY) -m xiaobao.reading.teach data/reading data/reading/stories/*.jsonl tests/reading/narratives.jsonl

eval-questions: train ## measure the answers: SET=in.jsonl OUT=out.jsonl
	@$(call need,SET OUT)
	@exec $(PY) -m tests.eval.questions "$(SET)" "$(OUT)"

eval-changed: install-dev ## SET=rows.jsonl [SEED=n]: stories told with other facts; do the slots follow?
	@exec $(PY) -m tests.eval.changed $(SET) $(if $(SEED),--seed $(SEED))

eval-screening: install-dev ## hints at the door beside what another writer expects [SET=rows.jsonl]
	@exec $(PY) -m tests.eval.screening $(SET)

eval-pictures: install-dev ## what is read from drawn papers and screens, damaged [SEEDS=5] [FIRST=1] [LINES=file]
	@exec $(PY) -m tests.eval.pictures --seeds $(or $(SEEDS),5) --first $(or $(FIRST),1) $(if $(LINES),--lines "$(LINES)")

eval-acts: install-dev ## ask or complain, and whose matter: SET=rows.jsonl [MODEL=1]
	@$(call need,SET)
	@exec $(PY) -m tests.eval.acts "$(SET)" $(if $(MODEL),--model)

eval-narratives: install ## measure the reading of stories: SET=in.jsonl OUT=out.jsonl
	@$(call need,SET OUT)
	@exec $(PY) -m tests.eval.narratives "$(SET)" "$(OUT)"

eval-filing: train ## from story to ticket: OUT=out.jsonl, SET=in.jsonl or WHO=halting or both [OFFICE=any SEED=1 PEER=1 DODGE=.5]
	@$(call need,OUT)
	@exec $(PY) -m tests.eval.filing --out "$(OUT)" --office "$(or $(OFFICE),any)" $(if $(SET),--set "$(SET)") \
		$(if $(WHO),--who "$(WHO)") $(if $(SEED),--seed "$(SEED)") $(if $(PEER),--peer) $(if $(DODGE),--dodge "$(DODGE)")

bench-guidance: install-dev ## who finds the right topic, ours or its peers [SET=rows.jsonl]
	@exec $(PY) -m benchmarks.guidance $(SET) $(ARGS)

bench: install-dev train ## every performance figure of the README, each beside its peer
	@exec $(PY) -m benchmarks

bench-desk: install-dev ## the desk over HTTP at 10 and 100 thousand tickets, SQLite and PostgreSQL (half an hour)
	@exec $(PY) -m benchmarks.desk $(ARGS)

soak: install-dev train ## the long runs: kills of bot and action server while citizens submit, then soak-acts and soak-wechat
	@$(PY) -m benchmarks.soak
	@$(MAKE) soak-acts
	@$(MAKE) soak-wechat

soak-acts: install-dev train ## kills while citizens act on filed tickets, website and WeChat [RUNS=50] [SEED=drawn] [SCREENS=file]
	@exec $(PY) -m benchmarks.soak_acts --runs $(or $(RUNS),50) $(if $(SEED),--seed $(SEED)) $(if $(SCREENS),--screens "$(SCREENS)")

soak-wechat: install-dev train ## citizens on the simulated WeChat platform, with faults [CITIZENS=100 TURNS=3000 SEED=1 OUT=file]
	@exec $(PY) -m benchmarks.wechat_soak --citizens $(or $(CITIZENS),100) --turns $(or $(TURNS),3000) --seed $(or $(SEED),1) $(if $(OUT),--out "$(OUT)")

lock: ## compile the lock files from requirements.in, requirements-dev.in and overrides.txt
	@$(UV) pip compile requirements.in $(COMPILE) -o requirements.lock
	@$(UV) pip compile requirements-dev.in -c requirements.lock $(COMPILE) -o requirements-dev.lock

clean: ## remove what installing and training made; data stay
	@rm -rf .venv .uv .rasa .mypy_cache .ruff_cache .pytest_cache models/xiaobao-*.tar.gz

install:
	@exec sh deploy/install.sh run

install-dev:
	@exec sh deploy/install.sh dev
