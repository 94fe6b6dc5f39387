//! The names of exported functions, and which of them a shorter name means. It does not know
//! the types of the functions.

use std::fmt;

use semver::Version;

use crate::fit::names::{is_compatible, rule, similar};
use wit_host_text::short;

/// The length in bytes up to which names are compared. A longer name is not a typing error.
const LONGEST_COMPARED: usize = 200;

/// The name of a function that a guest exports. It displays as the full name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportName {
    /// The interface of the function: `namespace:package/interface@1.0.0`.
    pub interface: Option<String>,
    /// The function's name in the interface.
    pub function: String,
}

impl ExportName {
    /// Creates a name of a core module, which has no interfaces.
    pub fn of_module(name: &str) -> Self {
        Self { interface: None, function: name.into() }
    }

    /// Returns whether `name` means this function. It may leave out the interface, the
    /// interface's version and package, and the kind of a resource's function.
    fn is_meant_by(&self, name: &str) -> bool {
        let functions = [&self.function, without_kind(&self.function)];
        let Some(interface) = &self.interface else { return functions.contains(&name) };
        let unversioned = interface.split_once('@').map_or(&interface[..], |(name, _)| name);
        let bare = unversioned.rsplit_once('/').map_or(unversioned, |(_, bare)| bare);
        functions.into_iter().any(|function| {
            let within = name.strip_suffix(function);
            let interfaces = [interface, unversioned, bare];
            within.is_some_and(|within| {
                let asked = within.strip_suffix('.');
                let is_asked = |asked| interfaces.contains(&asked) || is_version(interface, asked);
                within.is_empty() || asked.is_some_and(is_asked)
            })
        })
    }

    /// Returns the similarity of the names, which is 1 if they are equal.
    fn likeness(&self, name: &str) -> f64 {
        let function = without_kind(&self.function);
        if function.len() > LONGEST_COMPARED || name.len() > LONGEST_COMPARED {
            return 0.0;
        }
        let wanted = name.rsplit_once('.').map_or(name, |(_, function)| function);
        strsim::jaro_winkler(function, wanted)
    }
}

impl fmt::Display for ExportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interface {
            Some(interface) => write!(f, "{interface}.{}", self.function),
            None => f.write_str(&self.function),
        }
    }
}

/// Returns whether the interface that is asked for is this one, in a version that the engine
/// would accept.
fn is_version(interface: &str, asked: &str) -> bool {
    let [ours, theirs] = [interface, asked].map(versioned);
    let (Some((ours, our_version)), Some((theirs, their_version))) = (ours, theirs) else {
        return false;
    };
    ours == theirs && is_compatible(Some(&our_version), Some(&their_version))
}

/// Splits an interface's name into name and version.
fn versioned(interface: &str) -> Option<(&str, Version)> {
    let (name, version) = interface.split_once('@')?;
    Some((name, Version::parse(version).ok()?))
}

/// Suggests what a name may mean that none of the exports has: a similar name, or one with
/// another version.
pub fn hint(name: &str, exports: &[String]) -> Option<String> {
    exports.iter().find_map(|export| other_version(name, export)).or_else(|| {
        let wanted = name.rsplit('.').next().filter(|_| name.len() <= LONGEST_COMPARED)?;
        let near = |full: &str| {
            let function = without_kind(full.rsplit_once('.').map_or(full, |(_, last)| last));
            Some(full) == similar(name, std::iter::once(full))
                || (wanted != function && similar(wanted, std::iter::once(function)).is_some())
        };
        let meant = exports.iter().find(|full| full.len() <= LONGEST_COMPARED && near(full))?;
        Some(format!("it has `{}`, which looks like it", short(meant)))
    })
}

/// Explains why the export does not match, if only its version differs.
fn other_version(name: &str, export: &str) -> Option<String> {
    let parts = |full: &str| -> Option<(String, String, Version)> {
        let (interface, rest) = full.split_once('@')?;
        // A version contains dots as well, so every dot is tried.
        let mut ends = rest.match_indices('.').map(|(dot, _)| rest.split_at(dot));
        ends.find_map(|(version, function)| {
            let version = Version::parse(version).ok()?;
            Some((interface.into(), function[1..].into(), version))
        })
    };
    let ((asked, function, wanted), (ours, own, version)) = (parts(name)?, parts(export)?);
    let is_it = asked == ours && [own.as_str(), without_kind(&own)].contains(&function.as_str());
    (is_it && !is_compatible(Some(&version), Some(&wanted))).then(|| {
        format!(
            "it has version {version} of it, and {wanted} is asked for: {}",
            rule(&version, &wanted)
        )
    })
}

/// Why a name does not mean a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It is short for several functions, with these full names.
    Ambiguous(Vec<String>),
    /// No function has the name. These are the full names of all, the most similar first.
    Unknown(Vec<String>),
}

