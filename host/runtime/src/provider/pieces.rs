//! Bytes that cross in one piece, without a value for each: a closed set of function types that are
//! called with types of Rust in place of values. Every other type crosses over values. What serves
//! a call is not known here.
//!
//! The set is small because each of its types is compiled by itself, once for the callers and once
//! for the providers. Text needs no place in it, since it is in one piece as a value too.

use wasmtime::Store;
use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{ComponentNamedList, Func, Lift, Lower, Type, TypedFunc, Val};

use super::BoxFuture;
use crate::store::state::State;

/// A value of a function in the set.
pub enum Piece {
    /// A `list<u8>`.
    Bytes(Vec<u8>),
    /// A `result<list<u8>, string>`.
    Fallible(Result<Vec<u8>, String>),
    /// Another value.
    Value(Val),
}

/// The number of bytes of a piece that are shown at most. A text of that many numbers is cut.
const SHOWN: usize = 100;

impl Piece {
    /// Returns the value, with no more than the first bytes of a piece, for traces and errors.
    pub(crate) fn shown(&self) -> Val {
        let bytes =
            |bytes: &[u8]| Val::List(bytes.iter().take(SHOWN).copied().map(Val::U8).collect());
        match self {
            Self::Bytes(piece) => bytes(piece),
            Self::Fallible(Ok(piece)) => Val::Result(Ok(Some(Box::new(bytes(piece))))),
            Self::Fallible(Err(text)) => {
                Val::Result(Err(Some(Box::new(Val::String(text.clone())))))
            }
            Self::Value(value) => value.clone(),
        }
    }
}

/// A type of Rust that stands for a value.
trait Crossing: Sized {
    fn into_piece(self) -> Piece;
    fn of(piece: Piece) -> Option<Self>;
}

macro_rules! crossing {
    ($($ty:ty: $piece:pat => $of:expr, $from:ident => $into:expr;)*) => {$(
        impl Crossing for $ty {
            fn into_piece(self) -> Piece {
                let $from = self;
                $into
            }

            fn of(piece: Piece) -> Option<Self> {
                match piece {
                    $piece => Some($of),
                    _ => None,
                }
            }
        }
    )*};
}

crossing! {
    Vec<u8>: Piece::Bytes(bytes) => bytes, bytes => Piece::Bytes(bytes);
    Result<Vec<u8>, String>: Piece::Fallible(result) => result, result => Piece::Fallible(result);
    String: Piece::Value(Val::String(text)) => text, text => Piece::Value(Val::String(text));
    bool: Piece::Value(Val::Bool(value)) => value, value => Piece::Value(Val::Bool(value));
    u32: Piece::Value(Val::U32(value)) => value, value => Piece::Value(Val::U32(value));
    u64: Piece::Value(Val::U64(value)) => value, value => Piece::Value(Val::U64(value));
}

impl Crossing for Result<(), String> {
    fn into_piece(self) -> Piece {
        let text = |text| Some(Box::new(Val::String(text)));
        Piece::Value(Val::Result(self.map(|()| None).map_err(text)))
    }

