//! What a guest may spend, from the size of its file to the bytes of a host
//! call: one table, from which the fields, the setters, the names for
//! text and the errors are made. What enforces a limit is elsewhere.

mod over;
mod units;

use std::fmt;
use std::time::Duration;

pub use over::OverLimit;
use units::{bytes, count, maybe, span, stack, time};
pub use units::{parse_size, show_size};

/// The argument of a setter: a plain number, so that `64 << 20` can be written, or an option for a
/// limit that can be off.
macro_rules! argument {
    (bytes) => { usize };
    (stack) => { usize };
    (count) => { usize };
    (span) => { Duration };
    (time) => { impl Into<Option<Duration>> };
    (maybe) => { impl Into<Option<u64>> };
}

macro_rules! limits {
    ($(
        $(#[doc = $doc:literal])*
        $field:ident, $variant:ident: $ty:ty = $default:expr, $unit:ident;
    )*) => {
        /// What a guest may spend. Everything has a default; a limit of `None` is
        /// off. Those of the engine (`fuel`, `stack`) and those of loading are
        /// read when the runtime is built. With the feature `serde`, what is left out has
        /// its default.
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(default))]
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Limits {
            $($(#[doc = $doc])* pub $field: $ty,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Limits {
            $(
                #[doc = concat!("Sets [`Limits::", stringify!($field), "`].")]
                #[must_use]
                pub fn $field(mut self, limit: argument!($unit)) -> Self {
                    self.$field = limit.into();
                    self
                }
            )*

            /// The names that [`Limits::set`] knows.
            pub const NAMES: &[&str] = &[$(stringify!($field)),*];

            /// Sets the limit of that name (with `-` or `_`) from text: a number,
            /// a size as `64MiB`, a time as `5s`, or `none` where it can be off.
            ///
            /// # Errors
            /// A text that says what is wrong.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
                match &*name.replace('-', "_") {
                    $(stringify!($field) => self.$field = $unit::parse(value)?,)*
                    _ => return Err(unknown(name, Self::NAMES)),
                }
                Ok(())
            }

            /// Returns each limit by its name, with its value as people read it.
            pub fn shown(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($field), $unit::show(&self.$field)),)*]
            }

            /// Returns the names of the limits that allow more than they do in `others`.
            pub fn raised_above(&self, others: &Self) -> Vec<&'static str> {
                let mut raised = Vec::new();
                $(if $unit::is_more(&self.$field, &others.$field) {
                    raised.push(stringify!($field));
                })*
                raised
            }
        }

        /// The limit that a guest reached, and its value.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum LimitReached {
            $(#[doc = concat!("[`Limits::", stringify!($field), "`].")] $variant($ty),)*
        }

        impl LimitReached {
            /// Returns the limit's name, as [`Limits::set`] takes it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($field),)*
                }
            }

            /// Returns its value, in bytes if it is a size. `None` if it is off, or a time.
            pub fn value(&self) -> Option<u64> {
                match self {
                    $(Self::$variant(limit) => $unit::value(limit),)*
                }
            }

            /// Returns its value as people read it, and what raises it.
            fn in_words(&self) -> (String, &'static str) {
                match self {
                    $(Self::$variant(limit) => (
                        $unit::show(limit),
                        concat!("`Limits::", stringify!($field), "` raises it"),
                    ),)*
                }
            }

            /// Shows an amount of what it limits as people read it, if that is counted.
            fn show_count(&self, count: usize) -> String {
                match self {
                    $(Self::$variant(_) => $unit::show_count(count),)*
                }
            }
        }
    };
}

