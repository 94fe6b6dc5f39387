//! What a guest learns of its surroundings through WASI: clocks, random bytes and the environment.
//! Someone may see what it learns, or answer in the machine's place. Who that is, is not known here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::Linker;
use wasmtime_wasi::clocks::WasiClocksView as _;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::bindings::clocks::wall_clock::{self, Datetime};
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};
use wasmtime_wasi::random::WasiRandomView as _;

use super::VERSION;
use crate::imports::env::HostFailure;
use crate::store::state::State;

/// Sees what the guest of one session asks of clocks, random bytes and its environment, and what this
/// machine answers. What a method returns is what the guest gets. Each method returns this machine's
/// answer by itself.
///
/// ```
/// use std::time::Duration;
/// use wit_host::{Grants, Surroundings};
///
/// struct InTheYear2000;
///
/// impl Surroundings for InTheYear2000 {
///     fn wall_clock(&mut self, _: Duration) -> Result<Duration, String> {
///         Ok(Duration::from_secs(946_684_800))
///     }
/// }
///
/// let grants = Grants::default().surroundings(|| InTheYear2000);
/// ```
pub trait Surroundings: Send + 'static {
    /// The time since the beginning of 1970.
    ///
    /// # Errors
    /// The reason why there is none. The guest's call fails.
    fn wall_clock(&mut self, now: Duration) -> Result<Duration, String> {
        Ok(now)
    }

    /// The time of the monotonic clock, in nanoseconds.
    ///
    /// # Errors
    /// The reason why there is none. The guest's call fails.
    fn monotonic_clock(&mut self, now: u64) -> Result<u64, String> {
        Ok(now)
    }

    /// Random bytes, of which there have to be as many as `bytes`.
    ///
    /// # Errors
    /// The reason why there are none. The guest's call fails.
    fn random(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        Ok(bytes)
    }

    /// The environment variables, which are asked for when the session starts.
    ///
    /// # Errors
    /// The reason why there are none. The session does not start.
    fn environment(
        &mut self,
        variables: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, String> {
        Ok(variables)
    }
}

impl<S: Surroundings + ?Sized> Surroundings for Box<S> {
    fn wall_clock(&mut self, now: Duration) -> Result<Duration, String> {
        (**self).wall_clock(now)
    }

    fn monotonic_clock(&mut self, now: u64) -> Result<u64, String> {
        (**self).monotonic_clock(now)
    }

    fn random(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        (**self).random(bytes)
    }

    fn environment(
        &mut self,
        variables: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, String> {
        (**self).environment(variables)
    }
}

/// Each sees what the one before it has answered.
impl<S: Surroundings> Surroundings for Vec<S> {
    fn wall_clock(&mut self, now: Duration) -> Result<Duration, String> {
        self.iter_mut().try_fold(now, |now, one| one.wall_clock(now))
    }

    fn monotonic_clock(&mut self, now: u64) -> Result<u64, String> {
        self.iter_mut().try_fold(now, |now, one| one.monotonic_clock(now))
    }

    fn random(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
        self.iter_mut().try_fold(bytes, |bytes, one| one.random(bytes))
    }

    fn environment(
        &mut self,
        variables: Vec<(String, String)>,
    ) -> Result<Vec<(String, String)>, String> {
        self.iter_mut().try_fold(variables, |variables, one| one.environment(variables))
    }
}

/// Creates the surroundings of each session.
#[derive(Clone)]
pub(crate) struct Around(Arc<dyn Fn() -> Box<dyn Surroundings> + Send + Sync>);

impl Around {
    pub(crate) fn new<S: Surroundings>(create: impl Fn() -> S + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Box::new(create())))
    }

    pub(super) fn create(&self) -> Box<dyn Surroundings> {
        (self.0)()
    }
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

