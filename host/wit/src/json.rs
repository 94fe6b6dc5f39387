//! A contract as JSON, for programs that make forms, schemas or bindings of it. Every type has
//! a `kind`; what has a name is referred to by that, and defined once.

use serde_json::{Map, Value, json};
use wit_parser::{
    Docs, Function, FunctionKind, Handle, InterfaceId, Resolve, Type, TypeDef, TypeDefKind, TypeId,
    TypeOwner, WorldItem,
};

use super::{Contract, notation};

impl Contract {
    /// Returns the contract as one JSON object, whose keys stay as they are:
    ///
    /// - `world`: its name; `docs`: what its comment says, or null, which all below have as well
    /// - `wit`: the whole package as one text
    /// - `imports`, `exports`: objects of `kind` (`interface`, `function`) and `name`, in the
    ///   order of the WIT; a function has all of its keys there
    /// - `interfaces`: each that is imported or exported once, as an object of `name`, `docs`,
    ///   `types` and `functions`
    /// - `types`: those of the world itself
    ///
    /// A function is an object of `name`, `kind` (`function`, `method`, `static`,
    /// `constructor`), `resource` (or null), `async`, `params` (objects of `name` and `type`, a
    /// method's `self` among them), `result` (a type or null), and `wit`, its declaration.
    ///
    /// A type where it is used is an object of `kind`: that of a plain one is its name in WIT
    /// (`u32`, `string`); `list` has `item`, and `length` where that is fixed, `option` has
    /// `some`, `result` has `ok` and `err` (or null), `tuple` has `items`, `map` has `key` and
    /// `value`, `future` and `stream` have `item` (or null), `own` and `borrow` have `resource`.
    /// `named` has `name` and `interface`, which is null for a type of the world.
    ///
    /// The definition of one has `name`, `docs` and `kind` besides: `record` has `fields`,
    /// `variant` and `enum` have `cases`, `flags` has `flags`, all of them objects of `name`,
    /// `docs` and, but for enums and flags, `type` (or null); `resource` has nothing more, and
    /// `alias` has `type`.
    pub fn json(&self) -> Value {
        let world = &self.resolve.worlds[self.world];
        let writer = Writer { resolve: &self.resolve, interfaces: self.interface_names() };
        let items = |items: &wit_parser::IndexMap<wit_parser::WorldKey, WorldItem>| -> Value {
            items.iter().filter_map(|(key, item)| writer.item(key, item)).collect()
        };
        let own = world.imports.values().filter_map(|item| match item {
            WorldItem::Type { id, .. } => Some(writer.definition(*id)),
            _ => None,
        });
        json!({
            "world": self.name(),
            "docs": docs(&world.docs),
            "wit": self.wit(),
            "imports": items(&world.imports),
            "exports": items(&world.exports),
            "interfaces": writer.interfaces(),
            "types": own.collect::<Value>(),
        })
    }

    /// Returns the names of the interfaces that guests export, with their versions, and those of
    /// the functions that they export themselves.
    pub fn exports(&self) -> (Vec<String>, Vec<String>) {
        let (mut interfaces, mut functions) = (Vec::new(), Vec::new());
        for (key, item) in &self.resolve.worlds[self.world].exports {
            let name = self.resolve.name_world_key(key);
            match item {
                WorldItem::Interface { .. } => interfaces.push(name),
                WorldItem::Function(_) => functions.push(name),
                WorldItem::Type { .. } => {}
            }
        }
        (interfaces, functions)
    }

    /// Returns the interfaces of the world with the names that it has for them, each once.
    fn interface_names(&self) -> Vec<(InterfaceId, String)> {
        let world = &self.resolve.worlds[self.world];
        let mut names: Vec<(InterfaceId, String)> = Vec::new();
        for (key, item) in world.imports.iter().chain(&world.exports) {
            let WorldItem::Interface { id, .. } = item else { continue };
            let name = self.resolve.name_world_key(key);
            if names.iter().all(|(_, known)| *known != name) {
                names.push((*id, name));
            }
        }
        names
    }
}

struct Writer<'r> {
    resolve: &'r Resolve,
    interfaces: Vec<(InterfaceId, String)>,
}

