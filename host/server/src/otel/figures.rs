//! The figures of calls for a collector, by the same names as in `/metrics`, as the conventions
//! write them.

use std::sync::Weak;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use crate::host_calls::Observe;
use crate::metrics::{BYTES, Made, Now, SECONDS};
use crate::server::Shared;

/// The instruments of calls.
pub(crate) struct Figures {
    took: Histogram<f64>,
    in_guest: Histogram<f64>,
    waited: Histogram<f64>,
    started: Histogram<f64>,
    memory: Histogram<f64>,
    host_calls: Histogram<f64>,
    errors: Counter<u64>,
    timeouts: Counter<u64>,
    limits: Counter<u64>,
    refused: Counter<u64>,
    cancelled: Counter<u64>,
}

impl Figures {
    pub(crate) fn new(meter: &Meter) -> Self {
        let seconds = |name: &'static str| {
            let builder = meter.f64_histogram(name).with_unit("s");
            builder.with_boundaries(SECONDS.to_vec()).build()
        };
        let memory = meter.f64_histogram("faas.mem_usage").with_unit("By");
        let count = |name: &'static str| meter.u64_counter(name).build();
        Self {
            took: seconds("faas.invoke_duration"),
            in_guest: seconds("wit_host.guest.duration"),
            waited: seconds("wit_host.wait.duration"),
            started: seconds("faas.init_duration"),
            memory: memory.with_boundaries(BYTES.to_vec()).build(),
            host_calls: seconds("wit_host.host_call.duration"),
            errors: count("faas.errors"),
            timeouts: count("faas.timeouts"),
            limits: count("wit_host.limits_reached"),
            refused: count("wit_host.calls.refused"),
            cancelled: count("wit_host.calls.cancelled"),
        }
    }

    pub(crate) fn called(&self, made: &Made<'_>, function: &str) {
        let guest = || KeyValue::new("faas.name", made.guest.to_owned());
        let labels = [guest(), KeyValue::new("wit_host.function", function.to_owned())];
        self.took.record(made.took.as_secs_f64(), &labels);
        self.in_guest.record(made.in_guest().as_secs_f64(), &labels);
        self.waited.record(made.waited.as_secs_f64(), &labels);
        self.started.record(made.started.as_secs_f64(), &[guest()]);
        #[expect(clippy::cast_precision_loss, reason = "memory has fewer than 2^53 bytes")]
        self.memory.record(made.memory as f64, &labels);
        if made.has_failed {
            self.errors.add(1, &labels);
        }
        if made.is_late {
            self.timeouts.add(1, &labels);
        }
        if let Some(limit) = made.limit {
            self.limits.add(1, &[guest(), KeyValue::new("wit_host.limit", limit)]);
        }
    }

    pub(crate) fn refused(&self) {
        self.refused.add(1, &[]);
    }

    pub(crate) fn cancelled(&self) {
        self.cancelled.add(1, &[]);
    }

    /// Returns what the times of a host function are added to.
    pub(crate) fn host_calls(&self, guest: &str, import: &str) -> impl Observe + use<> {
        let guest = KeyValue::new("faas.name", guest.to_owned());
        let import = KeyValue::new("wit_host.import", import.to_owned());
        Imported { histogram: self.host_calls.clone(), labels: [guest, import] }
    }
}

struct Imported {
    histogram: Histogram<f64>,
    labels: [KeyValue; 2],
}

impl Observe for Imported {
    fn observe(&self, took: Duration) {
        self.histogram.record(took.as_secs_f64(), &self.labels);
    }
}

/// Tells what is true of a server whenever the figures are sent, for as long as there is one.
pub(crate) fn observe<T: Send + 'static>(meter: &Meter, server: &Weak<Shared<T>>) {
    let gauge = |name: &'static str, number: fn(&Now) -> usize| {
        let server = Weak::clone(server);
        meter
            .u64_observable_gauge(name)
            .with_callback(move |observer| {
                if let Some(server) = server.upgrade() {
                    observer.observe(number(&server.now()) as u64, &[]);
                }
            })
            .build();
    };
    gauge("wit_host.sessions", |now| now.sessions);
    gauge("wit_host.sessions.in_use", |now| now.in_use);
    gauge("wit_host.calls.waiting", |now| now.waiting);
    let server = Weak::clone(server);
    let generation = meter.u64_observable_gauge("wit_host.generation");
    generation
        .with_callback(move |observer| {
            if let Some(server) = server.upgrade() {
                for (guest, generation, _) in server.now().guests {
                    observer.observe(generation, &[KeyValue::new("faas.name", guest)]);
                }
            }
        })
        .build();
}
