//! The names under which functions are served: how a name is read, and which functions it means. It
//! does not know what serves them.

use wit_host_check::fit::names::Version;

use wit_host_binary::names::ENV;
use wit_host_check::fit::names::is_compatible;
use wit_host_check::serving::Typed;

/// The functions that a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `namespace:package`: every interface of it.
    Package(Named),
    /// `namespace:package/interface`.
    Interface(Named),
    /// `namespace:package/interface.function`.
    Function(Named, String),
    /// `function`, of the world itself.
    Root(String),
    /// `env`, or `env.name`: all imports of core modules, or one.
    Env(Option<String>),
}

/// A name, and its version if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    name: String,
    version: Option<Version>,
}

impl Target {
    /// Reads a name. `None` if it cannot name functions.
    pub(crate) fn of(name: &str) -> Option<Self> {
        if name == ENV {
            return Some(Self::Env(None));
        }
        if let Some(import) = name.strip_prefix("env.").filter(|import| !import.is_empty()) {
            return Some(Self::Env(Some(import.into())));
        }
        let has_parts = |name: &str| name.split([':', '/']).all(|part| !part.is_empty());
        let Some((_, rest)) = name.split_once(':') else {
            // A name without a namespace is that of a function of the world, which has no version.
            let is_plain = has_parts(name) && !name.contains(['@', '/']) && !name.ends_with('.');
            return is_plain.then(|| Self::Root(name.into()));
        };
        let is_interface = rest.contains('/');
        let (plain, versioned) = match name.split_once('@') {
            Some((plain, versioned)) => (plain, Some(versioned)),
            None => (name, None),
        };
        if !has_parts(plain) {
            return None;
        }
        let Some(versioned) = versioned else {
            let interface =
                plain.find('/').and_then(|slash| plain[slash..].find('.').map(|dot| slash + dot));
            return Some(match interface {
                Some(dot) => {
                    let function = plain.get(dot + 1..).filter(|function| !function.is_empty())?;
                    Self::Function(Named::any(&plain[..dot]), function.into())
                }
                None if is_interface => Self::Interface(Named::any(plain)),
                None => Self::Package(Named::any(plain)),
            });
        };
        let with = |version| Named { name: plain.into(), version: Some(version) };
        if let Ok(version) = Version::parse(versioned) {
            return Some(match is_interface {
                true => Self::Interface(with(version)),
                false => Self::Package(with(version)),
            });
        }
        // A version contains dots itself, so the function begins after the dot that follows it.
        versioned.match_indices('.').filter(|_| is_interface).find_map(|(dot, _)| {
            let function = versioned.get(dot + 1..).filter(|function| !function.is_empty())?;
            let version = Version::parse(&versioned[..dot]).ok()?;
            Some(Self::Function(with(version), function.into()))
        })
    }

    /// Returns how exactly the name means a function, or `None` if it does not mean it.
    pub(crate) fn means(&self, interface: Option<&str>, function: &str) -> Option<u8> {
        match (self, interface) {
            (Self::Package(package), Some(interface)) => {
                let (plain, version) = parts(interface);
                let of = plain.split_once('/')?.0;
                package.is(of, version.as_ref()).then_some(1)
            }
            (Self::Interface(named), Some(interface)) => named.is_interface(interface).then_some(2),
            (Self::Function(named, name), Some(interface)) => {
                (named.is_interface(interface) && is_named(name, function)).then_some(3)
            }
            (Self::Root(name), None) => is_named(name, function).then_some(3),
            _ => None,
        }
    }

    /// Returns true if the name means the function, or the import of core modules with its name.
    pub(super) fn imports(&self, typed: &Typed) -> bool {
        match self {
            Self::Env(None) => true,
            Self::Env(Some(import)) => is_import_of(import, typed),
            other => other.means(typed.interface.as_deref(), &typed.name).is_some(),
        }
    }

    /// Returns true if the name means a whole interface, and so its resources as well.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Package(_) | Self::Interface(_))
    }
}

/// Returns true if the function has this name, with or without the prefix of a resource's function.
pub(super) fn is_named(name: &str, function: &str) -> bool {
    let kind = function.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    name == function || kind.is_some_and(|(_, plain)| plain == name)
}

/// Returns true if this is the name by which core modules import the function.
pub(super) fn is_import_of(import: &str, function: &Typed) -> bool {
    import == function.name || import == import_name(&function.name)
}

/// Returns the name by which core modules import a function.
pub(super) fn import_name(function: &str) -> String {
    function.replace('-', "_")
}

impl Named {
    fn any(name: &str) -> Self {
        Self { name: name.into(), version: None }
    }

    fn is_interface(&self, interface: &str) -> bool {
        let (plain, version) = parts(interface);
        self.is(plain, version.as_ref())
    }

    fn is(&self, name: &str, version: Option<&Version>) -> bool {
        self.name == name
            && self.version.as_ref().is_none_or(|own| is_compatible(Some(own), version))
    }
}

fn parts(interface: &str) -> (&str, Option<Version>) {
    match interface.split_once('@') {
        Some((plain, version)) => (plain, Version::parse(version).ok()),
        None => (interface, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_functions() {
        let interface = Some("shop:prices/prices@1.2.0");
        for (name, expected) in [
            ("shop:prices", Some(1)),
            ("shop:prices@1.0.0", Some(1)),
            ("shop:prices@2.0.0", None),
            ("shop:prices/prices", Some(2)),
            ("shop:prices/prices@1.0.0", Some(2)),
            ("shop:prices/prices@0.1.0", None),
            ("shop:prices/prices.price", Some(3)),
            ("shop:prices/prices@1.0.0.price", Some(3)),
            ("shop:prices/prices@2.0.0.price", None),
            ("shop:prices/prices.stock", None),
            ("shop:prices/stock", None),
            ("shop", None),
            ("price", None),
            ("env", None),
        ] {
            let target = Target::of(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(target.means(interface, "price"), expected, "{name}");
        }
        assert_eq!(Target::Root("run".into()).means(None, "run"), Some(3));
        let method = Target::of("a:b/c.basket.add").expect("a function");
        assert_eq!(method.means(Some("a:b/c"), "[method]basket.add"), Some(3));
        for none in ["", ":", "a:", "a:b/", "a:b/c.", "a:b/c@1", "a:b@1.0.0.f", "env.", "a@1.0.0"] {
            assert_eq!(Target::of(none), None, "{none}");
        }
    }
}
