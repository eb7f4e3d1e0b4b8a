# Two commands: `make demo` and `make test`. Needs Python >= 3.10, make, git and a package index; everything generated goes below .build/.
#
#   make PYTHON=/path/to/python3.12 ...    another Python than the first good one on PATH
#   make unit ARGS="-k convert -x"         arguments for the tool behind a target

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

PYTHON ?=
ARGS ?=
AZDO_CONTRACTS ?=

# Relative, so that a clone may live in a folder with a space in its name; children get absolute paths.
build := .build
venv := $(build)/venv
bin := $(venv)/bin
home := $(build)/home
collections := $(build)/collections
installed := $(collections)/ansible_collections/azdo/connections
source_link := $(build)/source/ansible_collections/azdo/connections
version := $(shell sed -n 's/^version: *//p' galaxy.yml)
tarball := $(build)/dist/azdo-connections-$(version).tar.gz

# Folders are among the sources, so that a removed file counts as a change; written `folder/.`, because `playbooks` is a target as well.
sources := $(shell find *.yml *.md COPYING requirements.txt changelogs/. docs/. extensions/. meta/. playbooks/. plugins/. roles/. \
	-not -path '*/__pycache__*' -not -name '.plugin-cache.yaml' 2>/dev/null)

# What every child sees: our tools first, the installed collection, nothing of the user's own Ansible settings.
environment := env -u ANSIBLE_CONFIG \
	PATH="$(CURDIR)/$(bin):$$PATH" PYTHON="$(CURDIR)/$(bin)/python" VIRTUAL_ENV="$(CURDIR)/$(venv)" \
	HOME="$(CURDIR)/$(home)" ANSIBLE_HOME="$(CURDIR)/$(home)/.ansible" LC_ALL=C.UTF-8 \
	ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/$(collections)" PYTHONPATH="$(CURDIR)/$(collections):$(CURDIR)/tests" \
	AZDO_AWX_COLLECTIONS="$(CURDIR)/$(build)/awx" AZDO_NODE_MODULES="$(CURDIR)/$(build)/npm/node_modules"

# What Python has compiled is kept below .build, whatever the caller's settings: a fresh process would compile thousands of files again.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(build)/pycache

# Every ansible-core that is supported; Python 3.12 is what all of them have in common. 2.16.0 is the one that meta/runtime.yml names.
CORES ?= 2.16.0 2.16 2.17 2.18 2.19 2.20 2.21
CORES_PYTHON ?= python3.12
SANITY_CORES ?= $(filter-out %.0,$(CORES))
# The sample for those in SANITY_SAMPLED is what looks at the collection with the ansible-core itself. These are programs of their own, which `make sanity`
# runs as well: with the same rules, and in a version that is newer and knows more.
SANITY_SAMPLED ?=
SANITY_PROGRAMS := changelog pep8 pylint shellcheck yamllint
# What people run: what they say slightly wrong, all playbooks with all kinds of hosts, waves, questions, and a fleet whose every text is a command.
CORES_TESTS := tests/playbooks/test_doors.py tests/playbooks/test_every_variable.py tests/playbooks/test_narrowing.py tests/playbooks/test_fleet_playbooks.py tests/playbooks/test_waves.py tests/playbooks/test_ask_each.py tests/playbooks/test_jobs.py tests/playbooks/test_runner.py tests/playbooks/test_untrusted.py \
	tests/unit/plugins/plugin_utils/test_untrusted.py
# The sample for cores in CORES_SAMPLED: what people say slightly wrong, and the fleet whose every text is a command, which goes through each playbook, with all
# kinds of hosts, waves and the inventory.
CORES_SAMPLED ?=
CORES_SAMPLE := $(filter %/test_doors.py %/test_every_variable.py %/test_untrusted.py %/test_ask_each.py %/test_jobs.py %/test_runner.py,$(CORES_TESTS))

# There are twice as many lines in the tests as elsewhere, so these take three times as long with them; ruff has the rules of pep8 and many of pylint for all.
SANITY_WITHOUT_TESTS := pylint pep8

