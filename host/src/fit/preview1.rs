//! Does a core module fit WASI's first preview: each import against the functions
//! that the engine has.

use wasmtime::{FuncType, Linker, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;

use super::Misfit;
use super::module::{imports, other_type};
use crate::core_type::Import;
use crate::env::signature;
use crate::module::WASI;

/// Every import from WASI's first preview that it does not have.
pub(crate) fn unserved_wasi(engine: &wasmtime::Engine, binary: &[u8]) -> Vec<Misfit> {
    let mut imports = imports(binary);
    imports.retain(|import| import.module == WASI);
    if imports.is_empty() {
        return Vec::new();
    }
    let wasi = wasi_functions(engine).unwrap_or_default();
    imports.iter().filter_map(|import| misfit_of_wasi(import, &wasi)).collect()
}

fn misfit_of_wasi(import: &Import, wasi: &[(String, FuncType)]) -> Option<Misfit> {
    let offered = wasi.iter().find(|(name, _)| *name == import.name);
    match (import.ty.function(), offered.map(|(_, ty)| signature(ty))) {
        (Some(wanted), Some(offered)) if wanted == offered => None,
        (Some(_), Some(offered)) => Some(other_type(import, "host function", offered)),
        _ => Some(
            Misfit::import(
                import.full(),
                "WASI's first preview has no such function",
                "build the guest with a toolchain that targets wasip1",
            )
            .types(import.ty.function(), None),
        ),
    }
}

/// The functions of WASI's first preview, as the engine has them.
fn wasi_functions(engine: &wasmtime::Engine) -> wasmtime::Result<Vec<(String, FuncType)>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p1::add_to_linker_async(&mut linker, |wasi: &mut WasiP1Ctx| wasi)?;
    let mut store = Store::new(engine, WasiCtxBuilder::new().build_p1());
    let functions: Vec<_> = linker
        .iter(&mut store)
        .filter_map(|(_, name, item)| Some((name.to_owned(), item.into_func()?)))
        .collect();
    Ok(functions.into_iter().map(|(name, function)| (name, function.ty(&store))).collect())
}
