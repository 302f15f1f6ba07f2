# The front door: everything that a person or CI does with this repository is a target here. `make help` lists them.
#
# Nothing is done twice: a stamp under .build/stamps (or inside a venv) says that a step was done for the files it
# depends on, so that `make demo` on an unchanged tree goes straight to grading.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PREFIX ?= /usr/local
DESTDIR ?=
# Set to 1 where the packages of scripts/apt-packages.txt are provided in another way.
SKIP_PACKAGES ?=
SWIFT_BUILD_FLAGS ?=
# For instance: make test TEST_FLAGS='--filter LabSelfTests'.
TEST_FLAGS ?=

stamps := .build/stamps
release := swift build -c release --static-swift-stdlib $(SWIFT_BUILD_FLAGS)
# Folders are in the list too: their time changes when a file in them is deleted.
sources := Package.swift $(shell find Sources)

bindir := $(PREFIX)/bin
libexecdir := $(PREFIX)/libexec/skylab
sharedir := $(PREFIX)/share/skylab
assets := $(wildcard labs graders site)

##@ Everyday

.PHONY: help
help: ## List these targets.
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: build ## Set up, build, and grade the reference solution and a known-bad one.
	@scripts/demo

.PHONY: test
test: setup $(stamps)/images $(stamps)/test-packages .venv-test/.ready ## Set up and run all tests (debug build).
	swift build --build-tests $(SWIFT_BUILD_FLAGS)
	@scripts/build-helpers .build/debug
	PATH="$(CURDIR)/.venv/bin:$$PATH" SKYLAB_TEST_PYTHON="$(CURDIR)/.venv-test/bin/python" \
	    scripts/run-tests $(SWIFT_BUILD_FLAGS) $(TEST_FLAGS)

.PHONY: build
build: setup $(stamps)/release $(stamps)/images ## Build the release binaries: .build/release/skylab and spawnd.

.PHONY: images
images: $(stamps)/images ## Build the images of containers that stand in for those of tutorials: .build/images.

.PHONY: install
install: build ## Install under PREFIX (default /usr/local); DESTDIR is honoured.
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' scripts/install $(assets)

.PHONY: uninstall
uninstall: ## Take away what `make install` put under PREFIX.
	rm -f '$(DESTDIR)$(bindir)/skylab'
	rm -rf '$(DESTDIR)$(libexecdir)' '$(DESTDIR)$(sharedir)'

##@ Keeping it in shape

.PHONY: format
format: $(stamps)/swift ## Format all Swift sources in place.
	swift format format --in-place --parallel --recursive Package.swift Sources Tests

.PHONY: lint
lint: $(stamps)/swift ## Check formatting and style; changes nothing.
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	@for script in .ci/run $$(grep -lE '^#!.*\bbash' scripts/* bench/*); do bash -n "$$script"; done

.PHONY: bench
bench: build .venv-bench/.ready ## Measure against moto_server, ministack and bwrap; see bench/README.md.
	@$(if $(SKIP_PACKAGES),:,scripts/install-packages bench)
	$(if $(wildcard Sources/sandbox-bench),$(release) --product sandbox-bench)
	@.venv-bench/bin/python bench/run.py

.PHONY: clean
clean: ## Remove build products and outputs; keep the Python environments.
	rm -rf .build out

.PHONY: distclean
distclean: clean ## Remove the Python environments as well.
	rm -rf .venv .venv-test .venv-bench

##@ Steps of the above

.PHONY: setup
setup: $(stamps)/swift $(stamps)/packages .venv/.ready ## Install missing Debian packages and the pinned clients.

# A toolchain from an archive may itself wait for a library, so its version is asked after the packages are in.
$(stamps)/swift: scripts/check-swift | $(stamps)/packages
	@scripts/check-swift
	@mkdir -p $(@D) && touch $@

$(stamps)/packages: scripts/apt-packages.txt scripts/install-packages
	@scripts/check-swift --present
	@$(if $(SKIP_PACKAGES),:,scripts/install-packages build clients)
	@mkdir -p $(@D) && touch $@

$(stamps)/test-packages: scripts/apt-packages.txt scripts/install-packages | $(stamps)/packages
	@$(if $(SKIP_PACKAGES),:,scripts/install-packages test)
	@mkdir -p $(@D) && touch $@

$(stamps)/images: scripts/build-images $(shell find fixtures/images) | $(stamps)/packages
	@scripts/build-images .build/images
	@mkdir -p $(@D) && touch $@

.venv/.ready: requirements.txt scripts/make-venv | $(stamps)/packages
	@scripts/make-venv .venv requirements.txt
	@touch $@

.venv-test/.ready: requirements-test.txt scripts/make-venv | $(stamps)/packages
	@scripts/make-venv .venv-test requirements-test.txt
	@touch $@

.venv-bench/.ready: requirements-bench.txt scripts/make-venv | $(stamps)/packages
	@scripts/make-venv .venv-bench requirements-bench.txt
	@touch $@

$(stamps)/release: $(sources) scripts/build-helpers | $(stamps)/swift
	$(release) --product spawnd
	$(release) --product skylab
	@scripts/build-helpers .build/release
	@mkdir -p $(@D) && touch $@
