//! Tests of the limits of loading, each at its value and above it, and of all limits at once.

use std::time::{Duration, Instant};

use crate::support::hosts::shipped as builder;
use wit_host::{Error, GuestError, Limits};

use super::kinds::{KINDS, component, everything};

#[test]
fn every_limit_of_loading_holds() {
    let runtime = builder().build().unwrap();
    for kind in KINDS {
        let limit = (kind.value)(&Limits::default());
        let inspected = |count| runtime.inspect(component(&(kind.made)(count))).map(|_| ());
        let within = inspected(limit * 9 / 10);
        assert!(within.is_ok(), "{} at nine tenths: {within:?}", kind.limit);
        let Err(Error::Guest(GuestError::OverLoadLimit { limit: reached, .. })) =
            inspected(limit * 11 / 10)
        else {
            panic!("{} is not held", kind.limit);
        };
        let expected = format!("`{}`", kind.limit);
        assert!(reached.to_string().contains(&expected), "{expected}: {reached}");
    }
}

/// A guest at nine tenths of every limit has to be compiled within the time and memory that are the
/// goals of `make limits`. It may take three times as long, because in tests the compiler is
/// optimised and the host is not.
#[test]
fn nine_tenths_of_everything_are_compiled() {
    let guest = everything(&Limits::default(), 90);
    let began = Instant::now();
    builder().build().unwrap().load(guest).unwrap();
    assert!(began.elapsed() < Duration::from_secs(30), "it took {:?}", began.elapsed());
}
