//! Inserts time checks into long stretches of code. The engine looks at its epoch when a
//! function is entered, at the head of a loop, and before an instruction that handles any
//! number of bytes, and nowhere else. Without this module, a function that makes one host call
//! after the other could not be stopped before its end.
//!
//! A time check is an empty loop, because the head of a loop is where the engine looks. One is
//! put before each host call of a function. It is left out as long as nothing in the function
//! has run that may take long: the engine has looked when the function was entered, or at the
//! head of the loop around the call.

use std::borrow::Cow;
use std::ops::Range;

use wasmparser::{
    BinaryReader, BinaryReaderError, CodeSectionReader, CompositeInnerType, ElementItems,
    ElementSectionReader, ExportSectionReader, ExternalKind, FunctionBody, GlobalSectionReader,
    ImportSectionReader, Operator, TypeRef, TypeSectionReader,
};

use super::edit::{Edited, TooMuch};
use super::sections::{Action, Edit, Part, Section, keep, push_number};

/// The part of all time checks that one function may have, as a divisor. The compiler keeps the
/// memory that it uses for a check until the function is compiled.
const PART_OF_A_FUNCTION: usize = 10;

/// The instructions `loop end`. They take and give no values.
const LOOK: [u8; 3] = [0x03, 0x40, 0x0b];

/// The guest would need more time checks than its limit allows, or has too many sections to be
/// read.
#[derive(Debug)]
pub struct TooManyChecks;

/// Returns the binary with time checks between any two instructions that may take long. A
/// binary that is not valid may stay as it is; the engine refuses it.
///
/// # Errors
/// If more than `most` checks are needed.
pub fn with_checks(binary: &[u8], most: usize) -> Result<Edited<'_>, TooManyChecks> {
    let in_function = most.div_ceil(PART_OF_A_FUNCTION);
    let mut checks = Checks { binary, modules: Vec::new(), in_function, left: Some(most) };
    let edited = Edited::new(binary, &mut checks).map_err(|TooMuch| TooManyChecks)?;
    checks.left.map(|_| edited).ok_or(TooManyChecks)
}

struct Checks<'b> {
    binary: &'b [u8],
    /// The modules and components that are being read, innermost last.
    modules: Vec<Module>,
    /// The number of checks that one function may have.
    in_function: usize,
    /// The number of checks that may still be inserted. `None` once there were too many.
    left: Option<usize>,
}

/// What is known of a module when its code section begins.
#[derive(Default)]
struct Module {
    is_component: bool,
    /// The number of imported functions. They come first in the index space of functions.
    imported: u32,
    /// Whether a global may hold a reference to a function.
    has_references: bool,
    /// Whether a call through a table may reach an imported function. Where that cannot be
    /// excluded, such calls count as host calls.
    calls_out_by_table: bool,
}

impl Edit for Checks<'_> {
    fn begin(&mut self, is_component: bool) {
        self.modules.push(Module { is_component, ..Module::default() });
    }

    fn section(&mut self, section: &Section) -> Action {
        let (Some(module), Some(left)) = (self.modules.last_mut(), &mut self.left) else {
            return Action::Keep;
        };
        if module.is_component {
            return Action::Keep;
        }
        let start = usize::try_from(section.content.start).unwrap_or(usize::MAX);
        let end = usize::try_from(section.content.end).unwrap_or(usize::MAX);
        let reader = BinaryReader::new(self.binary.get(start..end).unwrap_or_default(), start);
        // A section that is not valid stays as it is, and the engine refuses it.
        match module.section(section.kind, reader, (left, self.in_function)) {
            Ok(Some(content)) => Action::Change(content),
            Ok(None) | Err(Stopped::NotValid) => Action::Keep,
            Err(Stopped::TooMany) => {
                self.left = None;
                Action::Keep
            }
        }
    }

    fn end(&mut self) {
        self.modules.pop();
    }
}

/// Why the reading of a section stopped. The section stays as it is.
enum Stopped {
    NotValid,
    TooMany,
}

