//! Mocks: expected calls of what a guest imports, with closures that answer them. They are verified
//! at the end of a test. They do not know which guest calls.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeToInclusive};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wit_host::values::{Form, fits, from_text, short, smallest, wit};
use wit_host::{
    BoxFuture, ImportCall, ImportedFunction, Provider, ProviderFailure, Results, Unserved, Val,
};

use crate::scope::means;

/// Expected calls of functions that a guest imports.
///
/// Dropping them verifies that the calls were made, and panics if they were not, unless the thread
/// panics already. A call that is not expected fails in the guest, and is told then as well.
///
/// ```
/// use wit_host::{Runtime, Val};
/// use wit_host_testing::Mocks;
///
/// let mut host = Mocks::new();
/// host.expect("shop:prices/prices.price").with_wave(["tea"]).times(2).returning(|_| Val::U32(250));
///
/// let runtime = Runtime::<()>::builder()
///     .contract("
///         package shop:prices@1.0.0;
///         interface prices { price: func(article: string) -> u32; }
///         world plugin { import prices; }
///     ")
///     .provide("shop:prices", host.provider())
///     .allow_text_format(true) // For this example, whose guest is a text.
///     .build()?;
/// let guest = runtime.load(r#"
///     (module
///         (import "env" "price" (func $price (param i32 i32) (result i32)))
///         (memory (export "memory") 1)
///         (data (i32.const 0) "tea")
///         (func (export "two-teas") (result i32)
///             (i32.add (call $price (i32.const 0) (i32.const 3))
///                 (call $price (i32.const 0) (i32.const 3)))))
/// "#)?;
/// assert_eq!(guest.session(()).start_blocking()?.call("two-teas", &[])?, [Val::S32(500)]);
/// # Ok::<(), wit_host::Error>(())
/// ```
#[derive(Default)]
pub struct Mocks {
    calls: Arc<Mutex<Calls>>,
}

#[derive(Default)]
struct Calls {
    expected: Vec<Expected>,
    /// The calls that were not expected, each with the reason.
    others: Vec<String>,
}

type Answer = Arc<dyn Fn(&[Val], &mut [Val]) -> Result<(), String> + Send + Sync>;
type Matching = Arc<dyn Fn(&[Val]) -> bool + Send + Sync>;

/// One expectation.
struct Expected {
    function: String,
    arguments: Arguments,
    times: Times,
    answer: Option<Answer>,
    made: usize,
}

/// The arguments that an expectation is for.
#[derive(Clone)]
enum Arguments {
    Any,
    Values(Vec<Val>),
    Wave(Vec<String>),
    Matching(Matching),
}

/// How often a call is expected: a number, or a range such as `1..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    least: usize,
    most: usize,
}

impl From<usize> for Times {
    fn from(times: usize) -> Self {
        Self { least: times, most: times }
    }
}

impl From<Range<usize>> for Times {
    fn from(Range { start, end }: Range<usize>) -> Self {
        Self { least: start, most: end.saturating_sub(1) }
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(times: RangeInclusive<usize>) -> Self {
        Self { least: *times.start(), most: *times.end() }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(RangeFrom { start }: RangeFrom<usize>) -> Self {
        Self { least: start, most: usize::MAX }
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(RangeToInclusive { end }: RangeToInclusive<usize>) -> Self {
        Self { least: 0, most: end }
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        Self { least: 0, most: usize::MAX }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (1, 1) => f.write_str("1 call"),
            (least, most) if least == most => write!(f, "{least} calls"),
            (least, usize::MAX) => write!(f, "{least} calls or more"),
            (least, most) => write!(f, "{least} to {most} calls"),
        }
    }
}

/// An expectation that can be said more precisely.
#[must_use = "an expectation without `returning` answers with the smallest value of its type"]
pub struct Expectation<'m> {
    calls: MutexGuard<'m, Calls>,
}

impl Expectation<'_> {
    /// Expects these arguments. By default the arguments may be any.
    pub fn with(self, arguments: impl IntoIterator<Item = Val>) -> Self {
        self.change(|one| one.arguments = Arguments::Values(arguments.into_iter().collect()))
    }

