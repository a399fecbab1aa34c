# `make` lists what there is. Everything lives in .venv; nothing outside this folder is changed.
VENV := .venv
BIN := $(VENV)/bin
# the first Python on the path that is new enough
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

PYTHON311 ?= python3.11
PYTHON313 ?= python3.13

.PHONY: help lab test test-colab notebooks check stamp minutes handout fresh lanes torture site peers whole-task sweep published stack styles gates clean

help:  ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

lab: $(VENV)/.lab  ## open the book in JupyterLab (installs it first, in .venv)
	@$(BIN)/python tools/lab.py

test: $(VENV)/.test  ## run every test: units, every notebook with strict nbval, panels in a browser
	@$(BIN)/python tools/test.py $(ARGS)

test-colab: $(VENV)-colab/.ready  ## every notebook, strictly, with the versions that Google Colab has (needs Python 3.13)
	@PYTEST_ADDOPTS="-W default -p no:cacheprovider" $(VENV)-colab/bin/python tools/test.py --notebooks

notebooks: $(VENV)/.test  ## run every notebook top to bottom and write the outputs back
	@$(BIN)/python tools/notebook.py run

check: $(VENV)/.test  ## say what breaks the rules of a chapter
	@$(BIN)/python tools/notebook.py check

stamp: $(VENV)/.test  ## say which address the repository has; REPO=owner/name sets it, with badges and launch links; REPO= takes them out
	@$(BIN)/python tools/stamp.py $(if $(findstring command line,$(origin REPO)),"$$REPO")

minutes: $(VENV)/.test  ## measure how long each chapter takes, and write it into the chapters (some minutes)
	@$(BIN)/python tools/minutes.py $(ARGS)

fresh: $(VENV)/.test  ## run every notebook afresh and say which differ from the stored ones, byte for byte; changes nothing
	@$(BIN)/python tools/fresh.py $(ARGS)

lanes: $(VENV)/.test  ## run the tests on old and new versions and in odd places (hours; ARGS="NAMES" for some, ARGS=--list)
	@PYTHON311="$(PYTHON311)" PYTHON313="$(PYTHON313)" $(BIN)/python tools/lanes.py $(ARGS)

handout: $(VENV)/.test  ## dist/reverse-them-all-handout.zip for a class: the book without solutions
	@$(BIN)/python tools/handout.py

torture: $(VENV)/.test  ## try to break the book at full length: panels, library, files, interruptions; prints what was tried, how often
	@$(BIN)/python tools/torture.py $(ARGS)

site: $(VENV)/.site  ## build the book as a static site in site/_build/html (needs npm)
	@$(BIN)/python tools/pages.py
	@echo "The first page is site/_build/html/index.html. To read it: $(BIN)/python -m http.server --bind 127.0.0.1 -d site/_build/html"

peers: $(VENV)-peers/.ready  ## measure a training step beside PyTorch and JAX, in an environment of their own
	@$(VENV)-peers/bin/python benchmarks/peers.py $(ARGS)

# The tables of Part II: each target runs benchmarks/NAME.py again; killed, it goes on where it was (ARGS=--fresh: from the start).
LONG = $(BIN)/python benchmarks/$(subst -,_,$@).py $(ARGS)

whole-task: $(VENV)/.runs  ## chapters 06, 07: 5 units on all 9,840 strings of length 1 to 8, five seeds (1 minute)
	@$(LONG)

sweep: $(VENV)/.runs  ## chapter 07: how long 1 to 16 units can go, 390 trainings
	@$(LONG)

published: $(VENV)/.runs  ## chapter 07: 26 letters, beside a published table
	@$(LONG)

stack: $(VENV)/.runs  ## chapter 08: how long the stack by hand lasts, by precision and base
	@$(LONG)

styles: $(VENV)/.runs  ## chapter 09: plain, feedback, peek, attention on one budget
	@$(LONG)

gates: $(VENV)/.runs  ## chapter 10: simple RNN, GRU, LSTM on one budget
	@$(LONG)

clean:  ## delete the environments, and the site with what it was built from
	rm -rf $(VENV) $(VENV)-peers $(VENV)-colab $(VENV)-lanes site/node_modules site/_build

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one from https://www.python.org, or say which: make lab PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Making .venv failed. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)-peers/.ready: pyproject.toml benchmarks/requirements.txt
	@echo "Installing PyTorch, JAX and revlib into $(VENV)-peers (some minutes, once)"
	@$(PYTHON) -m venv $(VENV)-peers
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt -e .
	@touch $@

$(VENV)-colab/.ready: pyproject.toml tests/colab.txt
	@command -v $(PYTHON313) >/dev/null || { echo "No Python 3.13 was found, and Colab has that one. Say which: make test-colab PYTHON313=/path/to/python3.13"; exit 1; }
	@echo "Installing what Colab has into $(VENV)-colab (a minute or two, once)"
	@$(PYTHON313) -m venv $(VENV)-colab
	@$(VENV)-colab/bin/python -m pip install --quiet --disable-pip-version-check -r tests/colab.txt
	@$(VENV)-colab/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.lab: pyproject.toml | $(BIN)/python
	@echo "Installing into .venv (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[lab]"
	@touch $@

$(VENV)/.runs: pyproject.toml | $(BIN)/python
	@echo "Installing what the long runs need into .venv (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[lab,runs]"
	@touch $@ $(VENV)/.lab

$(VENV)/.site: pyproject.toml | $(BIN)/python
	@echo "Installing what the site needs into .venv (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[site]"
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need into .venv (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	@touch $@ $(VENV)/.lab $(VENV)/.runs $(VENV)/.site
