//! Finds types that are too large for the engine to pass between two components in one guest. The
//! adapter that the engine generates for such a call recurses endlessly if a type has more members
//! than its budget, which would look like recursion of the guest. It reads types, and no function
//! bodies. Types that stay within one component are not checked.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentDefinedTypeId, ComponentEntityType,
    ComponentFuncTypeId, ComponentValType,
};
use wasmparser::types::TypesRef;
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentName,
    ComponentOuterAliasKind, ComponentTypeRef, Encoding, KnownCustom, Parser, Payload, Validator,
};

use super::Mismatch;
use wit_host_binary::features::features;
use wit_host_text::{short, shown};

/// The number of members that a record, a tuple, a variant or an enum may have to be passed from
/// one component to another.
const MOST: usize = 1_000;

/// Returns a mismatch for every function between two components in the guest that takes or returns
/// a type that is too large. It returns nothing for an invalid binary, which the engine refuses.
pub(super) fn between_components(binary: &[u8]) -> Vec<Mismatch> {
    let mut validator = Validator::new_with_features(features());
    let mut read = Read::default();
    for payload in Parser::new(0).parse_all(binary) {
        let Ok(payload) = payload else { break };
        if validator.payload(&payload).is_err() {
            break;
        }
        read.payload(payload, &validator);
    }
    read.crossings.iter().map(Crossing::mismatch).collect()
}

/// A type that is too large.
struct Large {
    name: Option<String>,
    kind: &'static str,
    members: &'static str,
    count: usize,
}

/// Where a function comes from.
#[derive(Clone)]
enum Origin {
    /// It is imported: alone, or as a function of an interface.
    Import(String, Option<String>),
    /// It is defined in the guest.
    Guest,
}

#[derive(Clone)]
enum Instance {
    Import(String),
    Guest,
    Exports(Rc<HashMap<String, Origin>>),
}

impl Instance {
    fn function(&self, name: &str) -> Origin {
        match self {
            Self::Import(interface) => Origin::Import(interface.clone(), Some(name.to_owned())),
            Self::Guest => Origin::Guest,
            Self::Exports(exports) => exports.get(name).cloned().unwrap_or(Origin::Guest),
        }
    }
}

/// An imported function with a large type that a component calls.
#[derive(Clone)]
struct CallSite {
    import: String,
    function: Option<String>,
    large: Rc<Large>,
}

/// A component or a module that is being read. The lists of a module stay empty.
#[derive(Default)]
struct Scope {
    is_component: bool,
    imports: Vec<String>,
    functions: Vec<Origin>,
    instances: Vec<Instance>,
    calls: Vec<CallSite>,
    /// The calls of each component in its index space. They are shared, because a component can
    /// have any number of indices, each of a few bytes.
    components: Vec<Rc<[CallSite]>>,
}

/// A function of one component that another component calls.
struct Crossing {
    name: String,
    large: Rc<Large>,
    /// The calling component: the depth of its definition, and its index there.
    caller: Option<(usize, u32)>,
    caller_name: Option<String>,
}

#[derive(Default)]
struct Read {
    scopes: Vec<Scope>,
    crossings: Vec<Crossing>,
    /// The first type of each function's type that is too large, so that each is walked once.
    large: HashMap<ComponentFuncTypeId, Option<Rc<Large>>>,
}

impl Read {
    fn payload(&mut self, payload: Payload<'_>, validator: &Validator) {
        match payload {
            Payload::Version { encoding, .. } => {
                let is_component = encoding == Encoding::Component;
                self.scopes.push(Scope { is_component, ..Scope::default() });
                return;
            }
            Payload::End(_) => {
                // Modules are scopes too, so that every end takes one off. Only a component gets an
                // index here.
                let ended = self.scopes.pop().unwrap_or_default();
                if let Some(scope) = self.scopes.last_mut().filter(|_| ended.is_component) {
                    scope.components.push(ended.calls.into());
                }
                return;
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::ComponentName(names) = section.as_known() {
                    names.into_iter().flatten().for_each(|names| self.names(names));
                }
                return;
            }
            _ => {}
        }
        let Some(types) = validator.types(0) else { return };
        match payload {
            Payload::ComponentImportSection(section) => {
                section.into_iter().flatten().for_each(|one| self.import(one.name.name, one.ty));
            }
            Payload::ComponentAliasSection(section) => {
                section.into_iter().flatten().for_each(|alias| self.alias(&alias));
            }
            Payload::ComponentCanonicalSection(section) => {
                section.into_iter().flatten().for_each(|one| self.canonical(&one, types));
            }
            Payload::ComponentExportSection(section) => {
                section.into_iter().flatten().for_each(|one| self.again(one.kind, one.index));
            }
            Payload::ComponentInstanceSection(section) => {
                section.into_iter().flatten().for_each(|instance| self.instance(&instance));
            }
            _ => {}
        }
    }

