//! What is counted, as Prometheus reads it. The names follow OpenTelemetry's conventions for
//! functions as a service where there is one. Only names of exports and of host functions become
//! labels, never what a request says, and a bounded number of them.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use wit_host::Changes;

use crate::host_calls::{Find, LOADED, OTHERS, Observe};
#[cfg(feature = "otel")]
use crate::otel::Figures;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Called {
    guest: String,
    function: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Imported {
    guest: String,
    import: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limited {
    guest: String,
    limit: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    guest: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RolledBack {
    guest: String,
    by: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Looked {
    result: &'static str,
}

/// The upper bounds of durations in seconds: from a microsecond to half a minute.
pub(crate) const SECONDS: [f64; 16] =
    [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];
/// The upper bounds of memory in bytes: from 64 KiB, which is a page, to 4 GiB.
pub(crate) const BYTES: [f64; 9] = [
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
    268_435_456.0,
    1_073_741_824.0,
    4_294_967_296.0,
];
/// The number of functions of a guest, and of host functions, that are told apart. A guest that is
/// replaced may have others each time.
const MOST_NAMES: usize = 500;

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// A call that was made.
pub(crate) struct Made<'a> {
    pub(crate) guest: &'a str,
    pub(crate) function: &'a str,
    /// The time that it waited for a slot.
    pub(crate) waited: Duration,
    /// The time in which its session started.
    pub(crate) started: Duration,
    /// The time of the call itself, and the part of it that host functions took.
    pub(crate) took: Duration,
    pub(crate) in_host: Duration,
    /// The bytes of the guest's memory.
    pub(crate) memory: usize,
    pub(crate) has_failed: bool,
    pub(crate) is_late: bool,
    /// The limit that ended it.
    pub(crate) limit: Option<&'static str>,
}

impl Made<'_> {
    /// Returns the time of the guest itself.
    pub(crate) fn in_guest(&self) -> Duration {
        self.took.saturating_sub(self.in_host)
    }
}

/// What is true at the moment at which figures are asked for.
pub(crate) struct Now {
    pub(crate) sessions: usize,
    pub(crate) in_use: usize,
    pub(crate) waiting: usize,
    /// Each guest with its generation, and how often it has changed.
    pub(crate) guests: Vec<(String, u64, Changes)>,
}

/// All that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    functions: Known<(String, String), OfFunction>,
    imports: Arc<Imports>,
    took: Histograms<Called>,
    in_guest: Histograms<Called>,
    waited: Histograms<Called>,
    memory: Histograms<Called>,
    started: Histograms<Named>,
    errors: Family<Called, Counter>,
    timeouts: Family<Called, Counter>,
    limits: Family<Limited, Counter>,
    answers: Family<Answered, Counter>,
    refused: Counter,
    cancelled: Counter,
    sessions: Gauge,
    in_use: Gauge,
    waiting: Gauge,
    generation: Family<Named, Gauge>,
    reloads: Family<Named, Counter>,
    reloads_refused: Family<Named, Counter>,
    rollbacks: Family<RolledBack, Counter>,
    loaded: Family<Looked, Counter>,
    /// The figures of calls for a collector.
    #[cfg(feature = "otel")]
    pub(crate) figures: Option<Arc<Figures>>,
}

/// The figures of one function, which are looked up once for a call.
struct OfFunction {
    #[cfg(feature = "otel")]
    name: String,
    took: Histogram,
    in_guest: Histogram,
    waited: Histogram,
    memory: Histogram,
    started: Histogram,
    errors: Counter,
    timeouts: Counter,
}

/// The figures of host functions.
struct Imports {
    family: Histograms<Imported>,
    known: Known<(String, String), OfImport>,
}

/// The figures of one host function.
struct OfImport {
    took: Histogram,
    #[cfg(feature = "otel")]
    figure: Option<Box<dyn Observe>>,
}

impl Observe for OfImport {
    fn observe(&self, took: Duration) {
        self.took.observe(took.as_secs_f64());
        #[cfg(feature = "otel")]
        self.figure.iter().for_each(|figure| figure.observe(took));
    }
}

/// Figures by their names, of which there is a bounded number.
struct Known<K, F>(RwLock<HashMap<K, Arc<F>>>);

impl<F> Known<(String, String), F> {
    /// Returns the figures of a name within a guest, or of all others.
    fn find(&self, guest: &str, name: &str, make: impl Fn(&str) -> F) -> Arc<F> {
        let key = (guest.to_owned(), name.to_owned());
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(figures) = known.get(&key) {
            return Arc::clone(figures);
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let of_guest = known.keys().filter(|(other, _)| other == guest).count();
        let name = if of_guest < MOST_NAMES { key.1 } else { OTHERS.to_owned() };
        let figures = known.entry((key.0, name)).or_insert_with_key(|key| Arc::new(make(&key.1)));
        Arc::clone(figures)
    }
}

impl<K, F> Default for Known<K, F> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

fn durations<L: Clone + Eq + Hash>() -> Histograms<L> {
    Histograms::new_with_constructor(|| Histogram::new(SECONDS))
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Registry::default(),
            functions: Known::default(),
            imports: Arc::new(Imports { family: durations(), known: Known::default() }),
            took: durations(),
            in_guest: durations(),
            waited: durations(),
            memory: Histograms::new_with_constructor(|| Histogram::new(BYTES)),
            started: durations(),
            errors: Family::default(),
            timeouts: Family::default(),
            limits: Family::default(),
            answers: Family::default(),
            refused: Counter::default(),
            cancelled: Counter::default(),
            sessions: Gauge::default(),
            in_use: Gauge::default(),
            waiting: Gauge::default(),
            generation: Family::default(),
            reloads: Family::default(),
            reloads_refused: Family::default(),
            rollbacks: Family::default(),
            loaded: Family::default(),
            #[cfg(feature = "otel")]
            figures: None,
        };
        metrics.of_calls().of_server().of_guests()
    }

    fn of_calls(mut self) -> Self {
        let registry = &mut self.registry;
        seconds(registry, "faas_invoke_duration", "Time of calls", &self.took);
        let help = "Time in which sessions started";
        seconds(registry, "faas_init_duration", help, &self.started);
        let help = "Time of calls in the guest itself, without its host functions";
        seconds(registry, "wit_host_guest_duration", help, &self.in_guest);
        let help = "Time that calls waited for a slot";
        seconds(registry, "wit_host_wait_duration", help, &self.waited);
        let help = "Time of host functions that guests called";
        seconds(registry, "wit_host_host_call_duration", help, &self.imports.family);
        let help = "Bytes of memory of the guest after a call";
        registry.register_with_unit("faas_mem_usage", help, Unit::Bytes, self.memory.clone());
        registry.register("faas_errors", "Calls that failed", self.errors.clone());
        registry.register("faas_timeouts", "Calls that ran out of time", self.timeouts.clone());
        let help = "Calls that were ended by a limit";
        registry.register("wit_host_limits_reached", help, self.limits.clone());
        self
    }

    fn of_server(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("wit_host_answers", "Answers by their status", self.answers.clone());
        let help = "Calls that were refused, since as many waited as may";
        registry.register("wit_host_calls_refused", help, self.refused.clone());
        let help = "Calls whose client went away";
        registry.register("wit_host_calls_cancelled", help, self.cancelled.clone());
        let help = "Calls at one time at most";
        registry.register("wit_host_sessions", help, self.sessions.clone());
        registry.register("wit_host_sessions_in_use", "Calls under way", self.in_use.clone());
        let help = "Calls that wait for a slot";
        registry.register("wit_host_calls_waiting", help, self.waiting.clone());
        self
    }

    fn of_guests(mut self) -> Self {
        let registry = &mut self.registry;
        let help = "Number of the generation that serves";
        registry.register("wit_host_generation", help, self.generation.clone());
        let help = "Guests that were replaced";
        registry.register("wit_host_reloads", help, self.reloads.clone());
        let help = "Guests that were refused as a replacement";
        registry.register("wit_host_reloads_refused", help, self.reloads_refused.clone());
        let help = "Generations that were taken back";
        registry.register("wit_host_rollbacks", help, self.rollbacks.clone());
        let help = "Guests that were loaded, by where the cache had their code";
        registry.register("wit_host_cache_requests", help, self.loaded.clone());
        self
    }

    /// Counts a call that was made.
    pub(crate) fn called(&self, made: &Made<'_>) {
        let figures = self
            .functions
            .find(made.guest, made.function, |function| self.of_function(made.guest, function));
        figures.took.observe(made.took.as_secs_f64());
        figures.in_guest.observe(made.in_guest().as_secs_f64());
        figures.waited.observe(made.waited.as_secs_f64());
        figures.started.observe(made.started.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "memory has fewer than 2^53 bytes")]
        figures.memory.observe(made.memory as f64);
        figures.errors.inc_by(made.has_failed.into());
        figures.timeouts.inc_by(made.is_late.into());
        #[cfg(feature = "otel")]
        self.figures.iter().for_each(|one| one.called(made, &figures.name));
        if let Some(limit) = made.limit {
            self.limits.get_or_create(&Limited { guest: made.guest.to_owned(), limit }).inc();
        }
    }

    fn of_function(&self, guest: &str, function: &str) -> OfFunction {
        let labels = Called { guest: guest.to_owned(), function: function.to_owned() };
        OfFunction {
            #[cfg(feature = "otel")]
            name: function.to_owned(),
            took: self.took.get_or_create_owned(&labels),
            in_guest: self.in_guest.get_or_create_owned(&labels),
            waited: self.waited.get_or_create_owned(&labels),
            memory: self.memory.get_or_create_owned(&labels),
            started: self.started.get_or_create_owned(&Named { guest: guest.to_owned() }),
            errors: self.errors.get_or_create_owned(&labels),
            timeouts: self.timeouts.get_or_create_owned(&labels),
        }
    }

    /// Returns what finds the figures of the host functions of a guest.
    pub(crate) fn host_calls(&self, guest: &str) -> Arc<Find> {
        let (imports, guest) = (Arc::clone(&self.imports), guest.to_owned());
        #[cfg(feature = "otel")]
        let figures = self.figures.clone();
        Arc::new(move |name| {
            let Imports { family, known } = &*imports;
            known.find(&guest, name, |import| {
                let labels = Imported { guest: guest.clone(), import: import.to_owned() };
                OfImport {
                    took: family.get_or_create_owned(&labels),
                    #[cfg(feature = "otel")]
                    figure: figures
                        .as_ref()
                        .map(|one| Box::new(one.host_calls(&guest, import)) as _),
                }
            })
        })
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, status: u16) {
        self.answers.get_or_create(&Answered { status }).inc();
    }

    /// Counts a call that was refused, since too many wait.
    pub(crate) fn refused(&self) {
        self.refused.inc();
        #[cfg(feature = "otel")]
        self.figures.iter().for_each(|figures| figures.refused());
    }

    /// Counts a call whose client went away.
    pub(crate) fn cancelled(&self) {
        self.cancelled.inc();
        #[cfg(feature = "otel")]
        self.figures.iter().for_each(|figures| figures.cancelled());
    }

    /// Returns all of it as text, with what is true now.
    pub(crate) fn text(&self, now: &Now) -> String {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.sessions.set(number(now.sessions));
        self.in_use.set(number(now.in_use));
        self.waiting.set(number(now.waiting));
        // A guest that was removed has none any more.
        self.generation.clear();
        self.reloads.clear();
        self.reloads_refused.clear();
        self.rollbacks.clear();
        for (guest, generation, changes) in &now.guests {
            let labels = Named { guest: guest.clone() };
            let generation = i64::try_from(*generation).unwrap_or(i64::MAX);
            self.generation.get_or_create(&labels).set(generation);
            set(&self.reloads, &labels, changes.replaced);
            set(&self.reloads_refused, &labels, changes.refused);
            let asked = changes.rolled_back.saturating_sub(changes.by_itself);
            for (by, count) in [("itself", changes.by_itself), ("operator", asked)] {
                set(&self.rollbacks, &RolledBack { guest: guest.clone(), by }, count);
            }
        }
        for (result, count) in &LOADED {
            set(&self.loaded, &Looked { result }, count.load(Ordering::Relaxed));
        }
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn seconds<L>(registry: &mut Registry, name: &str, help: &str, metric: &Histograms<L>)
where
    L: Clone + Debug + Eq + Hash + EncodeLabelSet + Send + Sync + 'static,
{
    registry.register_with_unit(name, help, Unit::Seconds, metric.clone());
}

/// Sets a counter that is counted elsewhere.
fn set<L: Clone + Eq + Hash>(family: &Family<L, Counter>, labels: &L, count: u64) {
    family.get_or_create(labels).inner().store(count, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_bound() {
        let known = Known::<(String, String), String>::default();
        for number in 0..2 * MOST_NAMES {
            known.find("one", &format!("f{number}"), ToOwned::to_owned);
        }
        assert_eq!(*known.find("one", "f0", ToOwned::to_owned), "f0");
        assert_eq!(*known.find("one", "new", ToOwned::to_owned), OTHERS);
        assert_eq!(*known.find("two", "new", ToOwned::to_owned), "new");
        assert_eq!(known.0.into_inner().expect("no panic").len(), MOST_NAMES + 2);
    }
}
