//! A row of the corpus: how it is read, run and judged.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use wit_host::{
    Access, Error, Functions, Grants, Limits, Outcome, Pool, Runtime, RuntimeBuilder, Stdio, Val,
};

/// Far more than any row takes. A row that is not over by then hangs.
const HANGS: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    limits: Limits,
    grants: Vec<String>,
    call: Option<String>,
    expected: String,
    /// Whether its session has its place in a pool.
    pub(crate) is_pooled: bool,
    pub(crate) guest: Vec<u8>,
}

/// The rows of a file.
pub(crate) fn parse(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut in_heading = false;
    for line in text.lines() {
        match (line.strip_prefix(";;;").map(str::trim), in_heading) {
            (Some(name), false) => rows.push(Row::new(name, "", b"")),
            (Some(field), true) => rows.last_mut().unwrap().set(field),
            (None, _) => {
                if let Some(row) = rows.last_mut() {
                    row.guest.extend_from_slice(line.as_bytes());
                    row.guest.push(b'\n');
                }
            }
        }
        in_heading = line.starts_with(";;;");
    }
    rows
}

impl Row {
    /// A row with limits that are small enough to be reached quickly.
    pub(crate) fn new(name: &str, expected: &str, guest: impl AsRef<[u8]>) -> Self {
        let limits = Limits::default().wall_clock(Duration::from_secs(2)).memory(16 << 20);
        Self {
            name: name.into(),
            limits,
            grants: Vec::new(),
            call: None,
            expected: expected.into(),
            is_pooled: false,
            guest: guest.as_ref().into(),
        }
    }

    /// The most memory that the row's limits let it have, in bytes.
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
            "call" => self.call = Some(value.into()),
            "expect" => self.expected = value.into(),
            other => panic!("there is no field `{other}`"),
        }
    }

    /// Runs the row in a thread of its own, so that one which hangs can be named.
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
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("file"), "content").unwrap();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        std::os::unix::fs::symlink("../secret", data.join("link")).unwrap();

        let found = described(self.run(&data));
        let as_expected = match self.expected.split_once(' ') {
            // With a pool, some is found when the guest is loaded already.
            Some(("limit", name)) if self.is_pooled && is_early(&found, name) => true,
            Some(("returns" | "exits" | "limit" | "costly", _)) | None => {
                found.split(": ").next() == Some(&self.expected)
                    || found.split(' ').next() == Some(&self.expected)
            }
            Some((kind, part)) => found.starts_with(kind) && found.contains(part),
        };
        if !as_expected {
            return Err(format!("- {}: expected `{}`, found `{found}`", self.name, self.expected));
        }
        if fs::read_to_string(folder.path().join("secret")).unwrap() != "secret"
            || fs::read_dir(folder.path()).unwrap().count() != 2
        {
            return Err(format!("- {}: it changed what was not granted", self.name));
        }
        if found.contains('\u{1b}') || found.len() > 8_000 {
            return Err(format!("- {}: its error is not fit for a terminal", self.name));
        }
        Ok(())
    }

    fn builder(&self) -> RuntimeBuilder<Functions> {
        match self.is_pooled {
            true => wit_host::contract().pool(Pool::new(1)),
            false => wit_host::contract(),
        }
    }

    fn run(&self, data: &Path) -> Result<Outcome, Error> {
        let runtime: Runtime<Functions> = self.builder().limits(self.limits.clone()).build()?;
        let guest = runtime.load(&self.guest)?;
        let mut grants = Grants::default().stdio(Stdio::Captured);
        for grant in &self.grants {
            grants = match grant.split_once(':') {
                None if grant == "read" => grants.directory(data, "/data", Access::ReadOnly),
                None if grant == "write" => grants.directory(data, "/data", Access::ReadWrite),
                Some(("env", pair)) => {
                    let (name, value) = pair.split_once('=').unwrap();
                    grants.environment(name, value)
                }
                Some(("arg", text)) => grants.arguments([text]),
                Some(("host", host)) => grants.allow_host(host)?,
                _ => panic!("there is no grant `{grant}`"),
            };
        }
        let mut session = guest.session_with_blocking(Functions::new(&grants), &grants)?;
        let outcome = match &self.call {
            None => session.main(),
            Some(name) => session.call(name, &[]).map(Outcome::Returned),
        };
        if outcome.is_err() && !is_callers(outcome.as_ref().unwrap_err()) {
            let again = match &self.call {
                None => session.main(),
                Some(name) => session.call(name, &[]).map(Outcome::Returned),
            };
            assert!(matches!(again, Err(Error::SessionEnded { .. })), "the session goes on");
        }
        outcome
    }
}

/// Whether the limit was found when the guest was loaded.
fn is_early(found: &str, limit: &str) -> bool {
    found.starts_with(&format!("costly {limit}"))
        || found.starts_with("pool") && found.contains(&format!("`Limits::{limit}`"))
}

/// Whether the error is one of the caller's, after which a session goes on.
fn is_callers(error: &Error) -> bool {
    matches!(error, Error::NoSuchFunction { .. } | Error::WrongType { .. })
}

/// An outcome in the words of `expect`, with the error's text behind it.
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
        Error::TooCostly { limit } => format!("costly {}", limit_name(&limit.to_string())),
        Error::Trapped { .. } => "trapped".into(),
        Error::Misfits(_) => "misfit".into(),
        Error::Invalid { .. } => "invalid".into(),
        Error::NotAGuest { .. } => "not-a-guest".into(),
        Error::NoSuchFunction { .. } => "no-function".into(),
        Error::WrongType { .. } => "wrong-type".into(),
        Error::HostFunction { .. } => "host-function".into(),
        Error::Pool(_) => "pool".into(),
        _ => "other".into(),
    };
    match kind.split_once(' ') {
        Some(_) => format!("{kind}: {error}"),
        None => format!("{kind} {error}"),
    }
}

/// The name that a limit's text has in back-ticks.
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
