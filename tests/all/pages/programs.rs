//! The programs of the pages in Rust. Those of host/runtime/README.md are compiled with that
//! crate's documentation.

use std::fs;
use std::path::Path;

use super::{ROOT, pages, text};
use crate::scaffold::guest_in_rust;

/// Where programs of hosts are whole, and compiled.
const COMPILED: &str = "host/runtime/README.md";

/// The blocks of a page that are Rust.
fn programs(page: &str) -> Vec<String> {
    let blocks = page.split("\n```rust\n").skip(1);
    blocks.filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned())).collect()
}

fn is_guest(program: &str) -> bool {
    program.starts_with("wit_bindgen::generate!")
}

/// The lines of a program, without what says where they stand in it.
fn lines(program: &str) -> String {
    program.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

#[test]
fn parts_of_hosts_are_parts_of_a_whole_one() {
    let whole = lines(&text(COMPILED));
    for page in ["README.md", "guest/README.md", "guest/module/README.md"] {
        for program in programs(&text(page)).iter().filter(|program| !is_guest(program)) {
            // Between what is used and what is done with it, a whole one has its `main`.
            for part in program.split("\n\n") {
                assert!(whole.contains(&lines(part)), "{page}: not in {COMPILED}:\n{part}");
            }
        }
    }
}

#[test]
fn guests_in_rust_are_built() {
    let mut built = 0;
    for page in pages() {
        for guest in programs(&text(&page)).iter().filter(|program| is_guest(program)) {
            let project = guest_in_rust("new-page");
            fs::write(project.path().join("src/lib.rs"), guest).unwrap();
            project.check("3\n");
            built += 1;
        }
    }
    assert_eq!(built, 2, "the pages have other guests than these");
    assert!(Path::new(ROOT).join(COMPILED).exists());
}
