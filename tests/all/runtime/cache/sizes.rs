//! Tests of how much the cache keeps, and of what it removes.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use wit_host::{Cache, CacheStats};

use super::{MISS, Place, entries, heard, module, runtime};

/// Loads a guest that returns this number, and returns the events.
fn load(cache: &Cache, number: i32) -> Vec<String> {
    let runtime = runtime(crate::support::hosts::shipped().cache(cache.clone()));
    heard(|| runtime.load(module(number)).unwrap()).1
}

/// Sets the time of a file's last use to this number of hours ago.
fn age(path: &PathBuf, hours: u64) {
    let then = SystemTime::now() - Duration::from_secs(hours * 3600);
    File::open(path).unwrap().set_modified(then).unwrap();
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let place = Place::new();
    let cache = place.cache();
    let mut of = Vec::new();
    for number in 0..4 {
        load(&cache, number);
        let new = entries(&place.directory).into_iter().find(|path| !of.contains(path));
        of.push(new.unwrap());
    }
    for (path, hours) in of.iter().zip([9, 8, 7, 6]) {
        age(path, hours);
    }
    load(&cache, 0);
    let each = fs::metadata(&of[0]).unwrap().len();
    let small = place.cache().size(3 * each + each / 2);
    assert_eq!(load(&small, 4), [MISS]);
    let kept: Vec<_> = of.iter().map(|path| path.exists()).collect();
    assert_eq!(kept, [true, false, false, true], "the first was used again");
    assert_eq!(cache.kept().unwrap().guests, 3);
}

#[test]
fn what_is_larger_than_the_cache_is_not_kept() {
    let place = Place::new();
    let cache = place.cache().size(1_000);
    assert_eq!(load(&cache, 7), [MISS]);
    assert_eq!(load(&cache, 7), [MISS]);
    assert_eq!(cache.kept().unwrap(), CacheStats::default());
}

#[test]
fn clearing_removes_what_the_cache_wrote_and_nothing_else() {
    let place = Place::new();
    let cache = place.cache();
    assert_eq!(cache.clear().unwrap(), CacheStats::default(), "there is no directory yet");
    assert!(!place.directory.exists());
    load(&cache, 7);
    load(&cache, 8);
    fs::write(place.directory.join("unfinished-1-2-3"), "half").unwrap();
    fs::write(place.directory.join("notes"), "a person's").unwrap();
    let kept = cache.kept().unwrap();
    assert_eq!(kept.guests, 2);
    assert_eq!(cache.clear().unwrap(), kept);
    let left: Vec<_> = fs::read_dir(&place.directory).unwrap().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(load(&cache, 7), [MISS]);
}

#[test]
fn what_a_killed_process_left_is_removed_after_a_while() {
    let place = Place::new();
    load(&place.cache(), 7);
    let [old, new] = ["1", "2"].map(|name| place.directory.join(format!("unfinished-{name}")));
    for path in [&old, &new] {
        fs::write(path, "half").unwrap();
    }
    age(&old, 2);
    load(&place.cache(), 8);
    assert!(!old.exists() && new.exists());
}
