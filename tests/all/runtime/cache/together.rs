//! Tests of threads and processes that load the same guests from the same directory at the same
//! time, while it is cleared.

use std::fs;
use std::thread;

use super::{Place, entries, module, runtime};
use crate::support::command::{command, run_with};

#[test]
fn threads() {
    let place = Place::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in [1, 2, 1, 3, 2] {
                    let runtime = runtime(crate::support::hosts::shipped().cache(place.cache()));
                    super::returns(&runtime.load(module(number)).unwrap(), number);
                    if number == 3 {
                        place.cache().clear().unwrap();
                    }
                }
            });
        }
    });
    assert!(entries(&place.directory).len() <= 3);
}

#[test]
fn processes() {
    let place = Place::new();
    let (cache, guest) = (place.folder.path(), place.folder.path().join("guest.wat"));
    fs::write(&guest, module(7)).unwrap();
    let guest = guest.to_str().unwrap();
    let started: Vec<_> = (0..6)
        .map(|_| {
            let mut command = command(cache);
            command.args(["run", guest]).stdout(std::process::Stdio::piped());
            command.stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in started {
        let output = child.wait_with_output().unwrap();
        assert_eq!((&*output.stdout, output.stderr.as_slice()), (&b"7\n"[..], &b""[..]));
    }
    assert_eq!(fs::read_dir(&place.directory).unwrap().count(), 2, "the key and one entry");
    assert_eq!(run_with(cache, &["run", guest]).stdout, "7\n");
}
