//! The host calls that are made in calls of guests, and the time that they take. They come from
//! the spans of the crate `tracing` that the library, `bindgen!` and WASI have around them, so that
//! nothing is noted, and nothing paid, without a listener. What the figures are for is not known
//! here.

use std::cell::RefCell;
use std::future::poll_fn;
use std::mem::swap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// The names of the spans around host calls: those of the library, of a component's imports, and of
/// WASI's first preview.
const SPANS: [&str; 3] = ["host_call", "wit-bindgen import", "wiggle abi"];
/// The target of what the library tells of its cache.
const CACHE: &str = "wit_host::cache";

/// The number of host functions that are told apart in one call of a guest. The others are one.
const MOST_FUNCTIONS: usize = 64;
/// The name of those others.
pub(crate) const OTHERS: &str = "others";
/// The number of bytes of a function's name. A guest chooses the names that it imports.
const LONGEST_NAME: usize = 200;
/// The number of host calls of one call of a guest that are kept one by one.
const MOST_CALLS: usize = 100;
/// The number of every span that is not noted.
const NOBODY: u64 = 1;
/// The number of spans of one call of a guest whose numbers no other call has.
const NUMBERS: u64 = 1 << 24;

/// The number of the first span of the next call, so that a span that ends in another call than its
/// own is not taken for one of that call's.
static NEXT: AtomicU64 = AtomicU64::new(NUMBERS);

