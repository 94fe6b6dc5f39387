//! Writes one function of numbers and text in Go: the function that the author sees, and the code
//! that exchanges its values with the host. It does not know values that contain others.

use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use wit_parser::{Function, FunctionKind, Type};

use crate::stubs::comment;
use crate::stubs::exports::Interface;
use crate::stubs::scope::Scope;

/// The limit of flat parameters. With more, they are passed in memory.
const MOST_NUMBERS: usize = 16;

/// A function of numbers and text, with its names on both sides.
pub(super) struct Crossing<'w> {
    function: &'w Function,
    /// The interface's name with its package, or `$root`.
    module: String,
    names: Names,
    params: Vec<(String, Type)>,
    result: Option<Type>,
}

impl<'w> Crossing<'w> {
    pub(super) fn new(
        interface: &Interface<'w>,
        function: &'w Function,
        names: Names,
        scope: &Scope,
    ) -> Self {
        // The parameters must not hide the name of the author's function, which is called in the
        // exported function.
        let mut scope = scope.clone();
        let params = function.params.iter();
        let params = params.map(|param| (scope.take(param.name.to_lower_camel_case()), param.ty));
        Self {
            function,
            module: interface.full_name().unwrap_or_else(|| "$root".into()),
            names,
            params: params.collect(),
            result: function.result,
        }
    }

    /// Returns true for a function of only a few numbers and texts.
    pub(super) fn is_of(function: &Function) -> bool {
        let is_simple = |ty: &Type| !matches!(ty, Type::Id(_) | Type::ErrorContext);
        let params = function.params.iter().map(|param| &param.ty);
        let numbers: usize = params.clone().map(|ty| if *ty == Type::String { 2 } else { 1 }).sum();
        function.kind.resource().is_none()
            && numbers <= MOST_NUMBERS
            && params.chain(&function.result).all(is_simple)
    }

    /// Returns the parameters with Go's types.
    fn typed(&self) -> String {
        let params = self.params.iter().map(|(name, ty)| format!("{name} {}", of_go(ty)));
        params.collect::<Vec<_>>().join(", ")
    }

    /// Returns the function that the author fills in.
    pub(super) fn stub(&self) -> String {
        let docs = comment("//", &self.function.docs);
        let (name, params) = (&self.names.own, self.typed());
        let (returned, value) = match &self.result {
            Some(ty) => (format!(" {}", of_go(ty)), format!("return {}", plain(ty))),
            None => (String::new(), String::new()),
        };
        let value = if value.is_empty() { String::new() } else { format!("{value} ") };
        format!("\n{docs}func {name}({params}){returned} {{\n\t{value}// fill in\n}}\n")
    }

    /// Returns the function that the host calls, which calls the author's function.
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
        let call = format!("{}({})", self.names.own, given.join(", "));
        let export = match &*self.module {
            "$root" => self.function.name.clone(),
            module => format!("{module}#{}", self.function.name),
        };
        let head =
            format!("\n//go:wasmexport {export}\nfunc {}({})", self.names.outer, params.join(", "));
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

    /// Returns the function that the guest calls, which calls the host.
    pub(super) fn import(&self) -> String {
        let (outer, module, name) = (&self.names.outer, &self.module, &self.function.name);
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
        let call = format!("{outer}({})", given.join(", "));
        let declared = format!(
            "\n//go:wasmimport {module} {name}\nfunc {outer}({}){returned}\n\n{}func {}({})",
            params.join(", "),
            comment("//", &self.function.docs),
            self.names.own,
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

/// Returns the type in which a number crosses, which has at least 32 bits.
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

/// The two names of a function in Go.
pub(super) struct Names {
    /// The name of the function that the author writes or calls.
    pub(super) own: String,
    /// The name of the exported or imported function, which exchanges values with the host.
    pub(super) outer: String,
}

impl Names {
    pub(super) fn new(
        interface: &Interface<'_>,
        function: &Function,
        exported: bool,
        scope: &mut Scope,
    ) -> Self {
        let resource = function.name.split_once(']').map_or("", |(_, name)| name);
        let name = match function.kind {
            FunctionKind::Constructor(_) => format!("new {resource}"),
            _ if function.kind.resource().is_some() => resource.replace('.', " "),
            _ => function.name.clone(),
        };
        let whole = match interface.name() {
            Some(interface) => format!("{interface} {name}"),
            None => name,
        };
        let (own, upper) = (whole.to_lower_camel_case(), whole.to_upper_camel_case());
        let (own, outer) = match exported {
            true => (own, format!("exported{upper}")),
            false => (format!("host{upper}"), format!("imported{upper}")),
        };
        Self { own: scope.take(own), outer: scope.take(outer) }
    }
}

/// Returns true if a name is a word of the language, or is declared in a file that does not depend
/// on the contract.
pub(super) fn is_word(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "Result",
        "address",
        "aligned",
        "any",
        "append",
        "beAskedForRoom",
        "bitsOf32",
        "bitsOf64",
        "block",
        "bool",
        "break",
        "byte",
        "cap",
        "case",
        "chan",
        "choiceOf",
        "clear",
        "close",
        "collecting",
        "comparable",
        "complex",
        "complex128",
        "complex64",
        "const",
        "continue",
        "copy",
        "debug",
        "default",
        "defer",
        "delete",
        "else",
        "error",
        "fallthrough",
        "false",
        "flagsOf",
        "float32",
        "float64",
        "for",
        "func",
        "give",
        "go",
        "goOn",
        "goto",
        "holdClocks",
        "if",
        "imag",
        "import",
        "inGuest",
        "inHost",
        "init",
        "int",
        "int16",
        "int32",
        "int64",
        "int8",
        "integerOf",
        "interface",
        "iota",
        "kept",
        "len",
        "list",
        "listOf",
        "main",
        "make",
        "map",
        "math",
        "max",
        "member",
        "min",
        "narrowOf",
        "new",
        "nil",
        "ofBits32",
        "ofBits64",
        "optionOf",
        "package",
        "pairOf",
        "panic",
        "place",
        "print",
        "println",
        "range",
        "rangeOf",
        "real",
        "reallocate",
        "recordOf",
        "recover",
        "result",
        "resultOf",
        "return",
        "returned",
        "returnedValues",
        "room",
        "rune",
        "runtime",
        "scalarOf",
        "select",
        "string",
        "struct",
        "structs",
        "switch",
        "tagOf",
        "true",
        "type",
        "uint",
        "uint16",
        "uint32",
        "uint64",
        "uint8",
        "uintptr",
        "unsafe",
        "valueType",
        "var",
        "variantOf",
    ];
    WORDS.contains(&name)
}
