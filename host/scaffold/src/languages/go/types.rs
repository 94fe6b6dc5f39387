//! Writes the types of a contract in Go, and for each the expression of values.go that describes
//! how it crosses. It does not know functions.

use std::collections::HashMap;

use heck::ToUpperCamelCase as _;
use wit_parser::{Handle, Resolve, Type, TypeDefKind, TypeId};

use crate::stubs::exports::World;
use crate::stubs::scope::Scope;
use wit_host_text::shown;

/// The types that were used so far, with their declarations.
pub(super) struct Types<'w> {
    world: &'w World,
    pub(super) scope: Scope,
    /// For each definition, the type in Go and the call that returns how it crosses.
    known: HashMap<TypeId, (String, String)>,
    /// The name in Go of each declaration, by its WIT name and its content. Types of an interface
    /// that is both imported and exported come twice, and are declared once.
    declared: HashMap<(String, String), String>,
    /// The declarations of types, and of how they cross.
    pub(super) text: String,
    count: usize,
}

/// The part of a type for which there are no bindings for Go here.
const HANDLE: &str = "a handle of a resource of its own";

impl<'w> Types<'w> {
    pub(super) fn new(world: &'w World, scope: Scope) -> Self {
        Self {
            world,
            scope,
            known: HashMap::new(),
            declared: HashMap::new(),
            text: String::new(),
            count: 0,
        }
    }

