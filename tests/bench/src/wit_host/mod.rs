//! Measures the work in wit-host, through its public interface, as an embedder would do it.

pub(crate) mod calls;
pub(crate) mod exports;
pub(crate) mod loading;
pub(crate) mod memory;
pub(crate) mod providers;
pub(crate) mod requests;
pub(crate) mod sessions;

use anyhow::Result;
use wit_host::wasmtime::StoreContextMut;
use wit_host::wasmtime::component::{HasSelf, Linker, WasmStr};
use wit_host::{Limits, Pool, Runtime, RuntimeBuilder, State};

use crate::bindings::asynchronous;
use crate::bindings::host::Host as _;
use crate::functions::{Functions, measure};
use crate::setting::{FUEL, Setting, WALL_CLOCK};

/// The contract of the guests.
const CONTRACT: &str = include_str!("../../wit/bench.wit");

/// Creates a runtime that offers the benchmark's contract.
pub(crate) fn runtime(setting: Setting) -> Result<Runtime<Functions>> {
    Ok(builder(setting).build()?)
}

/// The number of sessions of a pool.
const SESSIONS: usize = 100;

/// Returns the builder of such a runtime.
pub(crate) fn builder(setting: Setting) -> RuntimeBuilder<Functions> {
    let limits = Limits::default()
        .fuel(setting.fuel.then_some(FUEL))
        .host_calls(setting.host_calls.then_some(u64::MAX))
        .wall_clock(setting.wall_clock.then_some(WALL_CLOCK));
    let builder = Runtime::builder().allow_text_format(true);
    let builder = if setting.pooled { builder.pool(Pool::new(SESSIONS)) } else { builder };
    builder
        .contract(CONTRACT)
        .limits(limits)
        .component_imports(move |linker| {
            asynchronous::Guest::add_to_linker::<_, HasSelf<Functions>>(linker, State::data_mut)?;
            if setting.lent { lend(linker) } else { Ok(()) }
        })
        .module_imports(|env| {
            env.func("add", Functions::add)?;
            env.func("echo_text", Functions::echo_text)?;
            env.func("measure_text", |_: &mut Functions, text: &str| measure(text))?;
            env.func("echo_bytes", Functions::echo_bytes)?;
            env.define_result_writer("write_mem")
        })
}

/// Offers `measure-text` with a text that stays in the guest's memory.
fn lend(linker: &mut Linker<State<Functions>>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    linker.instance("bench:contract/host@1.0.0")?.func_wrap(
        "measure-text",
        |store: StoreContextMut<'_, State<Functions>>, (text,): (WasmStr,)| {
            Ok((measure(&text.to_str(&store)?),))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}