impl From<BinaryReaderError> for Stopped {
    fn from(_: BinaryReaderError) -> Self {
        Self::NotValid
    }
}

impl Module {
    /// Notes what a section says of the module. Returns the new content of the code section.
    fn section(
        &mut self,
        kind: u8,
        reader: BinaryReader<'_>,
        (left, in_function): (&mut usize, usize),
    ) -> Result<Option<Vec<Part>>, Stopped> {
        // The numbers are the ids of sections in the binary format.
        match kind {
            1 => self.types(TypeSectionReader::new(reader)?)?,
            2 => self.imports(ImportSectionReader::new(reader)?)?,
            6 => self.globals(GlobalSectionReader::new(reader)?)?,
            7 => self.exports(ExportSectionReader::new(reader)?)?,
            9 => self.elements(ElementSectionReader::new(reader)?)?,
            10 => return self.code(CodeSectionReader::new(reader)?, left, in_function),
            _ => {}
        }
        Ok(None)
    }

    /// Looks for function types with a reference as a parameter or a result. With one, a
    /// function could receive a reference to any function and put it into a table.
    fn types(&mut self, types: TypeSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for group in types {
            for ty in group?.types() {
                if let CompositeInnerType::Func(ty) = &ty.composite_type.inner {
                    let mut crossing = ty.params().iter().chain(ty.results());
                    self.calls_out_by_table |= crossing.any(|ty| ty.is_reference_type());
                }
            }
        }
        Ok(())
    }

    fn imports(&mut self, imports: ImportSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for import in imports.into_imports() {
            match import?.ty {
                TypeRef::Func(_) | TypeRef::FuncExact(_) => {
                    self.imported = self.imported.saturating_add(1);
                }
                // The owner of the table may put any function into it.
                TypeRef::Table(_) => self.calls_out_by_table = true,
                TypeRef::Global(global) => {
                    self.calls_out_by_table |= global.content_type.is_reference_type();
                }
                TypeRef::Memory(_) | TypeRef::Tag(_) => {}
            }
        }
        Ok(())
    }

    fn globals(&mut self, globals: GlobalSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for global in globals {
            let global = global?;
            self.has_references |= global.ty.content_type.is_reference_type();
            for operator in global.init_expr.get_operators_reader() {
                self.calls_out_by_table |= self.names_import(&operator?);
            }
        }
        Ok(())
    }