limits! {
    /// Time for one call by the clock on the wall, guest code and host functions
    /// alike; instantiating and set-up are a call of their own. 30 seconds.
    wall_clock, WallClock: Option<Duration> = Some(Duration::from_secs(30)), time;
    /// Bytes of memory and tables, summed over everything in the session. 64 MiB.
    memory, Memory: usize = 64 << 20, bytes;
    /// Fuel for one call: about one unit for an instruction, the same for the
    /// same input on every machine. Off, since counting slows guests down.
    fuel, Fuel: Option<u64> = None, maybe;
    /// Calls out of the guest in one call into it: of host functions, WASI's among
    /// them, and of what the engine does for the guest, as growing memory or, every
    /// few milliseconds, looking at the clock. So it is a bound and not an exact
    /// count. Off, since counting costs about as much as a small call.
    host_calls, HostCalls: Option<u64> = None, maybe;
    /// Bytes that the guest hands to the host in one host call, or as the results of
    /// `Session::call_with_abi`. 16 MiB.
    host_call_bytes, HostCallBytes: usize = 16 << 20, bytes;
    /// Resources of the host that a guest holds at one time: open files,
    /// streams, handles. 1,000.
    handles, Handles: usize = 1_000, count;
    /// Bytes of captured output, of either stream. 1 MiB.
    output, Output: usize = 1 << 20, bytes;
    /// Random bytes for one request. 64 KiB.
    random, Random: usize = 64 << 10, bytes;
    /// Elements of tables, summed over everything in the session. 100,000.
    table_elements, TableElements: usize = 100_000, count;
    /// Memories of a component's instances. 16.
    memories, Memories: usize = 16, count;
    /// Tables of a component's instances. 32.
    tables, Tables: usize = 32, count;
    /// Core instances of a component. 64.
    instances, Instances: usize = 64, count;
    /// Memories of a core module, those of the modules that serve its imports
    /// counted together with its own. 1 for each of them.
    module_memories, ModuleMemories: usize = 1, count;
    /// Tables of a core module, counted in the same way. 4 for each of them.
    module_tables, ModuleTables: usize = 4, count;
    /// Bytes of stack for guest code. Host functions have 1.5 MiB beside it.
    /// 512 KiB.
    stack, Stack: usize = 512 << 10, stack;
    /// Bytes of the guest's file. 64 MiB: Python guests have 18.
    file_size, FileSize: usize = 64 << 20, bytes;
    /// Bytes of a guest in text form, which takes some forty times as much memory
    /// to be read. 1 MiB.
    text_size, TextSize: usize = 1 << 20, bytes;
    /// Depth of components within components, and of their types. 16.
    nesting, Nesting: usize = 16, count;
    /// Modules and components that are defined in a component. 400.
    definitions, Definitions: usize = 400, count;
    /// Instances that a component makes, with those that its instances make:
    /// twice a component that makes two of another counts as four. 1,000.
    effective_instances, EffectiveInstances: usize = 1_000, count;
    /// Functions between components, counted as often as their components are
    /// instantiated, since each is compiled anew. 5,000.
    effective_functions, EffectiveFunctions: usize = 5_000, count;
    /// Functions, summed over all modules. 30,000: guests in Python and JavaScript have 13,000.
    functions, Functions: usize = 30_000, count;
    /// Types of functions, summed over all modules: each that is used is some code by
    /// itself. 4,000.
    types, Types: usize = 4_000, count;
    /// Imports of core modules, summed over all of them. 8,000.
    imports, Imports: usize = 8_000, count;
    /// Exports of core modules, summed over all of them. 9,000.
    exports, Exports: usize = 9_000, count;
    /// Globals, summed over all modules. 5,000.
    globals, Globals: usize = 5_000, count;
    /// Elements of segments for tables, summed over all modules. One that is an
    /// expression counts as two, and so does a segment. 14,000.
    elements, Elements: usize = 14_000, count;
    /// Segments of data that are copied one by one when a module starts, since their
    /// memory is another module's or they lie far apart; summed over all modules. 2,000.
    segments, Segments: usize = 2_000, count;
    /// Parameters and results of one type of function. 128.
    signature, Signature: usize = 128, count;
    /// Local variables of one function. 5,000.
    locals, Locals: usize = 5_000, count;
    /// Bytes of the code of one function; compiling takes more than linear time
    /// in it. 512 KiB.
    body, Body: usize = 512 << 10, bytes;
    /// Depth of blocks, loops and branches within one another in one function.
    /// 4,000.
    blocks, Blocks: usize = 4_000, count;
    /// Depth of loops within one another in one function. 50: in what compilers make there are
    /// fewer than ten.
    loops, Loops: usize = 50, count;
    /// What the code of one function weighs, beside its bytes: values that calls,
    /// branches and blocks move, locals that loops carry, and instructions that are much
    /// code. The compiler's time grows faster than that. 60,000: the heaviest function of
    /// a JavaScript engine has 31,000.
    function_weight, FunctionWeight: usize = 60_000, count;
    /// What functions weigh beyond half of their bytes, summed over all of them, with
    /// what wide types and computed constants do. 150,000.
    code_weight, CodeWeight: usize = 150_000, count;
    /// Places within functions at which the time is looked at: before each call of an
    /// import that another call, or an instruction on any number of bytes, comes before in
    /// its function. No function may have more than a tenth of them. 20,000: Python guests
    /// have fewer than 10,000.
    checks, Checks: usize = 20_000, count;
    /// Types, imports, exports, globals, tables, memories, segments and the like,
    /// summed over all modules. 500,000.
    items, Items: usize = 500_000, count;
    /// Bytes of the compiled code. 256 MiB.
    compiled_size, CompiledSize: usize = 256 << 20, bytes;
    /// CPU time for compiling in a process of its own, in whole seconds. 120
    /// seconds; without that process nothing can stop a compilation.
    compile_time, CompileTime: Duration = Duration::from_secs(120), span;
    /// Memory for compiling in a process of its own. 2 GiB.
    compile_memory, CompileMemory: usize = 2 << 30, bytes;
}

