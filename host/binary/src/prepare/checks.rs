//! Looks at the time within long stretches of code. An engine looks at its epochs on the
//! entry of a function, at the head of a loop, and before an instruction on any number of
//! bytes, and nowhere between: a function that is one long line of host calls ran to its
//! end. Here an empty loop, which is what makes the engine look, is put before each host
//! call of a function but one that nothing came before that may take long: the engine has
//! looked on the function's entry, or at the head of the loop around it.

use std::borrow::Cow;
use std::ops::Range;

use wasmparser::{
    BinaryReader, BinaryReaderError, CodeSectionReader, CompositeInnerType, ElementItems,
    ElementSectionReader, ExportSectionReader, ExternalKind, FunctionBody, GlobalSectionReader,
    ImportSectionReader, Operator, TypeRef, TypeSectionReader,
};

use super::edit::{Edited, TooMuch};
use super::sections::{Action, Edit, Part, Section, keep, push_number};

/// One function may have this part of all looks: the compiler's memory for a look is used
/// until the function is done.
const PART_OF_A_FUNCTION: usize = 10;

/// `loop end`, which takes and gives nothing.
const LOOK: [u8; 3] = [0x03, 0x40, 0x0b];

/// There are more places for a look than a guest may have, or too much to look through.
#[derive(Debug)]
pub struct TooManyChecks;

/// A binary that looks at the time between any two instructions that may take long. One
/// that is not valid may stay as it is, and is refused by the engine.
///
/// # Errors
/// Where there are more than `most` places for a look.
pub fn with_checks(binary: &[u8], most: usize) -> Result<Edited<'_>, TooManyChecks> {
    let in_function = most.div_ceil(PART_OF_A_FUNCTION);
    let mut checks = Checks { binary, modules: Vec::new(), in_function, left: Some(most) };
    let edited = Edited::new(binary, &mut checks).map_err(|TooMuch| TooManyChecks)?;
    checks.left.map(|_| edited).ok_or(TooManyChecks)
}

struct Checks<'b> {
    binary: &'b [u8],
    /// What is known of the modules and components that are being read.
    modules: Vec<Module>,
    /// How many looks a function may have.
    in_function: usize,
    /// How many looks there may still be. `None` once there were too many.
    left: Option<usize>,
}

/// What is known of a module by the time that its code comes.
#[derive(Default)]
struct Module {
    is_component: bool,
    /// How many functions it imports, which come first in their index space.
    imported: u32,
    /// Whether it has a global that may hold a reference to a function.
    has_references: bool,
    /// Whether a call through a table may be one of a function that it imports.
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
        // What is not valid stays as it is, and will be refused.
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

/// Why a section stays as it is.
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
    /// Takes note of a section; of the code, gives what becomes of it.
    fn section(
        &mut self,
        kind: u8,
        reader: BinaryReader<'_>,
        (left, in_function): (&mut usize, usize),
    ) -> Result<Option<Vec<Part>>, Stopped> {
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

    /// A function that takes or returns a reference to one may put any into a table.
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
            // Where the size of the body stands, which changes with it.
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

    /// The host calls of a function that something came before which may take long.
    fn places(&self, body: &FunctionBody<'_>, most: usize) -> Result<Vec<usize>, Stopped> {
        let (mut places, mut came_before) = (Vec::new(), false);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let place = operators.original_position();
            let operator = operators.read()?;
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

    /// Whether an instruction may call a function of the host.
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

/// Whether an instruction may take longer than some nanoseconds after the engine has last
/// looked: it calls any function, or handles any number of bytes.
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

/// The body of a function with looks at these places.
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

    /// How many looks there are in the functions of a module, each.
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
            // What it calls itself may have called the host.
            (format!("{HOST} (func $g call $g call $f)"), vec![1]),
            (format!("{HOST} (func $g call $f call $g)"), vec![0]),
            (format!("{HOST} (func call $f return_call $g) (func $g)"), vec![0, 0]),
            (format!("{HOST} (func call $f return_call $f)"), vec![1]),
            (format!("{HOST} (memory 1) (func {FILL} call $f)"), vec![1]),
            // The engine looks before each of these by itself.
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
