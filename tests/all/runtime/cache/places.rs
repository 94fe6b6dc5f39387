//! Tests of directories that cannot hold a cache. There is one warning, and guests run.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};

use wit_host::Error;

use super::{DISK, MISS, Place, load, module, runtime};

/// Loads two guests while the cache cannot be used, and expects one warning that contains `reason`.
fn check(place: &Place, reason: &str) {
    let runtime = runtime(crate::support::hosts::shipped().cache(place.cache()));
    let heard = load(&runtime, &module(7));
    let [miss, warning] = &heard[..] else { panic!("{reason}: {heard:?}") };
    assert_eq!(miss, MISS);
    assert!(warning.contains(reason), "{reason}: {warning}");
    assert!(warning.ends_with("; guests are compiled each time"), "{warning}");
    assert_eq!(load(&runtime, &module(7)), [MISS], "told once");
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[test]
fn a_directory_is_made_for_this_user_alone() {
    let place = Place::new();
    let nested = Place { directory: place.directory.join("a/b"), folder: place.folder };
    nested.load(&module(7));
    let mode = |path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(nested.directory.clone()), 0o700);
    assert_eq!(mode(nested.directory.join("key")), 0o600);
    assert_eq!(mode(nested.entry()), 0o600);
}

#[test]
fn a_directory_that_others_may_enter() {
    for mode in [0o755, 0o770, 0o701, 0o707] {
        let place = Place::new();
        place.load(&module(7));
        fs::set_permissions(&place.directory, Permissions::from_mode(mode)).unwrap();
        check(&place, &format!("its mode is {mode:04o}"));
        assert!(matches!(place.cache().kept(), Err(Error::Cache { .. })));
        fs::set_permissions(&place.directory, Permissions::from_mode(0o700)).unwrap();
        assert_eq!(place.load(&module(7)), [DISK]);
    }
}

#[test]
fn a_directory_of_another_user() {
    let place = Place::new();
    place.load(&module(7));
    // Only root can give a directory to another user.
    if chown(&place.directory, Some(12_345), None).is_ok() {
        check(&place, "it belongs to the user 12345");
    }
}

#[test]
fn a_link_to_a_directory() {
    let place = Place::new();
    let elsewhere = place.folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::set_permissions(&elsewhere, Permissions::from_mode(0o700)).unwrap();
    symlink(&elsewhere, &place.directory).unwrap();
    check(&place, "it is a symbolic link");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn what_is_no_directory_or_cannot_be_made() {
    let place = Place::new();
    fs::write(&place.directory, "").unwrap();
    check(&place, "a file is in the way");
    let within = Place { directory: place.directory.join("within"), folder: place.folder };
    check(&within, "a file is in the way");
    let system = Place { directory: "/proc/no/such".into(), folder: within.folder };
    check(&system, "failed to use the cache `/proc/no/such`");
}

#[test]
fn a_directory_that_cannot_be_written_to() {
    let place = Place::new();
    place.load(&module(7));
    fs::set_permissions(&place.directory, Permissions::from_mode(0o500)).unwrap();
    assert_eq!(place.load(&module(7)), [DISK], "it can be read all the same");
    let runtime = runtime(crate::support::hosts::shipped().cache(place.cache()));
    let heard = super::heard(|| runtime.load(module(8)).unwrap()).1;
    let told = if is_root() { 1 } else { 2 };
    assert_eq!(heard.len(), told, "{heard:?}");
    fs::set_permissions(&place.directory, Permissions::from_mode(0o700)).unwrap();
}

/// A directory is in the place of the entry, so writing the entry fails as on a full disk.
#[test]
fn an_entry_that_cannot_be_put_there() {
    let place = Place::new();
    place.load(&module(7));
    let entry = place.entry();
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    fs::set_permissions(&entry, Permissions::from_mode(0o700)).unwrap();
    let heard = place.load(&module(7));
    assert_eq!(heard.len(), 3, "{heard:?}");
    assert!(heard[0].contains("it is no plain file"), "{heard:?}");
    assert!(heard[2].contains("guests are compiled each time"), "{heard:?}");
    let left = fs::read_dir(&place.directory).unwrap().count();
    assert_eq!(left, 2, "the key, and what is in the way");
}
