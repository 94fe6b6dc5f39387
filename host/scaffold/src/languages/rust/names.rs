//! The names of a contract in the Rust of `wit-bindgen`, and the names that it does not support.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use wit_parser::{PackageId, Resolve, WorldKey};

use crate::stubs::c_library;
use crate::stubs::exports::World;
use crate::stubs::names::{MEMORY, Named, What, names, own_function};
use wit_host_text::shown;

/// Returns the type that holds the state of a resource that the guest defines.
pub(super) fn state(resource: &str) -> String {
    format!("{}State", resource.to_upper_camel_case())
}

/// Returns the module in which an exported interface is implemented. The prefix `export_` keeps it
/// apart from Rust's keywords. If another interface's name has the same words, its position among
/// them is appended.
pub(super) fn module_of(world: &World, key: &WorldKey) -> String {
    let name = |key: &WorldKey| {
        let path = path_of(world, key, false);
        path.split("::").map(|part| part.trim_end_matches('_')).collect::<Vec<_>>().join("_")
    };
    let own = name(key);
    let same: Vec<_> = world.interface_keys(true).filter(|other| name(other) == own).collect();
    match same.iter().position(|other| *other == key) {
        Some(place) if place > 0 => format!("export_{own}_{}", place + 1),
        _ => format!("export_{own}"),
    }
}

/// Returns a name of WIT as the name of a function, a parameter or a field.
pub(super) fn identifier(name: &str) -> String {
    match KEYWORDS.contains(&name) {
        true => format!("{name}_"),
        false => name.to_snake_case(),
    }
}

/// The names to which wit-bindgen appends an underscore.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in",
    "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Returns the path of the module that wit-bindgen makes of an interface.
pub(super) fn path_of(world: &World, key: &WorldKey, exported: bool) -> String {
    let resolve = &world.resolve;
    let exports = if exported { "exports::" } else { "" };
    let path = match key {
        WorldKey::Name(name) => identifier(name),
        WorldKey::Interface(id) => {
            let interface = &resolve.interfaces[*id];
            let name = identifier(interface.name.as_deref().unwrap_or_default());
            let package = interface.package.map(|id| package_path(resolve, id));
            package.map_or(name.clone(), |package| format!("{package}::{name}"))
        }
    };
    format!("{exports}{path}")
}

/// Returns the path of a package. The version is a part of it if there are several versions of the
/// package.
fn package_path(resolve: &Resolve, id: PackageId) -> String {
    let name = &resolve.packages[id].name;
    let same = |(_, other): &(PackageId, &wit_parser::Package)| {
        other.name.namespace == name.namespace && other.name.name == name.name
    };
    let version = match &name.version {
        Some(version) if resolve.packages.iter().filter(same).count() > 1 => {
            version.to_string().replace(['.', '-', '+'], "_").to_snake_case()
        }
        _ => String::new(),
    };
    format!("{}::{}{version}", identifier(&name.namespace), name.name.to_snake_case())
}

/// Returns a name of WIT as the name of a type.
pub(super) fn camel(name: &str) -> String {
    match name {
        // `Guest` is the name of the trait of every interface.
        "guest" => "Guest_".into(),
        name => name.to_upper_camel_case(),
    }
}

/// Returns why wit-bindgen's bindings for the world would not compile: a name of the contract is
/// taken by something else there.
pub(super) fn unfit(world: &World) -> Option<String> {
    let all = names(world);
    let those = |what| all.iter().filter(|one| one.what == what).collect::<Vec<_>>();
    let (resources, constructors) = (those(What::Resource), those(What::Constructor));
    let refused = all.iter().find_map(|one| {
        let (called, taken) = taken(one)
            .or_else(|| taken_type(one, &resources))
            .or_else(|| taken_method(one, &constructors))?;
        Some(one.refused(&called, "Rust", taken))
    });
    let symbol = || own_function(world, "Rust", symbol);
    refused.or_else(symbol).or_else(|| twice(&all, &resources)).or_else(|| modules(world))
}

/// Returns what the linker uses the name of a function for.
fn symbol(name: &str) -> Option<&'static str> {
    match name {
        "main" => Some("a linker begins a program with"),
        c_library::MEMORY => Some(MEMORY),
        _ if c_library::is_called_by_rust(name) => Some(
            "is a symbol of the C library that Rust's standard library is linked with (a \
             function of an interface may have the name)",
        ),
        _ => None,
    }
}

const WORD: &str = "is a word of the language";
const BINDINGS: &str = "wit-bindgen's code has for itself";

