//! Makes a component from a module that follows the canonical ABI, and reads the world of a
//! component as text.

use anyhow::{Context as _, Result, bail};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wasm_metadata::AddMetadata;
use wit_component::{
    ComponentEncoder, DecodedWasm, StringEncoding, WitPrinter, embed_component_metadata,
};
use wit_parser::{Resolve, WorldId};

use wit_host_binary::names::WASI;

/// Returns the module that provides WASI's first preview, as a core module of its own.
pub(super) fn wasi_adapter() -> &'static [u8] {
    REACTOR
}

/// Returns the component of `module`, whose world is `world`. `wasi` says whether the module
/// imports from WASI's first preview, and `command` whether it is a command.
///
/// # Errors
/// Those of the encoder.
pub(super) fn component(
    mut module: Vec<u8>,
    resolve: &Resolve,
    world: WorldId,
    wasi: bool,
    command: bool,
) -> Result<Vec<u8>> {
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)?;
    let mut encoder = ComponentEncoder::default().validate(true).module(&module)?;
    if wasi {
        // The two adapters differ in what they export: only that of commands has `wasi:cli/run`.
        encoder = encoder.adapter(WASI, if command { COMMAND } else { REACTOR })?;
    }
    let component = encoder.encode()?;
    let mut metadata = AddMetadata::default();
    metadata.processed_by.push(("wit-host".into(), env!("CARGO_PKG_VERSION").into()));
    metadata.to_wasm(&component)
}

/// Returns the world of a component in WIT, with a line feed at its end.
pub(crate) fn world(component: &[u8]) -> Result<String> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("the component was made as a package");
    };
    let package = resolve.worlds[world].package.context("the world has no package")?;
    let mut printer = WitPrinter::default();
    printer.print(&resolve, package, &[])?;
    Ok(format!("{}\n", printer.output.to_string().trim_end()))
}
