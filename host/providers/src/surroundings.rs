//! Records what guests learn of their surroundings through WASI, which is clocks, random bytes and
//! the environment, and plays it back. It does not know which guest asks.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use wit_host::{Contract, ImportedFunction, Surroundings, Val};

use crate::Recording;
use crate::fixture::FixturePlay;

/// The functions that a recording of WASI has calls of.
const WIT: &str = "
    package wit-host:surroundings;
    world guest {
        import wasi:clocks/wall-clock;
        import wasi:clocks/monotonic-clock;
        import wasi:random/random;
        import wasi:cli/environment;
    }
    package wasi:clocks {
        interface wall-clock {
            record datetime { seconds: u64, nanoseconds: u32 }
            now: func() -> datetime;
        }
        interface monotonic-clock { now: func() -> u64; }
    }
    package wasi:random {
        interface random { get-random-bytes: func(len: u64) -> list<u8>; }
    }
    package wasi:cli {
        interface environment { get-environment: func() -> list<tuple<string, string>>; }
    }
";

const CALENDAR: &str = "wasi:clocks/wall-clock.now";
const MONOTONIC: &str = "wasi:clocks/monotonic-clock.now";
const RANDOM: &str = "wasi:random/random.get-random-bytes";
const ENVIRONMENT: &str = "wasi:cli/environment.get-environment";

static FUNCTIONS: LazyLock<Vec<ImportedFunction>> = LazyLock::new(|| {
    let contract = Contract::parse(WIT, Some("guest")).ok();
    contract.and_then(|one| ImportedFunction::of_contract(&one).ok()).unwrap_or_default()
});

/// Returns the functions of WASI that a fixture can answer.
pub(crate) fn functions() -> &'static [ImportedFunction] {
    &FUNCTIONS
}

/// The parts of WASI that are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WasiParts {
    /// The clocks: `wasi:clocks`.
    pub clocks: bool,
    /// Random bytes: `wasi:random`.
    pub random: bool,
    /// The environment variables: `wasi:cli/environment`.
    pub environment: bool,
}

/// Records what one session's guest learns: for
/// [`Grants::surroundings`](wit_host::Grants::surroundings).
pub struct RecordedSurroundings {
    recording: Arc<Recording>,
    parts: WasiParts,
}

impl RecordedSurroundings {
    /// Records these parts of WASI.
    pub fn new(recording: &Arc<Recording>, parts: WasiParts) -> Self {
        Self { recording: Arc::clone(recording), parts }
    }

    fn record(&self, name: &str, arguments: &[Val], result: Val) -> Result<(), String> {
        let Some(function) = functions().iter().find(|one| one.name() == name) else {
            return Err(format!("`{name}` has no type here"));
        };
        let recorded = self.recording.record_call(function, arguments, &[result]);
        recorded.map_err(|reason| format!("failed to record the call of `{name}`: {reason}"))
    }
}

impl Surroundings for RecordedSurroundings {
    fn wall_clock(&mut self, now: Duration) -> Result<Duration, String> {
        if self.parts.clocks {
            self.record(CALENDAR, &[], datetime(now))?;
        }
        Ok(now)
    }

    fn monotonic_clock(&mut self, now: u64) -> Result<u64, String> {
        if self.parts.clocks {
            self.record(MONOTONIC, &[], Val::U64(now))?;
        }
        Ok(now)
    }

    fn random(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        if self.parts.random {
            let list = Val::List(bytes.iter().copied().map(Val::U8).collect());
            self.record(RANDOM, &[Val::U64(bytes.len() as u64)], list)?;
        }
        Ok(bytes)
    }

    fn environment(
        &mut self,
        variables: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, String> {
        if self.parts.environment {
            let variable = |(name, value): &(String, String)| {
                let value = if self.recording.redacts(name) { "" } else { value };
                Val::Tuple([name, value].map(|text| Val::String(text.to_owned())).into())
            };
            let list = Val::List(variables.iter().map(variable).collect());
            self.record(ENVIRONMENT, &[], list)?;
        }
        Ok(variables)
    }
}

/// Plays back what one session's guest learns: for
/// [`Grants::surroundings`](wit_host::Grants::surroundings). What the fixture has no call of is this
/// machine's.
pub struct PlayedSurroundings {
    play: FixturePlay,
}

impl PlayedSurroundings {
    pub(crate) fn new(play: FixturePlay) -> Self {
        Self { play }
    }

    fn answer(&mut self, name: &str, arguments: &[Val]) -> Result<Option<Val>, String> {
        self.play
            .answer(name, arguments)
            .map(|values| values.and_then(|all| all.into_iter().next()))
    }
}

impl Surroundings for PlayedSurroundings {
    fn wall_clock(&mut self, now: Duration) -> Result<Duration, String> {
        Ok(self.answer(CALENDAR, &[])?.as_ref().and_then(duration).unwrap_or(now))
    }

    fn monotonic_clock(&mut self, now: u64) -> Result<u64, String> {
        match self.answer(MONOTONIC, &[])? {
            Some(Val::U64(played)) => Ok(played),
            _ => Ok(now),
        }
    }

    fn random(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        match self.answer(RANDOM, &[Val::U64(bytes.len() as u64)])? {
            Some(Val::List(items)) => Ok(items
                .iter()
                .map_while(|item| match item {
                    Val::U8(byte) => Some(*byte),
                    _ => None,
                })
                .collect()),
            _ => Ok(bytes),
        }
    }

    fn environment(
        &mut self,
        variables: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, String> {
        match self.answer(ENVIRONMENT, &[])? {
            Some(Val::List(items)) => Ok(items.iter().filter_map(variable).collect()),
            _ => Ok(variables),
        }
    }
}

fn datetime(time: Duration) -> Val {
    Val::Record(vec![
        ("seconds".into(), Val::U64(time.as_secs())),
        ("nanoseconds".into(), Val::U32(time.subsec_nanos())),
    ])
}

fn duration(value: &Val) -> Option<Duration> {
    let Val::Record(fields) = value else { return None };
    match &fields[..] {
        [(_, Val::U64(seconds)), (_, Val::U32(nanos))] if *nanos < 1_000_000_000 => {
            Some(Duration::new(*seconds, *nanos))
        }
        _ => None,
    }
}

fn variable(value: &Val) -> Option<(String, String)> {
    let Val::Tuple(parts) = value else { return None };
    match &parts[..] {
        [Val::String(name), Val::String(value)] => Some((name.clone(), value.clone())),
        _ => None,
    }
}
