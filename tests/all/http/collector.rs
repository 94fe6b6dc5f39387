//! A collector of traces and figures, as an operator has one: it takes what is sent by OTLP.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// What came in, and how long anything is waited for.
pub(super) struct Collector {
    pub(super) address: SocketAddr,
    came: Receiver<Came>,
    _runtime: tokio::runtime::Runtime,
}

pub(super) enum Came {
    /// The name of a service, and a span.
    Span(String, Box<Span>),
    /// The name of a figure.
    Figure(String),
}

const LONGEST: Duration = Duration::from_secs(20);

impl Collector {
    pub(super) fn new() -> Self {
        let (sender, came) = channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let figures = sender.clone();
        let router = Router::new()
            .route("/v1/traces", post(move |body: Bytes| async move { spans(&body, &sender) }))
            .route("/v1/metrics", post(move |body: Bytes| async move { names(&body, &figures) }));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, came, _runtime: runtime }
    }

    /// Waits until all of the names of spans and figures have come, and returns the spans.
    pub(super) fn wait(&self, mut names: Vec<&str>) -> Vec<(String, Span)> {
        let (until, mut spans) = (Instant::now() + LONGEST, Vec::new());
        while !names.is_empty() {
            let rest = until.saturating_duration_since(Instant::now());
            let came = self.came.recv_timeout(rest);
            let name = match came.unwrap_or_else(|_| panic!("{names:?} did not come")) {
                Came::Figure(name) => name,
                Came::Span(service, span) => {
                    let name = span.name.clone();
                    spans.push((service, *span));
                    name
                }
            };
            names.retain(|other| *other != name);
        }
        spans
    }

    /// Returns whether nothing has come.
    pub(super) fn is_empty(&self) -> bool {
        self.came.try_recv().is_err()
    }
}

fn spans(body: &[u8], sender: &Sender<Came>) {
    for resource in ExportTraceServiceRequest::decode(body).unwrap().resource_spans {
        let of_resource = attributes(&resource.resource.unwrap_or_default().attributes);
        let service = of_resource.get("service.name").cloned().unwrap_or_default();
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            let _ = sender.send(Came::Span(service.clone(), Box::new(span)));
        }
    }
}

fn names(body: &[u8], sender: &Sender<Came>) {
    let resources = ExportMetricsServiceRequest::decode(body).unwrap().resource_metrics;
    let scopes = resources.into_iter().flat_map(|resource| resource.scope_metrics);
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let _ = sender.send(Came::Figure(metric.name));
    }
}

/// Returns attributes as texts.
pub(super) fn attributes(all: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Option<AnyValue>| match value.as_ref().and_then(|one| one.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    all.iter().map(|one| (one.key.clone(), text(&one.value))).collect()
}

/// Returns bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
