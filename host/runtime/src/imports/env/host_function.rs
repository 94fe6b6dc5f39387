//! The Rust functions that can be used as imports: methods and closures that take the host data
//! and up to six parameters.

use super::flat::ParamList;
use super::param::Param;

/// A function on host data `U` that takes the tuple `A` and returns `R`. Parameters in the
/// guest's memory are borrowed.
pub trait HostFunction<U, A: ParamList, R>: Send + Sync + 'static {
    /// Calls the function.
    #[doc(hidden)]
    fn call(&self, data: &mut U, arguments: A::Lent<'_>) -> R;
}

/// An async function on host data `U` that takes the tuple `A`. Its future may borrow the host
/// data.
pub trait AsyncHostFunction<'a, U: 'a, A> {
    /// The output of the future.
    type Output;
    /// The future of one call.
    type Future: Future<Output = Self::Output> + Send + 'a;
    /// Calls the function.
    #[doc(hidden)]
    fn call(&self, data: &'a mut U, arguments: A) -> Self::Future;
}

macro_rules! host_function {
    ($($param:ident)*) => {
        #[allow(non_snake_case, reason = "type parameters name their values")]
        impl<U, Function, R, $($param: Param),*> HostFunction<U, ($($param,)*), R> for Function
        where
            ($($param,)*): for<'m> ParamList<Lent<'m> = ($($param::Lent<'m>,)*)>,
            // The first bound lets the compiler infer the parameters, the second one says that
            // they may be borrowed for any time.
            Function: Fn(&mut U, $($param),*) -> R
                + for<'m> Fn(&mut U, $($param::Lent<'m>),*) -> R
                + Send
                + Sync
                + 'static,
        {
            #[inline]
            fn call<'m>(
                &self,
                data: &mut U,
                ($($param,)*): <($($param,)*) as ParamList>::Lent<'m>,
            ) -> R {
                // A direct call of `self` would be by the first bound, whose parameters are not
                // those of this call.
                fn call<U, R, $($param),*>(
                    function: impl Fn(&mut U, $($param),*) -> R,
                    data: &mut U,
                    ($($param,)*): ($($param,)*),
                ) -> R {
                    function(data, $($param),*)
                }
                call::<U, R, $($param::Lent<'m>),*>(self, data, ($($param,)*))
            }
        }

        #[allow(non_snake_case, reason = "type parameters name their values")]
        impl<'a, U: 'a, Function, Pending, $($param),*> AsyncHostFunction<'a, U, ($($param,)*)> for Function
        where
            Function: Fn(&'a mut U, $($param),*) -> Pending,
            Pending: Future + Send + 'a,
        {
            type Output = Pending::Output;
            type Future = Pending;

            fn call(&self, data: &'a mut U, ($($param,)*): ($($param,)*)) -> Pending {
                self(data, $($param),*)
            }
        }
    };
}

host_function!();
host_function!(A);
host_function!(A B);
host_function!(A B C);
host_function!(A B C D);
host_function!(A B C D E);
host_function!(A B C D E F);
