# Copyright 2026 attendseg_ros contributors
# SPDX-License-Identifier: Apache-2.0

SHELL := /usr/bin/env bash
ENVIRONMENT := . scripts/env.bash

.DEFAULT_GOAL := help
.PHONY: help build demo test lint clean

help: ## this list
	@echo 'make <target> [ROS_DISTRO=kilted|jazzy where no ROS 2 is sourced] [PYTHON=python3.x]'
	@sed -n 's/^\([a-z]*\):.*## /  \1\t/p' $(MAKEFILE_LIST)

build: ## set up .venv and build the package
	@scripts/build.bash

demo: build ## watch the node segment a synthetic street, or INPUT=<folder, video or bag>
	@$(ENVIRONMENT) && python -m demo $(if $(INPUT),'$(INPUT)')

test: ## run the tests over a real ROS 2 middleware
	@scripts/build.bash --test
	@$(ENVIRONMENT) && python -m pytest --timeout=600 $(TESTS)

lint: ## ruff and mypy
	@scripts/build.bash --test
	@$(ENVIRONMENT) && ruff check && ruff format --check && mypy

clean: ## remove everything that build, demo, test and lint made
	rm -rf .venv build install log demo_output .mypy_cache .pytest_cache .ruff_cache
