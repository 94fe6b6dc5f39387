//! Writes one function of any values in Go, except for handles of the guest's own resources: the
//! function that the author sees, and the code that exchanges its values with the host by means of
//! values.go. It does not declare the types.

use heck::ToLowerCamelCase as _;
use wit_parser::abi::{AbiVariant, WasmSignature, WasmType};
use wit_parser::{Function, SizeAlign, Type};

use super::crossing::Names;
use super::types::Types;
use crate::stubs::comment;
use crate::stubs::exports::Interface;

/// A parameter or a result: its name, its type, and how a value of it crosses.
struct Crossed {
    name: String,
    ty: Type,
    go: String,
    value: String,
    /// The offset in a block of all parameters.
    offset: u64,
    /// The number of flat values.
    slots: usize,
}

/// A function of values that contain others.
pub(super) struct Structured<'w> {
    function: &'w Function,
    module: String,
    names: Names,
    params: Vec<Crossed>,
    result: Option<Crossed>,
    flat: WasmSignature,
}

impl<'w> Structured<'w> {
    /// Creates the function. `exported` is whether the host calls it.
    ///
    /// # Errors
    /// The type for which there are no bindings for Go here.
    pub(super) fn new(
        types: &mut Types<'w>,
        interface: &Interface<'w>,
        function: &'w Function,
        names: Names,
        exported: bool,
    ) -> Result<Self, &'static str> {
        if exported && function.kind.resource().is_some() {
            return Err("a resource");
        }
        let resolve = types.resolve();
        let variant = if exported { AbiVariant::GuestExport } else { AbiVariant::GuestImport };
        let flat = resolve.wasm_signature(variant, function);
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        let offsets = sizes.field_offsets(function.params.iter().map(|param| &param.ty));
        let offsets: Vec<_> = offsets.iter().map(|(offset, _)| offset.size_wasm32()).collect();
        let mut scope = types.scope.clone();
        let crossed = |types: &mut Types<'w>, name: String, ty: Type, offset: usize| {
            let (go, value) = types.of(&ty)?;
            let slots = slots(types, &ty);
            let offset = u64::try_from(offset).unwrap_or_default();
            Ok::<_, &'static str>(Crossed { name, ty, go, value, offset, slots })
        };
        let mut params = Vec::new();
        for (param, offset) in function.params.iter().zip(offsets) {
            let name = scope.take(param.name.to_lower_camel_case());
            params.push(crossed(types, name, param.ty, offset)?);
        }
        let result = function.result.map(|ty| crossed(types, String::new(), ty, 0)).transpose()?;
        let module = interface.full_name().unwrap_or_else(|| "$root".into());
        Ok(Self { function, module, names, params, result, flat })
    }

    fn typed(&self) -> String {
        let params = self.params.iter().map(|one| format!("{} {}", one.name, one.go));
        params.collect::<Vec<_>>().join(", ")
    }

    /// Returns the function that the author fills in.
    pub(super) fn stub(&self, types: &Types<'_>) -> String {
        let docs = comment("//", &self.function.docs);
        let (returned, value) = match &self.result {
            Some(one) => {
                (format!(" {}", one.go), format!("return {} ", types.plain(&one.ty, &one.go)))
            }
            None => (String::new(), String::new()),
        };
        let (name, params) = (&self.names.own, self.typed());
        format!("\n{docs}func {name}({params}){returned} {{\n\t{value}// fill in\n}}\n")
    }

    /// Returns the function that the host calls, which calls the author's function.
    pub(super) fn export(&self) -> String {
        let flat: Vec<_> = self.flat.params.iter().map(|ty| number(*ty)).collect();
        let params = flat.iter().enumerate().map(|(index, ty)| format!("flat_{index} {ty}"));
        let params = params.collect::<Vec<_>>().join(", ");
        let returned = self.flat.results.first().map(|ty| number(*ty));
        let mut body = String::new();
        if self.flat.indirect_params {
            body += "\t\tits_params := place(flat_0)\n";
        } else if !flat.is_empty() {
            let bits =
                flat.iter().enumerate().map(|(index, ty)| bits(ty, &format!("flat_{index}")));
            let bits = bits.collect::<Vec<_>>().join(", ");
            body += &format!("\t\tits_slots := []uint64{{{bits}}}\n");
        }
        let (mut slot, mut given) = (0, Vec::new());
        for (index, one) in self.params.iter().enumerate() {
            let variable = format!("param_{index}");
            body += &format!("\t\tvar {variable} {}\n\t\t{}", one.go, one.value);
            body += &match self.flat.indirect_params {
                true => format!(
                    ".load(unsafe.Add(its_params, {}), unsafe.Pointer(&{variable}))\n",
                    one.offset
                ),
                false => format!(".lift(its_slots[{slot}:], unsafe.Pointer(&{variable}))\n"),
            };
            slot += one.slots;
            given.push(variable);
        }
        if self.flat.indirect_params {
            body += "\t\tdelete(room, flat_0)\n";
        }
        let call = format!("{}({})", self.names.own, given.join(", "));
        body += &match (&self.result, self.flat.retptr) {
            (None, _) => format!("\t\t{call}\n"),
            (Some(one), true) => format!(
                "\t\treturn_0 := {call}\n\t\tits_area := {value}.area()\n\
                 \t\treturnedValues = kept{{its_area}}\n\
                 \t\t{value}.store(its_area, unsafe.Pointer(&return_0), &returnedValues)\n\
                 \t\tresult = address(its_area)\n",
                value = one.value
            ),
            (Some(one), false) => format!(
                "\t\treturn_0, its_result := {call}, make([]uint64, 1)\n\
                 \t\t{}.lower(its_result, unsafe.Pointer(&return_0), &returnedValues)\n\
                 \t\tresult = {}\n",
                one.value,
                of_bits(returned.unwrap_or("uint32"), "its_result[0]")
            ),
        };
        let export = match &*self.module {
            "$root" => self.function.name.clone(),
            module => format!("{module}#{}", self.function.name),
        };
        let (head, end) = match returned {
            Some(ty) => (format!(" (result {ty})"), "\treturn result\n"),
            None => (String::new(), ""),
        };
        format!(
            "\n//go:wasmexport {export}\nfunc {}({params}){head} {{\n\tinGuest(func() {{\n{body}\t}})\n{end}}}\n",
            self.names.outer
        )
    }

    /// Returns the function that the guest calls, which calls the host.
    pub(super) fn import(&self) -> String {
        let outer = &self.names.outer;
        let flat: Vec<_> = self.flat.params.iter().map(|ty| number(*ty)).collect();
        let declared = flat.iter().enumerate().map(|(index, ty)| format!("flat_{index} {ty}"));
        let declared = declared.collect::<Vec<_>>().join(", ");
        let returned = self.flat.results.first().map(|ty| number(*ty));
        // The last parameter is the pointer to the result.
        let values = flat.len() - usize::from(self.flat.retptr);
        let mut body = "\tvar its_kept kept\n".to_owned();
        let mut given = Vec::new();
        if self.flat.indirect_params {
            let size = self.params.last().map_or(0, |last| last.offset);
            let last = self.params.last().map_or("value_u8", |last| &last.value);
            body += &format!("\tits_params := block({size} + {last}.size)\n");
            given.push("address(its_params)".to_owned());
        } else if values > 0 {
            body += &format!("\tits_slots := make([]uint64, {values})\n");
            let bits = flat[..values].iter().enumerate();
            given.extend(bits.map(|(index, ty)| of_bits(ty, &format!("its_slots[{index}]"))));
        }
        let mut slot = 0;
        for Crossed { name, value, offset, slots, .. } in &self.params {
            body += &match self.flat.indirect_params {
                true => format!(
                    "\t{value}.store(unsafe.Add(its_params, {offset}), unsafe.Pointer(&{name}), &its_kept)\n"
                ),
                false => format!(
                    "\t{value}.lower(its_slots[{slot}:], unsafe.Pointer(&{name}), &its_kept)\n"
                ),
            };
            slot += slots;
        }
        let mut behind = "\tits_kept.stayAlive()\n".to_owned();
        if self.flat.indirect_params {
            behind = "\tits_kept = append(its_kept, its_params)\n".to_owned() + &behind;
        }
        let call = |given: &[String]| format!("{outer}({})", given.join(", "));
        let (head, end) = match (&self.result, returned) {
            (None, _) => {
                body += &format!("\tinHost(func() {{ {} }})\n{behind}", call(&given));
                (String::new(), "")
            }
            (Some(one), _) if self.flat.retptr => {
                given.push("address(its_area)".into());
                body += &format!(
                    "\tits_area := {value}.area()\n\tinHost(func() {{ {} }})\n{behind}\
                     \t{value}.load(its_area, unsafe.Pointer(&result))\n",
                    call(&given),
                    value = one.value
                );
                (format!(" (result {})", one.go), "\treturn result\n")
            }
            (Some(one), ty) => {
                let returned = bits(ty.unwrap_or("uint32"), &call(&given));
                body += &format!(
                    "\tits_result := make([]uint64, 1)\n\
                     \tinHost(func() {{ its_result[0] = {returned} }})\n{behind}\
                     \t{}.lift(its_result, unsafe.Pointer(&result))\n",
                    one.value
                );
                (format!(" (result {})", one.go), "\treturn result\n")
            }
        };
        let flat_result = returned.map_or(String::new(), |ty| format!(" {ty}"));
        format!(
            "\n//go:wasmimport {} {}\nfunc {outer}({declared}){flat_result}\n\n\
             {}func {}({}){head} {{\n{body}{end}}}\n",
            self.module,
            self.function.name,
            comment("//", &self.function.docs),
            self.names.own,
            self.typed(),
        )
    }
}

/// Returns the number of flat values of a type.
fn slots(types: &Types<'_>, ty: &Type) -> usize {
    let mut flat = vec![WasmType::I32; MOST_SLOTS];
    let mut flat = wit_parser::abi::FlatTypes::new(&mut flat);
    if types.resolve().push_flat(ty, &mut flat) { flat.to_vec().len() } else { 0 }
}

/// The limit of flat parameters. With more, they are passed in memory.
const MOST_SLOTS: usize = 16;

fn number(ty: WasmType) -> &'static str {
    match ty {
        WasmType::I64 | WasmType::PointerOrI64 => "uint64",
        WasmType::F32 => "float32",
        WasmType::F64 => "float64",
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "uint32",
    }
}

/// Returns the expression for a number's bits.
fn bits(ty: &str, number: &str) -> String {
    match ty {
        "float32" => format!("bitsOf32({number})"),
        "float64" => format!("bitsOf64({number})"),
        _ => format!("uint64({number})"),
    }
}

/// Returns the expression for a number from its bits.
fn of_bits(ty: &str, bits: &str) -> String {
    match ty {
        "float32" => format!("ofBits32({bits})"),
        "float64" => format!("ofBits64({bits})"),
        ty => format!("{ty}({bits})"),
    }
}
