//! Finds what crosses between a core module and the host of a contract: the functions by their
//! names on that boundary, and values as numbers and text. It does not know languages.

use wit_host_wit::env::{Shape, WorldFunction, exported, imported};
use wit_parser::{Docs, Function, Resolve, Type, TypeDefKind, TypeId};

use crate::stubs::exports::World;

/// The names of a guest's memory and its allocator.
const TAKEN: [&str; 3] = ["memory", "allocate", "deallocate"];
const OF_ALLOCATOR: &str = "is what a guest's memory or its allocator is called";
const OTHERS: &str = "take a language whose guests are components";

/// The functions that cross in both directions, and their types.
pub(super) struct Boundary<'w> {
    pub(super) imports: Vec<Crossing<'w>>,
    pub(super) exports: Vec<Crossing<'w>>,
    pub(super) types: Vec<Named<'w>>,
    /// Imports of WASI. Core modules use WASI's first preview instead.
    pub(super) left_out: Vec<String>,
}

/// A function that a core module imports or exports.
pub(super) struct Crossing<'w> {
    /// Its name in `env`, or as an export.
    pub(super) core: String,
    pub(super) docs: &'w Docs,
    /// The function's declaration in WIT.
    pub(super) wit: String,
    pub(super) params: Vec<(&'w str, Value)>,
    /// The result; of a `result`, its `ok`.
    pub(super) result: Option<Value>,
    /// Whether the function returns a `result`, whose `err` is a trap.
    pub(super) fallible: bool,
}

/// The kind of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Scalar(Type),
    Text,
    Bytes,
    /// An enum or flags, by the index in the list of types.
    Named(usize),
}

/// An enum or flags.
#[derive(PartialEq, Eq)]
pub(super) struct Named<'w> {
    pub(super) name: &'w str,
    pub(super) members: Vec<&'w str>,
    pub(super) is_flags: bool,
}

/// The names that functions cannot have in a language.
pub(super) struct Unfit {
    pub(super) language: &'static str,
    /// Returns why a name is not possible, if it is not.
    pub(super) taken: fn(&str) -> Option<&'static str>,
    /// Whether the linker does not tell an import from an export of the same name.
    pub(super) has_one_name: bool,
}

impl<'w> Boundary<'w> {
    /// Finds the functions that cross for a world.
    ///
    /// # Errors
    /// The function that core modules cannot have, and why.
    pub(super) fn new(world: &'w World, unfit: &Unfit) -> Result<Self, String> {
        let (resolve, id) = (&world.resolve, world.id());
        let mut boundary = Self {
            imports: Vec::new(),
            exports: Vec::new(),
            types: Vec::new(),
            left_out: Vec::new(),
        };
        // Exports first, because some linkers know one name for both sides, and the import then
        // gives way.
        let all = exported(resolve, id);
        for function in &all {
            let shape = Shape::of_export(resolve, function.function);
            let core = named("export", function, &all, shape, |name| {
                let of_all = TAKEN.contains(&name).then_some(("core modules", OF_ALLOCATOR));
                of_all.or_else(|| Some((unfit.language, (unfit.taken)(name)?)))
            })?;
            let crossing = boundary.crossing(resolve, core, function.function);
            boundary.exports.push(crossing);
        }
        Self::refuse_methods(world)?;
        let all = imported(resolve, id);
        for function in &all {
            if function.is_wasi() {
                boundary.left_out.push(function.to_string());
                continue;
            }
            let shape = Shape::of_import(resolve, function.function);
            let core = named("import", function, &all, shape, |name| {
                let is_exported = boundary.exports.iter().any(|export| export.core == name);
                let taken = match (unfit.has_one_name, TAKEN.contains(&name)) {
                    (true, true) => Some(OF_ALLOCATOR),
                    (true, _) if is_exported => Some("is what one of its exports is called"),
                    _ => (unfit.taken)(name),
                };
                Some((unfit.language, taken?))
            })?;
            let crossing = boundary.crossing(resolve, core, function.function);
            boundary.imports.push(crossing);
        }
        Ok(boundary)
    }

