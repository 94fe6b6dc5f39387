//! The processors that code can be compiled for: which instructions a name stands for, and
//! which of them this machine has. It does not know who runs the code.

use std::fmt;
use std::str::FromStr;

use wasmtime::Config;

use wit_host_text::list;

/// The processor that guests are compiled for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Processor {
    /// The processor of this machine, with all of its instructions.
    #[default]
    Native,
    /// Every processor of this machine's architecture. The code uses no optional instructions.
    Baseline,
    /// `x86-64-v2` of the x86-64 psABI, available in processors since about 2009.
    X86_64V2,
    /// `x86-64-v3`, with AVX2, available since about 2013 (Intel) and 2015 (AMD), but not in
    /// all newer processors.
    X86_64V3,
    /// `x86-64-v4`, with AVX-512.
    X86_64V4,
}

/// Instructions that some processors of an architecture lack.
#[derive(Clone, Copy)]
struct Feature {
    /// The name in Rust's standard library.
    name: &'static str,
    /// The engine's setting.
    setting: &'static str,
    /// The lowest x86-64 level that has it, or 5 if none does.
    level: u8,
    is_here: fn() -> bool,
}

/// Lists the features of an architecture that the engine's compiler uses.
macro_rules! features {
    ($detected:ident: $($level:literal $name:tt $setting:literal,)*) => {
        &[$(Feature {
            name: $name,
            setting: $setting,
            level: $level,
            is_here: || std::arch::$detected!($name),
        }),*]
    };
}

#[cfg(target_arch = "x86_64")]
const FEATURES: &[Feature] = features! {
    is_x86_feature_detected:
    2 "cmpxchg16b" "has_cmpxchg16b",
    2 "popcnt" "has_popcnt",
    2 "sse3" "has_sse3",
    2 "ssse3" "has_ssse3",
    2 "sse4.1" "has_sse41",
    2 "sse4.2" "has_sse42",
    3 "avx" "has_avx",
    3 "avx2" "has_avx2",
    3 "bmi1" "has_bmi1",
    3 "bmi2" "has_bmi2",
    3 "fma" "has_fma",
    3 "lzcnt" "has_lzcnt",
    4 "avx512dq" "has_avx512dq",
    4 "avx512f" "has_avx512f",
    4 "avx512vl" "has_avx512vl",
    5 "avx512bitalg" "has_avx512bitalg",
    5 "avx512vbmi" "has_avx512vbmi",
    5 "avx512vnni" "has_avx512vnni",
    5 "avxvnni" "has_avx_vnni",
};

#[cfg(target_arch = "aarch64")]
const FEATURES: &[Feature] = features! {
    is_aarch64_feature_detected:
    5 "lse" "has_lse",
    5 "paca" "has_pauth",
    5 "fp16" "has_fp16",
    5 "dotprod" "has_dotprod",
    5 "i8mm" "has_i8mm",
};

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const FEATURES: &[Feature] = &[];

/// The engine's name for this machine, for code that other machines run.
const TARGET: Option<&str> = match () {
    () if cfg!(all(target_arch = "x86_64", target_os = "linux")) => {
        Some("x86_64-unknown-linux-gnu")
    }
    () if cfg!(all(target_arch = "aarch64", target_os = "linux")) => {
        Some("aarch64-unknown-linux-gnu")
    }
    () if cfg!(all(target_arch = "x86_64", target_os = "macos")) => Some("x86_64-apple-darwin"),
    () if cfg!(all(target_arch = "aarch64", target_os = "macos")) => Some("aarch64-apple-darwin"),
    () => None,
};

impl Processor {
    const ALL: [Self; 5] =
        [Self::Native, Self::Baseline, Self::X86_64V2, Self::X86_64V3, Self::X86_64V4];

    /// All names, as [`FromStr`] accepts them.
    pub const NAMES: [&str; 5] = {
        let [native, baseline, v2, v3, v4] = Self::ALL;
        [native.name(), baseline.name(), v2.name(), v3.name(), v4.name()]
    };

