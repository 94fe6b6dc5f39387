//! Lists of flat parameters, joined and split at compile time, so that a call
//! goes through the engine's typed path. It knows tuples, and no meaning.

use std::fmt;

use wasmtime::{Caller, Linker, ValType, WasmRet, WasmTy, WasmTyList};

use super::param::{Param, Source};

/// The parameters of a host function, all together: a tuple of [`Param`]s.
pub trait ParamList: Sized + Send + fmt::Debug {
    /// The flat parameters of all, as one tuple.
    type Flat: FlatList;
    /// Whether any of them lies in the guest's memory.
    const IN_MEMORY: bool;

    /// The types of [`ParamList::Flat`].
    fn types() -> Vec<ValType>;

    /// The values behind the flat parameters, or why there are none.
    #[doc(hidden)]
    fn lift<T: 'static>(flat: Self::Flat, from: &Source<'_, T>) -> Result<Self, String>;
}

impl ParamList for () {
    type Flat = ();
    const IN_MEMORY: bool = false;

    fn types() -> Vec<ValType> {
        Vec::new()
    }

    fn lift<T: 'static>(_: Self::Flat, _: &Source<'_, T>) -> Result<Self, String> {
        Ok(())
    }
}

impl<A: Param<Flat: FlatList>> ParamList for (A,) {
    type Flat = A::Flat;
    const IN_MEMORY: bool = A::IN_MEMORY;

    fn types() -> Vec<ValType> {
        A::TYPES.to_vec()
    }

    fn lift<T: 'static>(flat: Self::Flat, from: &Source<'_, T>) -> Result<Self, String> {
        A::lift(flat, from).map(|value| (value,))
    }
}

/// Two parameters and more: the first, and the list of the others.
macro_rules! param_list {
    ($head:ident $($tail:ident)+) => {
        #[allow(non_snake_case, reason = "type parameters name their values")]
        impl<$head: Param, $($tail: Param),+> ParamList for ($head, $($tail,)+)
        where
            ($($tail,)+): ParamList,
            $head::Flat: Join<<($($tail,)+) as ParamList>::Flat, Joined: FlatList>,
        {
            type Flat = <$head::Flat as Join<<($($tail,)+) as ParamList>::Flat>>::Joined;
            const IN_MEMORY: bool = $head::IN_MEMORY || <($($tail,)+) as ParamList>::IN_MEMORY;

            fn types() -> Vec<ValType> {
                [$head::TYPES, &<($($tail,)+) as ParamList>::types()].concat()
            }

            fn lift<T: 'static>(flat: Self::Flat, from: &Source<'_, T>) -> Result<Self, String> {
                let (head, tail) = $head::Flat::split(flat);
                let $head = $head::lift(head, from)?;
                let ($($tail,)+) = <($($tail,)+) as ParamList>::lift(tail, from)?;
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

/// A short tuple in front of another one.
pub trait Join<Right>: Sized {
    /// The elements of both.
    type Joined;
    /// Undoes the joining.
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

            fn split(($($left,)+ $($right,)*): Self::Joined) -> (Self, ($($right,)*)) {
                (($($left,)+), ($($right,)*))
            }
        }
    };
}

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
