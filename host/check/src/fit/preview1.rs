//! Checks whether a core module fits WASI's first preview: each import is compared with the
//! functions that the host has.

use wasmtime::FuncType;

use super::Mismatch;
use super::module::{imports, other_type};
use crate::offer::Offer;
use crate::served::signature;
use wit_host_binary::core_type::Import;
use wit_host_binary::names::WASI;

/// Returns a mismatch for every import from WASI's first preview that the host does not have.
pub fn unserved_wasi<S: 'static>(offer: &Offer<'_, S>, binary: &[u8]) -> Vec<Mismatch> {
    let mut imports = imports(binary);
    imports.retain(|import| import.module == WASI);
    if imports.is_empty() {
        return Vec::new();
    }
    let wasi = (offer.preview1)(offer.engine).unwrap_or_default();
    imports.iter().filter_map(|import| mismatch_of_wasi(import, &wasi)).collect()
}

fn mismatch_of_wasi(import: &Import, wasi: &[(String, FuncType)]) -> Option<Mismatch> {
    let offered = wasi.iter().find(|(name, _)| *name == import.name);
    match (import.ty.function(), offered.map(|(_, ty)| signature(ty))) {
        (Some(wanted), Some(offered)) if wanted == offered => None,
        (Some(_), Some(offered)) => Some(other_type(import, "host function", offered)),
        _ => Some(
            Mismatch::import(
                import.full(),
                "WASI's first preview has no such function",
                "build the guest with a toolchain that targets wasip1",
            )
            .types(import.ty.function(), None),
        ),
    }
}