/// Returns the name in Rust, and what it is already the name of.
fn taken(named: &Named<'_>) -> Option<(String, &'static str)> {
    let Named { what, name, of_world, .. } = named;
    let value = identifier(name);
    match what {
        What::World | What::Flag | What::Type | What::Flags | What::Resource => None,
        What::Constructor => None,
        What::Namespace | What::Interface if ["exports", "wit_bindgen"].contains(&&*value) => {
            (*what == What::Namespace || *of_world).then_some((value, BINDINGS))
        }
        // Only the name of a package is used in snake case without the underscore for keywords.
        What::Package if value != name.to_snake_case() || value == "gen" => {
            Some((name.to_snake_case(), WORD))
        }
        What::Case => {
            let camel = camel(name);
            (camel == "Self").then_some((camel, WORD))
        }
        What::Parameter if is_local(&value) => Some((value, BINDINGS)),
        // wit-bindgen writes these names as they are. An upper-case name is a keyword if its
        // lower-case form is one.
        _ => (value == "gen" || KEYWORDS.contains(&&*value)).then_some((value, WORD)),
    }
}

/// Returns the name of a type in Rust, and what it is already the name of. Most of these are in the
/// code that is generated for the guest's resources.
fn taken_type(named: &Named<'_>, resources: &[&Named<'_>]) -> Option<(String, &'static str)> {
    let Named { what, name, exported, .. } = named;
    if !matches!(what, What::Type | What::Flags | What::Resource) {
        return None;
    }
    let is_near = |other: &&&Named<'_>| other.exported && other.within == named.within;
    let camel = camel(name);
    let is_taken = match &*camel {
        "Self" => return Some((camel, WORD)),
        "Guest_" => *what == What::Flags || (*what == What::Resource && *exported),
        "Option" | "Sized" => *exported && resources.iter().any(|other| is_near(&other)),
        "T" => *what == What::Resource && *exported,
        _ => false,
    };
    is_taken.then_some((camel, BINDINGS))
}

/// Returns the name of a method in Rust, and what the resource already has with this name: the name
/// of its constructor and, if the host defines the resource, the functions of its handles.
fn taken_method(named: &Named<'_>, constructors: &[&Named<'_>]) -> Option<(String, &'static str)> {
    let Named { what, name, exported, within, .. } = named;
    let called = identifier(name);
    if *what != What::Method {
        return None;
    }
    match &*called {
        "new" => constructors
            .iter()
            .any(|other| other.exported == *exported && other.within == *within)
            .then_some((called, "the resource's constructor is called")),
        "handle" | "take_handle" | "from_handle" if !exported => Some((called, BINDINGS)),
        _ => None,
    }
}

/// Returns whether the bindings have a local variable of this name where a parameter is in use.
fn is_local(name: &str) -> bool {
    let is_numbered = ["result", "vec", "layout"].iter().any(|local| {
        let number = name.strip_prefix(local).unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    is_numbered || ["ret_area", "cleanup_list"].contains(&name)
}

/// Finds types with the same name in Rust. The types that are generated for a resource have names
/// as well.
fn twice(all: &[Named<'_>], resources: &[&Named<'_>]) -> Option<String> {
    let is_type = |what| matches!(what, What::Type | What::Flags | What::Resource);
    let types = all.iter().filter(|one| one.exported && is_type(one.what));
    types.into_iter().find_map(|one| {
        let name = camel(one.name);
        let made = resources.iter().find(|resource| {
            let resource_name = camel(resource.name);
            resource.exported
                && resource.within == one.within
                && (name == format!("{resource_name}Borrow")
                    || name == format!("Guest{resource_name}"))
        })?;
        let taken = format!("wit-bindgen makes for the resource `{}`", shown(made.name));
        Some(one.refused(&name, "Rust", &taken))
    })
}

/// Finds modules with the same name in Rust: a namespace and an interface that is declared in the
/// world, or interfaces whose packages have the same words.
fn modules(world: &World) -> Option<String> {
    for exported in [false, true] {
        let keys: Vec<_> = world.interface_keys(exported).collect();
        let inline = keys.iter().filter_map(|key| match key {
            WorldKey::Name(name) => Some(name),
            WorldKey::Interface(_) => None,
        });
        for name in inline {
            let module = identifier(name);
            let is_same = |key: &&&WorldKey| {
                world.package(key).is_some_and(|package| identifier(&package.namespace) == module)
            };
            if let Some(other) = keys.iter().find(is_same) {
                return Some(format!(
                    "its interface `{}` would be the module `{module}` in Rust, as would be what \
                     `{}` is in; give it another name",
                    shown(name),
                    world.resolve.name_world_key(other)
                ));
            }
        }
    }
    None
}
