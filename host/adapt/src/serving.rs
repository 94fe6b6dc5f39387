//! Decides what provides each import of a core module: a function of the contract, WASI's
//! adapter, or an added function. It also checks the import's type.

use wasmparser::{FuncType, Import};
use wit_parser::Resolve;

use super::call_out::{CallOut, Outcome};
use super::convention::{Number, described};
use super::core_module::{CoreModule, is, signature};
use super::imports::ImportUse;
use super::report::{Mapping, Unmappable};
use wit_host_binary::names::{ENV, WASI};
use wit_host_text::{list, shown};
use wit_host_wit::env::{ABORT, WRITER, WorldFunction, candidates};

/// Advice for an import of another type.
const DECLARE: &str = "declare it with that type";

/// The functions that can provide imports, and what was found so far.
pub(super) struct Serving<'s> {
    pub(super) module: &'s CoreModule<'s>,
    pub resolve: &'s Resolve,
    /// The functions that the contract's world imports.
    pub contract: Vec<WorldFunction<'s>>,
    /// The module that provides WASI's first preview.
    pub(super) wasi: &'s CoreModule<'s>,
    /// The imports that are provided.
    pub(super) mappings: Vec<Mapping>,
    /// Whether any of these functions uses the module's memory.
    pub(super) in_memory: bool,
}

impl Serving<'_> {
    /// Returns what happens to an import.
    ///
    /// # Errors
    /// Why nothing provides the import.
    pub(super) fn serve(&mut self, import: &Import<'_>) -> Result<ImportUse, Unmappable> {
        let name = format!("{}.{}", import.module, import.name);
        let module = self.module;
        let Some((_, ty)) = module.import_type(import) else {
            return Err(Unmappable::new(
                name,
                "the host provides functions, and no memory, table, global or tag",
                "build the guest with its own (no `--import-memory`, no `--import-table`)",
            ));
        };
        match import.module {
            ENV => self.env(name, import.name, ty),
            WASI => self.first_preview(name, import.name, ty),
            "wasi_unstable" => Err(Unmappable::new(
                name,
                "this is a draft of WASI from before its first preview",
                "build the guest with a toolchain that targets wasip1",
            )),
            other => Err(Unmappable::new(
                name,
                format!("nothing is known of a module `{}`", shown(other)),
                format!("import from `{ENV}` or from `{WASI}`"),
            )),
        }
    }

    fn env(&mut self, name: String, import: &str, ty: &FuncType) -> Result<ImportUse, Unmappable> {
        match &candidates(&self.contract, import)[..] {
            [one] => self.call(name, ty, one),
            [] => self.own(name, import, ty),
            several => {
                let names: Vec<_> = several.iter().map(ToString::to_string).collect();
                let reason = format!("it may be any of {}", list(&names));
                let fix = "import it as `interface_function`, with `_` for each `-`";
                Err(Unmappable::new(name, reason, fix))
            }
        }
    }

    fn call(
        &mut self,
        name: String,
        ty: &FuncType,
        imported: &WorldFunction<'_>,
    ) -> Result<ImportUse, Unmappable> {
        let in_wit = || format!("`{imported}: {}`", described(self.resolve, imported.function));
        let call = CallOut::new(self.resolve, imported).map_err(|reason| {
            let fix = "leave it out of the guest, or write the guest as a component";
            Unmappable::new(&name, format!("{} cannot be called so: {reason}", in_wit()), fix)
        })?;
        self.in_memory |= call.in_memory;
        if !is(ty, &call.params, &call.results) {
            let reason = format!(
                "the module calls it as {}, and {} would be {}",
                signature(ty.params(), ty.results()),
                in_wit(),
                signature(&call.params, &call.results)
            );
            return Err(Unmappable::new(name, reason, DECLARE));
        }
        self.map(name, format!("`{imported}`"), call.how());
        let same = call.outcome == Outcome::Same;
        Ok(if same { ImportUse::Renamed(call) } else { ImportUse::Glued(call) })
    }

    /// Handles an import that no function of the contract provides.
    fn own(&mut self, name: String, import: &str, ty: &FuncType) -> Result<ImportUse, Unmappable> {
        let (params, use_, how) = match import {
            WRITER => (1, ImportUse::Writer, "copies the kept result to where it is told"),
            ABORT => (4, ImportUse::Trap, "traps, without the message"),
            _ => {
                let names: Vec<_> = self.contract.iter().map(ToString::to_string).collect();
                let reason = "the contract imports no function of that name";
                return Err(Unmappable::new(name, reason, format!("it has {}", list(&names))));
            }
        };
        self.in_memory |= use_ == ImportUse::Writer;
        let params = vec![Number::I32; params];
        if !is(ty, &params, &[]) {
            let found = signature(ty.params(), ty.results());
            let wanted = signature::<Number>(&params, &[]);
            let reason = format!("the module calls it as {found}, and it is {wanted}");
            return Err(Unmappable::new(name, reason, DECLARE));
        }
        self.map(name, "a part of the component".into(), how.into());
        Ok(use_)
    }

    fn first_preview(
        &mut self,
        name: String,
        import: &str,
        ty: &FuncType,
    ) -> Result<ImportUse, Unmappable> {
        // The adapter imports the module's memory, whichever functions of it are used.
        self.in_memory = true;
        match self.wasi.function(import) {
            Some((_, offered)) if offered == ty => {
                let how = "by the adapter of the first preview";
                self.map(name, "WASI 0.2".into(), how.into());
                Ok(ImportUse::Wasi)
            }
            Some((_, offered)) => {
                let reason = format!(
                    "the module calls it as {}, and it is {}",
                    signature(ty.params(), ty.results()),
                    signature(offered.params(), offered.results())
                );
                Err(Unmappable::new(name, reason, DECLARE))
            }
            None => Err(Unmappable::new(
                name,
                "WASI's first preview has no such function",
                "build the guest with a toolchain that targets wasip1",
            )),
        }
    }

    fn map(&mut self, core: String, component: String, how: String) {
        self.mappings.push(Mapping { core, component, how });
    }
}
