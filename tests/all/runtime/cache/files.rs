//! Tests of guests that are loaded from files. A file that is known is not read again.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use wit_host::{Error, GuestError, Limits, Runtime};

use super::{DISK, MISS, Place, heard, module, returns};
use crate::runtime::session::guards::ADD_COMPONENT;

type Host = wit_host_contract::Functions;

fn runtime(place: &Place, limits: Limits) -> Runtime<Host> {
    crate::support::hosts::shipped().cache(place.cache()).limits(limits).build().unwrap()
}

#[test]
fn a_component_is_known_by_its_content() {
    let place = Place::new();
    let [first, second] = ["first.wasm", "second.wasm"].map(|name| place.folder.path().join(name));
    let component = wat::parse_str(ADD_COMPONENT).unwrap();
    fs::write(&first, &component).unwrap();
    fs::write(&second, &component).unwrap();
    for (file, expected) in [(&first, MISS), (&second, DISK), (&first, DISK)] {
        let (guest, events) = heard(|| runtime(&place, Limits::default()).load_file(file).unwrap());
        returns(&guest, 3);
        assert_eq!(events, [expected]);
    }
    fs::write(&second, &component[..component.len() - 1]).unwrap();
    let error = runtime(&place, Limits::default()).load_file(&second).err().unwrap();
    assert!(matches!(error, Error::Guest(GuestError::Invalid { .. })), "{error}");
}

#[test]
fn limits_hold_for_what_is_known() {
    let place = Place::new();
    let file = place.folder.path().join("guest.wasm");
    let component = wat::parse_str(ADD_COMPONENT).unwrap();
    fs::write(&file, &component).unwrap();
    runtime(&place, Limits::default()).load_file(&file).unwrap();
    let tight = [
        Limits::default().file_size(component.len() - 1),
        Limits::default().functions(0),
        Limits::default().compiled_size(1),
    ];
    for limits in tight {
        let error = runtime(&place, limits.clone()).load_file(&file).err().unwrap();
        assert!(
            matches!(error, Error::Guest(GuestError::OverLoadLimit { .. })),
            "{limits:?}: {error}"
        );
    }
}

/// A pipe can only be read once.
#[test]
fn a_pipe_that_has_a_name() {
    let place = Place::new();
    let pipe = place.folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        let guest = wat::parse_str(module(7)).unwrap();
        move || fs::File::options().write(true).open(pipe).unwrap().write_all(&guest)
    });
    runtime(&place, Limits::default()).load_file(&pipe).unwrap();
    writer.join().unwrap().unwrap();
}
