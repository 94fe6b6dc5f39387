//! The options of every command that loads a guest, for what serves its imports besides the
//! contract. It does not know the guest's limits and grants.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use wit_host::{Contract, Error, Grants, RuntimeBuilder};
use wit_host_config::HostFile;
use wit_host_contract::Functions;
use wit_host_providers::Client;

use crate::options::imports::{Imports, Setup};

/// What serves a core module's imports besides the contract.
#[derive(Args)]
pub(crate) struct Modules {
    /// Serve what a core module imports from NAME with the exports of another one
    #[arg(long, value_name = "NAME=FILE", value_parser = OsStringValueParser::new().try_map(|text| module(&text)))]
    module: Vec<(String, PathBuf)>,

    /// Let core modules import values of the host (`externref`); one that has them only
    /// within itself needs no option
    #[arg(long)]
    externref: bool,

    #[command(flatten)]
    imports: Imports,
}

impl Modules {
    /// Adds what the options and the host file ask for to the builder. `setup` sets what the
    /// guest's runtime and that of every provider have in common.
    pub(crate) fn offer(
        &self,
        builder: RuntimeBuilder<Functions>,
        setup: Setup<'_>,
        file: Option<&HostFile>,
    ) -> anyhow::Result<RuntimeBuilder<Functions>> {
        self.offer_with(builder, self.externref, setup, file)
    }

    /// Checks the fixtures that serve imports against the contract.
    pub(crate) fn check_fixtures(
        &self,
        contract: &Contract,
        file: Option<&HostFile>,
    ) -> anyhow::Result<()> {
        self.imports.check_fixtures(contract, file)
    }

    /// Sets the client that serves what is given to `client`.
    pub(crate) fn set_client(&mut self, client: Arc<Client>) {
        self.imports.set_client(client);
    }

    /// Returns true if providers serve imports.
    pub(crate) fn has_providers(&self, file: Option<&HostFile>) -> bool {
        !self.imports.is_empty(file)
    }

    /// Tells which `--import` options serve none of the guest's imports, by the imports' names.
    pub(crate) fn tell_unused(&self, imports: impl FnOnce() -> Vec<String>) {
        self.imports.tell_unused(imports);
    }

    /// Has fixtures answer what guests ask of clocks, random bytes and the environment.
    pub(crate) fn surround(
        &self,
        grants: Grants,
        file: Option<&HostFile>,
    ) -> anyhow::Result<Grants> {
        self.imports.surround(grants, file)
    }

    /// Returns true if values of the host were asked for.
    pub(crate) fn externref(&self) -> bool {
        self.externref
    }

    /// Does what [`Modules::offer`] does, with values of the host or without.
    pub(crate) fn offer_with(
        &self,
        builder: RuntimeBuilder<Functions>,
        externref: bool,
        setup: Setup<'_>,
        file: Option<&HostFile>,
    ) -> anyhow::Result<RuntimeBuilder<Functions>> {
        let builder = setup(builder)?.host_values(externref).allow_text_format(true);
        let modules = self.module.iter();
        let builder =
            modules.fold(builder, |builder, (name, path)| builder.provide_module_file(name, path));
        self.imports.offer(builder, setup, file)
    }

    /// Does `work` without values of the host, and once more with them if the guest is a core
    /// module that has some and does not import any. Such a guest is not refused, because its
    /// caller may not use the functions with these values.
    pub(crate) fn with_host_values<R>(
        &self,
        work: impl Fn(bool) -> anyhow::Result<R>,
    ) -> anyhow::Result<R> {
        match work(self.externref) {
            Err(error) if !self.externref && is_of_host_values(&error) => work(true),
            other => other,
        }
    }

    /// Returns the files that are read and must not be written over, each with what it is.
    pub(crate) fn read_with<'a>(
        &'a self,
        guest: &'a Path,
    ) -> impl Iterator<Item = (&'a Path, &'static str)> {
        let modules = self.module.iter().map(|(_, path)| (&**path, "a module of `--module`"));
        let files = self.imports.files().map(|path| (path, "a file of `--import`"));
        std::iter::once((guest, "the guest")).chain(modules).chain(files)
    }
}

fn is_of_host_values(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        Some(Error::Mismatches(mismatches)) => mismatches.are_of_own_host_values(),
        _ => false,
    }
}

fn module(text: &OsStr) -> Result<(String, PathBuf), String> {
    let bytes = text.as_bytes();
    let between = bytes.iter().position(|byte| *byte == b'=').unwrap_or(bytes.len());
    let (name, file) = (&bytes[..between], bytes.get(between + 1..).unwrap_or_default());
    let name = std::str::from_utf8(name).map_err(|_| "the name has to be UTF-8 text".to_owned())?;
    if name.is_empty() || file.is_empty() {
        return Err("a name or a file is missing; give NAME=FILE".into());
    }
    Ok((name.into(), OsStr::from_bytes(file).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_have_a_name_and_a_file() {
        assert_eq!(module(OsStr::new("wasm=a=b.wasm")), Ok(("wasm".into(), "a=b.wasm".into())));
        for text in ["", "wasm", "wasm=", "=fib.wasm"] {
            assert!(module(OsStr::new(text)).is_err(), "{text:?}");
        }
    }
}
