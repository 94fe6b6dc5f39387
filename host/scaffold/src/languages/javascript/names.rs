//! The names of a contract in JavaScript. All that a guest exports is in one module.

use std::collections::HashMap;

use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use wit_parser::TypeId;

use crate::stubs::exports::World;

/// Returns why a module cannot have all of the exports: two of them have the same name in
/// JavaScript, for example because only their packages differ. Neither engine distinguishes them.
pub(super) fn clash(world: &World) -> Option<String> {
    let mut known = HashMap::new();
    for interface in world.exports() {
        let exports = match (interface.name(), interface.full_name()) {
            (Some(name), Some(full)) => vec![(name, format!("`{full}`"))],
            _ => {
                let functions = interface.functions().into_iter();
                functions.map(|own| (&*own.name, format!("the function `{}`", own.name))).collect()
            }
        };
        for (name, full) in exports {
            let name = name.to_lower_camel_case();
            if let Some(other) = known.insert(name.clone(), full.clone()) {
                return Some(format!(
                    "it exports {other} and {full}, and both are `{name}` in JavaScript; give one \
                     of them another name, or take another language"
                ));
            }
        }
    }
    None
}

/// Returns the class of a resource. All classes are in one module, so the interface's name is put
/// before a name that another resource or JavaScript itself has.
pub(super) fn class(world: &World, id: TypeId) -> String {
    const GLOBALS: &[&str] = &["Array", "Error", "Map", "Object", "Promise", "Set", "String"];
    let camel = |id: TypeId| {
        world.resolve.types[id].name.as_deref().unwrap_or_default().to_upper_camel_case()
    };
    let name = camel(id);
    let exports = world.exports();
    let mut resources = exports.iter().flat_map(|interface| interface.resources());
    let is_taken = resources.any(|other| other.id != id && camel(other.id) == name);
    let interface = world.exported(id).and_then(|key| world.short_name(key));
    match interface.filter(|_| is_taken || GLOBALS.contains(&&*name)) {
        Some(interface) => format!("{}{name}", interface.to_upper_camel_case()),
        None => name,
    }
}

/// Returns the name as an identifier that is not a keyword.
pub(super) fn identifier(name: &str) -> String {
    const WORDS: &[&str] = &[
        "arguments",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
    ];
    let name = name.to_lower_camel_case();
    if WORDS.contains(&&*name) { format!("{name}_") } else { name }
}
