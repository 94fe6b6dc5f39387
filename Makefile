# `make` lists what there is to make; `make run` and `make test` need nothing
# else to be made before.

TARGETS := wasm32-wasip2 wasm32-wasip1 wasm32-unknown-unknown
GUESTS := target/guests
COMPONENT := $(GUESTS)/wasm32-wasip2/release/component.wasm
SMALL := $(GUESTS)/wasm32-wasip2/release/small.wasm
MODULE := $(GUESTS)/wasm32-unknown-unknown/release/add.wasm
HOST := target/debug/wit-host
CARGO_COMPONENT_VERSION := 0.21.1
CARGO_COMPONENT := target/tools/bin/cargo-component

CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := target/tools/bin/cargo-deny
CARGO_FUZZ_VERSION := 0.13.2
CARGO_FUZZ := target/tools/bin/cargo-fuzz
FUZZ_TARGETS := load inspect run env options values differential dwarf limits mutate fixtures
FUZZ_SECONDS := 60

# Of the library, as its manifest has them.
FEATURES := cache pooling isolation text-format coredumps precompiled serde values-text
CHECK_FEATURES := cargo clippy --quiet --package wit-host --no-default-features

# Files whose `mod` is made by a macro, where `cargo fmt` does not find them.
BEHIND_MACROS := $(wildcard host/cli/src/commands/*.rs host/cli/src/commands/*/mod.rs) \
	$(wildcard host/scaffold/src/languages/*/mod.rs)

# A folder in guest/ with a Makefile is a guest in a language of its own. Those that
# need the same tools share them.
LANGUAGES := $(patsubst guest/%/Makefile,%,$(wildcard guest/*/Makefile guest/module/*/Makefile))
LANGUAGE_GUESTS := $(addprefix guest-,$(LANGUAGES))
USES_TOOLS_OF_C := cpp go module/c module/text module/zig

# The command is built along with the benchmark, which saves compiling the engine twice.
BENCH_FEATURES := wit-host-bench/comparisons,wit-host-bench/peers
BUILD_BENCH := cargo build --release --package wit-host-cli --package wit-host-bench --features $(BENCH_FEATURES)
# Where backtraces are asked for, an error takes microseconds to be made.
BENCH := RUST_BACKTRACE=0 target/release/wit-host-bench

.DEFAULT_GOAL := help
.PHONY: help run test http-tools features soak limits bench bench-readme bench-once bench-peers fuzz guests guests-all guests-test guests-table guests-cargo-component targets lint format package doc install clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 32

run: guests ## Build the host and the guests, run a component and a core module
	cargo build
	@printf '\nA component, made for the contract in wit/: its `run` calls `math.add(1, 2)`.\n'
	$(HOST) run --verbose $(COMPONENT)
	@printf '\nA core module that imports `env.add`: its `run` calls `add(1, 2)`.\n'
	$(HOST) run --verbose $(MODULE)

test: targets http-tools ## Run every test
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
		echo "the page is not tried in a browser: that needs chromium and chromedriver, which are not installed"
	cargo test --workspace
	$(HOST) test --guest $(COMPONENT) guest/tests/component.test.toml

soak: ## Run a million sessions and print what they leave behind (minutes)
	cargo bench --bench soak

limits: ## Measure what each kind of item costs the compiler at its limit (minutes)
	cargo bench --bench limits

bench: targets ## Measure wit-host beside plain wasmtime (15 minutes from a fresh clone)
	$(BUILD_BENCH)
	$(BENCH)

bench-readme: targets ## The same, and put the figures into the pages
	$(BUILD_BENCH)
	$(BENCH) --readme

bench-once: targets ## Run every benchmark once, and judge nothing
	cargo run --package wit-host-bench -- --once

# The newest releases ask for a newer Rust than this project does, and can be compiled
# without. `npm ci` would insist on packages for other systems that were never published.
bench-peers: ## Build Extism, wasmer and jco for the benchmark to compare with (minutes)
	CARGO_TARGET_DIR="$(CURDIR)/target/peers" cargo build --release --locked --ignore-rust-version \
		--manifest-path tests/peers/Cargo.toml
	@command -v npm >/dev/null || { echo "jco is passed over: it needs npm, which is not installed"; exit; }; \
	mkdir -p target/peers/node && cp tests/peers/node/*.* target/peers/node && \
		npm install --prefix target/peers/node --ignore-scripts --no-audit --no-fund

fuzz: $(CARGO_FUZZ) ## Run every fuzz target for a minute; needs a nightly toolchain
	@rustc +nightly --version || { echo "fuzzing needs nightly Rust: run \`rustup toolchain install nightly\`"; exit 1; }
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p target/fuzz-corpus/$$target; \
		PATH="$(CURDIR)/target/tools/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/target/fuzz" \
			cargo +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none $$target \
			target/fuzz-corpus/$$target tests/fuzz/seeds/$$target -- -max_total_time=$(FUZZ_SECONDS) || exit 1; \
	done

# What reads the OpenAPI document of `wit-host serve`. Where it cannot be had, its tests are passed
# over, but not where a change is judged.
HTTP_TOOLS := target/tools/http
http-tools: # Install the tools from PyPI that the tests of `wit-host serve` need
	@command -v python3 >/dev/null || { \
		echo "the tests of the OpenAPI document are passed over: they need python3, which is not installed"; \
		test -z "$$CI"; exit; }; \
	cmp -s tests/all/http/tools/requirements.txt $(HTTP_TOOLS)/installed && exit; \
	echo "installing what reads OpenAPI documents (140 MB) in $(HTTP_TOOLS)"; \
	rm -rf $(HTTP_TOOLS) && python3 -m venv $(HTTP_TOOLS) && \
		$(HTTP_TOOLS)/bin/pip install --quiet --disable-pip-version-check --retries 5 \
			-r tests/all/http/tools/requirements.txt && \
		cp tests/all/http/tools/requirements.txt $(HTTP_TOOLS)/installed || { \
		rm -rf $(HTTP_TOOLS); \
		echo "the tests of the OpenAPI document are passed over: their tools cannot be installed"; \
		test -z "$$CI"; }

guests: targets ## Build the guests in Rust
	cargo build --package wit-host-artifacts

guests-all: guests $(LANGUAGE_GUESTS) guests-test ## Build and test the guests in every language; installs their tools in target/

# What a guest's host functions answered, to be played back.
RECORDED := target/recorded.toml
guests-test: # Run the tests of guest/tests on every guest that was built, and record and play back each
	cargo build
	$(HOST) test --guest $(COMPONENT) guest/tests/component.test.toml
	$(HOST) test --guest $(SMALL) guest/tests/component.test.toml
	@for guest in $(GUESTS)/languages/*.wasm; do \
		case $$guest in */module-*) of=module; abi="--abi cstring";; *) of=component; abi=;; esac; \
		test -e $$guest || continue; \
		echo "$$guest"; \
		$(HOST) test --guest $$guest guest/tests/$$of.test.toml || exit 1; \
		rm -f $(RECORDED); \
		first=$$($(HOST) call $$abi --record $(RECORDED) $$guest greet Ada) && \
		again=$$($(HOST) call $$abi --import wit-host:contract=$(RECORDED) $$guest greet Ada) && \
		test "$$first" = "$$again" || { echo "$$guest is not played back"; exit 1; }; \
	done

