# `make` lists what there is. Everything lives in .venv; nothing outside this folder is changed.

# the first Python on the path that is new enough
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
IN = @test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Install one from https://www.python.org, or say which: make $@ PYTHON=/path/to/python3"; exit 1; }; \
	"$(PYTHON)" tools/venv.py

.PHONY: help lab quick test nightly notebooks site lite pdf bench handout clean

help:  ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

lab:  ## open the book in JupyterLab (installs it first, in .venv)
	$(IN) lab -- python tools/lab.py

quick:  ## lint, the rules of a chapter, the core's mathematics (40 seconds)
	$(IN) test -- python tools/test.py quick $(ARGS)

test:  ## every notebook, every panel, every page opened once (5 minutes)
	$(IN) test -- python tools/test.py test $(ARGS)

nightly:  ## all that takes long: every control in a browser, torture, planted faults, other versions (hours)
	$(IN) test -- python tools/test.py nightly $(ARGS)

notebooks:  ## run every notebook top to bottom and write the outputs back
	$(IN) test -- python tools/notebook.py run

site:  ## build the book as a static site in site/_build/html (needs npm)
	$(IN) test -- python tools/pages.py

lite:  ## build the site, and beside it the book as a JupyterLab that needs no installation
	$(IN) test -- python tools/lite.py

pdf:  ## print the book into dist/reverse-them-all.pdf (needs npm and Chromium); ARGS=--solutions adds these
	$(IN) test -- python tools/paper.py $(ARGS)

bench:  ## run a long computation again: NAME=peers, say; without a name, list them
	$(IN) $(if $(filter peers,$(NAME)),peers,test) -- python tools/bench.py $(NAME) $(ARGS)

handout:  ## dist/reverse-them-all-handout.zip for a class: the book without solutions
	$(IN) test -- python tools/handout.py

clean:  ## delete the environments, and the site with what it was built from
	rm -rf .venv .venv-peers .nox site/node_modules site/_build
