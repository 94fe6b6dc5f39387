//! Makes the world of the component: the contract's world with the exports that the core module
//! has. It knows no instructions.

use wit_parser::{InterfaceId, Resolve, Span, Stability, WorldId, WorldItem, WorldKey};

use super::exports::Exports;
use super::imports::Imports;

/// The interface of a command, in the version that every host of WASI 0.2 has.
pub(super) const COMMAND: &str = "wasi:cli/run@0.2.0";
const COMMAND_PACKAGE: &str = "package wasi:cli@0.2.0; interface run { run: func() -> result; }";

/// Returns the contract with its world narrowed to the exports that the module has.
/// `wasi:cli/run` is added if this crate makes the component a command.
///
/// # Errors
/// If the contract has another `wasi:cli@0.2.0` of its own.
pub(super) fn narrowed(
    resolve: &Resolve,
    world: WorldId,
    imports: &Imports,
    exports: &Exports,
) -> anyhow::Result<Resolve> {
    let mut resolve = resolve.clone();
    resolve.worlds[world].exports.retain(|_, item| match item {
        WorldItem::Function(function) => {
            exports.calls.iter().any(|call| call.name == function.name)
        }
        WorldItem::Interface { .. } => false,
        WorldItem::Type { .. } => true,
    });
    if exports.is_command() && !imports.has_wasi() {
        let id = command(&mut resolve)?;
        let item = WorldItem::Interface {
            id,
            stability: Stability::Unknown,
            external_id: None,
            docs: wit_parser::Docs::default(),
            span: Span::default(),
        };
        resolve.worlds[world].exports.insert(WorldKey::Interface(id), item);
    }
    Ok(resolve)
}

fn command(resolve: &mut Resolve) -> anyhow::Result<InterfaceId> {
    let is_command =
        |(id, _): &(InterfaceId, _)| resolve.id_of(*id).is_some_and(|name| name == COMMAND);
    if let Some((id, _)) = resolve.interfaces.iter().find(is_command) {
        return Ok(id);
    }
    let package = resolve.push_str("command.wit", COMMAND_PACKAGE)?;
    let run = resolve.packages[package].interfaces.get("run").copied();
    run.ok_or_else(|| anyhow::anyhow!("`{COMMAND}` is missing"))
}
