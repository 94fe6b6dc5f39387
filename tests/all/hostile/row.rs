//! Reads, runs and judges a row of the corpus. The folder that it may be granted is created by
//! [`Folder`].

use std::borrow::Cow;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use wit_host::{
    Access, Error, Grants, Guest, GuestError, Limits, Outcome, Pool, Runtime, RuntimeBuilder,
    Stdio, Val,
};
use wit_host_contract::Functions;

use super::folder::Folder;
use super::within;

/// A row that takes longer hangs. All rows take far less.
const HANGS: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    limits: Limits,
    grants: Vec<String>,
    /// Additional things in the folder, as [`Folder::put`] takes them.
    folder: Vec<String>,
    /// The name and the text of a module that serves the guest's imports.
    provided: Option<(String, String)>,
    call: Option<String>,
    expected: String,
    /// The time that the whole row may take.
    within: Duration,
    /// What the functions of the row are put into: a `module` or a `component`.
    within_a: Option<String>,
    /// What the row spends, unless the name of its file says it.
    spends: Option<String>,
    /// Whether the session has a place in a pool.
    pub(crate) is_pooled: bool,
    pub(crate) guest: Vec<u8>,
}

/// Reads the rows of a file.
pub(crate) fn parse(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut in_heading = false;
    for line in text.lines() {
        match (line.strip_prefix(";;;").map(str::trim), in_heading) {
            (Some(name), false) => rows.push(Row::new(name, "", b"")),
            (Some(field), true) => rows.last_mut().unwrap().set(field),
            (None, _) => {
                if let Some(row) = rows.last_mut() {
                    row.guest.extend_from_slice(repeated(line).as_bytes());
                    row.guest.push(b'\n');
                }
            }
        }
        in_heading = line.starts_with(";;;");
    }
    rows.into_iter().map(Row::completed).collect()
}

/// Returns the line, or N copies of REST if the line is `(@repeat N REST)`.
fn repeated(line: &str) -> Cow<'_, str> {
    let repeat = line.trim().strip_prefix("(@repeat ").and_then(|rest| rest.strip_suffix(')'));
    match repeat {
        None => line.into(),
        Some(repeat) => {
            let (count, rest) = repeat.split_once(' ').unwrap();
            format!("{rest}\n").repeat(count.parse().unwrap()).into()
        }
    }
}

impl Row {
    /// Creates a row with limits that are small enough to be reached quickly.
    pub(crate) fn new(name: &str, expected: &str, guest: impl AsRef<[u8]>) -> Self {
        let limits = Limits::default().wall_clock(Duration::from_secs(2)).memory(16 << 20);
        Self {
            name: name.into(),
            limits,
            grants: Vec::new(),
            folder: Vec::new(),
            provided: None,
            call: None,
            expected: expected.into(),
            within: HANGS,
            within_a: None,
            spends: None,
            is_pooled: false,
            guest: guest.as_ref().into(),
        }
    }

    /// Returns the row with its functions put into a whole guest.
    fn completed(mut self) -> Self {
        if let Some(kind) = self.within_a.take() {
            let body = std::str::from_utf8(&self.guest).unwrap();
            self.guest = match &*kind {
                "module" => within::module(body).into(),
                "component" => within::component(body),
                other => panic!("a guest is no `{other}`"),
            };
        }
        self
    }

    /// Returns the row with a field set. `field` is in the form of a heading.
    pub(crate) fn with(mut self, field: &str) -> Self {
        self.set(field);
        self
    }

    /// Returns the row with a module that serves the guest's imports from `name`.
    #[allow(dead_code, reason = "`make soak` has no such row")]
    pub(crate) fn provided(mut self, name: &str, module: &str) -> Self {
        self.provided = Some((name.into(), module.into()));
        self
    }

    /// Returns what the row spends, if it says so.
    #[allow(dead_code, reason = "`make soak` sorts by it")]
    pub(crate) fn spends(&self) -> Option<&str> {
        self.spends.as_deref()
    }

    /// Returns the bytes of memory that the row's limits allow.
    #[allow(dead_code, reason = "`make soak` measures by it")]
    pub(crate) fn memory(&self) -> usize {
        self.limits.memory
    }

    fn set(&mut self, field: &str) {
        let (key, value) = field.split_once(':').unwrap_or_else(|| panic!("no field: {field}"));
        let value = value.trim();
        match key {
            "limits" => {
                for limit in value.split(' ') {
                    let (name, value) = limit.split_once('=').unwrap();
                    self.limits.set(name, value).unwrap();
                }
            }
            "grants" => self.grants = value.split(' ').map(str::to_owned).collect(),
            "folder" => self.folder.extend(value.split(", ").map(str::to_owned)),
            "call" => self.call = Some(value.into()),
            "within" => self.within = Duration::from_millis(value.parse().unwrap()),
            "in" => self.within_a = Some(value.into()),
            "spends" => self.spends = Some(value.into()),
            "expect" => self.expected = value.into(),
            other => panic!("there is no field `{other}`"),
        }
    }