/// Offers the functions of WASI 0.2 that tell of the surroundings, in place of the engine's.
pub(super) fn link<T: Send + 'static>(linker: &mut Linker<State<T>>) -> wasmtime::Result<()> {
    let mut interface = linker.instance(&format!("wasi:clocks/wall-clock@{VERSION}"))?;
    interface.func_wrap("now", |mut store, (): ()| Ok((store.data_mut().calendar()?,)))?;
    let mut interface = linker.instance(&format!("wasi:clocks/monotonic-clock@{VERSION}"))?;
    interface.func_wrap("now", |mut store, (): ()| Ok((store.data_mut().monotonic()?,)))?;
    let mut interface = linker.instance(&format!("wasi:random/random@{VERSION}"))?;
    interface.func_wrap("get-random-bytes", |mut store, (length,): (u64,)| {
        let state: &mut State<T> = store.data_mut();
        let bytes = random::Host::get_random_bytes(state.random(), length)?;
        Ok((state.chance(bytes)?,))
    })?;
    interface.func_wrap("get-random-u64", |mut store, (): ()| {
        let state: &mut State<T> = store.data_mut();
        let number = random::Host::get_random_u64(state.random())?;
        Ok((state.chance_of(number)?,))
    })?;
    let mut interface = linker.instance(&format!("wasi:random/insecure@{VERSION}"))?;
    interface.func_wrap("get-insecure-random-bytes", |mut store, (length,): (u64,)| {
        let state: &mut State<T> = store.data_mut();
        let bytes = insecure::Host::get_insecure_random_bytes(state.random(), length)?;
        Ok((state.chance(bytes)?,))
    })?;
    interface.func_wrap("get-insecure-random-u64", |mut store, (): ()| {
        let state: &mut State<T> = store.data_mut();
        let number = insecure::Host::get_insecure_random_u64(state.random())?;
        Ok((state.chance_of(number)?,))
    })?;
    let mut interface = linker.instance(&format!("wasi:random/insecure-seed@{VERSION}"))?;
    interface.func_wrap("insecure-seed", |mut store, (): ()| {
        let state: &mut State<T> = store.data_mut();
        let (one, other) = insecure_seed::Host::insecure_seed(state.random())?;
        Ok(((state.chance_of(one)?, state.chance_of(other)?),))
    })
}

impl<T: Send> State<T> {
    fn calendar(&mut self) -> wasmtime::Result<Datetime> {
        let now = wall_clock::Host::now(&mut self.clocks())?;
        let Some(around) = self.surroundings() else { return Ok(now) };
        let now = around.wall_clock(Duration::new(now.seconds, now.nanoseconds));
        let now = now.map_err(HostFailure)?;
        Ok(Datetime { seconds: now.as_secs(), nanoseconds: now.subsec_nanos() })
    }

    fn monotonic(&mut self) -> wasmtime::Result<u64> {
        let now = monotonic_clock::Host::now(&mut self.clocks())?;
        self.monotonic_seen(now)
    }

    /// Returns the time of the calendar that the guest gets, in nanoseconds.
    pub(super) fn calendar_seen(&mut self, now: u64) -> wasmtime::Result<u64> {
        let Some(around) = self.surroundings() else { return Ok(now) };
        let now = around.wall_clock(Duration::from_nanos(now)).map_err(HostFailure)?;
        Ok(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
    }

    /// Returns the time of the monotonic clock that the guest gets.
    pub(super) fn monotonic_seen(&mut self, now: u64) -> wasmtime::Result<u64> {
        let Some(around) = self.surroundings() else { return Ok(now) };
        Ok(around.monotonic_clock(now).map_err(HostFailure)?)
    }

    /// Returns the random bytes that the guest gets.
    pub(super) fn chance(&mut self, bytes: Vec<u8>) -> wasmtime::Result<Vec<u8>> {
        let Some(around) = self.surroundings() else { return Ok(bytes) };
        let length = bytes.len();
        let bytes = around.random(bytes).map_err(HostFailure)?;
        match bytes.len() == length {
            true => Ok(bytes),
            false => {
                let found = bytes.len();
                let reason = format!("{length} random bytes were asked for, and {found} given");
                Err(HostFailure(reason).into())
            }
        }
    }

    fn chance_of(&mut self, number: u64) -> wasmtime::Result<u64> {
        if self.surroundings().is_none() {
            return Ok(number);
        }
        let bytes = self.chance(number.to_le_bytes().into())?;
        Ok(bytes.try_into().map_or(number, u64::from_le_bytes))
    }
}
