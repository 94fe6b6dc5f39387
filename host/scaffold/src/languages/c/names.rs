//! Returns the names that `wit-bindgen c` gives to the items of a contract. It does not write code.

use heck::ToSnakeCase as _;
use wit_parser::{PackageId, Resolve, WorldKey};

use crate::stubs::exports::World;
use crate::stubs::names::{What, names};

/// Returns the prefix of all names of an interface, or of the world.
pub(super) fn namespace(world: &World, key: Option<&WorldKey>, exported: bool) -> String {
    let resolve = &world.resolve;
    match key {
        None => world.name().to_snake_case(),
        Some(WorldKey::Name(name)) => name.to_snake_case(),
        Some(WorldKey::Interface(id)) => {
            let interface = &resolve.interfaces[*id];
            let exports = if exported { "exports_" } else { "" };
            let package = interface.package.map(|id| package(resolve, id)).unwrap_or_default();
            let name = interface.name.as_deref().unwrap_or_default().to_snake_case();
            format!("{exports}{package}_{name}")
        }
    }
}

/// Returns the part of the prefix for a package. It contains the version if there are several
/// versions of the package.
fn package(resolve: &Resolve, id: PackageId) -> String {
    let name = &resolve.packages[id].name;
    let is_other = |(_, other): (PackageId, &wit_parser::Package)| {
        other.name.namespace == name.namespace
            && other.name.name == name.name
            && other.name.version != name.version
    };
    let version = match &name.version {
        Some(version) if resolve.packages.iter().any(is_other) => {
            format!("_{}", version.to_string().replace(['.', '-', '+'], "_"))
        }
        _ => String::new(),
    };
    format!("{}_{}{version}", name.namespace.to_snake_case(), name.name.to_snake_case())
}

/// Returns why the header that `wit-bindgen c` writes does not compile, if it does not: it does not
/// escape every word of the language.
pub(super) fn unfit(world: &World) -> Option<String> {
    unfit_words(world, "C", &["typeof"])
}

/// Returns why the header does not compile as C++, if it does not. C++ has more words, and the
/// header escapes only some of them.
pub(super) fn unfit_for_cpp(world: &World) -> Option<String> {
    const WORDS: &[&str] = &[
        "alignas",
        "alignof",
        "and_eq",
        "bitand",
        "bitor",
        "char16_t",
        "char32_t",
        "char8_t",
        "co_await",
        "co_return",
        "co_yield",
        "compl",
        "concept",
        "const_cast",
        "consteval",
        "constinit",
        "decltype",
        "dynamic_cast",
        "mutable",
        "noexcept",
        "not_eq",
        "nullptr",
        "or_eq",
        "reinterpret_cast",
        "requires",
        "static_assert",
        "static_cast",
        "thread_local",
        "typeid",
        "typename",
        "wchar_t",
        "xor_eq",
    ];
    unfit(world).or_else(|| unfit_words(world, "C++", WORDS))
}

fn unfit_words(world: &World, language: &str, words: &[&str]) -> Option<String> {
    names(world).iter().find_map(|one| {
        let is_member = matches!(one.what, What::Field | What::Case | What::Parameter);
        let called = one.name.to_snake_case();
        let is_word = is_member && words.contains(&&*called);
        is_word.then(|| one.refused(&called, language, "is a word of the language"))
    })
}

/// Returns true if a name is a word of C, or of C++, which includes the header as well.
pub(crate) fn is_word(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "and",
        "asm",
        "auto",
        "bool",
        "break",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "constexpr",
        "continue",
        "default",
        "delete",
        "do",
        "double",
        "else",
        "enum",
        "explicit",
        "export",
        "extern",
        "false",
        "float",
        "for",
        "friend",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "namespace",
        "new",
        "not",
        "operator",
        "or",
        "private",
        "protected",
        "public",
        "register",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "template",
        "this",
        "throw",
        "true",
        "try",
        "typedef",
        "union",
        "unsigned",
        "using",
        "virtual",
        "void",
        "volatile",
        "while",
        "xor",
    ];
    WORDS.contains(&name)
}

/// Returns the name of a parameter, changed if it is a word of the language.
pub(super) fn identifier(name: &str) -> String {
    // `ret` and `err` are no words, but the names of the function's results.
    let is_taken = is_word(name) || ["ret", "err"].contains(&name);
    let name = name.to_snake_case();
    if is_taken { format!("{name}_") } else { name }
}
