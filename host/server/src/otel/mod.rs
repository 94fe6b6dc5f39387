//! Traces and figures for a collector that speaks OTLP over HTTP, as the variables `OTEL_…` of the
//! environment say. What is told of a call stands in `span.rs` and `figures.rs`. How a message
//! reaches the collector is the program's: this crate has no HTTP client.

mod client;
mod figures;
mod settings;
mod span;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::metrics::{Meter, MeterProvider as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::HttpClient;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use wit_host::BoxFuture;

use client::Client;
pub use client::Export;
pub(crate) use figures::{Figures, observe};
use settings::Settings;
pub(crate) use span::CallSpan;

/// The name of what tells, beside that of the service.
const SCOPE: &str = "wit-host";

/// Why nothing is sent to a collector, although the environment asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelemetryError(String);

impl std::fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no traces and no figures are sent: {}", self.0)
    }
}

impl std::error::Error for TelemetryError {}

/// Tells a collector what servers do: a span for each call and each host function that it calls, and
/// the figures of `/metrics`. Spans have the names of functions, and never arguments or results.
/// Clones are one.
#[derive(Clone)]
pub struct Telemetry(Arc<Providers>);

struct Providers {
    tracer: Option<SdkTracer>,
    traces: Option<SdkTracerProvider>,
    metrics: Option<SdkMeterProvider>,
}

impl std::fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telemetry")
            .field("traces", &self.0.traces.is_some())
            .field("metrics", &self.0.metrics.is_some())
            .finish()
    }
}

impl Telemetry {
    /// Returns what the environment asks for. `None` if it names neither a collector
    /// (`OTEL_EXPORTER_OTLP_ENDPOINT` and those of one signal) nor an exporter
    /// (`OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`), or if `OTEL_SDK_DISABLED` is true.
    ///
    /// `send` sends a message and returns the status of the answer. It runs on the executor that
    /// this is called on, and is not waited for longer than `OTEL_EXPORTER_OTLP_TIMEOUT`.
    ///
    /// # Errors
    /// If the environment asks for what this crate does not have, such as gRPC.
    ///
    /// # Panics
    /// Outside of an executor of tokio.
    pub fn from_environment(
        send: impl Fn(Export) -> BoxFuture<'static, Result<u16, String>> + Send + Sync + 'static,
    ) -> Result<Option<Self>, TelemetryError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let settings = Settings::of(variable).map_err(TelemetryError)?;
        let client: Arc<dyn HttpClient> =
            Arc::new(Client::new(Handle::current(), send, settings.timeout));
        let failed =
            |error: opentelemetry_otlp::ExporterBuildError| TelemetryError(error.to_string());
        let resource = || match settings.has_name {
            true => Resource::builder().build(),
            false => Resource::builder().with_service_name(SCOPE).build(),
        };
        let traces = settings.traces.then(|| {
            let exporter = SpanExporter::builder().with_http();
            let exporter = exporter.with_shared_http_client(Arc::clone(&client)).build()?;
            let builder = SdkTracerProvider::builder().with_batch_exporter(exporter);
            Ok(builder.with_resource(resource()).build())
        });
        let metrics = settings.metrics.then(|| {
            let exporter = MetricExporter::builder().with_http();
            let exporter = exporter.with_shared_http_client(Arc::clone(&client)).build()?;
            let builder = SdkMeterProvider::builder().with_periodic_exporter(exporter);
            Ok(builder.with_resource(resource()).build())
        });
        let (traces, metrics) =
            (traces.transpose().map_err(failed)?, metrics.transpose().map_err(failed)?);
        if traces.is_none() && metrics.is_none() {
            return Ok(None);
        }
        let tracer = traces.as_ref().map(|traces| traces.tracer(SCOPE));
        Ok(Some(Self(Arc::new(Providers { tracer, traces, metrics }))))
    }

    /// Sends what is left, and takes at most this long. Returns whether all was sent.
    pub async fn end(self, longest: Duration) -> bool {
        let (ended, end) = oneshot::channel();
        // It waits for the collector, and nobody waits for it: an executor would for one of its own.
        let ending = move || {
            let Providers { traces, metrics, .. } = &*self.0;
            let traces = traces.as_ref().map(|one| one.shutdown_with_timeout(longest));
            let metrics = metrics.as_ref().map(|one| one.shutdown_with_timeout(longest));
            let all = [traces, metrics];
            let _ = ended.send(all.into_iter().flatten().all(|ended| ended.is_ok()));
        };
        if std::thread::Builder::new().name("telemetry".into()).spawn(ending).is_err() {
            return false;
        }
        matches!(tokio::time::timeout(longest, end).await, Ok(Ok(true)))
    }

    pub(crate) fn tracer(&self) -> Option<&SdkTracer> {
        self.0.tracer.as_ref()
    }

    pub(crate) fn meter(&self) -> Option<Meter> {
        self.0.metrics.as_ref().map(|metrics| metrics.meter(SCOPE))
    }
}
