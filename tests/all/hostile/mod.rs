//! Guests that want to do harm, as data: the `.wat` files beside this one. A row
//! is a guest in text form under a heading that says what it attacks and what
//! must come of it:
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
//! Only the first and the last line are needed. `in: module` or `in: component` is for rows
//! that are a guest's functions alone: what they call is imported for them. `folder` puts
//! things into the folder that is granted, `within` is how many milliseconds all of it may
//! take, and `spends` names what the row spends, for `make soak`. A line `(@repeat N REST)`
//! stands for N lines. `expect` is `returns VALUES`,
//! `exits N`, `limit NAME` (while it runs), `costly NAME` (before it runs), or
//! one of `trapped`, `mismatch`, `invalid`, `not-a-guest`, `no-function`,
//! `wrong-type`, `host-function`, each with a part of the error's text, or with
//! nothing; behind `limit NAME: ` may stand a part of it as well. `read` and `write` grant a folder as `/data`, in which a file `file`
//! has `content`; beside it lies `secret`, which no guest may read or change. `dir:PATH`
//! grants a folder of the system to be read.

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

/// One test a file, so that the name of a failing one says what was attacked.
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

/// A session in a pool has its memory, tables and stack there, and the same limits.
#[test]
fn a_pool_holds_what_is_hostile() {
    let files = ["growth", "stack", "component_memory", "component_limits", "features"];
    let mut rows: Vec<_> = files.into_iter().flat_map(rows).collect();
    rows.iter_mut().for_each(|row| row.is_pooled = true);
    check_all(&rows);
}

/// What is told of a guest before it is compiled is told of these as well.
#[test]
fn every_guest_is_inspected() {
    let runtime = crate::hosts::shipped().build().unwrap();
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

/// Runs every row, and names all that fail. A row that was ended where host code waits,
/// instead of in a function of its own, is run again, as may be where a machine has much to
/// do. One that is never ended in a function of its own fails.
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

/// Whether a stack was expected, and the guest was ended in time in no function of its own.
fn is_elsewhere(error: &str) -> bool {
    let expected = error.contains("expected `limit wall_clock:     at");
    expected && error.contains("found `limit wall_clock: ") && !error.contains("\n    at ")
}
