//! The paths of the guests in `guest/`, which this crate's build script builds:
//! a constant for each guest and target, and a macro that goes through them all
//! so that a guest without a test does not compile.

include!(concat!(env!("OUT_DIR"), "/paths.rs"));
