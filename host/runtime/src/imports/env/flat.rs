//! Joins and splits lists of flat parameters at compile time, so that a call uses the engine's
//! typed path. It knows tuples, and not what they mean.

use std::fmt;

use wasmtime::{Caller, Linker, StoreContext, ValType, WasmRet, WasmTy, WasmTyList};

use super::memory::GuestMemory;
use super::param::Param;
use crate::store::state::State;

/// The parameters of a host function: a tuple of [`Param`]s.
pub trait ParamList: Sized + Send {
    /// The flat parameters of all of them, as one tuple.
    type Flat: FlatList;
    /// Whether any of them lies in the guest's memory.
    const IN_MEMORY: bool;
    /// What is known of the parameters before the guest's memory is read.
    type Found: Send;
    /// The values. Some of them may be borrowed for the time `'m`.
    type Lent<'m>: fmt::Debug + Send;

    /// Returns the types of [`ParamList::Flat`].
    fn types() -> Vec<ValType>;

    /// Looks up what the flat parameters refer to in the store. The error is the reason why it
    /// cannot be used.
    #[doc(hidden)]
    fn find<T: 'static>(
        flat: Self::Flat,
        store: &StoreContext<'_, State<T>>,
    ) -> Result<Self::Found, String>;

    /// Reads the values. The error is the reason why they cannot be read.
    #[doc(hidden)]
    fn lift<'m>(found: Self::Found, memory: &GuestMemory<'m>) -> Result<Self::Lent<'m>, String>;
}

impl ParamList for () {
    type Flat = ();
    const IN_MEMORY: bool = false;
    type Found = ();
    type Lent<'m> = ();

    fn types() -> Vec<ValType> {
        Vec::new()
    }

    #[inline]
    fn find<T: 'static>((): (), _: &StoreContext<'_, State<T>>) -> Result<(), String> {
        Ok(())
    }

    #[inline]
    fn lift((): (), _: &GuestMemory<'_>) -> Result<(), String> {
        Ok(())
    }
}

impl<A: Param<Flat: FlatList>> ParamList for (A,) {
    type Flat = A::Flat;
    const IN_MEMORY: bool = A::IN_MEMORY;
    type Found = A::Found;
    type Lent<'m> = (A::Lent<'m>,);

    fn types() -> Vec<ValType> {
        A::TYPES.to_vec()
    }

    #[inline]
    fn find<T: 'static>(
        flat: Self::Flat,
        store: &StoreContext<'_, State<T>>,
    ) -> Result<Self::Found, String> {
        A::find(flat, store)
    }

    #[inline(always)]
    fn lift<'m>(found: Self::Found, memory: &GuestMemory<'m>) -> Result<Self::Lent<'m>, String> {
        A::lift(found, memory).map(|value| (value,))
    }
}

/// Implements [`ParamList`] for two or more parameters, as the first one and the list of the
/// others.
macro_rules! param_list {
    ($head:ident $($tail:ident)+) => {
        #[allow(non_snake_case, reason = "type parameters name their values")]
        impl<$head: Param, $($tail: Param),+> ParamList for ($head, $($tail,)+)
        where
            ($($tail,)+): for<'m> ParamList<Lent<'m> = ($($tail::Lent<'m>,)+)>,
            $head::Flat: Join<<($($tail,)+) as ParamList>::Flat, Joined: FlatList>,
        {
            type Flat = <$head::Flat as Join<<($($tail,)+) as ParamList>::Flat>>::Joined;
            const IN_MEMORY: bool = $head::IN_MEMORY || <($($tail,)+) as ParamList>::IN_MEMORY;
            type Found = ($head::Found, <($($tail,)+) as ParamList>::Found);
            type Lent<'m> = ($head::Lent<'m>, $($tail::Lent<'m>,)+);

            fn types() -> Vec<ValType> {
                [$head::TYPES, &<($($tail,)+) as ParamList>::types()].concat()
            }

            #[inline]
            fn find<T: 'static>(
                flat: Self::Flat,
                store: &StoreContext<'_, State<T>>,
            ) -> Result<Self::Found, String> {
                let (head, tail) = $head::Flat::split(flat);
                Ok(($head::find(head, store)?, <($($tail,)+) as ParamList>::find(tail, store)?))
            }

            #[inline]
            fn lift<'m>(
                (head, tail): Self::Found,
                memory: &GuestMemory<'m>,
            ) -> Result<Self::Lent<'m>, String> {
                let $head = $head::lift(head, memory)?;
                let ($($tail,)+) = <($($tail,)+) as ParamList>::lift(tail, memory)?;
                Ok(($head, $($tail,)+))
            }
        }
    };
}

param_list!(A B);
param_list!(A B C);
param_list!(A B C D);
param_list!(A B C D E);
param_list!(A B C D E F);

/// A short tuple that can be put in front of another one.
pub trait Join<Right>: Sized {
    /// The tuple of all elements.
    type Joined;
    /// Splits the joined tuple.
    fn split(joined: Self::Joined) -> (Self, Right);
}

macro_rules! join {
    ($(($($right:ident)*))*) => {$(
        join!(X; $($right)*);
        join!(X Y; $($right)*);
        join!(X Y Z; $($right)*);
    )*};
    ($($left:ident)+; $($right:ident)*) => {
        #[allow(non_snake_case, reason = "type parameters name their values")]
        impl<$($left,)+ $($right),*> Join<($($right,)*)> for ($($left,)+) {
            type Joined = ($($left,)+ $($right,)*);

            #[inline]
            fn split(($($left,)+ $($right,)*): Self::Joined) -> (Self, ($($right,)*)) {
                (($($left,)+), ($($right,)*))
            }
        }
    };
}

// The left tuple is the flat form of one parameter, which has three parts at most.
join!(()(A)(A B)(A B C)(A B C D)(A B C D E)(A B C D E F)(A B C D E F G)(A B C D E F G H)
    (A B C D E F G H I)(A B C D E F G H I J));

/// A tuple of numbers that the engine takes as parameters of a core function.
pub trait FlatList: WasmTyList + Send + Sized + 'static {
    /// Defines a function in `linker` that takes its parameters as one tuple.
    #[doc(hidden)]
    fn define<S: 'static, R: WasmRet + 'static>(
        linker: &mut Linker<S>,
        module: &str,
        name: &str,
        function: impl Fn(Caller<'_, S>, Self) -> R + Send + Sync + 'static,
    ) -> wasmtime::Result<()>;
}

macro_rules! flat_list {
    ($(($($flat:ident)*))*) => {$(
        #[allow(non_snake_case, reason = "type parameters name their values")]
        impl<$($flat: WasmTy + Send + 'static),*> FlatList for ($($flat,)*) {
            fn define<S: 'static, R: WasmRet + 'static>(
                linker: &mut Linker<S>,
                module: &str,
                name: &str,
                function: impl Fn(Caller<'_, S>, Self) -> R + Send + Sync + 'static,
            ) -> wasmtime::Result<()> {
                let spread = move |caller: Caller<'_, S>, $($flat: $flat),*| {
                    function(caller, ($($flat,)*))
                };
                linker.func_wrap(module, name, spread).map(|_| ())
            }
        }
    )*};
}

flat_list!(()(A)(A B)(A B C)(A B C D)(A B C D E)(A B C D E F)(A B C D E F G)(A B C D E F G H)
    (A B C D E F G H I)(A B C D E F G H I J)(A B C D E F G H I J K)(A B C D E F G H I J K L));
