//! The JSON of `contract --env`: what the host offers to core modules.

use serde::Serialize;

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