# The PyPI packages ansible of these versions bring awx.awx, which the role awx is made of.
AWX_FROM ?= 12 13

# Every Python that the README names and that this machine has.
PYTHONS ?= python3.10 python3.11 python3.12 python3.13

# Shows the command, without all that.
run = @$(info $(1))$(environment) $(1)

# The same with the interpreter and ansible-core of another environment, which was made for a version of its own.
define run_with_core
@echo "pytest with ansible-core $(1)$(if $(filter $(1),$(CORES_SAMPLED)), (a sample))"
@$(environment) PATH="$(CURDIR)/$(build)/core-$(1)/bin:$$PATH" PYTHON="$(CURDIR)/$(build)/core-$(1)/bin/python" \
	"$(CURDIR)/$(build)/core-$(1)/bin/python" -m pytest -n 2 $(if $(filter $(1),$(CORES_SAMPLED)),$(CORES_SAMPLE),$(CORES_TESTS)) $(ARGS)

endef

# Of what is installed: the tests are looked at by `make sanity`, and are not in the tarball.
define sanity_with_core
@echo "ansible-test sanity with ansible-core $(1)$(if $(filter $(1),$(SANITY_SAMPLED)), (a sample))"
@PYTHONPATH=tests "$(build)/core-$(1)/bin/python" -m tools.ansible_test sanity --exclude tests/ \
	$(if $(filter $(1),$(SANITY_SAMPLED)),$(addprefix --skip-test ,$(SANITY_PROGRAMS))) $(ARGS)

endef

# Errors only: pip has a remark on every second package. Python compiles what is used when it is used first.
pip_install := $(bin)/python -m pip install -qq --no-compile --disable-pip-version-check

# With `make -j2`, what has two processes comes one after the other, beside what has only one.
ifneq ($(filter test test-all,$(MAKECMDGOALS)),)
playbooks: | unit
cores: | unit playbooks
endif

# .ci/shell notes what each target took.
export MAKE_TARGET = $@

##@ The two commands

.PHONY: play
play: $(venv)/.demo install ## The organization of the demo, simulated until Ctrl-C, to play with; it says how to sign in
	@$(environment) $(bin)/python tests/demo/serve.py

.PHONY: demo
demo: $(venv)/.demo install ## A fleet of service connections moves from secrets to workload identity federation, against the simulator
	@$(environment) tests/demo/run $(ARGS)

.PHONY: test
test: lint sanity integration unit playbooks ## Everything below
	@echo "make test: lint, sanity, unit, integration and playbooks passed."

.PHONY: test-all
test-all: ## make test with everything of which it runs a sample only
	AZDO_TEST_ALL=1 $(MAKE) test

##@ Parts of make test

.PHONY: lint
lint: ruff mypy yamllint ansible-lint docs-lint changelog-lint ## Formatters, linters and type checks

.PHONY: sanity
sanity: $(venv)/.dev ## ansible-test sanity, in a staged copy; pylint and pep8 look at the tests in make test-all only
ifeq ($(AZDO_TEST_ALL)$(ARGS),)
	PYTHONPATH=tests $(bin)/python -m tools.ansible_test sanity $(addprefix --skip-test ,$(SANITY_WITHOUT_TESTS))
	PYTHONPATH=tests $(bin)/python -m tools.ansible_test sanity $(addprefix --test ,$(SANITY_WITHOUT_TESTS)) --exclude tests/
else
	PYTHONPATH=tests $(bin)/python -m tools.ansible_test sanity $(ARGS)
endif

.PHONY: unit
unit: $(venv)/.dev install ## pytest tests/unit
	$(call run,pytest -n 2 -m "not contract" tests/unit $(ARGS))

.PHONY: integration
integration: $(venv)/.dev ## ansible-test integration, in a staged copy
	PYTHONPATH=tests $(bin)/python -m tools.ansible_test integration $(ARGS)

