//! Finds the denials with which a guest could run although it imports functions that the host does
//! not have: a call of such a function then traps. It reads mismatches, and does not make any.

use super::mismatch::{About, Mismatch};
use crate::deny::{Denial, Pattern};
use wit_host_binary::side::Side;

/// The number of different denials that are suggested. If a guest needs more, denying is not a
/// sensible way to run it.
const MOST: usize = 8;

/// Sets the denial of each mismatch, if all of them can be denied. Of a package that is not in
/// `packages`, the host has nothing, and the whole package is denied at once.
pub(super) fn offer(mismatches: &mut [Mismatch], packages: &[String]) {
    // If one of them cannot be denied, the guest does not run anyway, so no denial is suggested at
    // all.
    let names: Option<Vec<_>> =
        mismatches.iter().map(|mismatch| name(mismatch, packages)).collect();
    let Some(names) = names else { return };
    let mut different = names.clone();
    different.sort();
    different.dedup();
    if different.len() <= MOST {
        for (mismatch, name) in mismatches.iter_mut().zip(names) {
            mismatch.deny = Some(name);
        }
    }
}

/// Returns whether a mismatch is about an import that the guest is denied, so that the guest can
/// run.
pub fn is_denied(mismatch: &Mismatch, denied: &[Pattern]) -> bool {
    let name = without_version(&mismatch.name);
    mismatch.side == Side::Import
        && can_be_denied(mismatch)
        && denied.iter().any(|pattern| pattern.denial == Denial::Trap && pattern.covers(&name))
}

/// Returns whether the import is a function, or in an interface, which has functions.
fn can_be_denied(mismatch: &Mismatch) -> bool {
    let is_of_interface = mismatch.name.contains(':') && mismatch.name.contains('/');
    let is_function = mismatch.guest.as_deref().is_some_and(|ty| ty.starts_with('('));
    is_of_interface || is_function
}

fn name(mismatch: &Mismatch, packages: &[String]) -> Option<String> {
    // If the host has the import with another type or under another name, the guest has to be
    // corrected instead.
    let is_typed = mismatch.name.chars().all(|character| !character.is_control());
    let is_slip = mismatch.contract.is_some() || mismatch.cause.is_some();
    if mismatch.side != Side::Import || is_slip || !is_typed || !can_be_denied(mismatch) {
        return None;
    }
    let full = without_version(&mismatch.name);
    let name = match full.split_once('/') {
        Some((package, _)) if full.contains(':') => match packages.iter().any(|own| own == package)
        {
            false => package.to_owned(),
            true => full.clone(),
        },
        _ => match &mismatch.about {
            About::MissingModule(module) => format!("{module}.*"),
            _ => full.clone(),
        },
    };
    // A guest chooses its names. One that a pattern reads in another way would be a suggestion that
    // does not help.
    let pattern = Pattern::new(&name, Denial::Trap).ok()?;
    pattern.covers(&full).then_some(name)
}

/// Shortens `a:b/c@1.0.0.d` to `a:b/c.d`.
fn without_version(name: &str) -> String {
    let Some((start, versioned)) = name.split_once('@') else { return name.into() };
    let function = versioned.rsplit_once('.').map(|(_, last)| last);
    match function.filter(|last| !last.starts_with(|first: char| first.is_ascii_digit())) {
        Some(function) => format!("{start}.{function}"),
        None => start.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_denied_is_offered() {
        let import = |name: &str| Mismatch::import(name, "the host has no such import", "fix");
        let function = |name: &str| import(name).types(Some("(i32) -> i32".into()), None);
        let typed = |name: &str| import(name).types(Some("func()".into()), Some("func()".into()));
        let cases: [(Vec<Mismatch>, &[&str]); 9] = [
            (vec![import("wasi:logging/logging@0.1.0")], &["wasi:logging"]),
            (vec![import("wasi:io/other@0.2.0")], &["wasi:io/other"]),
            (vec![import("wasi:io/poll@0.2.0.more")], &["wasi:io/poll.more"]),
            (vec![import("a:b/c"), import("a:b/d.e")], &["a:b", "a:b"]),
            (vec![function("wbg.x"), function("env.y")], &["wbg.x", "env.y"]),
            (vec![function("wbg.x"), import("env.memory")], &[]),
            (vec![function("wbg.x").about(About::MissingModule("wbg".into()))], &["wbg.*"]),
            (vec![typed("a:b/c.d")], &[]),
            (vec![function("./x_bg.js.y")], &[]),
        ];
        for (mut mismatches, expected) in cases {
            offer(&mut mismatches, &["wasi:io".to_owned()]);
            let offered: Vec<_> = mismatches.iter().filter_map(|one| one.deny.as_deref()).collect();
            assert_eq!(offered, expected);
        }
    }
}
