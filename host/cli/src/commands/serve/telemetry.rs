//! Sends traces and figures to the collector that the environment names, by the HTTP client of the
//! contract. It does not know what is in them.

use std::sync::OnceLock;
use std::time::Duration;

use wit_host_server::{Export, Telemetry};

use crate::status::notice;

/// How long the command waits at its end for the collector of its traces and figures.
pub(super) const TELEMETRY_END: Duration = Duration::from_secs(2);

/// Returns what tells a collector of the calls, if the environment has the variables `OTEL_…` that
/// ask for it.
pub(super) fn telemetry(runtime: &tokio::runtime::Runtime) -> Option<Telemetry> {
    let _entered = runtime.enter();
    // Most commands send nothing, and reading the system's certificates takes some time.
    let client = OnceLock::new();
    let telemetry = Telemetry::from_environment(move |export: Export| {
        let client = match client.get_or_init(wit_host_contract::client) {
            Ok(client) => client.clone(),
            Err(error) => return Box::pin(std::future::ready(Err(error.to_string()))),
        };
        Box::pin(async move {
            let request = client.post(&export.url).body(export.body);
            let headers = export.headers.into_iter();
            let request =
                headers.fold(request, |request, (name, value)| request.header(name, value));
            let sent = request.send().await.map_err(|error| format!("{error:#}"))?;
            Ok(sent.status().as_u16())
        })
    });
    telemetry.unwrap_or_else(|error| {
        notice(&error.to_string());
        None
    })
}
