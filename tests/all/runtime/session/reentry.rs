//! Tests that a host function cannot call into the session that called it.

use std::sync::{Arc, Mutex, Weak};

use wit_host::{Val, blocking};

/// Host data with a reference to its own session. A host function cannot get any closer to it.
#[derive(Default)]
struct Caller {
    session: Weak<Mutex<blocking::Session<Caller>>>,
}

impl Caller {
    /// Returns whether the session can be locked.
    fn reach(&mut self) -> bool {
        self.session.upgrade().is_some_and(|session| session.try_lock().is_ok())
    }
}

#[test]
fn a_session_is_out_of_reach_while_it_is_called() {
    let runtime = crate::support::hosts::builder()
        .module_imports(|env| env.func("reach", Caller::reach))
        .build()
        .unwrap();
    let text = r#"(module
        (import "env" "reach" (func $reach (result i32)))
        (func (export "run") (result i32) (call $reach)))"#;
    let session = runtime.load(text).unwrap().session(Caller::default()).start_blocking().unwrap();
    let session = Arc::new(Mutex::new(session));
    session.lock().unwrap().data_mut().session = Arc::downgrade(&session);
    let reached = session.lock().unwrap().call("run", &[]).unwrap();
    assert_eq!(reached, [Val::S32(0)]);
    assert!(session.lock().unwrap().data_mut().session.upgrade().is_some());
}
