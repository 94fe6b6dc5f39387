//! Tests of cache files that the cache has not written. None of them is used, and each is replaced.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::{DISK, MISS, Place, entries, module};

/// Changes the cache entry of a guest by `spoil`. The guest has to be compiled again with a
/// warning, and the new entry has to be good.
fn check(what: &str, spoil: impl FnOnce(&Path)) {
    let (place, guest) = (Place::new(), module(7));
    assert_eq!(place.load(&guest), [MISS], "{what}");
    let entry = place.entry();
    let good = fs::read(&entry).unwrap();
    spoil(&entry);
    let heard = place.load(&guest);
    assert!(
        matches!(&heard[..], [warning, miss] if warning.contains("anew") && miss == MISS),
        "{what}: {heard:?}"
    );
    assert_eq!(fs::read(&entry).unwrap().len(), good.len(), "{what}");
    assert_eq!(place.load(&guest), [DISK], "{what}");
}

/// Changes one bit in each of many bytes, including the checksum.
#[test]
fn a_flipped_bit() {
    let (place, guest) = (Place::new(), module(7));
    place.load(&guest);
    let entry = place.entry();
    let good = fs::read(&entry).unwrap();
    let behind = good.len() - 40..good.len();
    for at in (0..64).step_by(9).chain((64..good.len()).step_by(good.len() / 80)).chain(behind) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&entry, bad).unwrap();
        let heard = place.load(&guest);
        assert_eq!(heard.len(), 2, "the byte {at} of {}: {heard:?}", good.len());
        assert!(heard[0].contains("it is not what was written there"), "{heard:?}");
        assert_eq!(fs::read(&entry).unwrap(), good, "the byte {at}");
    }
    assert_eq!(place.load(&guest), [DISK]);
}

#[test]
fn other_content() {
    let write = |content: Vec<u8>| move |path: &Path| fs::write(path, content).unwrap();
    check("empty", write(Vec::new()));
    check("one byte", write(vec![0]));
    check("a checksum's length", write(vec![0; 32]));
    check("text", write(b"Dear reader,".repeat(1_000)));
    check("a guest", write(wat::parse_str("(module)").unwrap()));
    check("cut off", |path| {
        let good = fs::read(path).unwrap();
        fs::write(path, &good[..good.len() - 1]).unwrap();
    });
    check("half", |path| {
        let good = fs::read(path).unwrap();
        fs::write(path, &good[..good.len() / 2]).unwrap();
    });
    check("longer", |path| {
        let mut good = fs::read(path).unwrap();
        good.push(0);
        fs::write(path, good).unwrap();
    });
}

#[test]
fn other_files() {
    check("others may write to it", |path| {
        fs::set_permissions(path, Permissions::from_mode(0o622)).unwrap();
    });
    check("a pipe", |path| {
        fs::remove_file(path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
        assert!(made.success());
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    });
}

/// A link is never followed, even to a good entry.
#[test]
fn a_link_to_a_good_entry() {
    let (place, guest) = (Place::new(), module(7));
    place.load(&guest);
    let (entry, moved) = (place.entry(), place.folder.path().join("moved"));
    fs::rename(&entry, &moved).unwrap();
    symlink(&moved, &entry).unwrap();
    assert_eq!(place.load(&guest), [MISS]);
    assert!(fs::symlink_metadata(&entry).unwrap().is_file());
    assert_eq!(place.load(&guest), [DISK]);
}

/// The code is good, but belongs to another guest.
#[test]
fn the_entry_of_another_guest() {
    let place = Place::new();
    place.load(&module(7));
    let seven = place.entry();
    let other = super::runtime(crate::support::hosts::shipped().cache(place.cache()));
    super::returns(&other.load(module(8)).unwrap(), 8);
    let eight = entries(&place.directory).into_iter().find(|path| *path != seven).unwrap();
    fs::copy(eight, seven).unwrap();
    let heard = place.load(&module(7));
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(place.load(&module(7)), [DISK]);
}

/// The code is good, but belongs to another cache, which has another key.
#[test]
fn the_entry_of_another_cache() {
    let [place, other] = [Place::new(), Place::new()];
    assert_eq!(
        (place.load(&module(7)), other.load(&module(7))),
        (vec![MISS.into()], vec![MISS.into()])
    );
    assert_eq!(place.entry().file_name(), other.entry().file_name());
    fs::copy(other.entry(), place.entry()).unwrap();
    assert_eq!(place.load(&module(7)).len(), 2);
    assert_eq!(place.load(&module(7)), [DISK]);
}

#[test]
fn a_key_that_is_gone_or_none() {
    let keys: [Option<&[u8]>; 4] = [None, Some(b""), Some(&[1; 31]), Some(&[1; 33])];
    for key in keys {
        let (place, guest) = (Place::new(), module(7));
        place.load(&guest);
        let path = place.directory.join("key");
        match key {
            Some(key) => fs::write(&path, key).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let heard = place.load(&guest);
        assert_eq!(heard.last().unwrap(), MISS, "{key:?}");
        assert_eq!(fs::read(&path).unwrap().len(), 32);
        assert_eq!(place.load(&guest), [DISK], "{key:?}");
    }
}
