//! Makes modules and components whose sizes are near the limits. A guest over a limit is refused
//! before it is compiled, and a guest within all of them runs.
#![no_main]

use std::fmt::Write as _;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use wit_host::{Error, GuestError, Limits, Runtime};
use wit_host_contract::{Functions, builder};

const FUNCTIONS: usize = 40;
const SIGNATURE: usize = 10;
const LOCALS: usize = 60;
const BLOCKS: usize = 30;
const BODY: usize = 1 << 10;
const ITEMS: usize = 300;
const NESTING: usize = 4;
const DEFINITIONS: usize = 20;
const INSTANCES: usize = 30;

static RUNTIME: LazyLock<Runtime<Functions>> = LazyLock::new(|| {
    let limits = Limits::default()
        .functions(FUNCTIONS)
        .signature(SIGNATURE)
        .locals(LOCALS)
        .blocks(BLOCKS)
        .body(BODY)
        .items(ITEMS)
        .nesting(NESTING)
        .definitions(DEFINITIONS)
        .effective_instances(INSTANCES)
        .fuel(1_000_000);
    builder().allow_text_format(true).limits(limits).build().expect("a runtime")
});

/// The number of items of each kind. 128 stands for the limit.
#[derive(Arbitrary, Debug)]
struct Input {
    functions: u8,
    params: u8,
    results: u8,
    locals: u8,
    blocks: u8,
    body: u8,
    globals: u8,
    types: u8,
    elements: u8,
    data: u8,
    branches: u8,
    /// For a component: how deep the module is nested, how many components are beside each level,
    /// and how often each level is instantiated.
    component: Option<(u8, u8, u8)>,
}

/// Returns a number between 0 and nearly twice the limit.
fn part(of: u8, limit: usize) -> usize {
    usize::from(of) * limit / 128
}

/// Returns a module, and whether it is over a limit. Returns `None` if that is not certain.
fn module(input: &Input) -> (String, Option<bool>) {
    let functions = part(input.functions, FUNCTIONS).max(1);
    let (params, results) = (part(input.params, SIGNATURE), part(input.results, SIGNATURE) / 2);
    let (locals, blocks) = (part(input.locals, LOCALS), part(input.blocks, BLOCKS));
    let nops = part(input.body, BODY);
    let items = [input.globals, input.types, input.elements, input.data];
    let items = items.map(|of| part(of, ITEMS) / 4);
    let mut text = String::from("(table 1 funcref) (memory 1)");
    for _ in 0..items[0] {
        text.push_str("(global (mut i32) (i32.const 0))");
    }
    for _ in 0..items[1] {
        text.push_str("(type (func (param i64)))");
    }
    for _ in 0..items[2] {
        text.push_str("(elem (i32.const 0) func 0)");
    }
    for _ in 0..items[3] {
        text.push_str("(data (i32.const 0) \"\")");
    }
    let branches = usize::from(input.branches);
    for index in 0..functions {
        let name = if index == 0 { "(export \"run\")" } else { "" };
        let first = index == 0;
        let of = |count: usize| "i32 ".repeat(if first { 0 } else { count });
        let values = "(i32.const 0)".repeat(if first { 0 } else { results });
        let table = match blocks {
            0 => String::new(),
            _ => format!("(br_table {} (i32.const 0))", "0 ".repeat(branches + 1)),
        };
        write!(
            text,
            "(func {name} (param {}) (result {}) (local {}) {} {table} {} {} {values})",
            of(params),
            of(results),
            "i64 ".repeat(if index == 1 { locals } else { 0 }),
            "block ".repeat(blocks),
            "end ".repeat(blocks),
            "nop ".repeat(if first { nops } else { 0 }),
        )
        .expect("text");
    }
    let signature = if functions > 1 { params + results } else { 0 };
    let locals = if functions > 1 { locals } else { 0 };
    let is_over = functions > FUNCTIONS
        || signature > SIGNATURE
        || locals > LOCALS
        || blocks > BLOCKS + 1
        || nops > BODY
        || items.iter().sum::<usize>() > ITEMS;
    // Each count includes a few other items as well, so a guest near a limit may be over it.
    let is_within = functions <= FUNCTIONS
        && signature <= SIGNATURE
        && locals + params <= LOCALS
        && blocks + 2 < BLOCKS
        && nops + branches + 3 * blocks + 40 < BODY
        && items.iter().sum::<usize>() + functions + 20 < ITEMS;
    (text, if is_over { Some(true) } else { is_within.then_some(false) })
}

/// Returns a component with the module nested in it, where each level is instantiated several
/// times.
fn component(module: &str, (depth, beside, times): (u8, u8, u8)) -> (String, Option<bool>) {
    let (depth, times) = (part(depth, NESTING), usize::from(times % 4) + 1);
    let beside = part(beside, DEFINITIONS) / depth.max(1);
    let mut text = format!("(core module $m {module})");
    text.push_str(&"(core instance (instantiate $m))".repeat(times));
    let mut instances = times;
    for _ in 0..depth {
        text = format!("(component $c {text})");
        text.push_str(&"(instance (instantiate $c))".repeat(times));
        text.push_str(&"(component)".repeat(beside));
        instances = instances.saturating_add(1).saturating_mul(times);
    }
    let definitions = depth + 1 + beside * depth;
    let is_over = depth > NESTING || definitions > DEFINITIONS || instances > 2 * INSTANCES;
    let is_within = depth + 1 < NESTING && definitions < DEFINITIONS && 2 * instances < INSTANCES;
    let over = if is_over { Some(true) } else { is_within.then_some(false) };
    (format!("(component {text})"), over)
}

fuzz_target!(|input: Input| {
    let (fields, over) = module(&input);
    let (text, is_over) = match input.component {
        None => (format!("(module {fields})"), over),
        Some(around) => {
            // Functions are counted for each module, and there is only one.
            let (text, of_component) = component(&fields, around);
            let is_over = match (over, of_component) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
            (text, is_over)
        }
    };
    let binary = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    match (RUNTIME.load(&binary), is_over) {
        (Err(Error::Guest(GuestError::OverLoadLimit { .. })), Some(false)) => panic!("it is within all limits: {text}"),
        (Err(Error::Guest(GuestError::OverLoadLimit { .. })), _) => {}
        (Ok(_), Some(true)) => panic!("it is over a limit: {text}"),
        (Ok(guest), _) => {
            let Ok(mut session) = guest.session(Functions::default()).start_blocking() else { return };
            let _ = session.main();
        }
        (Err(error), _) => panic!("{error}: {text}"),
    }
});
