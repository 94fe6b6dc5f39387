//! What the environment asks for: which signals are sent at all. The rest of its variables are read
//! by the libraries that send them.

use std::time::Duration;

/// The protocol that is spoken.
const PROTOCOL: &str = "http/protobuf";
/// How long a message may take by default.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) traces: bool,
    pub(super) metrics: bool,
    /// Whether the service has a name.
    pub(super) has_name: bool,
    pub(super) timeout: Duration,
}

impl Settings {
    /// Reads variables.
    ///
    /// # Errors
    /// The description of what is asked for and not there.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let is_disabled = variable("OTEL_SDK_DISABLED")
            .is_some_and(|disabled| disabled.eq_ignore_ascii_case("true"));
        let wants = |signal: &str| -> Result<bool, String> {
            if is_disabled {
                return Ok(false);
            }
            let own = format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
            let has_collector = [own.as_str(), "OTEL_EXPORTER_OTLP_ENDPOINT"]
                .iter()
                .any(|name| variable(name).is_some());
            let name = format!("OTEL_{signal}_EXPORTER");
            match variable(&name).as_deref().map(str::trim) {
                None => Ok(has_collector),
                Some("otlp") => Ok(true),
                Some("none") => Ok(false),
                Some(other) => {
                    Err(format!("`{name}` is `{other}`, and has to be `otlp` or `none`"))
                }
            }
        };
        let (traces, metrics) = (wants("TRACES")?, wants("METRICS")?);
        for (is_on, signal) in [(traces, "TRACES_"), (metrics, "METRICS_"), (traces || metrics, "")]
        {
            let name = format!("OTEL_EXPORTER_OTLP_{signal}PROTOCOL");
            match variable(&name).filter(|_| is_on) {
                Some(other) if other.trim() != PROTOCOL => {
                    return Err(format!("`{name}` is `{other}`, and has to be `{PROTOCOL}`"));
                }
                _ => {}
            }
        }
        let names_service = |attributes: String| {
            let mut names = attributes.split(',').filter_map(|pair| pair.split('=').next());
            names.any(|name| name.trim() == "service.name")
        };
        let has_name = variable("OTEL_SERVICE_NAME").is_some()
            || variable("OTEL_RESOURCE_ATTRIBUTES").is_some_and(names_service);
        let timeout = variable("OTEL_EXPORTER_OTLP_TIMEOUT").and_then(|text| text.parse().ok());
        let timeout = timeout.map_or(TIMEOUT, Duration::from_millis);
        Ok(Self { traces, metrics, has_name, timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<(bool, bool), String> {
        let value = |name: &str| variables.iter().find(|(other, _)| *other == name);
        let settings = Settings::of(|name| value(name).map(|(_, value)| (*value).to_owned()))?;
        Ok((settings.traces, settings.metrics))
    }

    #[test]
    fn signals_are_sent_where_they_are_asked_for() {
        let collector = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318");
        for (variables, expected) in [
            (&[][..], (false, false)),
            (&[("OTEL_SERVICE_NAME", "shop")], (false, false)),
            (&[collector], (true, true)),
            (&[collector, ("OTEL_SDK_DISABLED", "TRUE")], (false, false)),
            (&[collector, ("OTEL_METRICS_EXPORTER", "none")], (true, false)),
            (&[("OTEL_TRACES_EXPORTER", "otlp")], (true, false)),
            (&[("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://x/v1/metrics")], (false, true)),
            (&[collector, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")], (true, true)),
            (&[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")], (false, false)),
        ] {
            assert_eq!(of(variables), Ok(expected), "{variables:?}");
        }
        for (variables, expected) in [
            (&[collector, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")][..], "`grpc`"),
            (&[collector, ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json")], "`http/json`"),
            (&[("OTEL_TRACES_EXPORTER", "zipkin")], "`zipkin`"),
        ] {
            let error = of(variables).expect_err("it is not there");
            assert!(error.contains(expected) && error.contains("has to be"), "{error}");
        }
    }

    #[test]
    fn a_service_has_a_name_by_either_variable() {
        let has_name = |name: &'static str, value: &'static str| {
            let variable = |asked: &str| (asked == name).then(|| value.to_owned());
            Settings::of(variable).expect("nothing is wrong").has_name
        };
        assert!(has_name("OTEL_SERVICE_NAME", "shop"));
        assert!(has_name("OTEL_RESOURCE_ATTRIBUTES", "host.name=a, service.name=shop"));
        assert!(!has_name("OTEL_RESOURCE_ATTRIBUTES", "service.name.more=shop"));
    }
}
