//! Plans a component's exports: which functions of the world the core module has, how texts
//! cross, and what has to be called first.

use wit_parser::abi::AbiVariant;
use wit_parser::{Function, Resolve, WorldId, WorldItem};

use super::allocator::{Allocator, Missing};
use super::convention::{Form, Number, described, is_plain, type_name};
use super::core_module::{CoreModule, is, signature};
use super::imports::no_memory;
use super::report::{Mapping, Unmappable};
use wit_host_binary::allocator_names::AllocatorNames;
use wit_host_binary::names::{INITIALIZE, START};
use wit_host_text::list;

/// A function of the component that the module's own function provides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CallIn {
    /// The function's name in WIT.
    pub name: String,
    /// The index of the module's function.
    pub function: u32,
    pub(super) params: Vec<Crossing>,
    pub(super) result: Option<Crossing>,
}

/// How a parameter or a result of an export crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crossing {
    Number(Number),
    /// As a pointer to bytes that end with a NUL.
    CString,
}

impl Crossing {
    /// Returns the type on the module's side.
    fn number(self) -> Number {
        match self {
            Self::Number(number) => number,
            Self::CString => Number::I32,
        }
    }
}

impl CallIn {
    /// Returns whether a parameter or the result is a text.
    pub(super) fn has_text(&self) -> bool {
        self.result == Some(Crossing::CString) || self.params.contains(&Crossing::CString)
    }
}

/// The exports of the component.
#[derive(Default)]
pub(super) struct Exports {
    pub(super) calls: Vec<CallIn>,
    pub(super) allocator: Option<Allocator>,
    /// Why there is no allocator.
    missing: Option<Missing>,
    /// The functions of the set-up: the start function and those that are called next.
    pub(super) initialize: Vec<u32>,
    /// `_start`, if the module has it.
    pub(super) start: Option<u32>,
    /// The world's exports that the module lacks.
    pub(super) left_out: Vec<String>,
    pub(super) mappings: Vec<Mapping>,
    pub(super) unmappable: Vec<Unmappable>,
}

impl Exports {
    /// Plans each export of the world.
    pub(super) fn plan(
        module: &CoreModule<'_>,
        resolve: &Resolve,
        world: WorldId,
        names: Option<&AllocatorNames>,
    ) -> Self {
        let initialize = module.function_of(INITIALIZE, &[], &[]);
        let start = module.function_of(START, &[], &[]);
        let allocator = Allocator::of(module, names);
        let mut planned = Self {
            missing: allocator.as_ref().err().cloned(),
            allocator: allocator.ok(),
            initialize: module.start.into_iter().chain(initialize).collect(),
            start,
            ..Self::default()
        };
        for (key, item) in &resolve.worlds[world].exports {
            let WorldItem::Function(function) = item else {
                if matches!(item, WorldItem::Interface { .. }) {
                    planned.left_out.push(resolve.name_world_key(key));
                }
                continue;
            };
            if let Err(unmappable) = planned.function(module, resolve, function) {
                planned.unmappable.push(unmappable);
            }
        }
        planned.tell_missing();
        // A module with `_initialize` is a reactor, whose `_start` is not a part of the set-up.
        if initialize.is_some() && !planned.calls.is_empty() {
            planned.start = None;
        }
        planned.tell_set_up(initialize.is_some());
        planned
    }

    /// Returns whether the component is a command.
    pub(super) fn is_command(&self) -> bool {
        self.calls.is_empty() && self.start.is_some()
    }

    /// Returns whether the host reads or writes the module's memory.
    pub(super) fn in_memory(&self) -> bool {
        self.calls.iter().any(CallIn::has_text)
    }

    fn tell_set_up(&mut self, initialize: bool) {
        let mut tell = |core: &str, component: &str, how: &str| {
            let [core, component, how] = [core, component, how].map(str::to_owned);
            self.mappings.push(Mapping { core, component, how });
        };
        if initialize {
            tell(INITIALIZE, "the set-up", "called once, before anything else");
        }
        match (self.start.is_some(), self.calls.is_empty()) {
            // Without other functions the program is its `_start`, and with some it only sets them
            // up.
            (true, true) => tell(START, "the export `wasi:cli/run`", "as it is"),
            (true, false) => {
                tell(START, "the set-up", "called once, before the first call; an exit is final");
            }
            (false, true) if self.unmappable.is_empty() => {
                let reason = format!(
                    "it exports none of the world's functions ({}), and no `{START}`",
                    list(&self.left_out)
                );
                let fix = "export one of them, with `_` for each `-` of its name";
                self.unmappable.push(Unmappable::new("module", reason, fix));
            }
            (false, _) => {}
        }
    }