/// Returns the full name of the one function that `name` means.
///
/// # Errors
/// If there is no such function, or more than one.
pub fn resolve(exports: &[ExportName], name: &str) -> Result<String, Unresolved> {
    if exports.iter().any(|export| export.to_string() == name) {
        return Ok(name.into());
    }
    let meant = exports.iter().filter(|export| export.is_meant_by(name));
    let mut candidates: Vec<_> = meant.map(ToString::to_string).collect();
    match (candidates.len(), candidates.pop()) {
        (1, Some(only)) => Ok(only),
        (_, Some(last)) => {
            candidates.push(last);
            Err(Unresolved::Ambiguous(candidates))
        }
        (_, None) => {
            let mut similar: Vec<_> = exports.iter().map(|e| (e.likeness(name), e)).collect();
            similar.sort_by(|(one, _), (other, _)| other.total_cmp(one));
            let exports = similar.into_iter().map(|(_, export)| export.to_string()).collect();
            Err(Unresolved::Unknown(exports))
        }
    }
}

/// Shortens `[method]basket.add` to `basket.add`.
fn without_kind(function: &str) -> &str {
    let kind = function.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    kind.map_or(function, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORTS: &[(&str, &str)] = &[
        ("", "run"),
        ("", "greet"),
        ("shop:prices/cart@1.0.0", "total"),
        ("shop:prices/cart@1.0.0", "[constructor]basket"),
        ("shop:prices/cart@1.0.0", "[method]basket.add"),
        ("shop:prices/stock", "add"),
        ("shop:prices/returns", "add"),
        ("shop:prices/returns", "run"),
    ];

    fn check(name: &str) -> String {
        let exports = EXPORTS.iter().map(|(interface, function)| ExportName {
            interface: (!interface.is_empty()).then(|| (*interface).to_owned()),
            function: (*function).to_owned(),
        });
        match resolve(&exports.collect::<Vec<_>>(), name) {
            Ok(name) => name,
            Err(Unresolved::Ambiguous(candidates)) => candidates.join(" "),
            Err(Unresolved::Unknown(exports)) => format!("? {}", exports[0]),
        }
    }

    #[test]
    fn what_may_have_been_meant() {
        let total = "shop:prices/cart@1.0.0.total";
        let exports = [total, "greet", "a:b/c@0.1.0.[method]basket.add"].map(str::to_owned);
        for (name, expected) in [
            ("gret", Some("it has `greet`, which looks like it")),
            ("Greet", Some("it has `greet`, which looks like it")),
            ("totl", Some("it has `shop:prices/cart@1.0.0.total`")),
            ("cart.totals", Some("it has `shop:prices/cart@1.0.0.total`")),
            ("shop:prices/cart@1.0.0.totall", Some("it has `shop:prices/cart@1.0.0.total`")),
            (
                "shop:prices/cart@2.0.0.total",
                Some("version 1.0.0 of it, and 2.0.0 is asked for: another major number"),
            ),
            ("a:b/c@0.2.0.basket.add", Some("version 0.1.0 of it, and 0.2.0 is asked for")),
            ("fetch", None),
            ("", None),
        ] {
            let hint = hint(name, &exports);
            assert_eq!(hint.is_some(), expected.is_some(), "{name}: {hint:?}");
            assert!(hint.unwrap_or_default().contains(expected.unwrap_or_default()), "{name}");
        }
    }

    #[test]
    fn a_name_means_the_one_function_that_it_can() {
        let total = "shop:prices/cart@1.0.0.total";
        for (name, expected) in [
            ("run", "run"),
            ("returns.run", "shop:prices/returns.run"),
            ("total", total),
            ("cart.total", total),
            ("shop:prices/cart.total", total),
            (total, total),
            ("basket", "shop:prices/cart@1.0.0.[constructor]basket"),
            ("basket.add", "shop:prices/cart@1.0.0.[method]basket.add"),
            ("[method]basket.add", "shop:prices/cart@1.0.0.[method]basket.add"),
            ("cart.basket.add", "shop:prices/cart@1.0.0.[method]basket.add"),
            ("add", "shop:prices/stock.add shop:prices/returns.add"),
            ("stock.add", "shop:prices/stock.add"),
            ("shop:prices/cart@1.0.1.total", total),
            ("shop:prices/cart@1.7.0.basket", "shop:prices/cart@1.0.0.[constructor]basket"),
            ("shop:prices/cart@2.0.0.total", "? shop:prices/cart@1.0.0.total"),
            ("shop:prices/cart@1.0.0-rc.1.total", "? shop:prices/cart@1.0.0.total"),
            ("shop:prices/stock@1.0.0.add", "? shop:prices/stock.add"),
            ("tota", "? shop:prices/cart@1.0.0.total"),
            ("ad", "? shop:prices/stock.add"),
            ("art.total", "? shop:prices/cart@1.0.0.total"),
            (".total", "? shop:prices/cart@1.0.0.total"),
        ] {
            assert_eq!(check(name), expected, "{name}");
        }
    }
}