type Tells = dyn Fn(&Metadata<'_>) -> bool + Send + Sync;
type Tell = dyn Fn(&Event<'_>) + Send + Sync;

/// A subscriber of the crate `tracing` that notes the host calls of guests that are served, and
/// how often the library's cache has a guest. All servers of a process share it:
///
/// ```
/// # use wit_host_server::HostCalls;
/// tracing::subscriber::set_global_default(HostCalls::new())?;
/// # Ok::<(), tracing::subscriber::SetGlobalDefaultError>(())
/// ```
///
/// Without it, servers tell nothing of host calls, and the time in them counts as the guest's. With
/// it, each host call costs some hundred nanoseconds. No argument and no result is looked at.
pub struct HostCalls {
    tells: Box<Tells>,
    tell: Box<Tell>,
}

impl HostCalls {
    /// Creates the subscriber.
    pub fn new() -> Self {
        Self { tells: Box::new(|_| false), tell: Box::new(|_| ()) }
    }

    /// Gives a function the events for which `tells` is true, such as the library's warnings.
    #[must_use]
    pub fn events(
        self,
        tells: impl Fn(&Metadata<'_>) -> bool + Send + Sync + 'static,
        tell: impl Fn(&Event<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self { tells: Box::new(tells), tell: Box::new(tell) }
    }
}

impl Default for HostCalls {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for HostCalls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HostCalls")
    }
}

impl Subscriber for HostCalls {
    /// The answer is the same for all spans and events of one place, so it is given once.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        match metadata.is_span() {
            true => SPANS.contains(&metadata.name()),
            false => metadata.target() == CACHE || (self.tells)(metadata),
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        ARE_NOTED.store(true, Ordering::Relaxed);
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let begun = with_current(|calls| calls.begin(span));
        Id::from_u64(begun.unwrap_or(NOBODY))
    }

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == CACHE {
            let mut looked = Looked::default();
            event.record(&mut looked);
            looked.count();
        }
        if (self.tells)(event.metadata()) {
            (self.tell)(event);
        }
    }

    fn try_close(&self, id: Id) -> bool {
        with_current(|calls| calls.end(id.into_u64()));
        true
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Whether a subscriber was ever asked what it listens to, and so is in use.
static ARE_NOTED: AtomicBool = AtomicBool::new(false);

/// Returns whether host calls are noted in this process.
pub(crate) fn are_noted() -> bool {
    ARE_NOTED.load(Ordering::Relaxed)
}

/// How often a guest that was loaded came from where, in this process.
pub(crate) static LOADED: [(&str, AtomicU64); 3] =
    [("memory", AtomicU64::new(0)), ("disk", AtomicU64::new(0)), ("miss", AtomicU64::new(0))];

/// Where an event of the cache says that a guest came from.
#[derive(Default)]
struct Looked(Option<usize>);

impl Looked {
    fn is(&mut self, result: &str) {
        self.0 = LOADED.iter().position(|(name, _)| *name == result).or(self.0);
    }

    fn count(&self) {
        if let Some((_, count)) = self.0.and_then(|place| LOADED.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Visit for Looked {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" && format!("{value:?}") == "cache miss" {
            self.is("miss");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "from" {
            self.is(value);
        }
    }
}

/// What the time of each call of a host function is added to.
pub(crate) trait Observe: Send + Sync {
    fn observe(&self, took: Duration);
}

/// Returns what the times of the host function with this name are added to.
pub(crate) type Find = dyn Fn(&str) -> Arc<dyn Observe> + Send + Sync;

/// The host calls of one call of a guest.
pub(crate) struct Calls {
    began: Instant,
    /// The time at which it began.
    #[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "spans have it"))]
    pub(crate) at: SystemTime,
    find: Option<Arc<Find>>,
    /// The host functions that were called.
    pub(crate) functions: Vec<Function>,
    /// The first of the calls, in the order in which they began.
    pub(crate) each: Vec<HostCall>,
    /// Those that have not ended, each within the one before.
    open: Vec<Open>,
    /// The number of the last span.
    last: u64,
    /// A name while it is put together.
    name: Name,
}

/// A host function, and what its calls have cost.
pub(crate) struct Function {
    pub(crate) name: String,
    /// The number of calls of the guest itself, and not of guests that serve it.
    pub(crate) calls: u64,
    pub(crate) took: Duration,
    observe: Option<Arc<dyn Observe>>,
}

/// One host call.
#[cfg_attr(not(feature = "otel"), allow(dead_code, reason = "spans are made of it"))]
pub(crate) struct HostCall {
    /// Its function, by its place among the functions.
    pub(crate) function: usize,
    /// The host call that it was made in, by a guest that serves the other one.
    pub(crate) within: Option<usize>,
    /// The time after the beginning of the guest's call.
    pub(crate) after: Duration,
    /// `None` while it is under way.
    pub(crate) took: Option<Duration>,
}

struct Open {
    span: u64,
    function: usize,
    began: Instant,
    /// The place among those that are kept one by one.
    place: Option<usize>,
}

impl Calls {
    /// Notes the calls from now on.
    pub(crate) fn new(find: Option<Arc<Find>>) -> Self {
        Self {
            began: Instant::now(),
            at: SystemTime::now(),
            find,
            functions: Vec::new(),
            each: Vec::new(),
            open: Vec::new(),
            last: NEXT.fetch_add(NUMBERS, Ordering::Relaxed),
            name: Name::default(),
        }
    }

    /// Returns the time that the guest's own host calls have taken.
    pub(crate) fn took(&self) -> Duration {
        self.functions.iter().map(|function| function.took).sum()
    }

    /// Returns the number of the guest's own host calls.
    #[cfg(any(test, feature = "otel"))]
    pub(crate) fn count(&self) -> u64 {
        self.functions.iter().map(|function| function.calls).sum()
    }

    /// Returns the host functions that the guest itself has called.
    pub(crate) fn called(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|function| function.calls > 0)
    }

    fn begin(&mut self, span: &Attributes<'_>) -> u64 {
        self.name.0.clear();
        span.record(&mut self.name);
        let function = self.function();
        self.last = self.last.wrapping_add(1).max(NOBODY + 1);
        let began = Instant::now();
        let place = (self.each.len() < MOST_CALLS).then(|| {
            let within = self.open.last().and_then(|open| open.place);
            let after = began.saturating_duration_since(self.began);
            self.each.push(HostCall { function, within, after, took: None });
            self.each.len() - 1
        });
        self.open.push(Open { span: self.last, function, began, place });
        self.last
    }

    fn end(&mut self, span: u64) {
        let Some(place) = self.open.iter().rposition(|open| open.span == span) else { return };
        // Those within it have ended as well.
        self.open.truncate(place + 1);
        let Some(Open { function, began, place, .. }) = self.open.pop() else { return };
        let took = began.elapsed();
        if let Some(call) = place.and_then(|place| self.each.get_mut(place)) {
            call.took = Some(took);
        }
        if let Some(function) = self.functions.get_mut(function).filter(|_| self.open.is_empty()) {
            function.calls += 1;
            function.took += took;
            if let Some(observe) = &function.observe {
                observe.observe(took);
            }
        }
    }

    /// Returns the place of the function whose name was put together.
    fn function(&mut self) -> usize {
        let (known, name) = (self.functions.len(), self.name.0.as_str());
        let place = |name: &str| self.functions.iter().position(|one| one.name == name);
        if let Some(place) = place(name) {
            return place;
        }
        let name = if known < MOST_FUNCTIONS { name } else { OTHERS };
        if let Some(place) = place(name) {
            return place;
        }
        let observe = self.find.as_ref().map(|find| find(name));
        let (name, took) = (name.to_owned(), Duration::ZERO);
        self.functions.push(Function { name, calls: 0, took, observe });
        known
    }
}

/// The name of a host function, as `shop:prices/prices.price`, without a version.
#[derive(Default)]
struct Name(String);

impl Visit for Name {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        let part = match field.name() {
            "module" => value.split('@').next().unwrap_or_default(),
            "function" if self.0.is_empty() => value,
            "function" => {
                self.0.push('.');
                value
            }
            _ => return,
        };
        let room = LONGEST_NAME.saturating_sub(self.0.len());
        self.0.push_str(&part[..part.floor_char_boundary(room)]);
    }
}

thread_local! {
    /// The host calls of the call that this thread is in.
    static CURRENT: RefCell<Option<Calls>> = const { RefCell::new(None) };
}

fn with_current<R>(with: impl FnOnce(&mut Calls) -> R) -> Option<R> {
    // A span of the thread that is ending, or of what is done here, is nobody's.
    let current = CURRENT.try_with(|current| {
        current.try_borrow_mut().ok().and_then(|mut current| current.as_mut().map(with))
    });
    current.ok().flatten()
}

/// Has `calls` in the place of the thread's, until this is dropped.
struct Entered<'a>(&'a mut Option<Calls>);

impl<'a> Entered<'a> {
    fn new(calls: &'a mut Option<Calls>) -> Self {
        CURRENT.with_borrow_mut(|current| swap(current, calls));
        Self(calls)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| swap(current, self.0));
    }
}

/// Waits for a call of a guest, and notes its host calls.
pub(crate) async fn noted<R>(calls: &mut Option<Calls>, call: impl Future<Output = R>) -> R {
    let mut call = pin!(call);
    poll_fn(|context| {
        let _entered = Entered::new(calls);
        call.as_mut().poll(context)
    })
    .await
}

#[cfg(test)]
mod tests {
    use tracing::subscriber::with_default;

    use super::*;

    fn span(function: &str) -> tracing::Span {
        tracing::trace_span!("host_call", module = "shop:prices/prices@1.0.0", function)
    }

    fn noted_in(work: impl FnOnce()) -> Calls {
        let mut calls = Some(Calls::new(None));
        with_default(HostCalls::new(), || {
            let _entered = Entered::new(&mut calls);
            work();
        });
        calls.expect("they were put back")
    }

    fn counted(calls: &Calls) -> Vec<(&str, u64)> {
        calls.functions.iter().map(|one| (one.name.as_str(), one.calls)).collect()
    }

    #[test]
    fn calls_are_counted_by_function_and_what_is_within_them_is_not() {
        let calls = noted_in(|| {
            for _ in 0..3 {
                let _outer = span("price").entered();
                let _inner = span("find").entered();
            }
            tracing::trace_span!("call", function = "greet").in_scope(|| ());
        });
        assert_eq!(
            counted(&calls),
            [("shop:prices/prices.price", 3), ("shop:prices/prices.find", 0)]
        );
        assert_eq!((calls.count(), calls.each.len()), (3, 6));
        let within: Vec<_> = calls.each.iter().map(|call| call.within).collect();
        assert_eq!(within, [None, Some(0), None, Some(2), None, Some(4)]);
        assert!(calls.each.iter().all(|call| call.took.is_some()));
    }

    #[test]
    fn names_and_calls_have_a_bound() {
        let calls = noted_in(|| {
            for number in 0..500 {
                span(&format!("f{number}")).in_scope(|| ());
            }
            span(&"é".repeat(1000)).in_scope(|| ());
        });
        assert_eq!(calls.functions.len(), MOST_FUNCTIONS + 1);
        assert_eq!(calls.functions.last().map(|one| one.name.as_str()), Some(OTHERS));
        assert_eq!((calls.count(), calls.each.len()), (501, MOST_CALLS));
        let long = noted_in(|| span(&"é".repeat(1000)).in_scope(|| ()));
        assert!(long.functions[0].name.len() <= LONGEST_NAME, "{}", long.functions[0].name);
    }

    #[test]
    fn what_ends_outside_of_its_call_is_nobodys() {
        let mut left = None;
        let calls = noted_in(|| left = Some(span("price")));
        let late = noted_in(|| drop(left));
        assert_eq!((calls.count(), late.count()), (0, 0));
        assert_eq!(calls.each[0].took, None);
    }

    #[test]
    fn where_guests_came_from_is_counted() {
        let counts = || LOADED.iter().map(|(_, n)| n.load(Ordering::Relaxed)).collect::<Vec<_>>();
        let before = counts();
        noted_in(|| {
            tracing::debug!(target: CACHE, from = "disk", "cache hit");
            tracing::debug!(target: CACHE, "cache miss");
            tracing::debug!(target: CACHE, "the engine refused an entry of the cache: no");
        });
        let after = counts();
        let gained: Vec<_> =
            after.iter().zip(before).map(|(after, before)| after - before).collect();
        assert_eq!(gained, [0, 1, 1]);
    }
}
