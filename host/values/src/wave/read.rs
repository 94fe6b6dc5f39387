//! Reads WAVE as a value of the wanted type. The nesting of the value is limited by the type, which
//! the engine limits to a hundred levels.

use wasmtime::component::types::{FixedLengthList, Map, Record, Tuple, Variant};
use wasmtime::component::{Type, Val};

use super::lexer::Lexer;
use crate::fault::Fault;
use crate::notation::wit;
use crate::{members, number};
use wit_host_text::short;

/// Reads the text as a value of this type.
pub(crate) fn read(text: &str, ty: &Type) -> Result<Val, Fault> {
    let mut lexer = Lexer::new(text);
    let value = value(&mut lexer, ty)?;
    lexer.end()?;
    Ok(value)
}

/// Reads the text as a value of this type in which holes may stand in the places of values. A hole
/// is returned as an enum's case of its name, which no enum has.
pub(crate) fn read_with_holes(text: &str, ty: &Type) -> Result<Val, Fault> {
    let mut lexer = Lexer::with_holes(text);
    let value = value(&mut lexer, ty)?;
    lexer.end()?;
    Ok(value)
}

fn value(lexer: &mut Lexer<'_>, ty: &Type) -> Result<Val, Fault> {
    if let Some(hole) = lexer.hole() {
        let is_handle = matches!(ty, Type::Own(_) | Type::Borrow(_));
        return match hole.starts_with('$') && !is_handle {
            true => Err(Fault::new(format!("`{hole}` is a handle, and a `{}` is none", wit(ty)))),
            false => Ok(Val::Enum(hole.to_owned())),
        };
    }
    let before = lexer.clone();
    let read = match ty {
        Type::String => lexer.string()?.map(Val::String),
        Type::Char => lexer.character()?.map(Val::Char),
        Type::List(list) => sequence(lexer, ['[', ']'], |_| Some(list.ty()))?.map(Val::List),
        Type::FixedLengthList(ty) => fixed_list(lexer, ty)?,
        Type::Map(ty) => map(lexer, ty)?,
        Type::Tuple(ty) => tuple(lexer, ty)?,
        Type::Record(ty) => record(lexer, ty)?,
        Type::Variant(ty) => Some(variant(lexer, ty)?),
        Type::Enum(ty) => Some(members::enum_case(ty.names(), lexer.label()?)?),
        Type::Flags(ty) => flags(lexer)?.map(|set| members::flags(ty, &set)).transpose()?,
        Type::Option(ty) => option(lexer, &ty.ty())?,
        Type::Result(ty) => result(lexer, ty.ok(), ty.err())?,
        Type::Bool => lexer.word().parse().ok().map(Val::Bool),
        Type::Float32 | Type::Float64 => number::float(ty, lexer.word()),
        Type::S8
        | Type::U8
        | Type::S16
        | Type::U16
        | Type::S32
        | Type::U32
        | Type::S64
        | Type::U64 => lexer.word().parse().ok().and_then(|number| number::integer(ty, number)),
        Type::Own(_) | Type::Borrow(_) if lexer.has_holes() => {
            return Err(Fault::new("a handle is written as a label, such as `$1`"));
        }
        _ => return Err(Fault::no_text(ty)),
    };
    read.ok_or_else(|| Fault::expected(ty, before.next()))
}

/// Reads values between brackets. Returns `None` if the opening bracket is missing.
fn sequence(
    lexer: &mut Lexer<'_>,
    [opening, closing]: [char; 2],
    ty: impl Fn(usize) -> Option<Type>,
) -> Result<Option<Vec<Val>>, Fault> {
    let mut values = Vec::new();
    let is_there = items(lexer, [opening, closing], |lexer| {
        let index = values.len();
        let Some(ty) = ty(index) else { return lexer.expect(closing) };
        let item = value(lexer, &ty).map_err(|fault| fault.within(&format!("[{index}]")))?;
        values.push(item);
        Ok(())
    })?;
    Ok(is_there.then_some(values))
}