    /// Refuses imports that have no form in `env`. Functions of resources have none, and the search
    /// for plain functions by name does not find them.
    fn refuse_methods(world: &World) -> Result<(), String> {
        for interface in world.imports() {
            let is_wasi = interface.full_name().is_some_and(|name| name.starts_with("wasi:"));
            if is_wasi {
                continue;
            }
            for function in interface.all_functions() {
                if let Err(reason) = Shape::of_import(&world.resolve, function) {
                    let within = interface.full_name().map_or(String::new(), |name| name + ".");
                    return Err(refused("import", &format!("{within}{}", function.name), &reason));
                }
            }
        }
        Ok(())
    }

    fn crossing(
        &mut self,
        resolve: &'w Resolve,
        core: String,
        function: &'w Function,
    ) -> Crossing<'w> {
        let cases = function.result.and_then(|ty| wit_host_wit::env::cases(resolve, &ty));
        let result = match cases {
            Some((ok, _)) => ok,
            None => function.result,
        };
        let params = function.params.iter();
        Crossing {
            core,
            docs: &function.docs,
            wit: wit_host_wit::function(resolve, function),
            params: params.map(|one| (&*one.name, self.value(resolve, &one.ty))).collect(),
            result: result.map(|ty| self.value(resolve, &ty)),
            fallible: cases.is_some(),
        }
    }

    /// Returns the kind of a value of this type, which has a form among the conventions.
    fn value(&mut self, resolve: &'w Resolve, ty: &Type) -> Value {
        match ty {
            Type::String => Value::Text,
            Type::Id(id) => self.defined(resolve, *id),
            scalar => Value::Scalar(*scalar),
        }
    }

    fn defined(&mut self, resolve: &'w Resolve, id: TypeId) -> Value {
        let definition = &resolve.types[id];
        let (members, is_flags): (Vec<&str>, _) = match &definition.kind {
            TypeDefKind::Type(ty) => return self.value(resolve, ty),
            TypeDefKind::Enum(cases) => {
                (cases.cases.iter().map(|case| &*case.name).collect(), false)
            }
            TypeDefKind::Flags(flags) => {
                (flags.flags.iter().map(|flag| &*flag.name).collect(), true)
            }
            _ => return Value::Bytes,
        };
        let name = definition.name.as_deref().unwrap_or("unnamed");
        let named = Named { name, members, is_flags };
        // A type that is both imported and exported is two in the world, and one in the language.
        let known = self.types.iter().position(|known| *known == named);
        Value::Named(known.unwrap_or_else(|| {
            self.types.push(named);
            self.types.len() - 1
        }))
    }
}

impl Crossing<'_> {
    /// Returns true if the result is text or bytes.
    pub(super) fn returns_memory(&self) -> bool {
        matches!(self.result, Some(Value::Text | Value::Bytes))
    }
}

/// Returns the name of a function for a core module.
fn named(
    side: &str,
    function: &WorldFunction<'_>,
    all: &[WorldFunction<'_>],
    shape: Result<Shape, String>,
    taken: impl Fn(&str) -> Option<(&'static str, &'static str)>,
) -> Result<String, String> {
    let name = function.to_string();
    shape.map_err(|reason| refused(side, &name, &reason))?;
    let names = function.core_names(all);
    if let Some(fit) = names.iter().find(|name| taken(name).is_none()) {
        return Ok(fit.clone());
    }
    Err(match names.iter().find_map(|name| Some((name, taken(name)?))) {
        Some((core, (language, taken))) => format!(
            "its {side} `{name}` would be `{core}` in {language}, which {taken}; give it another \
             name"
        ),
        None => format!(
            "its {side} `{name}` has no name of its own among core modules, which know functions \
             without their packages; give it another name, or {OTHERS}"
        ),
    })
}

fn refused(side: &str, name: &str, reason: &str) -> String {
    format!("no convention of core modules carries its {side} `{name}`: {reason}; {OTHERS}")
}
