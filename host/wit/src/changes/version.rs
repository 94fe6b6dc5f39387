//! Judges whether the versions of packages announce what changed. It does not find the changes.

use semver::Version;
use wit_parser::PackageName;

use super::{PackageVersion, VersionStep};

/// The packages that both contracts have, the world's own first.
pub(super) struct Versions<'r>(Vec<Pair<'r>>);

struct Pair<'r> {
    package: String,
    old: &'r PackageName,
    new: &'r PackageName,
    needs: VersionStep,
}

impl<'r> Versions<'r> {
    /// Begins with the packages of the two worlds.
    pub(super) fn new(old: &'r PackageName, new: &'r PackageName) -> Self {
        let package = format!("{}:{}", old.namespace, old.name);
        Self(vec![Pair { package, old, new, needs: VersionStep::None }])
    }

    /// Notes a package that both contracts have.
    pub(super) fn see(&mut self, package: &str, old: &'r PackageName, new: &'r PackageName) {
        if self.0.iter().all(|pair| pair.package != package) {
            let (package, needs) = (package.to_owned(), VersionStep::None);
            self.0.push(Pair { package, old, new, needs });
        }
    }

    /// Notes the version step that a change in a package needs.
    pub(super) fn need(&mut self, package: &str, step: VersionStep) {
        for pair in self.0.iter_mut().filter(|pair| pair.package == package) {
            pair.needs = pair.needs.max(step);
        }
    }

    /// Judges the version of the world's package, and those of the packages in which something
    /// changed.
    pub(super) fn judged(self) -> Vec<PackageVersion> {
        let all = self.0.into_iter().enumerate();
        all.filter(|(index, pair)| {
            *index == 0 || pair.needs != VersionStep::None || pair.old.version != pair.new.version
        })
        .map(|(_, pair)| judge(pair))
        .collect()
    }
}

/// Returns whether two versions are compatible by semantic versioning, or both are missing.
pub(super) fn same_track(versions: [Option<&Version>; 2]) -> bool {
    let [old, new] = versions.map(|version| version.map(PackageName::version_compat_track));
    old == new
}

fn judge(pair: Pair<'_>) -> PackageVersion {
    let Pair { package, old, new, needs } = pair;
    let (honest, reason) = if (&old.namespace, &old.name) == (&new.namespace, &new.name) {
        verdict(old.version.as_ref(), new.version.as_ref(), needs)
    } else {
        (true, format!("the package is `{}:{}` now, which claims nothing", new.namespace, new.name))
    };
    let version = |name: &PackageName| name.version.as_ref().map(ToString::to_string);
    PackageVersion { package, old: version(old), new: version(new), needs, honest, reason }
}

fn verdict(old: Option<&Version>, new: Option<&Version>, needs: VersionStep) -> (bool, String) {
    match (old, new) {
        (None, None) => unversioned(needs),
        (Some(old), Some(new)) => versioned(old, new, needs),
        _ => (true, "only one of the two has a version, so neither is taken for the other".into()),
    }
}

fn unversioned(needs: VersionStep) -> (bool, String) {
    let nothing = "it has no version, so nothing tells the two apart";
    match needs {
        VersionStep::None => (true, "it has no version, and nothing changed".into()),
        VersionStep::Higher => (true, format!("{nothing}; give it one, and raise it")),
        VersionStep::OtherTrack => {
            (false, format!("{nothing}, and they do not go together; give it one, and raise it"))
        }
    }
}

fn versioned(old: &Version, new: &Version, needs: VersionStep) -> (bool, String) {
    if !same_track([Some(old), Some(new)]) {
        return (true, another_track(old, new, needs));
    }
    let claim = format!("`{new}` promises to run guests of `{old}`");
    match needs {
        VersionStep::None => (true, "nothing changed that a version has to say".into()),
        VersionStep::Higher if new > old => (true, format!("{claim}, and does")),
        VersionStep::Higher if new == old => (
            false,
            format!(
                "there are additions, and the version is the same; raise it to {}",
                higher(old)
            ),
        ),
        VersionStep::Higher => (
            false,
            format!("there are additions, and the version is lower; raise it to {}", higher(old)),
        ),
        VersionStep::OtherTrack => {
            (false, format!("{claim}, and does not; raise it to {}", next(old)))
        }
    }
}

fn another_track(old: &Version, new: &Version, needs: VersionStep) -> String {
    let said = format!("`{new}` is never taken for `{old}`");
    let is_alone =
        |version: &Version| !version.pre.is_empty() || (version.major == 0 && version.minor == 0);
    let why = match is_alone(old) || is_alone(new) {
        true => ", as no 0.0.x and no pre-release is for another",
        false => "",
    };
    match needs {
        VersionStep::OtherTrack => format!("{said}{why}"),
        _ => format!("{said}{why}: a guest of the one needs a host of it, though nothing breaks"),
    }
}

/// Names the versions that a package with additions may have.
fn higher(old: &Version) -> String {
    match (old.major, old.minor) {
        _ if !old.pre.is_empty() => next(old),
        (0, 0) => next(old),
        // Below 1.0.0 another minor version is another track, so only the patch number is left for
        // additions.
        (0, minor) => format!("`0.{minor}.{}`", old.patch.saturating_add(1)),
        (major, minor) => format!("`{major}.{}.0`", minor.saturating_add(1)),
    }
}

/// Names the first version that is incompatible with `old`.
fn next(old: &Version) -> String {
    if !old.pre.is_empty() {
        return format!("another than `{old}`");
    }
    match (old.major, old.minor, old.patch) {
        (0, 0, patch) => format!("`0.0.{}`", patch.saturating_add(1)),
        (0, minor, _) => format!("`0.{}.0`", minor.saturating_add(1)),
        (major, ..) => format!("`{}.0.0`", major.saturating_add(1)),
    }
}