.PHONY: playbooks
playbooks: $(venv)/.dev $(addprefix $(build)/awx/ansible-,$(addsuffix /.installed,$(AWX_FROM))) install ## pytest tests/playbooks: real playbooks from the installed collection
	$(call run,pytest -n 2 tests/playbooks $(ARGS))

.PHONY: fuzz
fuzz: $(venv)/.dev install ## A service that answers anything: make fuzz MUTATIONS=20000 SEED=1
	$(call run,AZDO_MUTATIONS=$(or $(MUTATIONS),20000) AZDO_SEED=$(or $(SEED),1) pytest -n 2 tests/unit/plugins/fuzz $(ARGS))

##@ Parts of make lint

.PHONY: ruff
ruff: $(venv)/.dev ## ruff check and ruff format --check
	$(bin)/ruff check .
	$(bin)/ruff format --check .

.PHONY: mypy
mypy: $(venv)/.dev install ## mypy --strict
	@mkdir -p $(dir $(source_link)) && ln -sfn "$(CURDIR)" $(source_link)
	$(bin)/mypy $(source_link)/plugins tests

.PHONY: yamllint
yamllint: $(venv)/.dev ## yamllint
	$(bin)/yamllint --strict .

.PHONY: ansible-lint
ansible-lint: $(venv)/.dev install ## ansible-lint, profile production
	$(call run,ansible-lint --strict)

.PHONY: docs-lint
docs-lint: $(venv)/.dev ## antsibull-docs on the documentation of plugins and roles, in a staged copy
	$(call run,PYTHONPATH=tests $(bin)/python -m tools.docs_lint $(ARGS))

.PHONY: changelog-lint
changelog-lint: $(venv)/.dev ## antsibull-changelog on the fragments and on changelog.yaml
	$(bin)/antsibull-changelog lint
	$(bin)/antsibull-changelog lint-changelog-yaml changelogs/changelog.yaml

##@ More

.PHONY: docs
docs: $(venv)/.dev install ## The documentation as a site below .build/site, with every link looked at
	$(call run,python -m tools.docs_site $(build)/site)

.PHONY: bench
bench: $(venv)/.dev install ## The benchmark: a fleet converted in one task, beside the ideal and the sequential run
	@$(environment) tests/benchmarks/run $(ARGS)

.PHONY: test-browser
test-browser: $(venv)/.dev install $(build)/npm/.installed ## The report in Chromium, its style and scripts linted (needs chromium, chromedriver and npm on PATH)
	$(call run,pytest tests/browser $(ARGS))

.PHONY: cores
cores: $(addprefix $(build)/core-,$(addsuffix /.installed,$(CORES))) install ## All playbooks on every ansible-core (needs Python 3.12): make cores CORES="2.16 2.21"
	@test -n "$(strip $(CORES))" || { echo "make cores needs CORES, such as 2.16 2.21." >&2; exit 2; }
	$(foreach core,$(CORES),$(call run_with_core,$(core)))

.PHONY: sanity-cores
sanity-cores: $(addprefix $(build)/core-,$(addsuffix /.installed,$(SANITY_CORES))) ## ansible-test sanity of every ansible-core, on Python 3.12: make sanity-cores CORES="2.16 2.21"
	@test -n "$(strip $(SANITY_CORES))" || { echo "make sanity-cores needs CORES, such as 2.16 2.21." >&2; exit 2; }
	$(foreach core,$(SANITY_CORES),$(call sanity_with_core,$(core)))

.PHONY: demos
demos: ## make demo on several Pythons, each with the ansible-core that it gets: make demos PYTHONS="python3.10 python3.13"
	@test -n "$(strip $(PYTHONS))" || { echo "make demos needs PYTHONS, such as python3.10 python3.13." >&2; exit 2; }
	@for python in $(PYTHONS); do \
		found=$$(tests/tools/find-python $$python) && version=$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || exit 1; \
		$(MAKE) --no-print-directory build=$(build)/python-$$version PYTHON="$$found" demo || exit 1; \
		echo "make demo passed on Python $$version."; \
	done

