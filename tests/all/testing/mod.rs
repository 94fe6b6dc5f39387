//! Tests of guests, in files and in Rust. What the command prints of them is in
//! `tests/all/cli/cases/test*.trycmd`.

mod mocks;
#[path = "../../fuzz/targets/test_texts.rs"]
mod test_texts;

use std::path::{Path, PathBuf};

use proptest::test_runner::{Config, TestRunner};
use wit_host_artifacts as guests;
use wit_host_testing::{GuestCrate, Schedule, Settings, Suite};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn settings(guest: &str) -> Settings {
    let mut settings = Settings::default();
    settings.cache = None;
    settings.guest = Some(PathBuf::from(guest));
    settings
}

/// Reads tests whose guest is in text form, beside them.
fn suite(guest: &str, tests: &str) -> Result<Suite, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wat");
    std::fs::write(&file, guest).unwrap();
    let settings = settings(file.to_str().unwrap());
    let read = Suite::parse(Path::new("a.test.toml"), tests, &settings);
    read.map_err(|error| error.to_string())
}

const NUMBERS: &str = r#"
    (module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "clock_time_get"
            (func $clock (param i32 i64 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "random") (result i64)
            (drop (call $random (i32.const 0) (i32.const 8)))
            (i64.load (i32.const 0)))
        (func (export "time") (result i64)
            (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 0)))
            (i64.load (i32.const 0)))
        (func (export "add") (param i32 i32) (result i32)
            (i32.add (local.get 0) (local.get 1))))
"#;

#[test]
fn the_tests_of_a_project_pass() {
    for (guest, tests) in
        [(guests::COMPONENT_WASIP2, "component"), (guests::SMALL_WASIP2, "component")]
    {
        let file = format!("{ROOT}/guest/tests/{tests}.test.toml");
        Suite::open_with(file, &settings(guest)).unwrap().assert();
    }
}

#[test]
fn the_outcomes_are_in_the_order_of_the_file() {
    let test = |number: usize| {
        let call = format!("add({number}, 1)");
        let sum = number + 1 + usize::from(number == 7);
        format!(
            "[[test]]\nname = \"{number}\"\nsteps = [{{ call = '{call}', returns = '{sum}' }}]\n"
        )
    };
    let suite = suite(NUMBERS, &(0..100).map(test).collect::<String>()).unwrap();
    let mut schedule = Schedule::default();
    schedule.jobs = 4;
    let mut told = Vec::new();
    let outcomes = suite.run_all(&schedule, |outcome| told.push(outcome.name.clone()));
    let names: Vec<_> = outcomes.iter().map(|outcome| outcome.name.clone()).collect();
    assert_eq!(names, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(told, names);
    let failed: Vec<_> = outcomes.iter().filter(|one| !one.has_passed()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].failures[0].values, Some(("9".into(), "8".into())));
    assert_eq!(suite.coverage().percent(), 33);
    schedule.fail_fast = true;
    schedule.jobs = 1;
    assert_eq!(suite.run_all(&schedule, |_| {}).len(), 8);
    assert!(suite.run_named("7").is_some_and(|outcome| !outcome.has_passed()));
    assert!(suite.run_named("no such test").is_none());
}

/// Returns what came of a call that returns a number, in the words of the failure.
fn found(call: &str, keys: &str) -> String {
    let step = format!("steps = [{{ call = '{call}', returns = '1' }}]");
    let suite = suite(NUMBERS, &format!("[[test]]\nname = \"a\"\n{keys}\n{step}\n")).unwrap();
    let outcome = suite.run(&suite.tests()[0]);
    outcome.failures[0].values.clone().unwrap().1
}

