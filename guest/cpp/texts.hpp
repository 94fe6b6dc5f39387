// Texts and lists of bytes of the bindings, which are a pointer and a length, as those of
// the standard library. `Text` is the bindings' type, `plugin_string_t`.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

/// A text that was handed over, as a string; the memory that it came in is freed.
template <typename Text> std::string taken(Text &text) {
    if (text.len == 0) return {};
    std::string copy(reinterpret_cast<const char *>(text.ptr), text.len);
    std::free(text.ptr);
    text = {};
    return copy;
}

/// A text as the argument of an import, which does not keep it.
template <typename Text> Text lent(std::string_view text) {
    auto bytes = reinterpret_cast<const std::uint8_t *>(text.data());
    return {const_cast<std::uint8_t *>(bytes), text.size()};
}

/// A text to be returned, which the bindings free when the host has read it.
template <typename Text> Text given(std::string_view text) {
    if (text.empty()) return {};
    void *block = std::malloc(text.size());
    if (block == nullptr) std::abort();
    std::memcpy(block, text.data(), text.size());
    return {static_cast<std::uint8_t *>(block), text.size()};
}
