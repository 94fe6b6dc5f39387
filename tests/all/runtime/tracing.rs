//! Tests of the tracing events while a guest is loaded and called.

use std::fmt::{self, Write as _};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};
use wit_host::Val;
use wit_host_contract::Functions;

use crate::support::hosts::shipped as builder;

/// Records the events of the library, one a line, indented by the spans around each.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<String>>>);

impl Listener {
    fn note(&self, depth: usize, name: &str, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(String::new());
        record(&mut fields);
        let line = format!("{}{name}{}", "  ".repeat(depth), fields.0);
        self.0.lock().unwrap().push(line);
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Listener {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let depth = context.span_scope(id).unwrap().count() - 1;
        self.note(depth, attributes.metadata().name(), |fields| attributes.record(fields));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let depth = context.span_scope(id).unwrap().count();
        self.note(depth, "record", |fields| values.record(fields));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let depth = context.event_scope(event).map_or(0, Iterator::count);
        self.note(depth, "event", |fields| event.record(fields));
    }
}

/// Keeps two other dispatchers alive. With a single dispatcher in the process, a span that a thread
/// without it meets first is disabled for good, and other tests run such threads.
pub(crate) static OTHERS: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [Registry::default().into(), Registry::default().into()]);

/// Returns the events while the guest is loaded and these functions are called one after another.
fn heard(text: &str, functions: &[&str]) -> Vec<String> {
    let runtime = builder().build().unwrap();
    LazyLock::force(&OTHERS);
    let listener = Listener::default();
    tracing::subscriber::with_default(Registry::default().with(listener.clone()), || {
        let guest = runtime.load(text).unwrap();
        let mut session = guest.session(Functions::default()).start_blocking().unwrap();
        for function in functions {
            let _: Result<Vec<Val>, _> = session.call(function, &[]);
        }
    });
    let heard = listener.0.lock().unwrap().clone();
    heard.into_iter().filter(|line| !line.contains("wasmtime")).collect()
}

#[test]
fn spans_of_a_core_module() {
    let text = r#"(module
        (import "env" "to_upper" (func $to_upper (param i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 0) "text")
        (func (export "run") (drop (call $to_upper (i32.const 0) (i32.const 4))))
        (func (export "fail") (drop (call $to_upper (i32.const 0) (i32.const -1)))))"#;
    let outside =
        "the range at 0 of length 4294967295 is outside of the guest's memory of 65536 bytes";
    let expected = [
        format!("load bytes={}", text.len()),
        "  link".into(),
        "session kind=core module".into(),
        "  call function=instantiate".into(),
        "  call function=run".into(),
        r#"    host_call module="env" function="to_upper""#.into(),
        r#"      event message=call arguments="text""#.into(),
        r#"      event message=return result="TEXT""#.into(),
        "  call function=fail".into(),
        r#"    host_call module="env" function="to_upper""#.into(),
        format!("    record failure=\"`fail` trapped: `env.to_upper`: {outside}\""),
    ];
    assert_eq!(heard(text, &["run", "fail"]), expected);
}

#[test]
fn spans_of_a_component() {
    let expected = [
        "  call function=run",
        r#"    wit-bindgen import module="math" function="add""#,
        "      event message=call a=1 b=2",
        "      event message=return result=3",
    ];
    let heard = heard(crate::runtime::session::guards::ADD_COMPONENT, &["run"]);
    assert_eq!(heard[heard.len() - 4..], expected, "{heard:#?}");
}
