//! What the host offers, of `contract`.

use serde::Serialize;

/// The contract, as a whole.
#[derive(Serialize)]
pub(crate) struct World<'w> {
    pub(crate) world: String,
    pub(crate) wit: &'w str,
}

/// The imports of core modules.
#[derive(Serialize)]
pub(crate) struct Env<'e> {
    pub(crate) env: Vec<EnvImport<'e>>,
}

#[derive(Serialize)]
pub(crate) struct EnvImport<'e> {
    pub(crate) import: &'e str,
    #[serde(rename = "type")]
    pub(crate) ty: String,
    pub(crate) implements: Option<&'e str>,
}
