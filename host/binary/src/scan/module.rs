//! Counts the items of core modules, over all modules of a guest, and weighs what a module does
//! when it starts. The cost of a function's code is left to [`code`](super::code).

use wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, ElementSectionReader,
    FunctionBody, Global, Import, Operator, RecGroup, TypeRef,
};

use super::Refusal;
use super::bounds::Bounds;
use super::code::{Found, Signatures, weigh};
use crate::limits::LimitReached;

/// The number of bytes over which a memory's data may be spread to be copied as a whole when a
/// module starts. Data that lies further apart is copied segment by segment.
const WHOLE: u64 = 16 << 20;

/// The counts over all modules, and what is known of the module that is being read.
#[derive(Default)]
pub(super) struct Modules {
    types: usize,
    imports: usize,
    exports: usize,
    globals: usize,
    elements: usize,
    segments: usize,
    weight: usize,
    signatures: Signatures,
    /// The index of the function whose code is read next. Imported functions come first, and
    /// have no code.
    read: usize,
    has_imported_memory: bool,
}

impl Modules {
    /// Begins the next module.
    pub(super) fn begin(&mut self) {
        self.signatures = Signatures::default();
        (self.read, self.has_imported_memory) = (0, false);
    }

    pub(super) fn types(&mut self, types: &RecGroup, bounds: &mut Bounds<'_>) {
        for ty in types.types() {
            let values = match &ty.composite_type.inner {
                wasmparser::CompositeInnerType::Func(ty) => (ty.params().len(), ty.results().len()),
                _ => (0, 0),
            };
            bounds.within(values.0 + values.1, bounds.limits.signature, LimitReached::Signature);
            self.signatures.types.push(values);
            // A type that functions use becomes code of its own, which moves each of the values in
            // and out.
            self.weigh((values.0 + values.1) / FREE_VALUES * FREE_VALUES, bounds);
        }
        self.types = self.types.saturating_add(types.types().len());
        bounds.within(self.types, bounds.limits.types, LimitReached::Types);
    }