    pub(super) fn resolve(&self) -> &'w Resolve {
        &self.world.resolve
    }

    /// Returns the type in Go, and the expression that describes how it crosses.
    ///
    /// # Errors
    /// The part of the type that cannot cross.
    pub(super) fn of(&mut self, ty: &Type) -> Result<(String, String), &'static str> {
        let (go, value) = match ty {
            Type::Bool => ("bool", "bool"),
            Type::U8 => ("uint8", "u8"),
            Type::S8 => ("int8", "s8"),
            Type::U16 => ("uint16", "u16"),
            Type::S16 => ("int16", "s16"),
            Type::U32 => ("uint32", "u32"),
            Type::S32 => ("int32", "s32"),
            Type::U64 => ("uint64", "u64"),
            Type::S64 => ("int64", "s64"),
            Type::F32 => ("float32", "f32"),
            Type::F64 => ("float64", "f64"),
            Type::Char => ("rune", "char"),
            Type::String => ("string", "string"),
            Type::ErrorContext => return Err("an `error-context`"),
            Type::Id(id) => return self.defined(*id),
        };
        Ok((go.into(), format!("value_{value}")))
    }

    fn defined(&mut self, id: TypeId) -> Result<(String, String), &'static str> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let definition = &self.resolve().types[id];
        let name = definition.name.as_deref();
        let of = match &definition.kind {
            TypeDefKind::Type(ty) => return self.of(ty),
            TypeDefKind::List(ty) => {
                let (go, value) = self.of(ty)?;
                (format!("[]{go}"), format!("listOf[{go}]({value})"))
            }
            TypeDefKind::Option(ty) => {
                let (go, value) = self.of(ty)?;
                (format!("*{go}"), format!("optionOf[{go}]({value})"))
            }
            TypeDefKind::Result(result) => {
                let mut of = |ty: Option<Type>| match ty {
                    Some(ty) => self.of(&ty),
                    None => Ok(("struct{}".into(), "nil".into())),
                };
                let ((ok, is_ok), (err, is_err)) = (of(result.ok)?, of(result.err)?);
                (
                    format!("Result[{ok}, {err}]"),
                    format!("resultOf[{ok}, {err}]({is_ok}, {is_err})"),
                )
            }
            TypeDefKind::Tuple(tuple) => {
                let fields = tuple.types.iter().enumerate();
                let fields: Vec<_> = fields.map(|(index, ty)| (format!("F{index}"), *ty)).collect();
                let (body, members) = self.members(&fields)?;
                let body = body.trim_end_matches(['\n', '\t', ' ']).replace('\n', ";");
                let go = format!("struct{{{} }}", body.replace('\t', " "));
                let value = members.replace("OWNER", &go);
                (go, format!("recordOf({value})"))
            }
            TypeDefKind::Record(record) => {
                let mut inner = Scope::new(|_| false, &[]);
                let fields = record.fields.iter();
                let fields: Vec<_> = fields
                    .map(|field| (inner.take(field.name.to_upper_camel_case()), field.ty))
                    .collect();
                let (body, members) = self.members(&fields)?;
                let go = self.declare(name, "record", format!("struct {{\n{body}}}"));
                let value = members.replace("OWNER", &go);
                (go, format!("recordOf({value})"))
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                let cases: Vec<_> = cases.map(|case| (&*case.name, case.ty)).collect();
                self.variant(name, &cases)?
            }
            TypeDefKind::Enum(cases) => {
                let names: Vec<_> = cases.cases.iter().map(|case| &*case.name).collect();
                let go = self.constants(name, "enum", &names, "iota");
                (go, format!("tagOf({})", names.len()))
            }
            TypeDefKind::Flags(flags) => {
                let names: Vec<_> = flags.flags.iter().map(|flag| &*flag.name).collect();
                let go = self.constants(name, "flags", &names, "1 << iota");
                (go, format!("flagsOf({})", names.len()))
            }
            TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
                return self.handle(self.world.dealiased(*resource));
            }
            _ => return Err("a type that is not known here"),
        };
        let (mut go, value) = of;
        // Other kinds of types are declared already. Without these names, a type that contains
        // another twice would double in length with each level.
        let is_alias = matches!(
            definition.kind,
            TypeDefKind::List(_)
                | TypeDefKind::Option(_)
                | TypeDefKind::Result(_)
                | TypeDefKind::Tuple(_)
        );
        if name.is_some() && is_alias {
            go = self.declare(name, "type", format!("= {go}"));
        }
        // Names from a contract have no underscore, so these are free. Each value is made when it
        // is first needed, because one function that made them all would be too large for some
        // hosts.
        let (variable, call) = (format!("made_{}", self.count), format!("value_{}()", self.count));
        self.count += 1;
        self.text += &format!(
            "\nvar {variable} *valueType\n\nfunc {call} *valueType {{\n\tif {variable} == nil {{\n\t\t\
             {variable} = {value}\n\t}}\n\treturn {variable}\n}}\n"
        );
        self.known.insert(id, (go.clone(), call.clone()));
        Ok((go, call))
    }

    /// Returns the type of a handle to a resource of the host, which is a number.
    fn handle(&mut self, resource: TypeId) -> Result<(String, String), &'static str> {
        if let Some(known) = self.known.get(&resource) {
            return Ok(known.clone());
        }
        let imported = self.world.imported(resource).ok_or(HANDLE)?;
        let module = self.resolve().name_world_key(imported);
        let wit = self.resolve().types[resource].name.as_deref().unwrap_or_default();
        let go = self.scope.take(wit.to_upper_camel_case());
        let drop = format!("drop_{}", self.count);
        self.count += 1;
        let shown = shown(wit);
        self.text += &format!(
            "\n// {go} is a handle of the resource `{shown}`, which is the host's. Drop gives it back.\n\
             type {go} uint32\n\n//go:wasmimport {module} [resource-drop]{wit}\n\
             func {drop}(handle uint32)\n\nfunc (handle {go}) Drop() {{\n\t\
             inHost(func() {{ {drop}(uint32(handle)) }})\n}}\n"
        );
        let crossing = (go, "value_u32".to_owned());
        self.known.insert(resource, crossing.clone());
        Ok(crossing)
    }

    /// Returns the fields as lines of a declaration, and as members of the type `OWNER`.
    fn members(&mut self, fields: &[(String, Type)]) -> Result<(String, String), &'static str> {
        let (mut body, mut members) = (String::new(), Vec::new());
        for (name, ty) in fields {
            let (go, value) = self.of(ty)?;
            body += &format!("\t{name} {go}\n");
            members.push(format!("member{{unsafe.Offsetof(OWNER{{}}.{name}), {value}}}"));
        }
        Ok((body, members.join(", ")))
    }

    fn variant(
        &mut self,
        name: Option<&str>,
        cases: &[(&str, Option<Type>)],
    ) -> Result<(String, String), &'static str> {
        let mut inner = Scope::new(|name| name == "Case", &[]);
        let (mut body, mut members) = (String::new(), Vec::new());
        for (case, ty) in cases {
            let field = inner.take(case.to_upper_camel_case());
            members.push(match ty {
                Some(ty) => {
                    let (go, value) = self.of(ty)?;
                    body += &format!("\t{field} {go}\n");
                    format!("member{{unsafe.Offsetof(OWNER{{}}.{field}), {value}}}")
                }
                None => "member{}".into(),
            });
        }
        let names: Vec<_> = cases.iter().map(|(case, _)| *case).collect();
        let tag_name = format!("{}-case", name.unwrap_or("unnamed"));
        let tag = self.constants(Some(&tag_name), "case of the variant", &names, "iota");
        let go = self.declare(name, "variant", format!("struct {{\n\tCase {tag}\n{body}}}"));
        let members = members.join(", ").replace("OWNER", &go);
        Ok((go, format!("variantOf({members})")))
    }

    /// Declares a number with a constant for each case.
    fn constants(&mut self, name: Option<&str>, what: &str, names: &[&str], first: &str) -> String {
        let key = format!("uint32 {what} {}", names.join(" "));
        let wit = name.unwrap_or("unnamed");
        if let Some(known) = self.declared.get(&(wit.to_owned(), key.clone())) {
            return known.clone();
        }
        let go = self.scope.take(wit.to_upper_camel_case());
        self.declared.insert((wit.to_owned(), key), go.clone());
        let (article, of) = match wit.strip_suffix("-case").filter(|_| what.starts_with("case")) {
            Some(variant) => ("a", variant),
            None => ("the", wit),
        };
        // The constants of a variant's cases begin with the variant's own name.
        let prefix = of.to_upper_camel_case();
        let mut text = format!(
            "\n// {go} is {article} {what} `{}`.\ntype {go} uint32\n\nconst (\n",
            shown(of)
        );
        for (index, name) in names.iter().enumerate() {
            let constant = self.scope.take(format!("{prefix}{}", name.to_upper_camel_case()));
            text += &match index {
                0 => format!("\t{constant} {go} = {first}\n"),
                _ => format!("\t{constant}\n"),
            };
        }
        self.text += &(text + ")\n");
        go
    }

    fn declare(&mut self, name: Option<&str>, what: &str, body: String) -> String {
        let wit = name.unwrap_or("unnamed").to_owned();
        if let Some(known) = self.declared.get(&(wit.clone(), body.clone())) {
            return known.clone();
        }
        let go = self.scope.take(wit.to_upper_camel_case());
        self.text += &format!("\n// {go} is the {what} `{}`.\ntype {go} {body}\n", shown(&wit));
        self.declared.insert((wit, body), go.clone());
        go
    }

    /// Returns the value that a function returns until it is filled in.
    pub(super) fn plain(&self, ty: &Type, go: &str) -> String {
        let Type::Id(id) = ty else {
            return match ty {
                Type::Bool => "false",
                Type::Char => "' '",
                Type::String => "\"\"",
                _ => "0",
            }
            .into();
        };
        match &self.resolve().types[*id].kind {
            TypeDefKind::Type(ty) => self.plain(ty, go),
            TypeDefKind::List(_) | TypeDefKind::Option(_) => "nil".into(),
            TypeDefKind::Enum(_) | TypeDefKind::Flags(_) | TypeDefKind::Handle(_) => "0".into(),
            _ => format!("{go}{{}}"),
        }
    }
}
