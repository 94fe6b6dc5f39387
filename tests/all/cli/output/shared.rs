//! Tests of sessions that share a thread and an output that is not read. They run in a process of
//! their own, because the output belongs to the process.

use std::io;
use std::process::{Command, Stdio, exit};
use std::time::Duration;

use tokio::runtime::Builder;
use wit_host::{Error, Grants, Guest, LimitReached, Limits, Val};

/// The variable that is set in the process whose output is not read.
const CHILD: &str = "WIT_HOST_TEST_OUTPUT_IS_NOT_READ";

const GUEST: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 0) "\00\10\00\00\00\10\00\00")
    (func (export "flood")
        (loop $again
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
            (br $again)))
    (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1))))"#;

#[test]
fn a_reader_who_stops_holds_up_no_other_session() {
    if std::env::var_os(CHILD).is_some() {
        // A panic would be written to the output that is not read, so the result is the exit
        // status.
        exit(i32::from(!sessions()));
    }
    let (_not_read, output) = io::pipe().unwrap();
    let name = "output::shared::a_reader_who_stops_holds_up_no_other_session";
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture"]).env(CHILD, "1").stdout(Stdio::null());
    assert_eq!(command.stderr(output).status().unwrap().code(), Some(0));
}

/// Returns whether one session can be called again and again while another waits for the reader.
fn sessions() -> bool {
    let limits = Limits::default().wall_clock(Duration::from_millis(300));
    let runtime = crate::support::hosts::builder::<()>().limits(limits).build().unwrap();
    let guest = runtime.load(GUEST).unwrap();
    let executor = Builder::new_current_thread().enable_time().build().unwrap();
    executor.block_on(async {
        let flooding = flood(&guest);
        tokio::pin!(flooding);
        let mut calls = 0;
        loop {
            tokio::select! {
                ended_in_time = &mut flooding => break ended_in_time && calls > 10,
                added = add(&guest) => calls += i32::from(added),
            }
        }
    })
}

async fn flood(guest: &Guest<()>) -> bool {
    let grants = Grants::default().stdio(wit_host::Stdio::Inherited);
    let mut session = guest.session(()).grants(grants.clone()).start().await.unwrap();
    let ended = session.call("flood", &[]).await;
    matches!(ended, Err(Error::Limit { limit: LimitReached::WallClock(_), .. }))
}

async fn add(guest: &Guest<()>) -> bool {
    let mut session = guest.session(()).start().await.unwrap();
    let sum = session.call("add", &[Val::S32(1), Val::S32(2)]).await;
    tokio::task::yield_now().await;
    matches!(sum.as_deref(), Ok([Val::S32(3)]))
}