impl Writer<'_> {
    fn item(&self, key: &wit_parser::WorldKey, item: &WorldItem) -> Option<Value> {
        match item {
            WorldItem::Interface { .. } => {
                let name = self.resolve.name_world_key(key);
                Some(json!({ "kind": "interface", "name": name }))
            }
            WorldItem::Function(function) => Some(self.function(function)),
            WorldItem::Type { .. } => None,
        }
    }

    fn interfaces(&self) -> Value {
        let interfaces = self.interfaces.iter().map(|(id, name)| {
            let interface = &self.resolve.interfaces[*id];
            let types = interface.types.values().map(|id| self.definition(*id));
            let functions = interface.functions.values().map(|function| self.function(function));
            json!({
                "name": name,
                "docs": docs(&interface.docs),
                "types": types.collect::<Value>(),
                "functions": functions.collect::<Value>(),
            })
        });
        interfaces.collect()
    }

    fn function(&self, function: &Function) -> Value {
        let (kind, resource) = match function.kind {
            FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => ("function", None),
            FunctionKind::Method(id) | FunctionKind::AsyncMethod(id) => ("method", Some(id)),
            FunctionKind::Static(id) | FunctionKind::AsyncStatic(id) => ("static", Some(id)),
            FunctionKind::Constructor(id) => ("constructor", Some(id)),
        };
        let resource = resource.and_then(|id| self.resolve.types[id].name.as_deref());
        let params = function
            .params
            .iter()
            .map(|param| json!({ "name": param.name, "type": self.ty(&param.ty) }));
        json!({
            "name": function.item_name(),
            "kind": kind,
            "resource": resource,
            "async": notation::is_async(function),
            "docs": docs(&function.docs),
            "params": params.collect::<Value>(),
            "result": self.maybe(function.result.as_ref()),
            "wit": notation::function(self.resolve, function),
        })
    }

    /// Returns the definition of a type that has a name.
    fn definition(&self, id: TypeId) -> Value {
        let definition = &self.resolve.types[id];
        let member = |name: &str, about: &Docs| json!({ "name": name, "docs": docs(about) });
        let typed = |name: &str, about: &Docs, ty: Option<&Type>| json!({ "name": name, "docs": docs(about), "type": self.maybe(ty) });
        let (kind, key, members): (_, _, Value) = match &definition.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields = fields.map(|field| typed(&field.name, &field.docs, Some(&field.ty)));
                ("record", "fields", fields.collect())
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                let cases = cases.map(|case| typed(&case.name, &case.docs, case.ty.as_ref()));
                ("variant", "cases", cases.collect())
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter().map(|case| member(&case.name, &case.docs));
                ("enum", "cases", cases.collect())
            }
            TypeDefKind::Flags(flags) => {
                let flags = flags.flags.iter().map(|flag| member(&flag.name, &flag.docs));
                ("flags", "flags", flags.collect())
            }
            TypeDefKind::Resource => ("resource", "", Value::Null),
            _ => ("alias", "type", self.structure(definition)),
        };
        let mut object = Map::new();
        object.insert("name".into(), definition.name.as_deref().into());
        object.insert("docs".into(), docs(&definition.docs));
        object.insert("kind".into(), kind.into());
        if !key.is_empty() {
            object.insert(key.into(), members);
        }
        Value::Object(object)
    }

    fn maybe(&self, ty: Option<&Type>) -> Value {
        ty.map_or(Value::Null, |ty| self.ty(ty))
    }

    /// Returns a type as it stands where it is used.
    fn ty(&self, ty: &Type) -> Value {
        match ty {
            Type::Id(id) => self.reference(*id),
            plain => json!({ "kind": notation::ty(self.resolve, plain) }),
        }
    }

    /// Returns a type by its name, or by its parts if it has no name.
    fn reference(&self, id: TypeId) -> Value {
        let definition = &self.resolve.types[id];
        let Some(name) = &definition.name else { return self.structure(definition) };
        let interface = match definition.owner {
            TypeOwner::Interface(owner) => {
                let known = self.interfaces.iter().find(|(id, _)| *id == owner);
                known.map(|(_, name)| name.clone()).or_else(|| self.resolve.id_of(owner))
            }
            TypeOwner::World(_) | TypeOwner::None => None,
        };
        json!({ "kind": "named", "name": name, "interface": interface })
    }

    fn structure(&self, definition: &TypeDef) -> Value {
        match &definition.kind {
            TypeDefKind::Type(other) => self.ty(other),
            TypeDefKind::List(item) => json!({ "kind": "list", "item": self.ty(item) }),
            TypeDefKind::FixedLengthList(item, length) => {
                json!({ "kind": "list", "item": self.ty(item), "length": length })
            }
            TypeDefKind::Map(key, value) => {
                json!({ "kind": "map", "key": self.ty(key), "value": self.ty(value) })
            }
            TypeDefKind::Option(some) => json!({ "kind": "option", "some": self.ty(some) }),
            TypeDefKind::Result(result) => {
                let [ok, err] = [&result.ok, &result.err].map(|one| self.maybe(one.as_ref()));
                json!({ "kind": "result", "ok": ok, "err": err })
            }
            TypeDefKind::Tuple(tuple) => {
                let items = tuple.types.iter().map(|item| self.ty(item));
                json!({ "kind": "tuple", "items": items.collect::<Value>() })
            }
            TypeDefKind::Handle(Handle::Own(id)) => {
                json!({ "kind": "own", "resource": self.reference(*id) })
            }
            TypeDefKind::Handle(Handle::Borrow(id)) => {
                json!({ "kind": "borrow", "resource": self.reference(*id) })
            }
            TypeDefKind::Future(item) => {
                json!({ "kind": "future", "item": self.maybe(item.as_ref()) })
            }
            TypeDefKind::Stream(item) => {
                json!({ "kind": "stream", "item": self.maybe(item.as_ref()) })
            }
            // They have names wherever they are used.
            other => json!({ "kind": other.as_str() }),
        }
    }
}