# `make guest-c` builds the one in guest/c. A language that lacks a tool of this
# machine's is passed over, but not where a change is judged.
.PHONY: $(LANGUAGE_GUESTS)
.NOTPARALLEL:
$(LANGUAGE_GUESTS): guest-%:
	@for tool in $$(sed -n 's/^NEEDS := //p' guest/$*/Makefile); do \
		command -v $$tool >/dev/null && continue; \
		echo "guest/$* is passed over: it needs $$tool, which is not installed"; \
		test -z "$$CI"; exit; \
	done; \
	mkdir -p $(GUESTS)/languages && $(MAKE) --no-print-directory -C guest/$* WIT=$(CURDIR)/wit \
		OUT=$(CURDIR)/$(GUESTS)/languages/$(subst /,-,$*).wasm \
		TOOLS=$(CURDIR)/target/tools/guests/$(if $(filter $*,$(USES_TOOLS_OF_C)),c,$(subst /,-,$*))

guests-table: guests-all ## Measure the guests in every language, and print the table of guest/README.md
	RUST_BACKTRACE=0 cargo bench --bench languages

guests-cargo-component: targets $(CARGO_COMPONENT) ## Build the component guest with cargo-component, and run it
	cd guest/component && PATH="$(CURDIR)/target/tools/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/target/cargo-component" \
		cargo component build --release
	cargo run --quiet -- run --verbose target/cargo-component/wasm32-wasip1/release/component.wasm