    fn function(
        &mut self,
        module: &CoreModule<'_>,
        resolve: &Resolve,
        function: &Function,
    ) -> Result<(), Unmappable> {
        let snake = function.name.replace('-', "_");
        // A name with `-` can only be meant as this function, so it goes first.
        let exact = module.function(&function.name).map(|found| (function.name.clone(), found));
        let found = exact.or_else(|| module.function(&snake).map(|found| (snake, found)));
        let Some((core, (index, ty))) = found else {
            self.left_out.push(function.name.clone());
            return Ok(());
        };
        let in_wit = format!("`{}: {}`", function.name, described(resolve, function));
        let call = crossing(resolve, function, index).map_err(|reason| {
            let fix = "leave the export out, or write the guest as a component";
            Unmappable::new(&core, format!("{in_wit} cannot be served so: {reason}"), fix)
        })?;
        let params: Vec<_> = call.params.iter().map(|param| param.number()).collect();
        let results: Vec<_> = call.result.iter().map(|result| result.number()).collect();
        if !is(ty, &params, &results) {
            let reason = format!(
                "the module has it as {}, and {in_wit} would be {}",
                signature(ty.params(), ty.results()),
                signature(&params, &results)
            );
            return Err(Unmappable::new(core, reason, "declare it with that type"));
        }
        self.check_text(module, &core, &call)?;
        let how = match call.has_text() {
            true => "its texts end with a NUL",
            false => "as it is",
        };
        let component = format!("the export `{}`", function.name);
        self.mappings.push(Mapping { core, component, how: how.into() });
        self.calls.push(call);
        Ok(())
    }

    /// Checks that there is a memory for the texts of a call, and an allocator to place them.
    fn check_text(
        &self,
        module: &CoreModule<'_>,
        core: &str,
        call: &CallIn,
    ) -> Result<(), Unmappable> {
        if !call.has_text() {
            return Ok(());
        }
        module.memory().map_err(no_memory)?;
        match &self.missing {
            Some(Missing { reason, fix, .. }) if call.params.contains(&Crossing::CString) => {
                Err(Unmappable::new(core, format!("it takes text, and {reason}"), fix))
            }
            _ => Ok(()),
        }
    }

    /// Reports once that the named allocator does not exist.
    fn tell_missing(&mut self) {
        let Some(Missing { reason, fix, was_named: true }) = &self.missing else { return };
        if !self.unmappable.iter().any(|told| told.fix == *fix) {
            self.unmappable.push(Unmappable::new("module", reason, fix));
        }
    }
}

fn crossing(resolve: &Resolve, function: &Function, index: u32) -> Result<CallIn, String> {
    if !is_plain(function) {
        return Err("it is asynchronous".into());
    }
    if resolve.wasm_signature(AbiVariant::GuestExport, function).indirect_params {
        return Err("it takes more than 16 numbers".into());
    }
    let of = |what: &str, ty: &wit_parser::Type| match Form::of(resolve, ty) {
        Some(Form::Number(number)) => Ok(Crossing::Number(number)),
        Some(Form::Text) => Ok(Crossing::CString),
        Some(Form::Bytes) => {
            Err(format!("a {what} of bytes may hold a NUL, which ends a C string"))
        }
        None => {
            let name = type_name(resolve, ty);
            Err(format!("a {what} of type `{name}` has no form among the conventions"))
        }
    };
    let params = function.params.iter().map(|param| of("parameter", &param.ty));
    Ok(CallIn {
        name: function.name.clone(),
        function: index,
        params: params.collect::<Result<_, _>>()?,
        result: function.result.as_ref().map(|ty| of("result", ty)).transpose()?,
    })
}