/// Reads items between brackets, separated by commas. A comma after the last is allowed. Returns
/// whether the opening bracket was there.
fn items(
    lexer: &mut Lexer<'_>,
    [opening, closing]: [char; 2],
    mut item: impl FnMut(&mut Lexer<'_>) -> Result<(), Fault>,
) -> Result<bool, Fault> {
    if !lexer.accept(opening) {
        return Ok(false);
    }
    while !lexer.accept(closing) {
        item(lexer)?;
        if !lexer.accept(',') {
            lexer.expect(closing)?;
            break;
        }
    }
    Ok(true)
}

fn fixed_list(lexer: &mut Lexer<'_>, ty: &FixedLengthList) -> Result<Option<Val>, Fault> {
    let Some(values) = sequence(lexer, ['[', ']'], |_| Some(ty.ty()))? else { return Ok(None) };
    members::list_length(ty.len(), values.len())?;
    Ok(Some(Val::FixedLengthList(values)))
}

/// Reads a map as a list of keys with their values: `[("a", 1), ("b", 2)]`.
fn map(lexer: &mut Lexer<'_>, ty: &Map) -> Result<Option<Val>, Fault> {
    let types = [ty.key(), ty.value()];
    let (mut entries, mut index) = (members::Entries::default(), 0_usize);
    let is_there = items(lexer, ['[', ']'], |lexer| {
        let within = |fault: Fault| fault.within(&format!("[{index}]"));
        let before = lexer.clone();
        let pair = sequence(lexer, ['(', ')'], |at| types.get(at).cloned()).map_err(within)?;
        let Some([key, value]) = pair.map(<[Val; 2]>::try_from).and_then(Result::ok) else {
            let reason = format!("expected a key and its value, found `{}`", short(before.next()));
            return Err(within(Fault::new(reason)));
        };
        entries.push(key, value).map_err(within)?;
        index += 1;
        Ok(())
    })?;
    Ok(is_there.then(|| entries.finish()))
}

fn tuple(lexer: &mut Lexer<'_>, ty: &Tuple) -> Result<Option<Val>, Fault> {
    let types: Vec<_> = ty.types().collect();
    let Some(values) = sequence(lexer, ['(', ')'], |index| types.get(index).cloned())? else {
        return Ok(None);
    };
    members::tuple_length(types.len(), values.len())?;
    Ok(Some(Val::Tuple(values)))
}

fn record(lexer: &mut Lexer<'_>, ty: &Record) -> Result<Option<Val>, Fault> {
    let mut fields = members::Fields::of(ty);
    // `{:}` is a record whose fields are all left out. `{}` is a set without flags.
    let mut empty = lexer.clone();
    if empty.accept('{') && empty.accept(':') {
        empty.expect('}')?;
        *lexer = empty;
        return fields.finish(&lexer.room).map(Some);
    }
    let is_there = items(lexer, ['{', '}'], |lexer| {
        let name = lexer.label()?;
        lexer.expect(':')?;
        fields.take(name, |ty| value(lexer, ty))
    })?;
    if is_there { fields.finish(&lexer.room).map(Some) } else { Ok(None) }
}

fn variant(lexer: &mut Lexer<'_>, ty: &Variant) -> Result<Val, Fault> {
    let name = lexer.label()?;
    let payload = payload(lexer, name, members::payload(ty.cases(), name)?)?;
    Ok(Val::Variant(name.to_owned(), payload))
}

/// Reads the payload of a case in parentheses.
fn payload(lexer: &mut Lexer<'_>, case: &str, ty: Option<Type>) -> Result<Option<Box<Val>>, Fault> {
    let Some(ty) = ty else {
        let has_payload = lexer.clone().accept('(');
        let fault = || Fault::new(format!("`{}` has no payload", short(case)));
        return if has_payload { Err(fault()) } else { Ok(None) };
    };
    if !lexer.accept('(') {
        let case = short(case);
        return Err(Fault::new(format!("`{case}` has a payload: `{case}({})`", wit(&ty))));
    }
    let value = value(lexer, &ty).map_err(|fault| fault.within(&format!(".{case}")))?;
    lexer.expect(')')?;
    Ok(Some(Box::new(value)))
}

fn flags(lexer: &mut Lexer<'_>) -> Result<Option<Vec<String>>, Fault> {
    let mut set = Vec::new();
    let is_there = items(lexer, ['{', '}'], |lexer| {
        set.push(lexer.label()?.to_owned());
        Ok(())
    })?;
    Ok(is_there.then_some(set))
}

fn option(lexer: &mut Lexer<'_>, ty: &Type) -> Result<Option<Val>, Fault> {
    let before = lexer.clone();
    let value = match lexer.word() {
        "none" => None,
        "some" => payload(lexer, "some", Some(ty.clone()))?,
        _ => {
            *lexer = before;
            let Some(value) = bare(lexer, ty)? else { return Ok(None) };
            Some(Box::new(value))
        }
    };
    Ok(Some(Val::Option(value)))
}

fn result(
    lexer: &mut Lexer<'_>,
    ok: Option<Type>,
    err: Option<Type>,
) -> Result<Option<Val>, Fault> {
    let before = lexer.clone();
    let value = match lexer.word() {
        "ok" => Ok(payload(lexer, "ok", ok)?),
        "err" => Err(payload(lexer, "err", err)?),
        _ => {
            *lexer = before;
            let Some(ty) = ok else { return Ok(None) };
            let Some(value) = bare(lexer, &ty)? else { return Ok(None) };
            Ok(Some(Box::new(value)))
        }
    };
    Ok(Some(Val::Result(value)))
}

/// Reads the value of an option or a result without `some` or `ok`. They may be left out unless the
/// value is an option or a result itself, which would be ambiguous.
fn bare(lexer: &mut Lexer<'_>, ty: &Type) -> Result<Option<Val>, Fault> {
    if matches!(ty, Type::Option(_) | Type::Result(_)) {
        return Ok(None);
    }
    value(lexer, ty).map(Some)
}
