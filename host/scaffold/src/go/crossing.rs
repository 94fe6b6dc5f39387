//! One function of numbers and texts in Go: as its author writes it, and what of it
//! crosses to the host and back.

use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use wit_parser::{Function, Type};

use crate::exports::Interface;
use crate::stub::comment;

/// More parameters are passed in memory.
const MOST_NUMBERS: usize = 16;

/// A function of numbers and texts, on both sides of the boundary.
pub(super) struct Crossing<'w> {
    function: &'w Function,
    /// The interface's name with its package, or `$root`.
    module: String,
    /// The interface's name in camel case.
    prefix: String,
    params: Vec<(String, Type)>,
    result: Option<Type>,
}

impl<'w> Crossing<'w> {
    pub(super) fn new(interface: &Interface<'w>, function: &'w Function) -> Option<Self> {
        let is_simple = |ty: &Type| !matches!(ty, Type::Id(_) | Type::ErrorContext);
        let params = function.params.iter().map(|param| (identifier(&param.name), param.ty));
        let params: Vec<_> = params.collect();
        let numbers: usize =
            params.iter().map(|(_, ty)| if *ty == Type::String { 2 } else { 1 }).sum();
        let fits = function.kind.resource().is_none()
            && numbers <= MOST_NUMBERS
            && params.iter().map(|(_, ty)| ty).chain(&function.result).all(is_simple);
        fits.then(|| Self {
            function,
            module: interface.full_name().unwrap_or_else(|| "$root".into()),
            prefix: interface.name().map(|name| name.to_lower_camel_case()).unwrap_or_default(),
            params,
            result: function.result,
        })
    }

    /// The name that the author's function has, or the one of an import's behind `host`.
    fn name(&self) -> String {
        match self.prefix.is_empty() {
            true => identifier(&self.function.name),
            false => format!("{}{}", self.prefix, self.function.name.to_upper_camel_case()),
        }
    }

    fn upper(&self) -> String {
        format!("{} {}", self.prefix, self.function.name).to_upper_camel_case()
    }

    /// The parameters in Go's types.
    fn typed(&self) -> String {
        let params = self.params.iter().map(|(name, ty)| format!("{name} {}", of_go(ty)));
        params.collect::<Vec<_>>().join(", ")
    }

    /// What is to be filled in.
    pub(super) fn stub(&self) -> String {
        let docs = comment("//", &self.function.docs);
        let (name, params) = (self.name(), self.typed());
        let (returned, value) = match &self.result {
            Some(ty) => (format!(" {}", of_go(ty)), format!("return {}", plain(ty))),
            None => (String::new(), String::new()),
        };
        let value = if value.is_empty() { String::new() } else { format!("{value} ") };
        format!("\n{docs}func {name}({params}){returned} {{\n\t{value}// fill in\n}}\n")
    }

    /// What the host calls, which calls that.
    pub(super) fn export(&self) -> String {
        let (mut params, mut given) = (Vec::new(), Vec::new());
        for (name, ty) in &self.params {
            if *ty == Type::String {
                params.push(format!("{name}At, {name}Length uint32"));
                given.push(format!("list{{at: {name}At, length: {name}Length}}.text()"));
            } else {
                params.push(format!("{name} {}", of_wasm(ty)));
                given.push(converted(name, of_wasm(ty), of_go(ty)));
            }
        }
        let call = format!("{}({})", self.name(), given.join(", "));
        let export = match &*self.module {
            "$root" => self.function.name.clone(),
            module => format!("{module}#{}", self.function.name),
        };
        let head = format!(
            "\n//go:wasmexport {export}\nfunc exported{}({})",
            self.upper(),
            params.join(", ")
        );
        match &self.result {
            None => format!("{head} {{\n\tinGuest(func() {{ {call} }})\n}}\n"),
            Some(Type::String) => format!(
                "{head} (result *list) {{\n\tinGuest(func() {{ result = give({call}) }})\n\treturn result\n}}\n"
            ),
            Some(ty) => format!(
                "{head} (result {}) {{\n\tinGuest(func() {{ result = {} }})\n\treturn result\n}}\n",
                of_wasm(ty),
                converted(&call, of_go(ty), of_wasm(ty))
            ),
        }
    }

    /// What the guest calls, which calls the host.
    pub(super) fn import(&self) -> String {
        let (upper, module, name) = (self.upper(), &self.module, &self.function.name);
        let crossing = |ty: &Type| if *ty == Type::String { "string" } else { of_wasm(ty) };
        let mut params: Vec<_> =
            self.params.iter().map(|(name, ty)| format!("{name} {}", crossing(ty))).collect();
        let mut given: Vec<_> =
            self.params.iter().map(|(name, ty)| converted(name, of_go(ty), crossing(ty))).collect();
        let mut returned = String::new();
        match &self.result {
            Some(Type::String) => {
                params.push("result *list".into());
                given.push("room".into());
            }
            Some(ty) => returned = format!(" {}", of_wasm(ty)),
            None => {}
        }
        let call = format!("imported{upper}({})", given.join(", "));
        let declared = format!(
            "\n//go:wasmimport {module} {name}\nfunc imported{upper}({}){returned}\n\n{}func host{upper}({})",
            params.join(", "),
            comment("//", &self.function.docs),
            self.typed()
        );
        match &self.result {
            None => format!("{declared} {{\n\tinHost(func() {{ {call} }})\n}}\n"),
            Some(Type::String) => format!(
                "{declared} string {{\n\troom := new(list)\n\tinHost(func() {{ {call} }})\n\treturn room.text()\n}}\n"
            ),
            Some(ty) => format!(
                "{declared} (result {}) {{\n\tinHost(func() {{ result = {} }})\n\treturn result\n}}\n",
                of_go(ty),
                converted(&call, of_wasm(ty), of_go(ty))
            ),
        }
    }
}

fn converted(value: &str, from: &str, to: &str) -> String {
    if from == to { value.into() } else { format!("{to}({value})") }
}

fn of_go(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "uint8",
        Type::S8 => "int8",
        Type::U16 => "uint16",
        Type::S16 => "int16",
        Type::Char => "rune",
        Type::String => "string",
        other => of_wasm(other),
    }
}

/// Smaller numbers cross as larger ones.
fn of_wasm(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::S8 | Type::S16 | Type::S32 => "int32",
        Type::U64 => "uint64",
        Type::S64 => "int64",
        Type::F32 => "float32",
        Type::F64 => "float64",
        _ => "uint32",
    }
}

fn plain(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "false",
        Type::Char => "' '",
        Type::String => "\"\"",
        _ => "0",
    }
}

/// A name that is no word of the language, and none of what is in canonical.go.
fn identifier(name: &str) -> String {
    const TAKEN: &[&str] = &[
        "address",
        "bool",
        "break",
        "case",
        "chan",
        "collecting",
        "const",
        "continue",
        "default",
        "defer",
        "else",
        "fallthrough",
        "for",
        "func",
        "give",
        "go",
        "goto",
        "if",
        "import",
        "inGuest",
        "inHost",
        "init",
        "interface",
        "list",
        "main",
        "map",
        "new",
        "package",
        "pairOf",
        "range",
        "reallocate",
        "result",
        "return",
        "returned",
        "room",
        "rune",
        "select",
        "string",
        "struct",
        "switch",
        "type",
        "var",
    ];
    let name = name.to_lower_camel_case();
    if TAKEN.contains(&&*name) { format!("{name}_") } else { name }
}
