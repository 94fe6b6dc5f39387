//! Tests of hostile guests, as data: the `.wat` files in this folder. A row is a guest in text
//! form, under a heading that says what it attacks and what has to happen:
//!
//! ```text
//! ;;; a loop without an end
//! ;;; limits: wall-clock=50ms memory=1MiB
//! ;;; grants: read write env:NAME=VALUE host:HOST arg:TEXT
//! ;;; call: spin
//! ;;; expect: limit wall_clock
//! (module (func (export "spin") (loop (br 0))))
//! ```
//!
//! Only the first line of the heading and the line `expect` are needed. The fields are:
//!
//! - `in: module` or `in: component`: the row has functions only. The functions that they call
//!   are imported for them.
//! - `folder`: more things in the folder that is granted.
//! - `within`: the milliseconds that the whole row may take.
//! - `spends`: what the row spends, for `make soak`.
//! - `grants`: `read` and `write` grant a folder as `/data`. It has a file `file` with the text
//!   `content`. Beside the folder is `secret`, which no guest may read or change. `dir:PATH`
//!   grants reading a folder of the system.
//! - `expect`: `returns VALUES`, `exits N`, `limit NAME` (while the guest runs) or `costly NAME`
//!   (before it runs); or one of `trapped`, `mismatch`, `invalid`, `not-a-guest`, `no-function`,
//!   `wrong-type` and `host-function`, which a part of the error's text may follow. It may also
//!   follow `limit NAME: `.
//!
//! A line `(@repeat N REST)` in a guest stands for N lines.

mod after_error;
mod alone;
mod between;
mod dwarf;
mod folder;
mod kinds;
mod limits;
mod made;
mod products;
mod row;
mod within;

use std::fs;
use std::path::Path;

use row::Row;
use wit_host::{Error, GuestError};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/hostile");

/// Defines one test for each file, so that the name of a failing test says what was attacked.
macro_rules! files {
    ($($file:ident)*) => {
        const FILES: &[&str] = &[$(stringify!($file)),*];

        $(#[test]
        fn $file() {
            check_all(&rows(stringify!($file)));
        })*
    };
}

files! {
    loading imports exports features names
    pointers loops stack growth wasi files_and_exits straight waits host_memory
    component_memory component_strings component_lists component_resources component_limits
}

#[test]
fn every_file_is_run() {
    let mut found: Vec<_> = fs::read_dir(FOLDER)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let is_wat = path.extension().is_some_and(|extension| extension == "wat");
            is_wat.then(|| path.file_stem().unwrap().to_str().unwrap().to_owned())
        })
        .collect();
    let mut listed = FILES.to_vec();
    found.sort();
    listed.sort_unstable();
    assert_eq!(found, listed, "list the file in `files!`");
}

/// In a pool, the memory, the tables and the stack of a session are the pool's. The limits are the
/// same.
#[test]
fn a_pool_holds_what_is_hostile() {
    let files = ["growth", "stack", "component_memory", "component_limits", "features"];
    let mut rows: Vec<_> = files.into_iter().flat_map(rows).collect();
    rows.iter_mut().for_each(|row| row.is_pooled = true);
    check_all(&rows);
}

/// Guests are inspected without compiling them, and these guests are no exception.
#[test]
fn every_guest_is_inspected() {
    let runtime = crate::support::hosts::shipped().build().unwrap();
    for row in FILES.iter().flat_map(|file| rows(file)) {
        match runtime.inspect(&row.guest) {
            Ok(inspection) => {
                assert!(!inspection.to_string().is_empty(), "{}", row.name);
            }
            Err(
                Error::Guest(GuestError::NotAGuest { .. })
                | Error::Guest(GuestError::Invalid { .. })
                | Error::Guest(GuestError::OverLoadLimit { .. })
                | Error::Mismatches(_),
            ) => {}
            Err(error) => panic!("{}: {error}", row.name),
        }
    }
}

fn rows(file: &str) -> Vec<Row> {
    let path = Path::new(FOLDER).join(file).with_extension("wat");
    row::parse(&fs::read_to_string(path).unwrap())
}

/// Runs every row, and lists all that fail. On a busy machine, a row may be ended in host code that
/// waits instead of in one of its own functions. Such a row is run again, and fails if it is never
/// ended in its own function.
fn check_all(rows: &[Row]) {
    let judge = |row: &Row| {
        let mut errors = (0..20).map(|_| row.check().err());
        let settled = |error: &Option<String>| !error.as_deref().is_some_and(is_elsewhere);
        errors.find(settled).unwrap_or_else(|| row.check().err())
    };
    let failures: Vec<_> = rows.iter().filter_map(judge).collect();
    let (failed, of) = (failures.len(), rows.len());
    assert!(failures.is_empty(), "{failed} of {of} rows failed\n{}", failures.join("\n"));
}

/// Returns whether a stack was expected, and the guest was ended in time outside of its own
/// functions.
fn is_elsewhere(error: &str) -> bool {
    let expected = error.contains("expected `limit wall_clock:     at");
    expected && error.contains("found `limit wall_clock: ") && !error.contains("\n    at ")
}
