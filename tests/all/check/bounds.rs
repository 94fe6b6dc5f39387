//! Tests of guests and texts that are small and would take long to be looked at. Each of them took
//! minutes, or gigabytes of memory, before its work had a bound.

use wit_host::Error;

use super::mismatches::component;
use crate::support::hosts::shipped;

fn refused(wit: &str) -> String {
    let runtime = shipped().build().unwrap();
    match runtime.load(component(wit)) {
        Err(Error::Mismatches(found)) => found.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it loads"),
    }
}

fn functions(count: usize) -> String {
    (0..count).map(|n| format!("item{n}: func();")).collect()
}

#[test]
fn an_interface_of_many_functions_is_named_as_a_whole() {
    let wit = format!(
        "package x:y; interface i {{ {} }} world w {{ import i; export run: func() -> s32; }}",
        functions(2_000)
    );
    let told = refused(&wit);
    assert!(told.contains("`x:y/i`") && !told.contains("item7"), "{told}");
}

#[test]
fn one_function_that_is_not_there_is_found_among_many() {
    let own = "package wit-host:contract@0.1.0; interface math { add: func(a: s32, b: s32) -> s32;";
    let wit = format!("{own} other: func(); }} world w {{ import math; }}");
    let told = refused(&wit);
    assert!(
        told.contains("other") && !told.contains("`wit-host:contract/math@0.1.0.add`"),
        "{told}"
    );
}

#[test]
fn many_interfaces_are_found_one_by_one() {
    let interfaces: String =
        (0..300).map(|n| format!("interface i{n} {{ f: func(); }}\n")).collect();
    let imports: String = (0..300).map(|n| format!("import i{n};")).collect();
    let told = refused(&format!("package x:y; {interfaces} world w {{ {imports} }}"));
    assert!(told.contains("`x:y/i0`") && told.contains("more"), "{told}");
}

/// A type that uses another one twice on each level has names that double with each of them.
#[test]
fn the_names_of_a_doubling_type_are_looked_at_once() {
    let types: String =
        (1..16).map(|n| format!("record r{n} {{ a: r{0}, b: r{0} }}", n - 1)).collect();
    let wit = format!(
        "package x:y; interface i {{ record r0 {{ a: u8 }} {types} f: func(a: r15); }} \
         world w {{ export i; }}"
    );
    let runtime = shipped().build().unwrap();
    let binary = component(&wit);
    let guest = runtime.load(&binary).unwrap();
    let signature = guest.signature("x:y/i.f").unwrap();
    let declared = runtime.inspect(&binary).unwrap().declaration("x:y/i.f", &signature).unwrap();
    assert_eq!(declared.params, [("a".to_owned(), "r15".to_owned())]);
}

#[test]
fn a_core_module_is_read_once_for_all_its_imports() {
    let imports: String =
        (0..2_000).map(|n| format!("(import \"a:b/c\" \"f{n}\" (func))")).collect();
    let mut binary = wat::parse_str(format!("(module {imports})")).unwrap();
    // Each is an empty custom section with a name of one letter.
    binary.extend([0, 2, 1, b'x'].repeat(50_000));
    let fit = shipped().build().unwrap().fit(&binary).unwrap();
    assert_eq!(fit.mismatches.len(), 2_000);
}