#[test]
fn tests_repeat_unless_told_otherwise() {
    assert_eq!(found("time()", ""), found("time()", ""));
    assert_ne!(found("time()", ""), found("time()", "deterministic = false"));
    let seeds = ["", "seed = 1", "seed = 2"].map(|seed| {
        assert_eq!(found("random()", seed), found("random()", seed));
        found("random()", seed)
    });
    assert!(seeds[0] != seeds[1] && seeds[1] != seeds[2] && seeds[0] != seeds[2], "{seeds:?}");
}

#[test]
fn a_test_may_have_more_than_the_file_allows() {
    let suite = suite(
        NUMBERS,
        "[limits]\nfuel = 5\n\
         [[test]]\nname = \"a\"\nsteps = [{ call = 'add(1, 2)' }]\n\
         [[test]]\nname = \"b\"\nlimits = { fuel = 1 }\nsteps = [{ call = 'add(1, 2)', fails = \"fuel\" }]\n\
         [[test]]\nname = \"c\"\nlimits = { fuel = 100 }\nsteps = [{ call = 'random()' }]\n",
    );
    suite.unwrap().assert();
}

#[test]
fn a_slow_step_fails() {
    let tests = "[[test]]\nname = \"a\"\nsteps = [{ call = 'add(1, 2)', within = \"0ns\" }]\n";
    let told = match suite(NUMBERS, tests) {
        Ok(suite) => suite.run(&suite.tests()[0]).failures[0].reason.clone(),
        Err(reason) => reason,
    };
    assert!(told.contains("too long") || told.contains("within") || told.contains("0ns"), "{told}");
}

#[test]
fn a_guest_is_built_from_a_test() {
    let built = GuestCrate::new(format!("{ROOT}/guest/small"))
        .target_dir(format!("{ROOT}/target/guests"))
        .argument("--locked")
        .build();
    assert!(built.unwrap().ends_with("wasm32-wasip2/release/small.wasm"));
    let error = GuestCrate::new("no/such/crate").build().unwrap_err();
    assert!(error.to_string().contains("no/such/crate"), "{error}");
}

/// Texts of fixtures and of tests, into which mistakes are made.
const SEEDS: [&str; 5] = [
    include_str!("../../fuzz/seeds/fixtures/bytes.txt"),
    include_str!("../../fuzz/seeds/fixtures/handles.txt"),
    include_str!("../../fuzz/seeds/fixtures/names.txt"),
    include_str!("../../fuzz/seeds/fixtures/tests.txt"),
    include_str!("../../fuzz/seeds/fixtures/values.txt"),
];

#[test]
fn no_text_is_too_odd() {
    let folder = tempfile::tempdir().unwrap();
    let guest = folder.path().join("guest.wat");
    std::fs::write(&guest, NUMBERS).unwrap();
    let mut runner = TestRunner::new(Config { cases: 500, ..Config::default() });
    let mistake = (0..SEEDS.len(), 0..1000_usize, 0..8_usize, "[\\[\\]{}\"'$=.,_a-z0-9\n ]{0,4}");
    runner
        .run(&mistake, |(seed, from, length, text)| {
            let seed = SEEDS[seed];
            let from = from.min(seed.len());
            let to = (from + length).min(seed.len());
            if let (Some(before), Some(after)) = (seed.get(..from), seed.get(to..)) {
                let text = format!("{before}{text}{after}");
                test_texts::as_fixture(&text);
                test_texts::as_tests(&text, &guest);
            }
            Ok(())
        })
        .unwrap();
    for seed in SEEDS {
        test_texts::as_fixture(seed);
        test_texts::as_tests(seed, &guest);
    }
}

#[test]
fn a_session_with_a_seed_is_the_same_in_the_library() {
    let random = |seed| {
        let runtime = wit_host::Runtime::<()>::builder().deterministic(true).seed(seed);
        let guest = runtime.allow_text_format(true).build().unwrap().load(NUMBERS).unwrap();
        let mut session = guest.session(()).start_blocking().unwrap();
        session.call("random", &[]).unwrap()
    };
    assert_eq!(random(7), random(7));
    assert_ne!(random(7), random(8));
}
