//! The names of interfaces: which of two go together, and why two that look
//! alike do not. The rule is the engine's: versions of one compatible track are
//! one, as `0.1.0` and `0.1.4`, or `1.2.0` and `1.5.0`.

use std::fmt;

use semver::Version;
use wit_parser::{PackageName, Resolve, WorldKey};

/// The name of an interface in a world; one without a package stands for itself.
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

    /// `namespace:package`, without a version.
    pub(super) fn package(&self) -> Option<(&str, &str)> {
        self.package.as_ref().map(|package| (&*package.namespace, &*package.name))
    }

    pub(super) fn is_wasi(&self) -> bool {
        self.package().is_some_and(|(namespace, _)| namespace == "wasi")
    }

    /// Whether it is the same interface, in whatever version.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.package() == other.package() && self.interface == other.interface
    }

    /// Whether the engine takes one for the other.
    pub(super) fn matches(&self, other: &Self) -> bool {
        self.is_of(other) && is_compatible(self.version(), other.version())
    }
}

/// Whether the engine takes an interface of the one version for that of the other.
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

/// [`is_compatible`] of versions as they are written. What is no version is none.
pub fn is_compatible_text(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| Version::parse(text).ok());
    is_compatible(one.as_ref(), other.as_ref())
}

fn is_never_compatible(version: &Version) -> bool {
    !version.pre.is_empty() || (version.major, version.minor) == (0, 0)
}

/// Why two versions of one interface do not go together.
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

/// The rule by which the two versions do not go together.
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

/// The one of `names` that is meant by `name`, if it is near enough to be a slip.
pub fn similar<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    /// Less is another word.
    const ALIKE: f64 = 0.65;
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