    /// Expects these arguments, which are texts in WAVE and read by the types of the parameters.
    pub fn with_wave(self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        self.change(|one| one.arguments = Arguments::Wave(arguments))
    }

    /// Expects arguments that fulfil a condition.
    pub fn matching(self, is_wanted: impl Fn(&[Val]) -> bool + Send + Sync + 'static) -> Self {
        self.change(|one| one.arguments = Arguments::Matching(Arc::new(is_wanted)))
    }

    /// Expects so many calls: `2`, `1..` or `0..=3`. By default it is one.
    pub fn times(self, times: impl Into<Times>) -> Self {
        let times = times.into();
        self.change(|one| one.times = times)
    }

    /// Answers with what a closure makes of the arguments: nothing, a value, a `Vec` of values, or
    /// a `Result` of one of these whose `Err` is the function's failure. By default the answer is
    /// the smallest value of the result's type.
    pub fn returning<R: Results>(self, answer: impl Fn(&[Val]) -> R + Send + Sync + 'static) {
        let answer: Answer = Arc::new(move |arguments, results| {
            answer(arguments).put(results).map_err(|error| error.root_cause().to_string())
        });
        drop(self.change(|one| one.answer = Some(answer)));
    }

    /// Answers with a failure of the function.
    pub fn failing(self, reason: impl Into<String>) {
        let reason = reason.into();
        drop(self.change(|one| one.answer = Some(Arc::new(move |_, _| Err(reason.clone())))));
    }

    fn change(mut self, change: impl FnOnce(&mut Expected)) -> Self {
        if let Some(one) = self.calls.expected.last_mut() {
            change(one);
        }
        self
    }
}

impl Mocks {
    /// Creates mocks without any expectation: every call fails.
    pub fn new() -> Self {
        Self::default()
    }

    /// Expects a call of a function, `namespace:package/interface.function` or a shorter name. Of
    /// several expectations that a call fits, the first that wants more calls answers it.
    pub fn expect(&mut self, function: impl Into<String>) -> Expectation<'_> {
        let mut calls = locked(&self.calls);
        calls.expected.push(Expected {
            function: function.into(),
            arguments: Arguments::Any,
            times: 1.into(),
            answer: None,
            made: 0,
        });
        Expectation { calls }
    }

    /// Returns the provider of the expected functions, for
    /// [`RuntimeBuilder::provide`](wit_host::RuntimeBuilder::provide).
    pub fn provider(&self) -> impl Provider + use<> {
        Mocked { calls: Arc::clone(&self.calls) }
    }

    /// Returns what is missing, and the calls that were not expected. It is empty if all went as
    /// expected.
    pub fn unmet(&self) -> Vec<String> {
        let calls = locked(&self.calls);
        let missing = calls.expected.iter().filter(|one| one.made < one.times.least);
        let missing =
            missing.map(|one| format!("`{one}`: {} expected, and {} made", one.times, one.made));
        missing.chain(calls.others.iter().cloned()).collect()
    }

    /// Verifies the expectations before the mocks are dropped, and forgets them.
    ///
    /// # Panics
    /// If a call was not made often enough, or one was not expected.
    pub fn verify(&mut self) {
        let unmet = self.unmet();
        *locked(&self.calls) = Calls::default();
        assert!(
            unmet.is_empty(),
            "the guest did not do what was expected:\n  {}",
            unmet.join("\n  ")
        );
    }
}

impl Drop for Mocks {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.verify();
        }
    }
}

fn locked(calls: &Mutex<Calls>) -> MutexGuard<'_, Calls> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments = match &self.arguments {
            Arguments::Values(values) => values.iter().map(short).collect::<Vec<_>>().join(", "),
            Arguments::Wave(texts) => texts.join(", "),
            Arguments::Any | Arguments::Matching(_) => "…".into(),
        };
        write!(f, "{}({arguments})", self.function)
    }
}