    /// Runs the row in a thread of its own, so that a row that hangs can be named.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (sender, receiver) = mpsc::channel();
        let row = self.clone();
        std::thread::spawn(move || sender.send(row.judge()));
        match receiver.recv_timeout(HANGS) {
            Ok(judged) => judged,
            Err(_) => Err(format!("- {}: it hangs or crashed", self.name)),
        }
    }

    fn judge(&self) -> Result<(), String> {
        let folder = Folder::new(&self.folder);
        let (outcome, took) = self.run(&folder.data());
        let found = described(outcome);
        let as_expected = match self.expected.split_once(' ') {
            // With a pool, some limits are reached when the guest is loaded.
            Some(("limit", name)) if self.is_pooled && is_early(&found, name) => true,
            Some(("returns" | "exits" | "limit" | "costly", _)) | None => {
                let (expected, part) =
                    self.expected.split_once(": ").unwrap_or((&self.expected, ""));
                (found.split(": ").next() == Some(expected)
                    || found.split(' ').next() == Some(expected))
                    && found.contains(part)
            }
            Some((kind, part)) => found.starts_with(kind) && found.contains(part),
        };
        if !as_expected {
            return Err(format!("- {}: expected `{}`, found `{found}`", self.name, self.expected));
        }
        if took > self.within {
            return Err(format!("- {}: it took {took:?}", self.name));
        }
        if folder.is_changed_outside() {
            return Err(format!("- {}: it changed what was not granted", self.name));
        }
        if found.contains('\u{1b}') || found.len() > 8_000 {
            return Err(format!("- {}: its error is not fit for a terminal", self.name));
        }
        Ok(())
    }

    fn builder(&self) -> RuntimeBuilder<Functions> {
        let builder = match self.is_pooled {
            true => crate::support::hosts::shipped().pool(Pool::new(1)),
            false => crate::support::hosts::shipped(),
        };
        match &self.provided {
            Some((name, module)) => builder.provide_module(name, module.as_bytes()),
            None => builder,
        }
    }

    /// Runs the row. Returns the outcome, and the time that loading, starting and calling took.
    fn run(&self, data: &Path) -> (Result<Outcome, Error>, Duration) {
        let runtime: Result<Runtime<Functions>, Error> =
            self.builder().limits(self.limits.clone()).build();
        let began = Instant::now();
        let guest = runtime.and_then(|runtime| runtime.load(&self.guest));
        let outcome = guest.and_then(|guest| self.run_guest(&guest, data));
        (outcome, began.elapsed())
    }

    fn run_guest(&self, guest: &Guest<Functions>, data: &Path) -> Result<Outcome, Error> {
        let grants = self.granted(data)?;
        let mut session =
            guest.session(Functions::new(&grants)).grants(grants.clone()).start_blocking()?;
        let mut call = || match &self.call {
            None => session.main(),
            Some(name) => session.call(name, &[]).map(Outcome::Returned),
        };
        let outcome = call();
        if outcome.as_ref().is_err_and(|error| !is_callers(error)) {
            assert!(matches!(call(), Err(Error::SessionEnded { .. })), "the session goes on");
        }
        outcome
    }

    fn granted(&self, data: &Path) -> Result<Grants, Error> {
        let mut grants = Grants::default().stdio(Stdio::Captured);
        for grant in &self.grants {
            grants = match grant.split_once(':') {
                None if grant == "read" => grants.directory(data, "/data", Access::ReadOnly),
                None if grant == "write" => grants.directory(data, "/data", Access::ReadWrite),
                Some(("dir", folder)) => grants.directory(folder, "/data", Access::ReadOnly),
                Some(("env", pair)) => {
                    let (name, value) = pair.split_once('=').unwrap();
                    grants.environment(name, value)
                }
                Some(("arg", text)) => grants.arguments([text]),
                Some(("host", host)) => grants.allow_host(host)?,
                _ => panic!("there is no grant `{grant}`"),
            };
        }
        Ok(grants)
    }
}

/// Returns whether the limit was reached when the guest was loaded.
fn is_early(found: &str, limit: &str) -> bool {
    found.starts_with(&format!("costly {limit}"))
        || found.starts_with("pool") && found.contains(&format!("`Limits::{limit}`"))
}

/// Returns whether the error is the caller's mistake, after which a session goes on.
fn is_callers(error: &Error) -> bool {
    matches!(
        error,
        Error::NoSuchFunction { .. } | Error::NoEntryPoint { .. } | Error::InvalidCall { .. }
    )
}

/// Describes an outcome in the words of `expect`, followed by the error's text.
fn described(outcome: Result<Outcome, Error>) -> String {
    let error = match outcome {
        Ok(Outcome::Exited(status)) => return format!("exits {status}"),
        Ok(Outcome::Returned(values)) => {
            return format!("returns {}", values.iter().map(value).collect::<Vec<_>>().join(" "))
                .trim_end()
                .to_owned();
        }
        Err(error) => error,
    };
    let kind = match &error {
        Error::Exited(status) => format!("exits {status}"),
        Error::Limit { limit, .. } => format!("limit {}", limit_name(&limit.to_string())),
        Error::Guest(GuestError::OverLoadLimit { limit, .. }) => {
            format!("costly {}", limit_name(&limit.to_string()))
        }
        Error::Trapped { .. } => "trapped".into(),
        Error::Mismatches(_) => "mismatch".into(),
        Error::Guest(GuestError::Invalid { .. }) => "invalid".into(),
        Error::Guest(GuestError::UnsupportedFeature(_)) => "unsupported".into(),
        Error::Guest(GuestError::NotAGuest { .. }) => "not-a-guest".into(),
        Error::NoSuchFunction { .. } | Error::NoEntryPoint { .. } => "no-function".into(),
        Error::InvalidCall { .. } => "wrong-type".into(),
        Error::HostFunction { .. } => "host-function".into(),
        Error::Pool(_) => "pool".into(),
        _ => "other".into(),
    };
    match kind.split_once(' ') {
        Some(_) => format!("{kind}: {}", error.report()),
        None => format!("{kind} {}", error.report()),
    }
}

/// Returns the name that a limit's text has in back-ticks.
fn limit_name(text: &str) -> &str {
    text.split('`').nth(1).unwrap()
}

fn value(value: &Val) -> String {
    match value {
        Val::S32(number) => number.to_string(),
        Val::S64(number) => number.to_string(),
        Val::U32(number) => number.to_string(),
        Val::String(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
