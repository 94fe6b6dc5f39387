//! Tests of small functions that become much code, because their parts multiply.

use super::check_all;
use super::row::Row;
use crate::runtime::failures::panics::many_globals;

/// Returns a module with one function of these locals and this body. In the body, `$wide` is a type
/// with 64 parameters and 64 results.
fn function(locals: usize, body: &str) -> Vec<u8> {
    let values = " i32".repeat(64);
    let text = format!(
        r#"(module (type $wide (func (param{values}) (result{values}))) (table 1 funcref)
            (memory 1) (func $f) (func $wide (type $wide) unreachable)
            (func (export "run") (local{}) {body}))"#,
        " i32".repeat(locals)
    );
    wat::parse_str(text).unwrap()
}

fn looped(loops: usize, locals: usize, condition: &str) -> Vec<u8> {
    let set = (0..locals)
        .map(|index| format!("(local.set {index} (i32.add (local.get {index}) (i32.const 1)))"));
    let branches = (0..loops).map(|label| format!("(br_if {label} {condition})"));
    let (set, branches): (String, String) = (set.collect(), branches.collect());
    let (begin, end) = ("loop ".repeat(loops), "end ".repeat(loops));
    function(locals, &format!("{begin} {set} {branches} {end}"))
}

/// Returns `times` repetitions of code that takes 64 values and returns 64.
fn wide(times: usize, one: &str, after: &str) -> Vec<u8> {
    let (values, drops) = ("i32.const 0 ".repeat(64), "drop ".repeat(64));
    function(1, &format!("{values} {} {} {drops}", one.repeat(times), after.repeat(times)))
}

/// Returns locals that are set before many branches and read after them.
fn places(branch: &str) -> Vec<u8> {
    let set = (0..1_000).map(|index| format!("(local.set {index} (local.get 0))"));
    let read = (0..1_000).map(|index| format!("(drop (local.get {index}))"));
    let (set, read): (String, String) = (set.collect(), read.collect());
    function(1_000, &format!("{set} {} {read}", branch.repeat(10_000)))
}

#[test]
fn products_within_a_function() {
    let zero = "(i32.const 0)";
    let far = "(br_table 0 0 0 0 0 0 0 0 (i32.const 0))";
    let rows = [
        ("locals of nested loops", "function_weight", looped(45, 1_000, zero)),
        ("locals of nested loops, changing", "function_weight", looped(45, 1_000, "(local.get 0)")),
        ("loops in one another", "loops", looped(100, 1, zero)),
        ("loops beside one another", "function_weight", function(0, &"loop end ".repeat(10_000))),
        (
            "locals of loops beside one another",
            "function_weight",
            function(
                100,
                &format!(
                    "(loop {} (br_if 0 (local.get 0)))",
                    (0..100).map(|i| format!("(local.set {i} (local.get 0))")).collect::<String>()
                )
                .repeat(300),
            ),
        ),
        ("blocks of many values", "function_weight", wide(3_900, "(block (type $wide) ", ")")),
        (
            "blocks of many values in a row",
            "function_weight",
            wide(3_900, "(block (type $wide))", ""),
        ),
        ("loops of many values", "function_weight", wide(1_000, "(loop (type $wide))", "")),
        (
            "branches of many values",
            "function_weight",
            function(
                1,
                &format!(
                    "{} (block (type $wide) {}) {}",
                    "i32.const 0 ".repeat(64),
                    "(br_if 0 (local.get 0))".repeat(1_000),
                    "drop ".repeat(64)
                ),
            ),
        ),
        ("calls of many values", "function_weight", wide(1_000, "call $wide ", "")),
        (
            "calls of many values by a table",
            "function_weight",
            wide(1_000, "i32.const 0 call_indirect (type $wide) ", ""),
        ),
        ("calls", "function_weight", function(0, &"call $f ".repeat(100_000))),
        (
            "accesses to a table",
            "function_weight",
            function(0, &"(drop (table.get 0 (i32.const 0)))".repeat(5_000)),
        ),
        (
            "tables of branches to loops",
            "function_weight",
            function(
                200,
                &format!(
                    "(loop {} {})",
                    (0..200).map(|i| format!("(local.set {i} (local.get 0))")).collect::<String>(),
                    format!("(block {far})").repeat(100).replace("0 0 0", "1 1 1"),
                ),
            ),
        ),
        ("places of locals", "function_weight", places("(if (local.get 0) (then))")),
        (
            "places of locals in blocks",
            "function_weight",
            places("(block (br_if 0 (local.get 0)))"),
        ),
        ("functions of globals", "globals", many_globals()),
    ];
    let rows = rows.map(|(name, limit, guest)| Row::new(name, &format!("costly {limit}"), guest));
    check_all(&rows);
}

#[test]
fn products_over_many_functions() {
    let values = " i64".repeat(120);
    let wide = format!("(func (param{values}))");
    let elements: String = (0..20_000).map(|_| " 0").collect();
    let rows = [
        ("functions of many parameters", "code_weight", format!("(module {})", wide.repeat(3_000))),
        (
            "types of many parameters",
            "code_weight",
            format!("(module {})", format!("(type (func (param{values})))").repeat(3_000)),
        ),
        ("elements", "elements", format!("(module (func) (elem func{elements}))")),
        (
            "elements that are expressions",
            "elements",
            format!("(module (func) (elem funcref {}))", "(ref.func 0)".repeat(8_500)),
        ),
        (
            "segments of elements",
            "elements",
            format!("(module (func) {})", "(elem func 0)".repeat(6_000)),
        ),
        (
            "constants that are computed",
            "code_weight",
            format!(
                "(module {})",
                format!("(global i32 i32.const 0 {})", "i32.const 1 i32.add ".repeat(200))
                    .repeat(1_000)
            ),
        ),
        (
            "segments of data far apart",
            "segments",
            format!(
                "(module (memory 1000) {} (data (i32.const 50000000) \"x\"))",
                "(data (i32.const 0) \"x\")".repeat(2_500)
            ),
        ),
        (
            "segments of data for another's memory",
            "segments",
            format!(
                "(module (import \"env\" \"memory\" (memory 1)) {})",
                "(data (i32.const 0) \"x\")".repeat(2_500)
            ),
        ),
    ];
    let rows = rows.map(|(name, limit, text)| {
        Row::new(name, &format!("costly {limit}"), wat::parse_str(text).unwrap())
    });
    check_all(&rows);
}
