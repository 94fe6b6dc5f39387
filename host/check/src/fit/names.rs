//! The names of interfaces: which two are compatible, and why two that look alike are not. The
//! rule is the engine's: versions of one compatible track are interchangeable, such as `0.1.0`
//! and `0.1.4`, or `1.2.0` and `1.5.0`.

use std::fmt;

/// The versions of interfaces, for callers of [`is_compatible`].
pub use semver::Version;
use wit_parser::{PackageName, Resolve, WorldKey};

/// The name of an interface in a world. A name without a package is only equal to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub package: Option<PackageName>,
    pub(super) interface: String,
}

impl Name {
    pub(super) fn new(resolve: &Resolve, key: &WorldKey) -> Self {
        match key {
            WorldKey::Name(name) => Self { package: None, interface: name.clone() },
            WorldKey::Interface(id) => {
                let interface = &resolve.interfaces[*id];
                let package = interface.package.map(|id| resolve.packages[id].name.clone());
                Self { package, interface: interface.name.clone().unwrap_or_default() }
            }
        }
    }

    pub(super) fn version(&self) -> Option<&Version> {
        self.package.as_ref()?.version.as_ref()
    }

    /// Returns `namespace:package`, without a version.
    pub(super) fn package(&self) -> Option<(&str, &str)> {
        self.package.as_ref().map(|package| (&*package.namespace, &*package.name))
    }

    pub(super) fn is_wasi(&self) -> bool {
        self.package().is_some_and(|(namespace, _)| namespace == "wasi")
    }

    /// Returns whether both are the same interface, in any version.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.package() == other.package() && self.interface == other.interface
    }

    /// Returns whether the engine accepts one for the other.
    pub(super) fn matches(&self, other: &Self) -> bool {
        self.is_of(other) && is_compatible(self.version(), other.version())
    }
}

/// Returns whether the engine accepts an interface of one version for that of the other.
pub fn is_compatible(one: Option<&Version>, other: Option<&Version>) -> bool {
    let track = |version: Option<&Version>| version.map(PackageName::version_compat_track);
    if [one, other].into_iter().flatten().any(is_never_compatible) {
        one == other
    } else {
        track(one) == track(other)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.package {
            Some(package) => f.write_str(&package.interface_id(&self.interface)),
            None => f.write_str(&self.interface),
        }
    }
}

/// Applies [`is_compatible`] to versions as they are written. A text that is not a version
/// counts as none.
pub fn is_compatible_text(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| Version::parse(text).ok());
    is_compatible(one.as_ref(), other.as_ref())
}

fn is_never_compatible(version: &Version) -> bool {
    !version.pre.is_empty() || (version.major, version.minor) == (0, 0)
}

/// Returns whether two names are of one interface, in versions that the engine accepts for one
/// another.
pub fn is_same_interface(one: &str, other: &str) -> bool {
    let parts = |name: &str| match name.split_once('@') {
        Some((plain, version)) => (plain.to_owned(), Version::parse(version).ok()),
        None => (name.to_owned(), None),
    };
    let ((one, own), (other, version)) = (parts(one), parts(other));
    one == other && is_compatible(own.as_ref(), version.as_ref())
}

/// Explains why two versions of one interface are not compatible.
pub(super) fn why_not(guest: Option<&Version>, contract: Option<&Version>) -> String {
    let (Some(guest), Some(contract)) = (guest, contract) else {
        let said = |version: Option<&Version>| match version {
            Some(version) => format!("`{version}`"),
            None => "no version".into(),
        };
        return format!(
            "the guest names {} and the contract {}; both have to name one, or neither",
            said(guest),
            said(contract)
        );
    };
    format!(
        "the guest was built against version {guest} and the contract is version {contract}: {}",
        rule(guest, contract)
    )
}

/// Returns the rule by which two versions are not compatible.
pub fn rule(one: &Version, other: &Version) -> &'static str {
    if !one.pre.is_empty() || !other.pre.is_empty() {
        "a pre-release is compatible with nothing but itself"
    } else if one.major != other.major {
        "another major number is a breaking change"
    } else if one.minor != other.minor {
        "before 1.0.0, another minor number is a breaking change"
    } else {
        "before 0.1.0, every version is a breaking change"
    }
}

/// Returns the one of `names` that is probably meant by `name`, if one is similar enough for a
/// typing error.
pub fn similar<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    /// The least similarity of a name with a typing error. Names that are less similar are
    /// other words.
    const ALIKE: f64 = 0.65;
    /// The length in bytes of the longest name that is compared. It takes time that grows with the
    /// product of both lengths, and a guest chooses its names.
    const LONGEST: usize = 200;
    let names = names.filter(|other| name.len() <= LONGEST && other.len() <= LONGEST);
    names
        .map(|other| (other, strsim::normalized_damerau_levenshtein(name, other)))
        .filter(|(_, alike)| *alike >= ALIKE)
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(other, _)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(version: &str) -> Name {
        let version = (!version.is_empty()).then(|| Version::parse(version).expect("a version"));
        let package = PackageName { namespace: "a".into(), name: "b".into(), version };
        Name { package: Some(package), interface: "c".into() }
    }

    #[test]
    fn versions_of_one_track_match() {
        let cases = [
            ("1.0.0", "1.9.3", true),
            ("1.0.0", "2.0.0", false),
            ("0.1.4", "0.1.0", true),
            ("0.1.0", "0.2.0", false),
            ("0.0.1", "0.0.1", true),
            ("0.0.1", "0.0.2", false),
            ("1.0.0-rc.1", "1.0.0-rc.1", true),
            ("1.0.0-rc.1", "1.0.0", false),
            ("", "", true),
            ("", "1.0.0", false),
        ];
        for (guest, contract, expected) in cases {
            assert_eq!(name(guest).matches(&name(contract)), expected, "{guest} {contract}");
        }
    }

    #[test]
    fn slips_are_found_and_other_words_are_not() {
        let names = ["concat", "to-upper", "split"];
        let cases = [
            ("concta", Some("concat")),
            ("to_upper", Some("to-upper")),
            ("splits", Some("split")),
            ("fetch", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(similar(name, names.into_iter()), expected, "{name}");
        }
    }
}