    fn exports(&mut self, exports: ExportSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for export in exports {
            let export = export?;
            self.calls_out_by_table |= match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => export.index < self.imported,
                ExternalKind::Table => true,
                ExternalKind::Global => self.has_references,
                _ => false,
            };
        }
        Ok(())
    }

    fn elements(&mut self, elements: ElementSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for element in elements {
            match element?.items {
                ElementItems::Functions(functions) => {
                    for function in functions {
                        self.calls_out_by_table |= function? < self.imported;
                    }
                }
                ElementItems::Expressions(_, expressions) => {
                    for expression in expressions {
                        for operator in expression?.get_operators_reader() {
                            self.calls_out_by_table |= self.names_import(&operator?);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn names_import(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::RefFunc { function_index } => *function_index < self.imported,
            // A global may hold a reference to any function.
            Operator::GlobalGet { .. } => true,
            _ => false,
        }
    }

    fn code(
        &self,
        code: CodeSectionReader<'_>,
        left: &mut usize,
        in_function: usize,
    ) -> Result<Option<Vec<Part>>, Stopped> {
        let (mut parts, mut kept_to) = (Vec::new(), code.range().start);
        let (end, mut bodies) = (code.range().end, code.into_iter());
        let mut changed = false;
        loop {
            // The size of a body stands in front of it and changes with it, so it is written
            // anew.
            let place_of_size = bodies.original_position();
            let Some(body) = bodies.next() else { break };
            let body = body?;
            let places = self.places(&body, in_function.min(*left))?;
            if places.is_empty() {
                continue;
            }
            *left -= places.len();
            let content = with_looks(body.range(), &places);
            changed = true;
            keep(&mut parts, kept_to as u64..place_of_size as u64);
            let length = content.iter().map(Part::length).sum::<u64>();
            let Ok(length) = u32::try_from(length) else { return Ok(None) };
            let mut size = Vec::new();
            push_number(&mut size, length);
            parts.push(Part::New(size.into()));
            parts.extend(content);
            kept_to = body.range().end;
        }
        keep(&mut parts, kept_to as u64..end as u64);
        Ok(changed.then_some(parts))
    }

    /// Returns the offsets of a function's host calls that come after an instruction that may
    /// take long.
    fn places(&self, body: &FunctionBody<'_>, most: usize) -> Result<Vec<usize>, Stopped> {
        let (mut places, mut came_before) = (Vec::new(), false);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let place = operators.original_position();
            let operator = operators.read()?;
            // The order is that of the code. What comes later in it runs before a call only through
            // the head of a loop, where the engine looks.
            if came_before && self.may_call_host(&operator) {
                places.push(place);
            }
            if places.len() > most {
                return Err(Stopped::TooMany);
            }
            came_before |= may_take_long(&operator);
        }
        Ok(places)
    }

    /// Returns whether an instruction may call a host function.
    fn may_call_host(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                *function_index < self.imported
            }
            Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => {
                self.calls_out_by_table
            }
            _ => false,
        }
    }
}

/// Returns whether an instruction may take longer than some nanoseconds after the engine has
/// last looked. It may if it calls a function or handles any number of bytes.
fn may_take_long(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::MemoryGrow { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
    )
}

/// Splits a body into parts with time checks at these offsets.
fn with_looks(body: Range<usize>, places: &[usize]) -> Vec<Part> {
    let (mut parts, mut at) = (Vec::new(), body.start);
    for place in places {
        keep(&mut parts, at as u64..*place as u64);
        parts.push(Part::New(Cow::Borrowed(&LOOK)));
        at = *place;
    }
    keep(&mut parts, at as u64..body.end as u64);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of time checks in each function of a module.
    fn looks(module: &str) -> Vec<usize> {
        let binary = wat::parse_str(module).expect("a module");
        let edited = with_checks(&binary, 100).expect("few looks");
        let mut validator = wasmparser::Validator::new();
        validator.validate_all(edited.binary()).expect("as valid as before");
        let mut looks = Vec::new();
        for payload in wasmparser::Parser::new(0).parse_all(edited.binary()) {
            if let wasmparser::Payload::CodeSectionEntry(body) = payload.expect("well-formed") {
                looks.push(body.as_bytes().windows(3).filter(|window| *window == LOOK).count());
            }
        }
        looks
    }

    #[test]
    fn long_instructions_have_a_look_between_them() {
        const FILL: &str = "(memory.fill (i32.const 0) (i32.const 0) (i32.const 9))";
        const HOST: &str = r#"(import "env" "f" (func $f))"#;
        let cases = [
            ("(func nop)".to_owned(), vec![0]),
            (format!("{HOST} (func call $f)"), vec![0]),
            (format!("{HOST} (func call $f call $f) (func nop) (func call $f)"), vec![1, 0, 0]),
            (format!("{HOST} (func (if (i32.const 1) (then call $f)) call $f)"), vec![1]),
            (format!("{HOST} (func (loop call $f) call $f)"), vec![1]),
            ("(func $g) (func call $g call $g)".into(), vec![0, 0]),
            // A function of the module may have called the host as well.
            (format!("{HOST} (func $g call $g call $f)"), vec![1]),
            (format!("{HOST} (func $g call $f call $g)"), vec![0]),
            (format!("{HOST} (func call $f return_call $g) (func $g)"), vec![0, 0]),
            (format!("{HOST} (func call $f return_call $f)"), vec![1]),
            (format!("{HOST} (memory 1) (func {FILL} call $f)"), vec![1]),
            // The engine looks before each of these instructions by itself.
            (format!("(memory 1) (func {FILL} {FILL} {FILL})"), vec![0]),
        ];
        for (module, expected) in cases {
            assert_eq!(looks(&format!("(module {module})")), expected, "{module}");
        }
    }

    #[test]
    fn calls_through_a_table_count_where_they_may_leave_the_module() {
        const CALLS: &str = "(func (call_indirect (i32.const 0)) (call_indirect (i32.const 0)))";
        let inside = ["(table 1 funcref)", "(table funcref (elem $g)) (func $g)"];
        let outside = [
            r#"(import "m" "t" (table 1 funcref))"#,
            r#"(table (export "t") 1 funcref)"#,
            r#"(import "env" "f" (func $f)) (table funcref (elem $f))"#,
            r#"(import "env" "f" (func $f)) (table funcref (elem (ref.func $f)))"#,
            r#"(import "env" "f" (func $f)) (table 1 funcref) (export "f" (func $f))"#,
            r#"(import "env" "f" (func $f)) (table 1 funcref) (global funcref (ref.func $f))"#,
            r#"(import "env" "f" (func $f (result funcref))) (table 1 funcref)"#,
            r#"(import "m" "g" (global funcref)) (table 1 funcref)"#,
            r#"(global (export "g") (mut funcref) (ref.null func)) (table 1 funcref)"#,
        ];
        for (module, expected) in
            inside.map(|module| (module, 0)).into_iter().chain(outside.map(|module| (module, 1)))
        {
            let found = looks(&format!("(module {module} {CALLS})"));
            assert_eq!(found.iter().sum::<usize>(), expected, "{module}");
        }
    }

    #[test]
    fn modules_of_components_are_looked_through() {
        let module = r#"(core module (import "env" "f" (func $f)) (func call $f call $f))"#;
        let component = format!("(component {module} (component {module}) (component))");
        assert_eq!(looks(&component), [1, 1]);
    }

    #[test]
    fn what_is_not_valid_stays_as_it_is() {
        let module = r#"(module (import "env" "f" (func $f)) (func call $f call $f))"#;
        let binary = wat::parse_str(module).expect("a module");
        assert!(with_checks(&binary, 20).expect("few looks").is_changed());
        let is_valid = |cut| wasmparser::Validator::new().validate_all(cut).is_ok();
        for length in (0..binary.len()).filter(|length| !is_valid(&binary[..*length])) {
            let edited = with_checks(&binary[..length], 20).expect("few looks");
            assert_eq!(edited.binary(), &binary[..length]);
        }
    }

    #[test]
    fn places_are_found_in_the_module() {
        let module = r#"(module (import "env" "f" (func $f))
            (func call $f call $f i32.const 77777 drop) (func i32.const 88888 drop))"#;
        let binary = wat::parse_str(module).expect("a module");
        let edited = with_checks(&binary, 20).expect("few looks");
        for number in [77_777_u32, 88_888] {
            let mut mark = Vec::new();
            push_number(&mut mark, number);
            let place = |bytes: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
            let found = place(edited.binary()).expect("it stays") as u64;
            let expected = place(&binary).expect("it is there") as u64;
            assert_eq!(edited.place_in_whole(found), Some(expected));
        }
    }

    #[test]
    fn more_looks_than_there_may_be_are_refused() {
        let module = |functions: &[usize]| {
            let functions = functions.iter().map(|calls| "call $f ".repeat(*calls));
            let functions: String = functions.map(|calls| format!("(func {calls})")).collect();
            wat::parse_str(format!(r#"(module (import "env" "f" (func $f)) {functions})"#))
                .expect("a module")
        };
        assert!(with_checks(&module(&[11; 10]), 100).is_ok());
        assert!(with_checks(&module(&[11; 11]), 100).is_err(), "there are too many");
        assert!(with_checks(&module(&[12]), 100).is_err(), "there are too many in one");
        assert!(with_checks(&module(&[1; 100]), 0).is_ok(), "there is no place for one");
    }
}
