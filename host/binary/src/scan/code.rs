//! Estimates what the code of one function costs the compiler beyond its size in bytes. An
//! instruction of two bytes can move a hundred values, and the compiler tracks a local in each
//! loop around its use. A body is read once. The time grows with the number of instructions,
//! and at branches with the number of loops around them, which is limited.

use wasmparser::{BinaryReaderError, BlockType, FunctionBody, Operator};

/// The weight of a call of a function without parameters, directly and through a table.
const CALL: usize = 4;
const CALL_BY_TABLE: usize = 40;
/// The weight of an instruction that accesses a table, and of one that fills or copies memory.
const TABLE: usize = 36;
const BULK: usize = 8;
/// The weight of a loop, and of each local that is used in it.
const LOOP: usize = 24;
const LOCAL: usize = 2;
/// The weight of each value that a block or a conditional branch takes or gives, and of each
/// value of a loop. The first value is free, since most blocks give one.
const VALUE: usize = 4;
const LOOP_VALUE: usize = 8;

/// The number of places that weigh 1. The compiler keeps a place for each local that is used in
/// the function in each piece of code without a branch.
const PLACES: usize = 100;

/// The types and functions of a module that its code refers to.
#[derive(Default)]
pub(super) struct Signatures {
    /// The number of parameters and of results of each type.
    pub(super) types: Vec<(usize, usize)>,
    /// The type of each function.
    pub functions: Vec<u32>,
}

impl Signatures {
    fn of_type(&self, index: u32) -> (usize, usize) {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.types.get(index))
            .copied()
            .unwrap_or((0, 0))
    }

    /// Returns the number of parameters and results of a function together.
    pub(super) fn values(&self, function: u32) -> usize {
        let index = usize::try_from(function).ok().and_then(|index| self.functions.get(index));
        index.map_or(0, |ty| self.values_of_type(*ty))
    }

    pub(super) fn values_of_type(&self, index: u32) -> usize {
        let (params, results) = self.of_type(index);
        params.saturating_add(results)
    }
}

/// What was found in a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The deepest nesting of blocks.
    pub(super) blocks: usize,
    /// The deepest nesting of loops.
    pub(super) loops: usize,
    pub(super) weight: usize,
}

/// Reads the instructions of a function with that many parameters and locals.
pub(super) fn weigh(
    body: &FunctionBody<'_>,
    locals: usize,
    signatures: &Signatures,
    most_loops: usize,
) -> Result<Found, BinaryReaderError> {
    let mut weigher = Weigher {
        signatures,
        found: Found::default(),
        blocks: Vec::new(),
        loops: Vec::new(),
        used: vec![0; locals],
        now: 1,
        pieces: 1,
    };
    for operator in body.get_operators_reader()? {
        // Weighing takes time for each loop around an instruction. Once there are too many
        // loops, the guest is refused anyway, so the rest is only followed.
        match weigher.found.loops > most_loops {
            true => weigher.nest(&operator?),
            false => weigher.operator(&operator?),
        }
    }
    weigher.places();
    Ok(weigher.found)
}

struct Weigher<'s> {
    signatures: &'s Signatures,
    found: Found,
    /// The open blocks: the number of values that a branch to each moves, and its index in
    /// `loops` if it is a loop.
    blocks: Vec<(usize, Option<usize>)>,
    loops: Vec<Loop>,
    /// The time at which each local was last used, or 0. It is counted in `now`.
    used: Vec<usize>,
    /// Counts the loops begun, so that a use can be ordered before or after the beginning of a
    /// loop.
    now: usize,
    /// The number of pieces of code between branches and their targets.
    pieces: usize,
}

/// A loop that is open.
struct Loop {
    began: usize,
    /// The number of locals that were first used in this loop, and not before in one around it.
    /// Only what was added since it began is complete.
    locals: usize,
    /// The sum of `locals` over the loops around this one, when it began.
    before: usize,
}

