// What the standard library does where it would throw: a trap, without the message, which
// would bring WASI along to be printed.

#include <__verbose_abort>

_LIBCPP_BEGIN_NAMESPACE_STD
void __libcpp_verbose_abort(const char *, ...) noexcept {
    __builtin_trap();
}
_LIBCPP_END_NAMESPACE_STD