    fn import(&mut self, name: &str, ty: ComponentTypeRef) {
        let Some(scope) = self.scopes.last_mut() else { return };
        scope.imports.push(name.to_owned());
        match ty {
            ComponentTypeRef::Func(_) => {
                scope.functions.push(Origin::Import(name.to_owned(), None));
            }
            ComponentTypeRef::Instance(_) => {
                scope.instances.push(Instance::Import(name.to_owned()));
            }
            // What it calls cannot be known. Scanning refuses such a guest, and the entry keeps the
            // indices right.
            ComponentTypeRef::Component(_) => scope.components.push(Rc::default()),
            _ => {}
        }
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>) {
        match alias {
            ComponentAlias::InstanceExport { kind, instance_index, name } => {
                let Some(scope) = self.scopes.last_mut() else { return };
                let instance = at(&scope.instances, *instance_index).unwrap_or(Instance::Guest);
                match kind {
                    ComponentExternalKind::Func => scope.functions.push(instance.function(name)),
                    // Interfaces within interfaces are not followed.
                    ComponentExternalKind::Instance => scope.instances.push(instance),
                    ComponentExternalKind::Component => scope.components.push(Rc::default()),
                    _ => {}
                }
            }
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                let outer = self.scopes.iter().rev().nth(*count as usize);
                let calls = outer.and_then(|scope| at(&scope.components, *index));
                if let Some(scope) = self.scopes.last_mut() {
                    scope.components.push(calls.unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    /// Adds an export to its index space: each export gets an index of its own.
    fn again(&mut self, kind: ComponentExternalKind, index: u32) {
        let Some(scope) = self.scopes.last_mut() else { return };
        match kind {
            ComponentExternalKind::Func => {
                scope.functions.push(at(&scope.functions, index).unwrap_or(Origin::Guest));
            }
            ComponentExternalKind::Instance => {
                scope.instances.push(at(&scope.instances, index).unwrap_or(Instance::Guest));
            }
            ComponentExternalKind::Component => {
                scope.components.push(at(&scope.components, index).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn canonical(&mut self, function: &CanonicalFunction, types: TypesRef<'_>) {
        let Some(scope) = self.scopes.last_mut() else { return };
        let index = match function {
            CanonicalFunction::Lift { .. } => return scope.functions.push(Origin::Guest),
            // Only for a function that core code calls does the engine generate an adapter. One
            // that is handed on as it is needs none.
            CanonicalFunction::Lower { func_index, .. } => *func_index,
            _ => return,
        };
        let Some(origin) = at(&scope.functions, index) else { return };
        let ty = types.component_function_at(index);
        let found = || large(ty, &scope.imports, types).map(Rc::new);
        let Some(large) = self.large.entry(ty).or_insert_with(found).clone() else { return };
        match origin {
            Origin::Import(import, function) => {
                scope.calls.push(CallSite { import, function, large });
            }
            Origin::Guest => self.crossings.push(Crossing {
                name: "a function of a component in it".into(),
                large,
                caller: None,
                caller_name: None,
            }),
        }
    }

    fn instance(&mut self, instance: &ComponentInstance<'_>) {
        let depth = self.scopes.len();
        let Some(scope) = self.scopes.last_mut() else { return };
        let (component, arguments) = match instance {
            ComponentInstance::Instantiate { component_index, args } => (*component_index, args),
            ComponentInstance::FromExports(exports) => {
                let functions = exports.iter().filter_map(|export| {
                    let is_function = export.kind == ComponentExternalKind::Func;
                    let origin = at(&scope.functions, export.index).filter(|_| is_function)?;
                    Some((export.name.name.to_owned(), origin))
                });
                return scope.instances.push(Instance::Exports(Rc::new(functions.collect())));
            }
        };
        for called in &*at(&scope.components, component).unwrap_or_default() {
            let argument = arguments.iter().find(|argument| argument.name == called.import);
            let origin = argument.and_then(|argument| match &called.function {
                None => at(&scope.functions, argument.index),
                Some(name) => Some(at(&scope.instances, argument.index)?.function(name)),
            });
            match origin {
                // What this component hands in is imported itself. So it depends on the component
                // around it whether the call crosses over, and the call becomes one of this
                // component.
                Some(Origin::Import(import, function)) => {
                    let large = Rc::clone(&called.large);
                    scope.calls.push(CallSite { import, function, large });
                }
                Some(Origin::Guest) => {
                    let function = called.function.as_ref().map(|name| format!(".{name}"));
                    self.crossings.push(Crossing {
                        name: format!("{}{}", called.import, function.unwrap_or_default()),
                        large: Rc::clone(&called.large),
                        caller: Some((depth, component)),
                        caller_name: None,
                    });
                }
                None => {}
            }
        }
        scope.instances.push(Instance::Guest);
    }

    /// Reads the names of components, which the binary has after everything else.
    fn names(&mut self, names: ComponentName<'_>) {
        let ComponentName::Components(names) = names else { return };
        let depth = self.scopes.len();
        for naming in names.into_iter().flatten() {
            let of_it = |crossing: &&mut Crossing| crossing.caller == Some((depth, naming.index));
            for crossing in self.crossings.iter_mut().filter(of_it) {
                crossing.caller_name.get_or_insert_with(|| naming.name.to_owned());
            }
        }
    }
}

impl Crossing {
    fn mismatch(&self) -> Mismatch {
        let Large { name, kind, members, count } = &*self.large;
        let name = name.as_ref().map_or(String::new(), |name| format!(" `{}`", short(name)));
        let two = match &self.caller_name {
            Some(caller) => format!("the component `{}` and another", short(caller)),
            None => "two components".to_owned(),
        };
        let problem = format!(
            "{two} in the guest exchange values of the {kind}{name}, which has {count} {members}; \
             between two components the engine hands on no more than {MOST}"
        );
        let fix = format!("split the {kind}, so that no part of it has more than {MOST} {members}");
        Mismatch::import(shown(&self.name), problem, fix)
    }
}

fn at<T: Clone>(all: &[T], index: u32) -> Option<T> {
    all.get(usize::try_from(index).ok()?).cloned()
}

/// Returns the first type in a function's type that is too large.
fn large(function: ComponentFuncTypeId, imports: &[String], types: TypesRef<'_>) -> Option<Large> {
    let function = &types[function];
    let mut open: Vec<_> = function.params.iter().map(|(_, ty)| *ty).collect();
    open.extend(function.result);
    // Each type is looked at once. Types that use another one twice on each level would otherwise
    // take time that doubles with each of them.
    let mut seen = HashSet::new();
    while let Some(ty) = open.pop() {
        let ComponentValType::Type(id) = ty else { continue };
        if !seen.insert(id) {
            continue;
        }
        let of = |kind, members, count| Large { name: None, kind, members, count };
        let found = match &types[id] {
            ComponentDefinedType::Record(record) => {
                open.extend(record.fields.values());
                of("record", "fields", record.fields.len())
            }
            ComponentDefinedType::Tuple(tuple) => {
                open.extend(&tuple.types);
                of("tuple", "values", tuple.types.len())
            }
            ComponentDefinedType::Variant(variant) => {
                open.extend(variant.cases.values().filter_map(|case| case.ty));
                of("variant", "cases", variant.cases.len())
            }
            ComponentDefinedType::Enum(cases) => of("enum", "cases", cases.len()),
            ComponentDefinedType::List { element, .. }
            | ComponentDefinedType::FixedLengthList { element, .. } => {
                open.push(*element);
                continue;
            }
            ComponentDefinedType::Option { ty, .. } => {
                open.push(*ty);
                continue;
            }
            ComponentDefinedType::Result { ok, err, .. } => {
                open.extend(ok.iter().chain(err));
                continue;
            }
            _ => continue,
        };
        if found.count > MOST {
            return Some(Large { name: name(id, imports, types), ..found });
        }
    }
    None
}

/// Returns the name under which a component imports a type.
fn name(id: ComponentDefinedTypeId, imports: &[String], types: TypesRef<'_>) -> Option<String> {
    let is_it = |ty: &ComponentEntityType| {
        matches!(ty, ComponentEntityType::Type { created: ComponentAnyTypeId::Defined(created), .. }
            if *created == id)
    };
    imports.iter().find_map(|import| match &types.component_item_for_import(import)?.ty {
        ComponentEntityType::Instance(instance) => {
            let mut exports = types[*instance].exports.iter();
            exports.find(|(_, item)| is_it(&item.ty)).map(|(name, _)| name.clone())
        }
        ty => is_it(ty).then(|| import.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a component with an enum of `cases` cases, a component whose function returns it,
    /// one that calls such a function, and one that passes it on.
    fn guest(cases: usize, body: &str) -> Vec<u8> {
        let cases: String = (0..cases).map(|case| format!(" \"c{case}\"")).collect();
        let text = format!(
            r#"(component
                (type $t (enum{cases}))
                (component $maker
                    (type $t (enum{cases})) (export $big "big" (type $t))
                    (core module $m (func (export "get") (result i32) (i32.const 1)))
                    (core instance $i (instantiate $m))
                    (func $get (result $big) (canon lift (core func $i "get")))
                    (export "get" (func $get)))
                (component $user
                    (type $t (enum{cases})) (import "big" (type $big (eq $t)))
                    (import "get" (func $get (result $big)))
                    (core func $lowered (canon lower (func $get))))
                (component $user-of-interface
                    (type $t (enum{cases}))
                    (import "a:b/c" (instance $c
                        (export "big" (type $big (eq $t)))
                        (export "get" (func (result $big)))))
                    (core func $lowered (canon lower (func $c "get"))))
                (component $passing
                    (type $t (enum{cases})) (import "big" (type $big (eq $t)))
                    (import "get" (func $get (result $big)))
                    (export "get" (func $get)))
                {body})"#
        );
        wat::parse_str(text).expect("a component")
    }

    /// Every index of a component is cheap, however much the component calls.
    #[test]
    fn indices_of_a_component_share_its_calls() {
        let cases: String = (0..=MOST).map(|case| format!(" \"c{case}\"")).collect();
        let lowers = "(core func (canon lower (func $get)))".repeat(100);
        let aliases = "(alias outer 1 $user (component))".repeat(300);
        let binary = wat::parse_str(format!(
            r#"(component
                (component $user
                    (type $t (enum{cases})) (import "big" (type $big (eq $t)))
                    (import "get" (func $get (result $big))) {lowers})
                (component {aliases}))"#
        ));
        let mut validator = Validator::new_with_features(features());
        let mut read = Read::default();
        for payload in Parser::new(0).parse_all(&binary.expect("a component")) {
            let payload = payload.expect("a payload");
            validator.payload(&payload).expect("it is valid");
            read.payload(payload, &validator);
            let Some(scope) = read.scopes.last().filter(|scope| scope.components.len() == 300)
            else {
                continue;
            };
            let [first, rest @ ..] = &scope.components[..] else { continue };
            assert_eq!(first.len(), 100);
            assert!(rest.iter().all(|other| Rc::ptr_eq(first, other)));
            return;
        }
        panic!("no component has the aliases");
    }

    #[test]
    fn only_what_crosses_is_of_matter() {
        let made =
            r#"(instance $maker (instantiate $maker)) (alias export $maker "big" (type $b))"#;
        let from_host =
            r#"(import "big" (type $b (eq $t))) (import "get" (func $get (result $b)))"#;
        for (what, body, crosses) in [
            ("alone", made.to_owned(), None),
            (
                "to another",
                format!(
                    r#"{made} (instance (instantiate $user
                        (with "big" (type $b)) (with "get" (func $maker "get"))))"#
                ),
                Some(
                    "the component `user` and another in the guest exchange values of the enum `big`",
                ),
            ),
            (
                "in an interface",
                format!(
                    "{made} (instance (instantiate $user-of-interface (with \"a:b/c\" (instance $maker))))"
                ),
                Some("the component `user-of-interface` and another in the guest"),
            ),
            (
                "passed on, and called by nobody",
                format!(
                    r#"{made} (instance (instantiate $passing
                        (with "big" (type $b)) (with "get" (func $maker "get"))))"#
                ),
                None,
            ),
            (
                "from the host",
                format!(
                    r#"{from_host} (instance (instantiate $user
                        (with "big" (type $b)) (with "get" (func $get))))"#
                ),
                None,
            ),
            (
                "called by the component around",
                format!(r#"{made} (core func (canon lower (func $maker "get")))"#),
                Some("two components in the guest exchange values of the enum"),
            ),
        ] {
            let told = |cases| {
                let mismatches = between_components(&guest(cases, &body));
                mismatches.into_iter().map(|mismatch| mismatch.problem).collect::<Vec<_>>()
            };
            assert_eq!(told(MOST), [""; 0], "{what}");
            let told = told(MOST + 1);
            match crosses {
                Some(words) => {
                    assert!(told.len() == 1 && told[0].contains(words), "{what}: {told:?}")
                }
                None => assert_eq!(told, [""; 0], "{what}"),
            }
        }
    }
}
