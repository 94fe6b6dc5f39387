# `make` lists what there is to make; `make run` and `make test` need nothing
# else to be made before.

TARGETS := wasm32-wasip2 wasm32-wasip1 wasm32-unknown-unknown
GUESTS := target/guests
COMPONENT := $(GUESTS)/wasm32-wasip2/release/component.wasm
MODULE := $(GUESTS)/wasm32-unknown-unknown/release/add.wasm
HOST := target/release/wit-host
CARGO_COMPONENT_VERSION := 0.21.1
CARGO_COMPONENT := target/tools/bin/cargo-component

.DEFAULT_GOAL := help
.PHONY: help run test guests guests-cargo-component targets lint doc install clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 32

run: guests ## Build everything in release, run a component and a core module
	cargo build --release
	@printf '\nA component, made for the contract in wit/: its `run` calls `math.add(1, 2)`.\n'
	$(HOST) run --verbose $(COMPONENT)
	@printf '\nA core module that imports `env.add`: its `run` calls `add(1, 2)`.\n'
	$(HOST) run --verbose $(MODULE)

test: targets ## Run every test
	cargo test --workspace

guests: targets ## Build the guests in guest/
	cargo build --package wit-host-artifacts

guests-cargo-component: targets $(CARGO_COMPONENT) ## Build the component guest with cargo-component, and run it
	cd guest/component && PATH="$(CURDIR)/target/tools/bin:$$PATH" CARGO_TARGET_DIR="$(CURDIR)/target/cargo-component" \
		cargo component build --release
	cargo run --quiet -- run --verbose target/cargo-component/wasm32-wasip1/release/component.wasm

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

lint: targets ## Check formatting, lints and documentation
	cargo fmt --check
	cargo fmt --all --check --manifest-path guest/Cargo.toml
	cargo clippy --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps

doc: ## Build the library's documentation
	cargo doc --no-deps

install: ## Install the wit-host command
	cargo install --locked --path host

clean: ## Remove everything that was built
	cargo clean
