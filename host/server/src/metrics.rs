//! What is counted, as Prometheus reads it. The names follow OpenTelemetry's conventions for
//! functions as a service where there is one. Only names of exports become labels, never what a
//! request says.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Called {
    guest: String,
    function: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    guest: String,
}

/// The upper bounds of durations in seconds: from a microsecond to half a minute.
const BOUNDS: [f64; 16] =
    [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];

type Durations = Family<Called, Histogram, fn() -> Histogram>;

/// All that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    took: Durations,
    waited: Durations,
    errors: Family<Called, Counter>,
    timeouts: Family<Called, Counter>,
    answers: Family<Answered, Counter>,
    generation: Family<Named, Gauge>,
    in_use: Gauge,
    waiting: Gauge,
    reloads: Family<Named, Counter>,
    refused: Family<Named, Counter>,
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let durations = || Durations::new_with_constructor(histogram as fn() -> Histogram);
        let metrics = Self {
            registry: Registry::default(),
            took: durations(),
            waited: durations(),
            errors: Family::default(),
            timeouts: Family::default(),
            answers: Family::default(),
            generation: Family::default(),
            in_use: Gauge::default(),
            waiting: Gauge::default(),
            reloads: Family::default(),
            refused: Family::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let Self { registry, took, waited, errors, timeouts, answers, .. } = &mut self;
        let seconds = || Unit::Seconds;
        registry.register_with_unit(
            "faas_invoke_duration",
            "Time of calls",
            seconds(),
            took.clone(),
        );
        registry.register_with_unit(
            "wit_host_wait_duration",
            "Time that calls waited for a session",
            seconds(),
            waited.clone(),
        );
        registry.register("faas_errors", "Calls that failed", errors.clone());
        registry.register("faas_timeouts", "Calls that ran out of time", timeouts.clone());
        registry.register("wit_host_answers", "Answers by their status", answers.clone());
        let Self { registry, generation, in_use, waiting, reloads, refused, .. } = &mut self;
        let help = "Number of the generation that serves";
        registry.register("wit_host_generation", help, generation.clone());
        registry.register("wit_host_sessions_in_use", "Sessions in use", in_use.clone());
        registry.register(
            "wit_host_calls_waiting",
            "Calls that wait for a session",
            waiting.clone(),
        );
        registry.register("wit_host_reloads", "Guests that were replaced", reloads.clone());
        let help = "Guests that were refused as a replacement";
        registry.register("wit_host_reloads_refused", help, refused.clone());
        self
    }

    pub(crate) fn called(
        &self,
        guest: &str,
        function: &str,
        (waited, took): (Duration, Duration),
        (has_failed, is_late): (bool, bool),
    ) {
        let labels = Called { guest: guest.to_owned(), function: function.to_owned() };
        self.took.get_or_create(&labels).observe(took.as_secs_f64());
        self.waited.get_or_create(&labels).observe(waited.as_secs_f64());
        if has_failed {
            self.errors.get_or_create(&labels).inc();
        }
        if is_late {
            self.timeouts.get_or_create(&labels).inc();
        }
    }

    pub(crate) fn answered(&self, status: u16) {
        self.answers.get_or_create(&Answered { status }).inc();
    }

    pub(crate) fn reloaded(&self, guest: &str, is_refused: bool) {
        let labels = Named { guest: guest.to_owned() };
        let counter = if is_refused { &self.refused } else { &self.reloads };
        counter.get_or_create(&labels).inc();
    }

    /// Returns all of it as text, with what is true now.
    pub(crate) fn text<'g>(
        &self,
        (in_use, waiting): (usize, usize),
        generations: impl Iterator<Item = (&'g str, u64)>,
    ) -> String {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.in_use.set(number(in_use));
        self.waiting.set(number(waiting));
        for (guest, generation) in generations {
            let labels = Named { guest: guest.to_owned() };
            let generation = i64::try_from(generation).unwrap_or(i64::MAX);
            self.generation.get_or_create(&labels).set(generation);
        }
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