    fn of(piece: Piece) -> Option<Self> {
        match piece {
            Piece::Value(Val::Result(Ok(None))) => Some(Ok(())),
            Piece::Value(Val::Result(Err(Some(text)))) => match *text {
                Val::String(text) => Some(Err(text)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The types of Rust that stand for the parameters or the results of a function.
pub(crate) trait Pieces:
    ComponentNamedList + Lift + Lower + Send + Sync + Sized + 'static
{
    fn into_pieces(self) -> Vec<Piece>;
    fn of(pieces: Vec<Piece>) -> Option<Self>;
}

macro_rules! pieces {
    ($($name:ident),*) => {
        impl<$($name),*> Pieces for ($($name,)*)
        where
            $($name: Crossing + Send + Sync + 'static,)*
            Self: ComponentNamedList + Lift + Lower,
        {
            #[allow(non_snake_case, reason = "each value has the name of its type")]
            fn into_pieces(self) -> Vec<Piece> {
                let ($($name,)*) = self;
                vec![$($name.into_piece()),*]
            }

            fn of(pieces: Vec<Piece>) -> Option<Self> {
                let mut pieces = pieces.into_iter();
                let all = ($($name::of(pieces.next()?)?,)*);
                pieces.next().is_none().then_some(all)
            }
        }
    };
}

pieces!();
pieces!(A);
pieces!(A, B);

/// What is done with the types of Rust of a function.
pub(crate) trait OfTypes {
    type Output;

    fn with<P: Pieces, R: Pieces>(self) -> Self::Output;
}

/// The types that the set is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bytes,
    Text,
    Bool,
    U32,
    U64,
    Fallible,
    FallibleBytes,
}

impl Kind {
    fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::List(list) if list.ty() == Type::U8 => Self::Bytes,
            Type::String => Self::Text,
            Type::Bool => Self::Bool,
            Type::U32 => Self::U32,
            Type::U64 => Self::U64,
            Type::Result(result) if result.err() == Some(Type::String) => match result.ok() {
                None => Self::Fallible,
                Some(Type::List(list)) if list.ty() == Type::U8 => Self::FallibleBytes,
                Some(_) => return None,
            },
            _ => return None,
        })
    }
}

/// Does something with the types of Rust of a function, if bytes are among them and its type is in
/// the set.
pub(crate) fn with_types<V: OfTypes>(ty: &ComponentFunc, of: V) -> Option<V::Output> {
    use Kind::{Bytes, Text, U32, U64};
    if ty.async_() {
        return None;
    }
    let params: Option<Vec<_>> = ty.params().map(|(_, ty)| Kind::of(&ty)).collect();
    let results: Option<Vec<_>> = ty.results().map(|ty| Kind::of(&ty)).collect();
    let result = match results?[..] {
        [] => None,
        [result] => Some(result),
        _ => return None,
    };
    // Parameters with bytes go with several results, and the others only with a result of bytes: a
    // call without bytes is no slower over values.
    match params?[..] {
        [Bytes] => of_bytes::<(Vec<u8>,), V>(of, result),
        [Bytes, Bytes] => of_bytes::<(Vec<u8>, Vec<u8>), V>(of, result),
        [Text, Bytes] => of_bytes::<(String, Vec<u8>), V>(of, result),
        [Bytes, Text] => of_bytes::<(Vec<u8>, String), V>(of, result),
        [U32, Bytes] => of_bytes::<(u32, Vec<u8>), V>(of, result),
        [U64, Bytes] => of_bytes::<(u64, Vec<u8>), V>(of, result),
        [Bytes, U32] => of_bytes::<(Vec<u8>, u32), V>(of, result),
        [] => to_bytes::<(), V>(of, result),
        [Text] => to_bytes::<(String,), V>(of, result),
        [U32] => to_bytes::<(u32,), V>(of, result),
        [U64] => to_bytes::<(u64,), V>(of, result),
        [Text, Text] => to_bytes::<(String, String), V>(of, result),
        [Text, U32] => to_bytes::<(String, u32), V>(of, result),
        [U64, U64] => to_bytes::<(u64, u64), V>(of, result),
        _ => None,
    }
}

fn of_bytes<P: Pieces, V: OfTypes>(of: V, result: Option<Kind>) -> Option<V::Output> {
    Some(match result {
        None => of.with::<P, ()>(),
        Some(Kind::Text) => of.with::<P, (String,)>(),
        Some(Kind::Bool) => of.with::<P, (bool,)>(),
        Some(Kind::U32) => of.with::<P, (u32,)>(),
        Some(Kind::Fallible) => of.with::<P, (Result<(), String>,)>(),
        Some(Kind::U64) => return None,
        Some(Kind::Bytes | Kind::FallibleBytes) => return to_bytes::<P, V>(of, result),
    })
}

fn to_bytes<P: Pieces, V: OfTypes>(of: V, result: Option<Kind>) -> Option<V::Output> {
    match result {
        Some(Kind::Bytes) => Some(of.with::<P, (Vec<u8>,)>()),
        Some(Kind::FallibleBytes) => Some(of.with::<P, (Result<Vec<u8>, String>,)>()),
        _ => None,
    }
}

/// A function of a component's instance that is called with pieces.
pub(crate) trait CallPieces<T: 'static>: Send + Sync {
    fn call<'a>(
        &'a self,
        store: &'a mut Store<State<T>>,
        arguments: Vec<Piece>,
    ) -> BoxFuture<'a, wasmtime::Result<Vec<Piece>>>;
}

/// Finds the types of a function of an instance.
pub(crate) struct Callable<'f, T: 'static> {
    pub(crate) func: Func,
    pub(crate) store: &'f Store<State<T>>,
}

impl<T: Send + 'static> OfTypes for Callable<'_, T> {
    type Output = wasmtime::Result<Box<dyn CallPieces<T>>>;

    fn with<P: Pieces, R: Pieces>(self) -> Self::Output {
        let typed: TypedFunc<P, R> = self.func.typed(self.store)?;
        Ok(Box::new(typed))
    }
}

impl<T: Send + 'static, P: Pieces, R: Pieces> CallPieces<T> for TypedFunc<P, R> {
    fn call<'a>(
        &'a self,
        store: &'a mut Store<State<T>>,
        arguments: Vec<Piece>,
    ) -> BoxFuture<'a, wasmtime::Result<Vec<Piece>>> {
        Box::pin(async move {
            let arguments = P::of(arguments);
            let arguments = arguments.ok_or_else(|| wasmtime::format_err!("type mismatch"))?;
            Ok(self.call_async(store, arguments).await?.into_pieces())
        })
    }
}

/// A provider that takes pieces.
pub trait TakesPieces: Send + Sync {
    /// Serves a call, whose arguments are pieces.
    fn call_pieces<'a>(
        &'a self,
        call: super::ImportCall<'a>,
        arguments: Vec<Piece>,
    ) -> BoxFuture<'a, Result<Vec<Piece>, super::ProviderFailure>>;
}
