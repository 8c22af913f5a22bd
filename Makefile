# SPDX-License-Identifier: BSD-3-Clause
#
# A thin face over CMake's presets, ctest and the runners under tests/ and redis-tests/. Every
# target first installs the Debian packages that it needs and that are missing.

JOBS ?= $(shell nproc)
ARGS ?=
MINUTES ?= 10
PYTHON := /usr/bin/python3
PACKAGES := scripts/install-packages
SERVER := build/veddb-server
CTEST := ctest --output-on-failure --no-label-summary --no-tests=error

.DEFAULT_GOAL := help
.PHONY: help build run test demo wire redis-tests bench bench-docs torture consistency differential fuzz mutation lint format \
        debug asan ubsan tsan clean

help:                 ## this list
	@sed -n 's/^\([a-z -]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20
	@echo '  ARGS="…" is passed on: make test ARGS="-R wire", make bench ARGS="--tests get,set"'

build:                ## the server, optimised: build/veddb-server, and the tests
	@$(PACKAGES) build test
	@[ -f build/build.ninja ] || cmake --preset release
	@cmake --build build -j $(JOBS)

run: build            ## build and start a server on port 6379 with its data in ./veddb-data
	@mkdir -p veddb-data
	$(SERVER) --dir veddb-data $(ARGS)

test: build           ## build and run all tests (a part of them: ARGS="-R name")
	@$(CTEST) --test-dir build -j 2 $(ARGS)

demo: build           ## load a public data set into a fresh server and query it
	@$(PACKAGES) demo
	@scripts/demo $(SERVER) $(ARGS)

wire: build           ## the wire transcripts (some of them: T=string/set)
	@$(PYTHON) tests/wire/run.py --server $(SERVER) $(if $(T),-k $(T)) $(ARGS)

redis-tests: build    ## Redis 7.0's own test suite against the server
	@$(PACKAGES) redis-tests
	@$(PYTHON) redis-tests/run.py --server $(SERVER) $(ARGS)

bench: build          ## the server beside redis-server, and the micro benchmarks
	@$(PACKAGES) bench
	@cmake --preset release -DVEDDB_BENCH=ON > build/configure-bench.log
	@cmake --build build -j $(JOBS)
	@for each in resp log json match; do build/tests/bench/$${each}_bench || exit 1; done
	@$(PYTHON) tests/bench/compare.py $(SERVER) $(ARGS)

bench-docs: build     ## documents beside PostgreSQL's jsonb, 1 M orders: ARGS="--small" for 20,000
	@$(PACKAGES) bench-docs
	@cmake --preset release -DVEDDB_BENCH_DOCS=ON > build/configure-bench.log
	@cmake --build build -j $(JOBS) --target docs_bench
	@$(PYTHON) tests/bench/compare_docs.py $(SERVER) build/tests/bench/docs/docs_bench $(ARGS)

torture: build        ## kills, faults, full disks, random histories for MINUTES=10: tests/torture
	@[ -f build-killpoints/build.ninja ] || cmake --preset killpoints
	@cmake --build build-killpoints -j $(JOBS) --target veddb-server
	@$(PYTHON) tests/torture/campaign.py --minutes $(MINUTES) $(ARGS)

consistency: build    ## 100 histories through kill -9, checked: linearizable, serializable, snapshots
	@build/tests/consistency/veddb-consistency --server $(SERVER) --histories 100 $(ARGS)

differential: build   ## 1 M random commands, replies and data compared with redis-server's
	@build/tests/differential/veddb-differential --server $(SERVER) $(ARGS)

fuzz:                 ## libFuzzer on everything that parses, 60 s a target: ARGS="--seconds 600"
	@$(PACKAGES) build test fuzz
	@[ -f build-fuzz/build.ninja ] || cmake --preset fuzz
	@cmake --build build-fuzz -j $(JOBS) --target veddb-fuzz
	@$(PYTHON) tests/fuzz/run.py $(ARGS)

mutation:             ## plant known bugs one by one; the tests must notice each
	@$(PACKAGES) build test
	@[ -f build-mutation/build.ninja ] || cmake --preset mutation
	@cmake --build build-mutation -j $(JOBS)
	@$(PYTHON) tests/mutation/run.py $(ARGS)

lint: build           ## formatting, clang-tidy, layers, sizes, words
	@$(PACKAGES) lint
	@$(PYTHON) tests/tidy/tidy.py --build build $(ARGS)

format:               ## rewrite the sources as .clang-format says
	@$(PACKAGES) lint
	@git ls-files '*.h' '*.cc' | xargs clang-format -i

debug asan ubsan tsan: ## build and test with checks on: build-debug, build-asan, …
	@$(PACKAGES) build test
	@[ -f build-$@/build.ninja ] || cmake --preset $@
	@cmake --build build-$@ -j $(JOBS)
	@$(CTEST) --test-dir build-$@ -j 2 $(ARGS)

clean:                ## remove every build directory
	rm -rf build build-debug build-asan build-ubsan build-tsan build-fuzz build-mutation build-killpoints
