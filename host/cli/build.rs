//! Links the command, where it is built to be used, at a fixed address: relocating what
//! it has of tables takes as long as running a small guest.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if linux && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bin=wit-host=-no-pie");
    }
}
