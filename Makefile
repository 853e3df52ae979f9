# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0

SHELL := /usr/bin/env bash
IN_SHELL := . scripts/env.bash

.DEFAULT_GOAL := help
.PHONY: help build demo test test-fast fuzz soak arm lint clean

help: ## this list
	@echo 'make <target> [ROS_DISTRO=kilted|jazzy where no ROS 2 is sourced] [PYTHON=python3.x]'
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST)

build: ## set up .venv and build the package
	@scripts/build.bash

demo: build ## watch the node segment a synthetic street (ENVIRONMENT=indoor: rooms), or INPUT=<folder, video or bag>
	@$(IN_SHELL) && python -m demo $(if $(ENVIRONMENT),--environment '$(ENVIRONMENT)') $(if $(INPUT),'$(INPUT)')

test: ## run the tests over a real ROS 2 middleware
	@scripts/build.bash --test
	@$(IN_SHELL) && python -m pytest --timeout=600 -n $(or $(JOBS),3) --dist loadfile --max-worker-restart=0 $(TESTS)

test-fast: ## the tests that need no ROS and are quick, under two minutes
	@scripts/build.bash --test
	@$(IN_SHELL) && python -m pytest --timeout=600 -n $(or $(JOBS),2) --dist loadfile --max-worker-restart=0 -m 'not ros and not slow' $(TESTS)

fuzz: ## throw changed files and messages at every door, FUZZ_CASES=1000000
	@scripts/build.bash --test
	@$(IN_SHELL) && python -m pip install -q -r requirements/fuzz.txt \
		&& python -m reliability.fuzz --cases $(or $(FUZZ_CASES),1000000)

soak: build ## run a node for SOAK_MINUTES=60 while everything around it goes wrong
	@$(IN_SHELL) && python -m reliability.soak --minutes $(or $(SOAK_MINUTES),60)

arm: build ## label with the shipped models on emulated Arm boards and compare: PICTURES=<folder>, IMAGES=4
	@$(IN_SHELL) && python -m reliability.arm --images $(or $(IMAGES),4) $(if $(PICTURES),--pictures '$(PICTURES)')

lint: ## ruff and mypy
	@scripts/build.bash --test
	@$(IN_SHELL) && ruff check && ruff format --check && mypy

clean: ## remove everything that build, demo, test and lint made
	rm -rf .venv build install log demo_output fuzz_output soak_output arm_output .mypy_cache .pytest_cache .ruff_cache
