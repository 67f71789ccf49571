# Everything starts here. `make run` and `make test` do all set-up by themselves.
BIN := .venv/bin

.PHONY: help run venv test lint bench soak walk wheel clean

help:
	@echo "make run     open the window with the bundled sample (without a display: report, manifest and picture in build/demo)"
	@echo "make test    run all tests            make bench [ONLY=GROUP]   measure, write bench.json"
	@echo "make venv    set up .venv only        make lint                 ruff, mypy, import contracts"
	@echo "make soak    2,000 random actions on 100,000 texts      make walk   pictures of every feature in build/walk"
	@echo "make wheel   build dist/*.whl         make clean                remove what was built"

venv: .venv/.ready

.venv/.ready: pyproject.toml packaging/setup.sh packaging/constraints.txt
	@bash packaging/setup.sh run

.venv/.dev: .venv/.ready
	@bash packaging/setup.sh dev

.venv/.bench: .venv/.dev
	@bash packaging/setup.sh bench

run: venv
	@$(BIN)/text-explorer demo --out build/demo

test: .venv/.dev
	@$(BIN)/python -m pytest -n 2 --dist worksteal

lint: .venv/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/.bench
	@$(BIN)/python -m tests.bench.run $(if $(ONLY),--only $(ONLY))

soak: .venv/.dev
	@$(BIN)/python -m tests.soak.soak

walk: .venv/.dev
	@$(BIN)/python -m tests.walk.walk build/walk && $(BIN)/python -m tests.walk.walk build/walk --theme dark

wheel: venv
	@$(BIN)/python -m pip wheel -q --no-deps -w dist .

clean:
	@rm -rf build dist bench.json *.egg-info