    pub(super) fn import(&mut self, import: &Import<'_>, bounds: &mut Bounds<'_>) {
        match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.signatures.functions.push(ty);
                self.read += 1;
            }
            TypeRef::Memory(_) => self.has_imported_memory = true,
            _ => {}
        }
        self.imports += 1;
        bounds.within(self.imports, bounds.limits.imports, LimitReached::Imports);
    }

    pub(super) fn function(&mut self, ty: u32) {
        self.signatures.functions.push(ty);
    }

    pub(super) fn exports(&mut self, more: u32, bounds: &mut Bounds<'_>) {
        self.exports = self.exports.saturating_add(more as usize);
        bounds.within(self.exports, bounds.limits.exports, LimitReached::Exports);
    }

    pub(super) fn global(
        &mut self,
        global: &Global<'_>,
        bounds: &mut Bounds<'_>,
    ) -> Result<(), Refusal> {
        self.globals += 1;
        bounds.within(self.globals, bounds.limits.globals, LimitReached::Globals);
        self.constant(&global.init_expr, bounds)
    }

    /// Counts a constant expression. Two instructions, a constant and the end, are free; more
    /// of them compute something.
    pub(super) fn constant(
        &mut self,
        expression: &ConstExpr<'_>,
        bounds: &mut Bounds<'_>,
    ) -> Result<(), Refusal> {
        let mut instructions = 0_usize;
        for operator in expression.get_operators_reader() {
            operator?;
            instructions += 1;
        }
        self.weigh(instructions.saturating_sub(2), bounds);
        Ok(())
    }

    pub(super) fn elements(
        &mut self,
        section: ElementSectionReader<'_>,
        bounds: &mut Bounds<'_>,
    ) -> Result<(), Refusal> {
        section.into_iter().try_for_each(|segment| self.segment(segment?, bounds))
    }

    /// Counts a segment, which becomes some code, and its elements that are expressions, which
    /// become more.
    fn segment(&mut self, segment: Element<'_>, bounds: &mut Bounds<'_>) -> Result<(), Refusal> {
        self.more_elements(2, bounds);
        if let ElementKind::Active { offset_expr, .. } = &segment.kind {
            self.constant(offset_expr, bounds)?;
        }
        match segment.items {
            ElementItems::Functions(functions) => {
                self.more_elements(functions.count() as usize, bounds);
                Ok(())
            }
            ElementItems::Expressions(_, expressions) => {
                self.more_elements((expressions.count() as usize).saturating_mul(2), bounds);
                expressions.into_iter().try_for_each(|each| self.constant(&each?, bounds))
            }
        }
    }

    fn more_elements(&mut self, more: usize, bounds: &mut Bounds<'_>) {
        self.elements = self.elements.saturating_add(more);
        bounds.within(self.elements, bounds.limits.elements, LimitReached::Elements);
    }

    pub(super) fn data(
        &mut self,
        section: wasmparser::DataSectionReader<'_>,
        bounds: &mut Bounds<'_>,
    ) -> Result<(), Refusal> {
        // The size of an imported memory is not known when the module is compiled, so its data
        // cannot be prepared as a whole.
        let (mut active, mut is_whole) = (0_usize, !self.has_imported_memory);
        let mut ends: Option<(u64, u64)> = None;
        for segment in section {
            let Data { kind: DataKind::Active { offset_expr, .. }, data, .. } = segment? else {
                continue;
            };
            active += 1;
            self.constant(&offset_expr, bounds)?;
            let Some(from) = offset(&offset_expr) else {
                is_whole = false;
                continue;
            };
            let to = from.saturating_add(data.len() as u64);
            let (first, last) = ends.get_or_insert((from, to));
            (*first, *last) = ((*first).min(from), (*last).max(to));
        }
        is_whole &= ends.is_none_or(|(first, last)| last - first <= WHOLE);
        if !is_whole {
            self.segments = self.segments.saturating_add(active);
        }
        bounds.within(self.segments, bounds.limits.segments, LimitReached::Segments);
        Ok(())
    }

    /// Weighs the code of the next function. Usual code weighs half as much as it has bytes, so
    /// only the weight beyond that is added to the sum of all functions.
    pub(super) fn body(
        &mut self,
        body: &FunctionBody<'_>,
        bounds: &mut Bounds<'_>,
    ) -> Result<(), Refusal> {
        let bytes = body.range().len();
        bounds.within(bytes, bounds.limits.body, LimitReached::Body);
        let ty = self.signatures.functions.get(self.read).copied();
        self.read += 1;
        let values = ty.map_or(0, |ty| self.signatures.values_of_type(ty));
        let mut locals = 0_usize;
        for group in body.get_locals_reader()? {
            let (count, _) = group?;
            locals = locals.saturating_add(count as usize);
            bounds.within(locals, bounds.limits.locals, LimitReached::Locals);
        }
        // A few bytes can declare four thousand million locals, and each takes a place in the
        // weigher.
        let looked_at = locals.saturating_add(values).min(MOST_LOCALS);
        let found = weigh(body, looked_at, &self.signatures, bounds.limits.loops)?;
        let Found { blocks, loops, weight } = found;
        bounds.within(blocks, bounds.limits.blocks, LimitReached::Blocks);
        bounds.within(loops, bounds.limits.loops, LimitReached::Loops);
        let weight = weight.saturating_add(values);
        bounds.within(weight, bounds.limits.function_weight, LimitReached::FunctionWeight);
        self.weigh(weight.saturating_sub(bytes / 2), bounds);
        Ok(())
    }

    fn weigh(&mut self, more: usize, bounds: &mut Bounds<'_>) {
        self.weight = self.weight.saturating_add(more);
        bounds.within(self.weight, bounds.limits.code_weight, LimitReached::CodeWeight);
    }
}

/// The number of locals that a valid function has at most, whatever the limit is.
const MOST_LOCALS: usize = 60_000;

/// The number of values up to which a type costs no more than any other.
const FREE_VALUES: usize = 16;

/// Returns the offset of a segment if it is a constant.
fn offset(expression: &ConstExpr<'_>) -> Option<u64> {
    let mut operators = expression.get_operators_reader().into_iter();
    let offset = match operators.next()?.ok()? {
        Operator::I32Const { value } => u64::from(value.cast_unsigned()),
        Operator::I64Const { value } => value.cast_unsigned(),
        _ => return None,
    };
    matches!(operators.next()?.ok()?, Operator::End).then_some(offset)
}
