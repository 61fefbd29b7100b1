# Everything runs in .venv; nothing else on the machine is touched. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where pip finds the CPU build of torch; elsewhere on Linux pip would bring gigabytes of CUDA packages. Empty: do not look.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
PIP_INSTALL = $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
INDEX ?= data/index
PEERS := .venv-peers
# What builds, describes and audits a release lives in an environment of its own: none of it is needed to run or to test.
TOOLS := .venv-tools
DIST ?= dist
EXPORT ?= build/export
CLEAN ?= build/clean
IMAGE ?= confnotes:latest
BASE ?= python:3.11-slim-bookworm
LOCK ?= requirements.lock
NOTES ?= notes
# How many processes run the tests: one more than there are cores, because tests wait.
TESTERS ?= 3
# The recaps that training pairs point into; they are not part of the repository.
TEXTS ?= ../shared
TEACHER ?= data/training/all-mpnet-base-v2
READER = data/training/reader
# All notes that pairs point into, in one folder.
GATHER = mkdir -p data/training/texts && for folder in $(TEXTS)/training/texts $(TEXTS)/recaps/texts training/recaps; do \
	cp $$folder/* data/training/texts || exit; done
READ = --texts data/training/texts --quoted $(TEXTS)/training/questions.jsonl
Q ?= what did they say about Karpenter?

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test check format ingest ask bot web slack-demo slack-checks lock wheel sbom licences image hazards canaries hostile fuzz nights switches everyday pairs forms train fusion reader \
	floors bench bench-scale bench-peers clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt index/encoder/onnx.py index/encoder/adapter/adapter.safetensors | $(VENV)/bin/python
	@echo "Installing confnotes and its libraries (about a minute) ..."
	@$(PIP_INSTALL) --editable .
	@echo "Fetching the encoder's weights (91 MB, 26 MB are kept) ..."
	@$(BIN)/confnotes model fetch
	@touch $@
	@echo "Done. To have the confnotes command in this shell: export PATH=\"$$PWD/$(BIN):\$$PATH\""

$(VENV)/installed-dev: $(VENV)/installed deploy/torch_index.py
	@echo "Installing what tests and checks need, torch among it (a minute or more) ..."
	@$(PIP_INSTALL) $$($(BIN)/python deploy/torch_index.py $(TORCH_INDEX)) --editable '.[dev]'
	@touch $@

install: $(VENV)/installed  ## create .venv with the confnotes command

install-dev: $(VENV)/installed-dev  ## the same with what tests and checks need

demo: $(VENV)/installed  ## read the recaps that ship with the project and answer three questions
	@$(BIN)/python deploy/demo.py

test: $(VENV)/installed-dev  ## run the tests
	@$(BIN)/python -m pytest --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder

check: $(VENV)/installed-dev  ## lint, format, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/installed-dev  ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

ingest: $(VENV)/installed  ## read NOTES (default: notes) and publish an index
	@$(BIN)/confnotes ingest $(NOTES)

ask: $(VENV)/installed  ## ask Q="..." on the terminal
	@$(BIN)/confnotes ask "$(Q)"

bot: $(VENV)/installed  ## run the Slack bot (tokens in .env)
	@$(BIN)/confnotes bot

web: $(VENV)/installed  ## run the web page
	@$(BIN)/confnotes web

slack-demo: $(VENV)/installed-dev  ## converse with the bot on the terminal, without Slack (on data/index, or INDEX=...)
	@test -e $(INDEX)/CURRENT || $(BIN)/python -m ingest notes --index $(INDEX) >/dev/null
	@$(BIN)/python -m tests.slack_server $(INDEX)

$(TOOLS)/installed: .ci/tools.txt
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/pip install --quiet --disable-pip-version-check --requirement .ci/tools.txt
	@touch $@

lock: $(VENV)/installed-dev $(TOOLS)/installed  ## write constraints.txt from what is installed, the locks with hashes, and docs/licences.md
	@$(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt
	@set -e; compile() { $(TOOLS)/bin/uv pip compile --quiet pyproject.toml --constraint constraints.txt --generate-hashes --universal \
		--python-version 3.11 --no-header --no-annotate --output-file "$$@"; }; \
	compile requirements.lock --extra mcp; \
	compile requirements-replicated.lock $(foreach extra,mcp postgresql oauth objectstore qdrant cards,--extra $(extra))
	@$(MAKE) --no-print-directory licences

licences: $(VENV)/installed-dev  ## write docs/licences.md from the packages that are installed; fails where one does not go with ours
	@$(BIN)/python deploy/licences.py > docs/licences.md.new && mv docs/licences.md.new docs/licences.md

# From what is committed, with modes and times that do not depend on the machine: the same commit gives the same bytes.
wheel: $(VENV)/installed $(TOOLS)/installed  ## build wheel and source archive of the last commit into DIST, with the weights
	@rm -rf $(EXPORT) && mkdir -p $(EXPORT)/index/encoder/model $(DIST)
	@git -c tar.umask=0022 archive HEAD | tar -x -C $(EXPORT)
	@install -m 644 index/encoder/model/* $(EXPORT)/index/encoder/model
	@umask 022; SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
		$(TOOLS)/bin/pyproject-build --no-isolation --outdir $(DIST) $(EXPORT) >$(EXPORT)/log 2>&1 || { cat $(EXPORT)/log; exit 1; }
	@$(TOOLS)/bin/twine check --strict $(DIST)/*
	@$(TOOLS)/bin/check-wheel-contents $(DIST)/*.whl

sbom: wheel  ## list what the wheel installs as CycloneDX, in DIST
	@rm -rf $(CLEAN) && $(PYTHON) -m venv --without-pip $(CLEAN)
	@pip() { $(TOOLS)/bin/pip --quiet --disable-pip-version-check --python $(CLEAN)/bin/python "$$@"; }; \
	pip install --require-hashes --requirement $(LOCK) && pip install --no-deps $(DIST)/*.whl
	@$(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --spec-version 1.6 --output-reproducible \
		--output-file $(DIST)/confnotes.cdx.json $(CLEAN)/bin/python

# The base by its digest of today, so that it is known what an image stands on.
image:  ## build the image IMAGE with docker, on BASE by its digest (LOCK=requirements-replicated.lock for deploy/kubernetes)
	@digest=$$(docker buildx imagetools inspect $(BASE) --format '{{.Manifest.Digest}}') && \
	docker build --build-arg PYTHON_IMAGE=$(BASE)@$$digest --build-arg LOCK=$(LOCK) \
		--build-arg REVISION=$$(git rev-parse HEAD) --tag $(IMAGE) .

hazards: $(VENV)/installed-dev  ## kill 200 nightly jobs and 200 nights with a bot, fill disks, turn clocks, damage 700 builds, and look what is live afterwards
	@mkdir -p data && $(BIN)/python -m benchmarks.hazards --kills 200 --damages 700 --nights 200 --keep data/hazards.json

canaries: $(VENV)/installed-dev  ## start commands that fail, with a canary in twelve secrets, and look for the canaries
	@$(BIN)/python -m benchmarks.canaries

hostile: $(VENV)/installed-dev  ## ask 5,000 questions that are made to be dear (INDEX; half an hour)
	@$(BIN)/python -m benchmarks.hostile --index $(INDEX) --questions 5000

fuzz: $(VENV)/installed-dev  ## read 5,000 mutated recaps, catalogues, feeds, lists and settings
	@$(BIN)/python -m benchmarks.fuzz --inputs 5000 --keep data/fuzz

nights: $(VENV)/installed-dev  ## time nights on 2,000 made-up recaps (the first one embeds for minutes)
	@PYTHONPATH=. $(BIN)/python benchmarks/nights.py --folder data/nights

switches: $(VENV)/installed-dev  ## ask for a minute while 20 builds are published, two of them corrupt
	@PYTHONPATH=. $(BIN)/python benchmarks/switches.py

everyday: $(VENV)/installed-dev  ## ask the question sets and say whom the answers satisfy (TEXTS holds the notes they point into)
	@$(BIN)/confnotes ingest $(TEXTS)/training/texts --index data/questions/training >/dev/null
	@$(BIN)/confnotes ingest $(TEXTS)/seeds --catalogue $(TEXTS)/seeds/catalogue.csv --index data/questions/seeds >/dev/null
	@$(BIN)/confnotes ingest tests/corpus/recaps --index data/questions/corpus >/dev/null
	@$(BIN)/confnotes ingest $(TEXTS)/recaps/texts --index data/questions/recaps >/dev/null
	@set -e; for figures in everyday refusing metamorphic; do $(BIN)/python -m benchmarks.$$figures --texts $(TEXTS)/training/texts \
		--texts $(TEXTS)/seeds --build training=data/questions/training --build seeds=data/questions/seeds; done
	@$(BIN)/python -m benchmarks.everyday benchmarks/questions/fresh.jsonl --texts $(TEXTS)/recaps/texts \
		--build corpus=data/questions/corpus --build recaps=data/questions/recaps

pairs: $(VENV)/installed-dev  ## check the pairs that the encoder's adapter is trained on (TEXTS holds what they point into)
	@$(BIN)/python -m training.check --texts $(TEXTS)/training/texts --texts $(TEXTS)/recaps/texts --texts training/recaps \
		--quoted $(TEXTS)/training/questions.jsonl --against $(TEXTS)/golden/dev.jsonl --against $(TEXTS)/recaps/questions.jsonl \
		--against $(TEXTS)/everyday/seeds.jsonl --against $(TEXTS)/everyday/recaps.jsonl

forms: $(VENV)/installed-dev  ## learn the forms of answers and asides from their exemplars (a minute; after every line that is added)
	@$(BIN)/python -m training.forms

train: $(VENV)/installed-dev  ## train the encoder's adapter on the pairs, in place of the one that ships (five runs of minutes; taken up where it stopped)
	@$(GATHER)
	@$(BIN)/python -m ingest data/training/texts --index data/training/index >/dev/null
	@set -e; run() { n=$$1; shift; $(BIN)/python -m training.adapter.train --corpus data/training/index --texts data/training/texts \
		--quoted $(TEXTS)/training/questions.jsonl --out data/training/run$$n.safetensors \
		--checkpoint data/training/checkpoint$$n.safetensors "$$@"; }; \
	run 1 --seed 8; run 2 --seed 9 --rate 8e-4 --one-event 0; run 3 --seed 10 --rate 8e-4 --as-quoted 0.6; \
	run 4 --seed 8 --leave-out $(TEXTS)/recaps/questions.jsonl; \
	run 5 --seed 9 --rate 8e-4 --one-event 0 --leave-out $(TEXTS)/recaps/questions.jsonl
	@$(BIN)/python -m training.adapter.join $(foreach n,1 2 3 4 5,--adapter data/training/run$(n).safetensors) --rank 32 --scale 0.6 \
		--out index/encoder/adapter/adapter.safetensors

fusion: $(VENV)/installed-dev  ## learn the ranking's weights from the pairs, in place of those that ship
	@$(GATHER)
	@$(BIN)/python -m ingest data/training/texts --index data/training/index >/dev/null
	@$(BIN)/python -m training.ranking.run --corpus data/training/index --texts data/training/texts \
		--quoted $(TEXTS)/training/questions.jsonl

reader: $(VENV)/installed-dev  ## train, measure and write the reader (TEACHER: a folder of all-mpnet-base-v2; an hour on two cores; taken up where it stopped)
	@mkdir -p $(READER) && $(GATHER)
	@$(BIN)/python -m ingest data/training/texts --index data/training/index >/dev/null
	@CONFNOTES_ENCODER_ADAPTER=none $(BIN)/python -m ingest data/training/texts --index $(READER)/plain >/dev/null
	@test -f $(READER)/lists.jsonl || $(BIN)/python -m training.reader.lists $(READ) --corpus $(READER)/plain --adapter none \
		--squad $(TEXTS)/training/squad2/dev-half.json --teacher $(TEACHER) --out $(READER)/lists.jsonl
	@$(BIN)/python -m training.reader.train --lists $(READER)/lists.jsonl --adapter none \
		--out $(READER)/weights.safetensors --checkpoint $(READER)/checkpoint.safetensors
	@$(BIN)/python -m training.adapter.train $(READ) --corpus data/training/index --out $(READER)/full.safetensors \
		--leave-out training/reader/left-out.jsonl --checkpoint $(READER)/adapter-checkpoint.safetensors --seed 9 --rate 8e-4 --one-event 0
	@$(BIN)/python -m training.adapter.join --adapter $(READER)/full.safetensors --rank 16 --scale 0.6 --out $(READER)/adapter.safetensors
	@mkdir -p $(READER)/texts && sed 's/.*: "\(.*\)"}/\1/' training/reader/left-out.jsonl | (cd data/training/texts && xargs cp -t $(CURDIR)/$(READER)/texts)
	@CONFNOTES_ENCODER_ADAPTER=$(READER)/adapter.safetensors $(BIN)/python -m ingest $(READER)/texts --index $(READER)/index >/dev/null
	@CONFNOTES_ENCODER_ADAPTER=$(READER)/adapter.safetensors $(BIN)/python -m ingest data/training/texts --index $(READER)/all >/dev/null
	@$(BIN)/python -m training.reader.observing $(READ) --corpus $(READER)/index --adapter $(READER)/adapter.safetensors --out $(READER)/seen.jsonl
	@$(BIN)/python -m training.reader.measuring --seen $(READER)/seen.jsonl --lists $(READER)/lists.jsonl \
		--weights $(READER)/weights.safetensors --adapter none --out benchmarks/results/reader.json
	@$(BIN)/python -m training.reader.export --weights $(READER)/weights.safetensors --adapter none --layers 5 --passages 3 --weight 0.029 \
		--out index/ranking/reader
	@$(BIN)/python -m training.reader.judging $(READ) --corpus $(READER)/index --others $(READER)/all --adapter $(READER)/adapter.safetensors \
		--base $(READER)/base-judge.json --out bot/answering/evidence/reading.json --results benchmarks/results/reader-judge.json

floors: $(VENV)/installed-dev  ## measure quality on the shared questions; fails where a figure fell below benchmarks/floors.json
	@$(BIN)/python -m benchmarks.floors

bench: $(VENV)/installed-dev  ## measure speed, memory and quality (under 15 minutes); writes to benchmarks/results
	@PYTHONPATH=. $(BIN)/python -m benchmarks.bench

bench-scale: $(VENV)/installed-dev  ## the growth to 100,000 and 1,000,000 passages (an hour and 20 GB of disk), which bench then shows
	@PYTHONPATH=. $(BIN)/python benchmarks/scale.py --sizes 100000 1000000 --folder data/scale \
		--out benchmarks/results/$$(date +%F)-$$(git rev-parse --short HEAD)-scale.jsonl

bench-peers: $(VENV)/installed-dev  ## ask txtai, LangChain, LlamaIndex and Haystack the same, installed into .venv-peers
	@PYTHONPATH=. $(BIN)/python -m benchmarks.peers.install $(PEERS) $$($(BIN)/python deploy/torch_index.py $(TORCH_INDEX))
	@PYTHONPATH=. $(BIN)/python -m benchmarks.peers --environment $(PEERS)

clean:  ## remove both environments and caches
	rm -rf $(VENV) $(PEERS) $(TOOLS) build dist data/demo .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
