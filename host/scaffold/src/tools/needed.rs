//! The versions of a tool that are accepted: how they are compared, and how they are shown.

use std::fmt;

/// The versions of a tool that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needed {
    /// Every version.
    Any,
    /// The version that comes with this other tool.
    With(&'static str),
    /// This version or a later one.
    AtLeast {
        /// The first number of the version.
        major: u64,
        /// The second number.
        minor: u64,
    },
    /// Exactly this version, which the build of a project installs.
    Exactly(&'static str),
}

impl Needed {
    /// Returns whether an installed version is too old. A version that cannot be read is accepted.
    pub(super) fn is_later_than(self, found: &str) -> bool {
        match (self, numbers(found)) {
            (Self::AtLeast { major, minor }, Some(found)) => found < (major, minor),
            _ => false,
        }
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::With(other) => write!(f, "that of {other}"),
            Self::AtLeast { major, minor: 0 } => write!(f, "{major} or later"),
            Self::AtLeast { major, minor } => write!(f, "{major}.{minor} or later"),
            Self::Exactly(version) => f.write_str(version),
        }
    }
}

/// Returns the first two numbers of a version. Tools write versions differently: `4.3`, `v20.1.0`,
/// `3.13.0rc1`, `1.96.0-nightly`, `22`.
fn numbers(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let mut next = || {
        let part = parts.next()?;
        let end = part.find(|character: char| !character.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse().ok()
    };
    Some((next()?, next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at_least(major: u64, minor: u64) -> Needed {
        Needed::AtLeast { major, minor }
    }

    #[test]
    fn versions_that_are_too_old() {
        for (needed, found, expected) in [
            (at_least(1, 85), "1.84.1", true),
            (at_least(1, 85), "1.85.0-nightly", false),
            (at_least(1, 85), "1.100.0", false),
            (at_least(1, 85), "0.99.0", true),
            (at_least(1, 85), "2.0.0", false),
            (at_least(3, 10), "3.9.18", true),
            (at_least(3, 10), "3.10.0rc1", false),
            (at_least(3, 10), "3.12.3+", false),
            (at_least(3, 81), "4.3", false),
            (at_least(3, 81), "3.80", true),
            (at_least(20, 0), "v18.19.0", true),
            (at_least(20, 0), "v20.1", false),
            (at_least(20, 0), "v20", false),
            (at_least(20, 0), "19", true),
            (at_least(20, 0), "installed", false),
            (at_least(20, 0), "99999999999999999999.0", false),
            (at_least(20, 0), "", false),
            (Needed::Any, "0.1", false),
            (Needed::With("cargo"), "0.1", false),
            (Needed::Exactly("2.0"), "0.1", false),
        ] {
            assert_eq!(needed.is_later_than(found), expected, "{needed}: {found}");
        }
    }

    #[test]
    fn what_they_are_called() {
        for (needed, expected) in [
            (at_least(1, 85), "1.85 or later"),
            (at_least(20, 0), "20 or later"),
            (Needed::With("node"), "that of node"),
            (Needed::Exactly("0.25.1"), "0.25.1"),
            (Needed::Any, "any"),
        ] {
            assert_eq!(needed.to_string(), expected);
        }
    }
}