impl Arguments {
    /// Returns whether a call fits.
    ///
    /// # Errors
    /// If a text is no value of its parameter.
    fn fit(&self, function: &ImportedFunction, arguments: &[Val]) -> Result<bool, String> {
        let texts = match self {
            Self::Any => return Ok(true),
            Self::Values(values) => return Ok(values == arguments),
            Self::Matching(is_wanted) => return Ok(is_wanted(arguments)),
            Self::Wave(texts) => texts,
        };
        let params = function.signature().params;
        if params.len() != texts.len() {
            return Err(format!("`{function:?}` is expected with {} arguments", texts.len()));
        }
        let values = params.iter().zip(texts).map(|((name, ty), text)| {
            from_text(name, ty, text, Form::Wave).map_err(|bad| bad.to_string())
        });
        Ok(values.collect::<Result<Vec<_>, _>>()? == arguments)
    }
}

/// Serves the functions of mocks.
struct Mocked {
    calls: Arc<Mutex<Calls>>,
}

impl Mocked {
    /// Returns the answer to a call, and counts it.
    fn answer(
        &self,
        function: &ImportedFunction,
        arguments: &[Val],
    ) -> Result<Option<Answer>, String> {
        let mut calls = locked(&self.calls);
        let mut reason = "it has no expectation".to_owned();
        for one in &mut calls.expected {
            if !means(&one.function, function.name()) {
                continue;
            }
            if !one.arguments.fit(function, arguments)? {
                reason = format!("the nearest expectation is `{one}`");
            } else if one.made >= one.times.most {
                reason = format!("of `{one}`, {} were expected", one.times);
            } else {
                one.made += 1;
                return Ok(one.answer.clone());
            }
        }
        let arguments: Vec<_> = arguments.iter().map(short).collect();
        let call = format!("{}({})", function.name(), arguments.join(", "));
        calls.others.push(format!("`{call}` was not expected: {reason}"));
        Err(format!("`{call}` is not expected: {reason}"))
    }
}

impl Provider for Mocked {
    // What a guest imports and never calls needs no expectation.
    fn offer(&self, _: &ImportedFunction) -> Result<(), Unserved> {
        Ok(())
    }

    fn call<'a>(
        &'a self,
        call: ImportCall<'a>,
    ) -> BoxFuture<'a, Result<Vec<Val>, ProviderFailure>> {
        let (function, arguments) = (call.function(), call.arguments());
        let answered = self.answer(function, arguments).map_err(ProviderFailure::new);
        Box::pin(async move {
            let types = function.signature().results;
            let Some(answer) = answered? else {
                let values: Option<Vec<_>> = types.iter().map(smallest).collect();
                return values.ok_or_else(|| {
                    ProviderFailure::new("its result has no smallest value; give `returning`")
                });
            };
            let mut results = vec![Val::Bool(false); types.len()];
            answer(arguments, &mut results).map_err(ProviderFailure::of_function)?;
            match types.iter().zip(&results).find(|(ty, value)| !fits(ty, value)) {
                None => Ok(results),
                Some((ty, value)) => Err(ProviderFailure::new(format!(
                    "`returning` gave `{}`, which is no `{}`",
                    short(value),
                    wit(ty)
                ))),
            }
        })
    }

    fn describe(&self) -> String {
        "a mock".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often() {
        for (times, expected) in [
            (Times::from(1), "1 call"),
            (2.into(), "2 calls"),
            ((1..).into(), "1 calls or more"),
            ((1..3).into(), "1 to 2 calls"),
            ((..=3).into(), "0 to 3 calls"),
        ] {
            assert_eq!(times.to_string(), expected);
        }
    }

    #[test]
    fn what_is_missing_is_told_once() {
        let mut mocks = Mocks::new();
        mocks.expect("a:b/c.f").with([Val::U8(1)]).times(2).returning(|_| ());
        assert_eq!(mocks.unmet(), ["`a:b/c.f(1)`: 2 calls expected, and 0 made"]);
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mocks.verify()));
        assert!(told.is_err());
        mocks.verify();
    }
}