    /// Returns the name, as [`FromStr`] accepts it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Baseline => "baseline",
            Self::X86_64V2 => "x86-64-v2",
            Self::X86_64V3 => "x86-64-v3",
            Self::X86_64V4 => "x86-64-v4",
        }
    }

    /// Returns the level of x86-64, if it is one.
    fn level(self) -> Option<u8> {
        match self {
            Self::Native => None,
            Self::Baseline => Some(1),
            Self::X86_64V2 => Some(2),
            Self::X86_64V3 => Some(3),
            Self::X86_64V4 => Some(4),
        }
    }

    fn has(self, feature: &Feature) -> bool {
        match self.level() {
            None => (feature.is_here)(),
            Some(level) => feature.level <= level,
        }
    }

    /// Returns the features that code may use, beyond what every processor of the architecture
    /// has. The names are those of Rust's `is_x86_feature_detected!` and its like.
    pub fn features(self) -> Vec<&'static str> {
        let features = FEATURES.iter().filter(|feature| self.has(feature));
        features.map(|feature| feature.name).collect()
    }

    /// Checks that this machine can run code for the processor.
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) fn check(self) -> Result<(), String> {
        if self == Self::Native {
            return Ok(());
        }
        let is_x86 = cfg!(target_arch = "x86_64");
        if TARGET.is_none() || self.level() > Some(1) && !is_x86 {
            return Err(format!(
                "this machine has another architecture, {}",
                std::env::consts::ARCH
            ));
        }
        has_all(&self.features())
    }

    /// Configures an engine to compile for the processor.
    pub(crate) fn configure(self, config: &mut Config) -> wasmtime::Result<()> {
        let (Some(_), Some(target)) = (self.level(), TARGET) else { return Ok(()) };
        // With a target, the engine does not detect this machine's features.
        config.target(target)?;
        for feature in FEATURES.iter().filter(|feature| self.has(feature)) {
            #[allow(unsafe_code, reason = "the engine has no other way")]
            // SAFETY: the settings say which instructions exist. An engine refuses to run code
            // on a machine that lacks any of them.
            unsafe {
                config.cranelift_flag_enable(feature.setting);
            }
        }
        Ok(())
    }
}

/// Checks that this machine's processor has all of these features.
///
/// # Errors
/// The features that it lacks.
pub(crate) fn has_all<N: AsRef<str>>(names: &[N]) -> Result<(), String> {
    let is_here = |name: &str| FEATURES.iter().any(|one| one.name == name && (one.is_here)());
    let lacking = names.iter().map(|name| name.as_ref().to_owned());
    let lacking: Vec<_> = lacking.filter(|name| !is_here(name)).collect();
    match lacking.is_empty() {
        true => Ok(()),
        false => Err(format!("the processor here lacks {}", list(&lacking))),
    }
}

impl fmt::Display for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Processor {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.name() == name);
        found.ok_or_else(|| {
            format!("there is no processor of that name; there are {}", list(&Self::NAMES))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in Processor::NAMES {
            let processor: Processor = name.parse().expect("a name");
            assert_eq!(processor.to_string(), *name);
        }
        assert!("x86-64-v5".parse::<Processor>().expect_err("none").contains("x86-64-v4"));
    }

    #[test]
    fn a_level_has_what_the_one_below_has() {
        let counts = Processor::ALL[1..].iter().map(|level| level.features().len());
        assert!(counts.is_sorted());
        assert!(Processor::Baseline.features().is_empty());
        assert_eq!(has_all(&Processor::Native.features()), Ok(()));
        let lacking = has_all(&["none-such"]).expect_err("no processor has it");
        assert!(lacking.contains("`none-such`"), "{lacking}");
    }

    #[test]
    fn the_engine_takes_every_setting() {
        for processor in Processor::ALL.into_iter().filter(|one| one.check().is_ok()) {
            let mut config = Config::new();
            processor.configure(&mut config).expect("a target");
            wasmtime::Engine::new(&config).expect("an engine");
        }
    }
}
