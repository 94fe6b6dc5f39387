//! Brings names of imports to a form in which equal names mean the same import. Compatible versions
//! become equal, and so do the different names that toolchains give a component's imports in its
//! core modules.

use wit_parser::PackageName;

/// The prefix of names in core modules in the newer scheme of toolchains.
const SCHEME: &str = "cm32p2";
/// The module from which functions of the world itself are imported.
const ROOT: &str = "$root";

/// Returns the name of a component's import. `module` and `name` are an import of a core module in
/// it. With an empty `name`, `module` is the import's own name in the component.
pub(super) fn asked(module: &str, name: &str) -> String {
    let module = match module.strip_prefix(SCHEME) {
        Some("") => ROOT,
        Some(rest) => rest.strip_prefix('|').unwrap_or(module),
        None => module,
    };
    if module == ROOT { name.to_owned() } else { compatible(module) }
}

/// Returns an interface's name with the part of its version that has to be equal.
pub(super) fn compatible(interface: &str) -> String {
    let (name, version) = interface.split_once('@').unwrap_or((interface, ""));
    match semver::Version::parse(version) {
        Ok(version) => format!("{name}@{}", PackageName::version_compat_track_string(&version)),
        Err(_) => interface.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_modules_are_those_of_the_component() {
        let cases = [
            ("wasi:cli/environment@0.2.0", "get", "wasi:cli/environment@0.2.6", true),
            ("wasi:cli/environment@0.2.0", "get", "wasi:cli/environment@0.3.0", false),
            ("wasi:cli/environment@0.2.0-rc.1", "get", "wasi:cli/environment@0.2.0", false),
            ("cm32p2|wasi:cli/environment@0.2", "get", "wasi:cli/environment@0.2.6", true),
            ("cm32p2|a:b/c@1", "get", "a:b/c@1.7.3", true),
            ("$root", "greet", "greet", true),
            ("cm32p2", "greet", "greet", true),
            ("a:b/c", "d", "a:b/c", true),
            ("a:b/c@0.0.1", "d", "a:b/c@0.0.2", false),
        ];
        for (module, name, import, expected) in cases {
            let found = asked(module, name) == asked(import, "");
            assert_eq!(found, expected, "{module} {name} and {import}");
        }
    }
}
