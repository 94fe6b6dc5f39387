//! The bindings of the shipped contract, generated from `wit/`.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "generated code; what the WIT documents is documented here as well"
)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    imports: {
        "wit-host:contract/strings.split": trappable,
        "wit-host:contract/fetch": async,
    },
    exports: { default: async },
    require_store_data_send: true,
});