/// Returns the text of a comment.
fn docs(docs: &Docs) -> Value {
    docs.contents.as_deref().map_or(Value::Null, |text| text.trim_end().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIT: &str = "
        package shop:prices@1.0.0;
        interface types {
            /// What is sold.
            record article {
                /// On the label.
                name: string,
                sizes: list<u8>,
            }
            enum colour { red, /// As the sea.
                blue }
        }
        /// What things cost.
        interface prices {
            use types.{article};
            type many = list<article>;
            variant reason { unknown(string), closed }
            flags access { read, write }
            resource cart {
                constructor(limit: u32);
                add: func(what: article) -> result<u32, reason>;
                open: static func() -> cart;
            }
            /// Of one.
            price: func(article: option<article>, all: many) -> tuple<u32, access>;
        }
        /// A plugin.
        world plugin {
            import prices;
            import log: func(text: string);
            enum level { low, high }
            export total: func(cart: borrow<cart>, level: level) -> result;
            use prices.{cart};
        }";

    fn json() -> Value {
        Contract::parse(WIT, None).expect("WIT").json()
    }

    #[test]
    fn a_world_and_its_items() {
        let json = json();
        assert_eq!(json["world"], "shop:prices/plugin@1.0.0");
        assert_eq!(json["docs"], "A plugin.");
        assert!(json["wit"].as_str().is_some_and(|wit| wit.contains("interface prices {")));
        let imports = json["imports"].as_array().expect("a list");
        let imports: Vec<_> = imports.iter().map(|item| (&item["kind"], &item["name"])).collect();
        let named = |kind: &str, name: &str| (Value::from(kind), Value::from(name));
        let expected = [
            named("interface", "shop:prices/types@1.0.0"),
            named("interface", "shop:prices/prices@1.0.0"),
            named("function", "log"),
        ];
        assert_eq!(imports, expected.each_ref().map(|(kind, name)| (kind, name)));
        let total = &json["exports"][0];
        assert_eq!(total["wit"], "total: func(cart: borrow<cart>, level: level) -> result");
        assert_eq!(total["result"], json!({ "kind": "result", "ok": null, "err": null }));
        let level = json!({ "kind": "named", "name": "level", "interface": null });
        assert_eq!(total["params"][1], json!({ "name": "level", "type": level }));
        let names: Vec<_> =
            json["types"].as_array().expect("a list").iter().map(|ty| &ty["name"]).collect();
        assert_eq!(names, ["cart", "level"]);
    }

    #[test]
    fn interfaces_their_types_and_functions() {
        let json = json();
        let [types, prices] = &json["interfaces"].as_array().expect("a list")[..] else {
            panic!("{json:#}")
        };
        let article = |interface: &str| json!({ "kind": "named", "name": "article", "interface": format!("shop:prices/{interface}@1.0.0") });
        assert_eq!(
            types["types"],
            json!([
                { "name": "article", "docs": "What is sold.", "kind": "record", "fields": [
                    { "name": "name", "docs": "On the label.", "type": { "kind": "string" } },
                    { "name": "sizes", "docs": null,
                      "type": { "kind": "list", "item": { "kind": "u8" } } },
                ] },
                { "name": "colour", "docs": null, "kind": "enum", "cases": [
                    { "name": "red", "docs": null }, { "name": "blue", "docs": "As the sea." },
                ] },
            ])
        );
        assert_eq!(prices["docs"], "What things cost.");
        assert_eq!(
            prices["types"],
            json!([
                { "name": "article", "docs": null, "kind": "alias", "type": article("types") },
                { "name": "many", "docs": null, "kind": "alias",
                  "type": { "kind": "list", "item": article("prices") } },
                { "name": "reason", "docs": null, "kind": "variant", "cases": [
                    { "name": "unknown", "docs": null, "type": { "kind": "string" } },
                    { "name": "closed", "docs": null, "type": null },
                ] },
                { "name": "access", "docs": null, "kind": "flags", "flags": [
                    { "name": "read", "docs": null }, { "name": "write", "docs": null },
                ] },
                { "name": "cart", "docs": null, "kind": "resource" },
            ])
        );
        let functions = prices["functions"].as_array().expect("a list");
        let kinds: Vec<_> = functions
            .iter()
            .map(|one| [&one["name"], &one["kind"], &one["resource"]].map(|key| key.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                [Some("constructor"), Some("constructor"), Some("cart")],
                [Some("add"), Some("method"), Some("cart")],
                [Some("open"), Some("static"), Some("cart")],
                [Some("price"), Some("function"), None],
            ]
        );
        let cart =
            json!({ "kind": "named", "name": "cart", "interface": "shop:prices/prices@1.0.0" });
        let add = &functions[1];
        let itself = json!({ "name": "self", "type": { "kind": "borrow", "resource": cart } });
        assert_eq!(add["params"][0], itself);
        assert_eq!(functions[2]["result"], json!({ "kind": "own", "resource": cart }));
        assert_eq!(
            (&functions[3]["docs"], &functions[3]["async"]),
            (&"Of one.".into(), &false.into())
        );
    }
}
