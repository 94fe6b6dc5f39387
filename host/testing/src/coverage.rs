//! What tests have reached of a contract: the functions that they called, the imports that were
//! answered, and the cases of their results that were given. It runs nothing.

use std::collections::BTreeMap;

use wit_host::Val;
use wit_host::values::is_label;
use wit_host::wasmtime::component::Type;

/// What tests have reached, and what they have not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    items: BTreeMap<Item, bool>,
}

/// Something that a test can reach.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Item {
    /// A function that the guest exports. It is reached by a call.
    Export(String),
    /// A function that the guest imports, and that tests answer. It is reached by an answer.
    Import(String),
    /// A case of what an import returns, as `err` or `err(unknown)`. It is reached by an answer
    /// that is this case.
    Case {
        /// The function.
        import: String,
        /// The case.
        case: String,
    },
}

impl Coverage {
    /// Returns everything that could be reached, and whether it was.
    pub fn items(&self) -> impl Iterator<Item = (&Item, bool)> {
        self.items.iter().map(|(item, reached)| (item, *reached))
    }

    /// Returns what was not reached.
    pub fn missing(&self) -> impl Iterator<Item = &Item> {
        self.items().filter_map(|(item, reached)| (!reached).then_some(item))
    }

    /// Returns the share of what was reached, rounded down to a whole number. It is 100 if there was
    /// nothing to reach.
    pub fn percent(&self) -> usize {
        let reached = self.items.values().filter(|reached| **reached).count();
        (reached * 100).checked_div(self.items.len()).unwrap_or(100)
    }

    /// Adds what other tests could reach and have reached.
    pub fn add(&mut self, other: &Self) {
        for (item, reached) in &other.items {
            *self.items.entry(item.clone()).or_default() |= reached;
        }
    }

    /// Adds something that can be reached.
    pub(crate) fn declare(&mut self, item: Item) {
        self.items.entry(item).or_default();
    }

    /// Notes what was reached. What cannot be reached by its type is left out.
    pub(crate) fn reach(&mut self, item: &Item) {
        if let Some(reached) = self.items.get_mut(item) {
            *reached = true;
        }
    }

    /// Adds an import and the cases of its results.
    pub(crate) fn declare_import(&mut self, name: &str, results: &[Type]) {
        self.declare(Item::Import(name.into()));
        for case in results.iter().flat_map(cases) {
            self.declare(Item::Case { import: name.into(), case });
        }
    }

    /// Notes an answer.
    pub(crate) fn reach_import(&mut self, name: &str, results: &[Val]) {
        self.reach(&Item::Import(name.into()));
        for case in results.iter().filter_map(case) {
            self.reach(&Item::Case { import: name.into(), case });
        }
    }
}

/// Returns the cases of a type. Those of a payload are told apart if an `ok` or `err` has them.
fn cases(ty: &Type) -> Vec<String> {
    let of = |name: &str, payload: Option<Type>| match payload.map(|ty| plain(&ty)) {
        Some(inner) if !inner.is_empty() => {
            inner.iter().map(|case| format!("{name}({case})")).collect()
        }
        _ => vec![name.to_owned()],
    };
    match ty {
        Type::Result(result) => [of("ok", result.ok()), of("err", result.err())].concat(),
        Type::Option(_) => vec!["some".into(), "none".into()],
        other => plain(other),
    }
}

fn plain(ty: &Type) -> Vec<String> {
    match ty {
        Type::Variant(variant) => variant.cases().map(|case| case.name.to_owned()).collect(),
        Type::Enum(cases) => cases.names().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Returns the case that a value is, in the words of [`cases`].
fn case(value: &Val) -> Option<String> {
    let of = |name: &str, payload: &Option<Box<Val>>| match payload.as_deref() {
        Some(label) if is_label(label) => name.to_owned(),
        Some(Val::Variant(case, _) | Val::Enum(case)) => format!("{name}({case})"),
        _ => name.to_owned(),
    };
    Some(match value {
        Val::Result(Ok(payload)) => of("ok", payload),
        Val::Result(Err(payload)) => of("err", payload),
        Val::Option(Some(_)) => "some".into(),
        Val::Option(None) => "none".into(),
        Val::Variant(case, _) | Val::Enum(case) => case.clone(),
        _ => return None,
    })
}
