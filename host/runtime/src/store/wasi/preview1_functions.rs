//! Lists the functions of WASI's first preview, as the engine has them.

use wasmtime::{Engine, FuncType, Linker, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_async};

/// Returns the functions of WASI's first preview with their types.
pub(crate) fn functions(engine: &Engine) -> wasmtime::Result<Vec<(String, FuncType)>> {
    let mut linker = Linker::new(engine);
    add_to_linker_async(&mut linker, |wasi: &mut WasiP1Ctx| wasi)?;
    let mut store = Store::new(engine, WasiCtxBuilder::new().build_p1());
    let functions: Vec<_> = linker
        .iter(&mut store)
        .filter_map(|(_, name, item)| Some((name.to_owned(), item.into_func()?)))
        .collect();
    Ok(functions.into_iter().map(|(name, function)| (name, function.ty(&store))).collect())
}
