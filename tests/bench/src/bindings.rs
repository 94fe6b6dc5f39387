//! The contract's bindings, once for async calls, which wit-host makes, and once for calls that
//! block. The host functions are the same.

#![allow(missing_docs, reason = "the macro documents what the contract documents")]

pub(crate) mod asynchronous {
    wit_host::wasmtime::component::bindgen!({
        path: "wit",
        world: "guest",
        exports: { default: async },
        wasmtime_crate: wit_host::wasmtime,
    });
}

pub(crate) mod blocking {
    wit_host::wasmtime::component::bindgen!({
        path: "wit",
        world: "guest",
        with: { "bench:contract/host": super::asynchronous::bench::contract::host },
        wasmtime_crate: wit_host::wasmtime,
    });
}

/// The bindings of the smallest guest, for both kinds of calls.
pub(crate) mod small {
    pub(crate) mod asynchronous {
        wit_host::wasmtime::component::bindgen!({
            path: "wit",
            world: "small",
            exports: { default: async },
            with: { "bench:contract/host": super::super::asynchronous::bench::contract::host },
            wasmtime_crate: wit_host::wasmtime,
        });
    }

    pub(crate) mod blocking {
        wit_host::wasmtime::component::bindgen!({
            path: "wit",
            world: "small",
            with: { "bench:contract/host": super::super::asynchronous::bench::contract::host },
            wasmtime_crate: wit_host::wasmtime,
        });
    }
}

pub(crate) use asynchronous::bench::contract::host;
