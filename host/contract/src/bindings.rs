//! Bindings to the shipped contract, generated from `wit/`.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "generated code; what the WIT documents is documented here as well"
)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "plugin",
    imports: {
        "wit-host:contract/strings.split": trappable | tracing | verbose_tracing,
        "wit-host:contract/strings.to-upper": trappable | tracing | verbose_tracing,
        "wit-host:contract/fetch": async | tracing | verbose_tracing,
        default: tracing | verbose_tracing,
    },
    exports: { default: async },
    require_store_data_send: true,
});