$(CARGO_FUZZ):
	cargo install --debug --locked --root target/tools cargo-fuzz@$(CARGO_FUZZ_VERSION)

$(CARGO_DENY):
	cargo install --debug --locked --root target/tools cargo-deny@$(CARGO_DENY_VERSION)

$(CARGO_COMPONENT):
	cargo install --debug --locked --root target/tools cargo-component@$(CARGO_COMPONENT_VERSION)

targets: # Install the libraries of Rust that guests are built with
	@for target in $(TARGETS); do \
		test -d "$$(rustc --print=target-libdir --target $$target)" && continue; \
		echo "rustup target add $$target"; \
		rustup target add $$target || { \
			echo "failed to install Rust's library for $$target: install rustup (or that library, with" \
				"your system's packages for Rust), then run \`rustup target add $$target\`"; \
			exit 1; }; \
	done

features: ## Check the library with each of its features alone, and with all others
	$(CHECK_FEATURES) -- --deny warnings
	@for feature in $(FEATURES); do \
		others=$$(echo $(FEATURES) | sed "s/\b$$feature\b//"); \
		echo "$$feature, and $$others"; \
		$(CHECK_FEATURES) --features "$$feature" -- --deny warnings && \
		$(CHECK_FEATURES) --features "$$others" -- --deny warnings || exit 1; \
	done

lint: targets $(CARGO_DENY) features ## Check formatting, lints, documentation and dependencies
	cargo fmt --check
	rustfmt --edition 2024 --check $(BEHIND_MACROS)
	cargo fmt --all --check --manifest-path guest/Cargo.toml
	cargo fmt --check --manifest-path tests/peers/Cargo.toml
	cargo clippy --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps
	$(CARGO_DENY) check bans licenses sources
	@if $(CARGO_DENY) fetch db >/dev/null 2>&1; then $(CARGO_DENY) check advisories; \
	else echo "advisories are not checked: their database cannot be reached from here"; fi

format: ## Format everything
	cargo fmt
	rustfmt --edition 2024 $(BEHIND_MACROS)
	cargo fmt --all --manifest-path guest/Cargo.toml
	cargo fmt --manifest-path tests/peers/Cargo.toml

package: ## Make the packages, and build and run a program outside of the workspace against them
	cargo package --workspace --no-verify --allow-dirty --quiet
	@rm -rf target/embedder && mkdir -p target/embedder && cp -r tests/package/embedder target/embedder/program
	@cp Cargo.lock target/embedder/program/
	@for crate in target/package/wit-host*.crate; do tar -xzf $$crate -C target/embedder; done
	CARGO_TARGET_DIR="$(CURDIR)/target" cargo run --manifest-path target/embedder/program/Cargo.toml

doc: ## Build the library's documentation
	cargo doc --no-deps --package wit-host

install: ## Install the wit-host command
	cargo install --locked --path host/cli

clean: ## Remove everything that was built
	cargo clean