impl LimitReached {
    /// Writes that it was reached, followed by `more`.
    fn tell(&self, f: &mut fmt::Formatter<'_>, more: &str) -> fmt::Result {
        let (name, (value, way_out)) = (self.name(), self.in_words());
        write!(f, "the limit `{name}` of {value} was reached{more}; {way_out}")
    }

    /// Writes an amount of what it limits. Where rounding would make it look like the limit's own
    /// value, it is written in bytes.
    fn show(&self, found: usize) -> String {
        let shown = self.show_count(found);
        if shown == self.in_words().0 { format!("{found} B") } else { shown }
    }
}

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(f, "")
    }
}

impl std::error::Error for LimitReached {}

/// The largest stack that a guest can be given. 1 GiB.
const LARGEST_STACK: usize = 1 << 30;

impl Limits {
    /// Checks whether sessions can run with these limits.
    ///
    /// # Errors
    /// The name of a limit that makes sessions impossible, and why.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=LARGEST_STACK).contains(&self.stack) {
            let reason = format!("{} bytes are no size of a stack; give 1 to 1 GiB", self.stack);
            return Err(("stack", reason));
        }
        if self.wall_clock.is_some_and(|limit| limit.is_zero()) {
            return Err(("wall_clock", "in no time nothing can be called".into()));
        }
        Ok(())
    }
}

impl Limits {
    /// Checks that what is spent at run time is no more than `whole` allows: what a session may
    /// spend of its runtime's limits, or a call of its session's. The stack, and limits of
    /// loading, are not looked at.
    ///
    /// # Errors
    /// The name of a limit that is above that of `whole`, and why it cannot be.
    pub fn check_within(&self, whole: &Self) -> Result<(), (&'static str, String)> {
        // Counting is compiled into the guest, so a session cannot begin it.
        if whole.fuel.is_none() && self.fuel.is_some() {
            return Err(("fuel", "the runtime does not count it; set `Limits::fuel` there".into()));
        }
        let raised = self.raised_above(whole);
        let Some(name) = raised.into_iter().find(|name| OF_SESSIONS.contains(name)) else {
            return Ok(());
        };
        let most = whole.shown().into_iter().find(|(other, _)| *other == name);
        let most = most.map(|(_, most)| most).unwrap_or_default();
        Err((name, format!("it may be no more than what there is as a whole, which is {most}")))
    }
}

/// The limits of what is spent at run time.
const OF_SESSIONS: &[&str] = &[
    "wall_clock",
    "memory",
    "fuel",
    "host_calls",
    "host_call_bytes",
    "handles",
    "output",
    "random",
    "table_elements",
    "memories",
    "tables",
    "instances",
    "module_memories",
    "module_tables",
];

fn unknown(name: &str, names: &[&str]) -> String {
    format!("there is no limit `{name}`; there are {}", names.join(", ").replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_names_its_value_and_the_way_out() {
        let text = LimitReached::Memory(64 << 20).to_string();
        let expected = "the limit `memory` of 64.0 MiB was reached; `Limits::memory` raises it";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_part_is_no_more_than_the_whole() {
        let whole = || Limits::default().fuel(100).host_calls(None);
        for (part, above) in [
            (whole(), None),
            (whole().memory(1).fuel(1).host_calls(7).handles(0), None),
            (whole().stack(1 << 20).file_size(usize::MAX), None),
            (whole().memory(usize::MAX), Some("memory")),
            (whole().wall_clock(None), Some("wall_clock")),
            (whole().wall_clock(Duration::from_secs(31)), Some("wall_clock")),
            (whole().fuel(101), Some("fuel")),
            (whole().fuel(None), Some("fuel")),
        ] {
            assert_eq!(part.check_within(&whole()).err().map(|(name, _)| name), above);
        }
        let uncounted = Limits::default();
        let above = uncounted.clone().fuel(1).check_within(&uncounted).err();
        assert_eq!(above.map(|(name, _)| name), Some("fuel"));
    }

    #[test]
    fn every_limit_is_set_by_its_name_and_compared() {
        for name in Limits::NAMES {
            let mut limits = Limits::default();
            let set = ["7", "7s"].iter().find(|value| limits.set(name, value).is_ok());
            assert!(set.is_some() && limits != Limits::default(), "{name}");
            assert!(limits.set(&name.replace('_', "-"), "much").is_err(), "{name}");
        }
        let (mut less, mut more) = (Limits::default(), Limits::default());
        for (name, shown) in Limits::default().shown() {
            let set = ["0", "0s", "1"].iter().find(|value| less.set(name, value).is_ok());
            assert!(set.is_some() && !shown.is_empty(), "{name}");
        }
        more.set("fuel", "none").expect("off");
        more.set("wall-clock", "none").expect("off");
        assert_eq!(less.raised_above(&more), [""; 0]);
        assert_eq!(more.raised_above(&less), Limits::NAMES);
        let error = Limits::default().set("speed", "1").expect_err("no such limit");
        assert!(error.starts_with("there is no limit `speed`; there are wall-clock, memory"));
    }
}