.PHONY: contract
contract: $(venv)/.dev install ## The simulator against Microsoft's OpenAPI: make contract AZDO_CONTRACTS=folder
	@test -n "$(AZDO_CONTRACTS)" || { echo "make contract needs AZDO_CONTRACTS: the folder of Microsoft's OpenAPI files." >&2; exit 2; }
	$(call run,AZDO_CONTRACTS="$(abspath $(AZDO_CONTRACTS))" pytest -m contract tests/contract $(ARGS))

.PHONY: format
format: $(venv)/.dev ## Let ruff write
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

.PHONY: build
build: $(tarball) ## The collection as a tarball

.PHONY: install
install: $(installed)/.installed ## The collection, installed from its tarball, below .build/collections

.PHONY: changelog
changelog: $(venv)/.dev ## Fold the fragments into this version's changelog
	@$(environment) antsibull-changelog release --update-existing --reload-plugins

.PHONY: lock
lock: ## Newest versions into the lock files (needs uv on PATH)
	uv pip compile --quiet --upgrade --universal --python-version 3.10 --custom-compile-command "make lock" \
		--output-file requirements-dev.txt requirements.txt requirements-demo.in requirements-dev.in
	uv pip compile --quiet --upgrade --universal --python-version 3.10 --custom-compile-command "make lock" \
		--constraints requirements-dev.txt --output-file requirements-demo.txt requirements.txt requirements-demo.in

.PHONY: clean
clean: ## Remove everything generated
	rm -rf $(build)

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile

# Files

$(venv)/.demo: requirements-demo.txt
	@mkdir -p $(home)
	@python=$$(tests/tools/find-python $(PYTHON)) && echo "Virtual environment with $$python: $(venv)" && "$$python" -m venv --clear $(venv)
	@$(pip_install) -r requirements-demo.txt
	@touch "$@"

$(venv)/.dev: requirements-dev.txt $(venv)/.demo
	@echo "Development tools into $(venv)"
	@$(pip_install) -r requirements-dev.txt
	@touch "$@"

# Our pip installs into it: the one that a Python brings is old, and takes twice as long.
$(build)/core-%/.installed: requirements-demo.txt requirements.txt Makefile | $(venv)/.demo
	@python=$$(tests/tools/find-python $(CORES_PYTHON)) && "$$python" -m venv --clear --without-pip $(build)/core-$*
	@$(bin)/python -m pip --python $(build)/core-$*/bin/python install -qq --no-compile --disable-pip-version-check pip "ansible-core$(if $(filter 2.%.%,$*),==$*,==$*.*)" -r requirements.txt \
		ansible-runner httptools starlette trustme uvicorn hypothesis pytest pytest-timeout pytest-xdist
	@touch "$@"

# Of the package only that collection is kept: the whole of it has half a gigabyte.
# What lints style and scripts of the page, and axe-core. None of it needs a script of its own to be installed.
$(build)/npm/.installed: tests/browser/package.json tests/browser/package-lock.json
	@echo "Linters of the page into $(@D)"
	@mkdir -p $(@D) && cp $^ $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(build)/awx/ansible-%/.installed: | $(venv)/.demo
	@mkdir -p $(dir $@)
	@$(bin)/python -m pip download -qq --disable-pip-version-check --no-deps --python-version 3.12 --only-binary :all: --dest $(dir $@) "ansible==$*.*"
	@PYTHONPATH=tests $(bin)/python -m tools.unpack $(dir $@) ansible_collections/awx/awx/
	@touch "$@"

$(tarball): $(sources) | $(venv)/.demo
	@$(environment) ansible-galaxy collection build . --output-path $(build)/dist --force >/dev/null
	@touch "$@"

$(installed)/.installed: $(tarball)
	@$(environment) ansible-galaxy collection install $(tarball) -p $(collections) --offline --force >/dev/null
	@touch "$@"
