//! Guests with the largest number of items of one kind. Each limit of loading has a guest that
//! costs the compiler as much as this number of items can. The tests go to these limits, and `make
//! limits` measures the costs.

use std::fmt::Write as _;

use wit_host::Limits;

/// A kind of item.
pub(crate) struct Kind {
    /// The limit's name.
    pub(crate) limit: &'static str,
    pub(crate) value: fn(&Limits) -> usize,
    /// Returns a part of a component with this number of items, as text.
    pub(crate) made: fn(usize) -> String,
}

macro_rules! kinds {
    ($($limit:ident)*) => {
        pub(crate) const KINDS: &[Kind] = &[$(Kind {
            limit: stringify!($limit),
            value: |limits| limits.$limit,
            made: $limit,
        }),*];
    };
}

kinds! {
    functions types signature imports exports globals elements segments definitions
    locals blocks loops body function_weight code_weight checks items
    effective_functions effective_instances
}

/// Returns a component in binary form.
pub(crate) fn component(contents: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {contents})")).unwrap()
}

/// Returns a component with `percent` of the limit of every kind at once.
pub(crate) fn everything(limits: &Limits, percent: usize) -> Vec<u8> {
    let share = |limit: usize| limit * percent / 100;
    // Each of these kinds has functions as well. The last kind gets the functions that are left,
    // with some to spare.
    let others = share(limits.exports) + share(limits.elements) + share(limits.definitions) + 500;
    let effective = share(limits.effective_functions);
    let mut contents = String::new();
    for kind in KINDS {
        let count = share((kind.value)(limits));
        let count = match kind.limit {
            "functions" => count.saturating_sub(others + effective),
            // Other kinds have some of these too.
            "imports" | "types" | "globals" | "elements" => count - 100,
            "definitions" => count - 60,
            // Calls of imports count as well.
            "checks" => count - share(limits.imports) - 100,
            // All of the above count here, and so do the types of functions.
            "items" => count - 60_000,
            "code_weight" => count - share(limits.function_weight) - 40_000,
            "effective_instances" => count / 2,
            _ => count,
        };
        contents += &(kind.made)(count);
    }
    component(&contents)
}

fn module(contents: &str) -> String {
    format!("(core module {contents})\n")
}

fn each(count: usize, mut one: impl FnMut(&mut String, usize)) -> String {
    let mut all = String::new();
    (0..count).for_each(|index| one(&mut all, index));
    all
}

fn functions(count: usize) -> String {
    module(&"(func)".repeat(count))
}

/// Returns types that are all different, so that the compiler generates code for each.
fn types(count: usize) -> String {
    module(&each(count, |text, index| {
        text.push_str("(type (func (param");
        for digit in 0..15 {
            text.push_str([" i32", " i64", " f32", " f64"][index >> (2 * digit.min(10)) & 3]);
        }
        text.push_str(")))");
    }))
}

fn signature(count: usize) -> String {
    module(&format!("(func (export \"f\") (param{}))", " i64".repeat(count)))
}

fn imports(count: usize) -> String {
    let imports = each(count, |text, index| {
        write!(text, "(import \"m\" \"f{index}\" (func (param i32)))").unwrap();
    });
    let calls: Vec<_> = (0..count).map(|index| format!("(call {index} (i32.const 0))")).collect();
    module(&format!("{imports} {}", in_functions(&calls)))
}

/// Returns calls that each need a check of the time.
fn checks(count: usize) -> String {
    let calls = vec!["(call 0)".to_owned(); count];
    module(&format!("(import \"m\" \"f\" (func)) {}", in_functions(&calls)))
}

/// Splits the calls into functions. No function has more than a tenth of all places where the time
/// is checked.
fn in_functions(calls: &[String]) -> String {
    calls.chunks(1_000).map(|calls| format!("(func {})", calls.concat())).collect()
}

fn exports(count: usize) -> String {
    module(&each(count, |text, index| write!(text, "(func (export \"f{index}\"))").unwrap()))
}

fn globals(count: usize) -> String {
    module(&format!("(func) {}", "(global funcref (ref.func 0))".repeat(count)))
}

fn elements(count: usize) -> String {
    let count = count.saturating_sub(2);
    let elements = each(count, |text, index| write!(text, " {index}").unwrap());
    module(&format!("{} (elem func {elements})", "(func)".repeat(count)))
}

fn segments(count: usize) -> String {
    let segments = each(count, |text, index| {
        write!(text, "(data (i32.const {}) \"x\")", index * 65_000 % 60_000_000).unwrap();
    });
    module(&format!("(memory 1000) {segments}"))
}

fn definitions(count: usize) -> String {
    module("(memory 1) (func (export \"run\"))").repeat(count.saturating_sub(1))
}

fn locals(count: usize) -> String {
    let set = each(count, |text, index| {
        write!(text, "(local.set {index} (i32.add (local.get 0) (i32.const {index})))").unwrap();
    });
    let get = each(count, |text, index| write!(text, "(drop (local.get {index}))").unwrap());
    module(&format!("(func $f (local{}) {set} call $f {get})", " i32".repeat(count)))
}

fn blocks(count: usize) -> String {
    // The function itself counts as one block.
    let count = count.saturating_sub(1);
    module(&format!("(func {} {})", "block ".repeat(count), "end ".repeat(count)))
}

fn loops(count: usize) -> String {
    module(&looped(count, 1))
}

/// Returns a function with nested loops, a branch to each of them, and locals that they all change.
fn looped(loops: usize, locals: usize) -> String {
    let set = each(locals, |text, index| {
        write!(text, "(local.set {index} (i32.add (local.get {index}) (i32.const 1)))").unwrap();
    });
    let branches =
        each(loops, |text, index| write!(text, "(br_if {index} (i32.const 0))").unwrap());
    let (begin, end) = ("loop ".repeat(loops), "end ".repeat(loops));
    format!("(func (local{}) {begin} {set} {branches} {end})", " i32".repeat(locals))
}

fn body(bytes: usize) -> String {
    // The function's other instructions take a few bytes.
    let steps = "i32.const 1 i32.add ".repeat(bytes.saturating_sub(16) / 3);
    module(&format!("(func i32.const 0 {steps} drop)"))
}

/// Returns a function of this weight. A loop weighs 24, and 3 more for each local.
fn function_weight(weight: usize) -> String {
    module(&looped(40, weight.saturating_sub(40 * 24) / 120))
}

fn code_weight(weight: usize) -> String {
    // Half of a function's bytes are subtracted from its weight.
    let (loops, locals) = (40, 100);
    let one = loops * 24 + loops * locals * 3 - locals * 9 / 2 - loops * 6 / 2;
    module(&looped(loops, locals).repeat(weight / one))
}

fn items(count: usize) -> String {
    /// A module may have 100,000 segments.
    const MOST: usize = 90_000;
    let of = |count| module(&"(data \"x\")".repeat(count));
    of(MOST).repeat(count / MOST) + &of(count % MOST)
}

fn effective_functions(count: usize) -> String {
    let lowered = "(core func (canon lower (func $f)))".repeat(count.saturating_sub(1));
    format!(
        "(core module $L (func (export \"f\"))) (core instance $l (instantiate $L)) \
         (func $f (canon lift (core func $l \"f\"))) {lowered}"
    )
}

fn effective_instances(count: usize) -> String {
    format!("(component $C) {}", "(instance (instantiate $C))".repeat(count))
}