impl Weigher<'_> {
    fn operator(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => self.local(*local_index),
            Operator::Else => self.pieces += 1,
            Operator::Block { blockty }
            | Operator::TryTable { try_table: wasmparser::TryTable { ty: blockty, .. } } => {
                self.block(*blockty);
            }
            Operator::If { blockty } => {
                self.pieces += 2;
                self.block(*blockty);
            }
            Operator::Loop { blockty } => self.begin_loop(*blockty),
            Operator::End => self.end(),
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                self.branch(*relative_depth);
            }
            Operator::BrTable { targets } => {
                // One byte in the file is a jump of its own to the compiler, even if it leads where
                // the others do.
                for target in targets.targets().flatten().chain([targets.default()]) {
                    self.add(1);
                    self.branch(target);
                }
            }
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.add(CALL.saturating_add(self.signatures.values(*function_index)));
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. } => {
                let values = self.signatures.values_of_type(*type_index);
                self.add(CALL_BY_TABLE.saturating_add(values.saturating_mul(2)));
            }
            Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. } => self.add(TABLE),
            Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. }
            | Operator::MemoryGrow { .. }
            | Operator::DataDrop { .. }
            | Operator::ElemDrop { .. }
            | Operator::RefFunc { .. } => self.add(BULK),
            _ => {}
        }
    }

    fn add(&mut self, weight: usize) {
        self.found.weight = self.found.weight.saturating_add(weight);
    }

    fn values(&self, ty: BlockType) -> (usize, usize) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => self.signatures.of_type(index),
        }
    }

    fn block(&mut self, ty: BlockType) {
        let (params, results) = self.values(ty);
        self.add(params.saturating_add(results).saturating_sub(1).saturating_mul(VALUE));
        self.open(results, None);
    }

    fn begin_loop(&mut self, ty: BlockType) {
        let (params, results) = self.values(ty);
        let values = params.saturating_add(results).saturating_sub(1);
        self.add(LOOP.saturating_add(values.saturating_mul(LOOP_VALUE)));
        self.now += 1;
        self.open(params, Some(self.loops.len()));
        let before = self.loops.iter().map(|open| open.locals).sum();
        self.loops.push(Loop { began: self.now, locals: 0, before });
        self.found.loops = self.found.loops.max(self.loops.len());
    }

    /// Follows the nesting of blocks and loops without weighing anything.
    fn nest(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                self.open(0, None);
            }
            Operator::Loop { .. } => {
                self.open(0, Some(self.loops.len()));
                self.loops.push(Loop { began: self.now, locals: 0, before: 0 });
                self.found.loops = self.found.loops.max(self.loops.len());
            }
            Operator::End => self.end(),
            _ => {}
        }
    }

    fn open(&mut self, moved: usize, is_loop: Option<usize>) {
        self.pieces += 1;
        self.blocks.push((moved, is_loop));
        self.found.blocks = self.found.blocks.max(self.blocks.len());
    }

    fn end(&mut self) {
        if let Some((_, Some(_))) = self.blocks.pop() {
            self.loops.pop();
        }
    }

    /// Weighs the use of a local once for each loop around it.
    fn local(&mut self, index: u32) {
        let Some(used) = usize::try_from(index).ok().and_then(|index| self.used.get_mut(index))
        else {
            return;
        };
        let before = std::mem::replace(used, self.now);
        // Loops that began after the last use have not seen the local. They are the innermost
        // ones, and `loops` is ordered by when they began, so the first of them is found by
        // bisection.
        let first = self.loops.partition_point(|open| open.began <= before);
        let anew = self.loops.len() - first;
        if let Some(open) = self.loops.get_mut(first) {
            open.locals += 1;
        }
        self.add(anew.saturating_mul(LOCAL));
    }

    fn places(&mut self) {
        let used = self.used.iter().filter(|used| **used > 0).count();
        self.add(used.saturating_mul(self.pieces) / PLACES);
    }

    /// Weighs a branch. A branch to a loop also moves the locals that are used in the loop.
    fn branch(&mut self, depth: u32) {
        self.pieces += 1;
        let block =
            usize::try_from(depth).ok().and_then(|depth| self.blocks.iter().nth_back(depth));
        let Some(&(values, is_loop)) = block else { return };
        let within = |index: usize| {
            let before = self.loops.get(index).map_or(0, |open| open.before);
            let all: usize = self.loops.iter().take(index + 1).map(|open| open.locals).sum();
            all.saturating_sub(before)
        };
        let locals = is_loop.map_or(0, within);
        self.add(values.saturating_add(locals));
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::{Parser, Payload};

    use super::*;

    /// Returns what is found in the only function with code of a module. The function has two
    /// locals; the module also has a function and a type of five values.
    fn found(instructions: &str) -> Found {
        let text = format!(
            "(module (type $five (func (param i32 i32 i32) (result i32 i32)))
                (import \"env\" \"f\" (func $f (type $five))) (table 1 funcref)
                (func (local i32 i32) {instructions}))"
        );
        let binary = wat::parse_str(text).expect("a module");
        let signatures = Signatures { types: vec![(3, 2), (0, 0)], functions: vec![0, 1] };
        let mut bodies = Parser::new(0).parse_all(&binary).filter_map(|payload| {
            let Payload::CodeSectionEntry(body) = payload.expect("a payload") else { return None };
            Some(weigh(&body, 2, &signatures, 3).expect("a function"))
        });
        bodies.next().expect("a function")
    }

    #[test]
    fn what_weighs_more_than_its_bytes() {
        let set = "(local.set 0 (i32.const 1))";
        for (instructions, expected) in [
            ("nop".into(), 0),
            ("(call $f (i32.const 0) (i32.const 0) (i32.const 0)) drop drop".into(), 9),
            ("i32.const 0 (call_indirect (type $five)) drop drop".into(), 50),
            ("(drop (table.get 0 (i32.const 0)))".into(), 36),
            ("(block (type $five) unreachable) drop drop".into(), 16),
            ("(loop (type $five) unreachable) drop drop".into(), 24 + 32),
            (format!("{set} (loop nop)"), 24),
            (format!("(loop {set} {set})"), 24 + 2),
            (format!("(loop {set} (br 0))"), 24 + 2 + 1),
            (format!("(loop (loop {set} (br 0)))"), 2 * 24 + 2 * 2 + 1),
            (format!("(loop (loop {set}) (br 0))"), 2 * 24 + 2 * 2 + 1),
            (format!("(loop {set} (loop {set} (br 1)))"), 2 * 24 + 2 + 2 + 1),
            // The inner loop uses no local.
            (format!("(loop {set} (loop (br 0)))"), 2 * 24 + 2),
            (format!("(loop {set}) (loop {set} (local.set 1 (local.get 0)))"), 2 * 24 + 2 + 4),
            ("(block (br_table 0 0 0 (i32.const 0)))".into(), 3),
            // Two locals, in the pieces of code behind a hundred branches.
            (format!("{set} (local.set 1 (i32.const 1)) {}", "(block)".repeat(100)), 2),
        ] {
            assert_eq!(found(&instructions).weight, expected, "{instructions}");
        }
    }

    #[test]
    fn depths() {
        let Found { blocks, loops, .. } = found("(block (loop (if (i32.const 0) (then (loop)))))");
        assert_eq!((blocks, loops), (4, 2));
        // Loops beyond the limit are counted and not weighed.
        let Found { blocks, loops, .. } = found("(loop (loop (loop (loop (block (loop))))))");
        assert_eq!((blocks, loops), (6, 5));
        let deep = |inner: &str| found(&format!("(loop (loop (loop (loop {inner}))))")).weight;
        assert_eq!(deep("(drop (table.get 0 (i32.const 0)))"), deep(""));
    }
}
