// A guest of the contract's world `plugin`: `run` adds two numbers on the host, `greet`
// lets the host fetch, join and change text.

#include <string>
#include <string_view>

#include "plugin.h"
#include "texts.hpp"

namespace {

using Text = plugin_string_t;

std::string concat(std::string_view a, std::string_view b) {
    Text left = lent<Text>(a), right = lent<Text>(b), both;
    wit_host_contract_strings_concat(&left, &right, &both);
    return taken(both);
}

std::string to_upper(std::string_view mixed) {
    Text text = lent<Text>(mixed), upper;
    wit_host_contract_strings_to_upper(&text, &upper);
    return taken(upper);
}

/// Who is greeted where there is no name.
std::string nobody(std::string_view reason) {
    return "nobody (" + std::string(reason) + ")";
}

std::string not_fetched(wit_host_contract_fetch_fetch_error_t &error) {
    switch (error.tag) {
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_DENIED:
        return nobody("denied: " + taken(error.val.denied));
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_INVALID_URL:
        return nobody("invalid URL: " + taken(error.val.invalid_url));
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_TOO_LARGE:
        return nobody("larger than " + std::to_string(error.val.too_large) + " bytes");
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_TIMED_OUT:
        return nobody("not there after " + std::to_string(error.val.timed_out) + " ms");
    default:
        return nobody("failed: " + taken(error.val.failed));
    }
}

/// The document at `url` as text.
std::string fetched(std::string_view url) {
    Text address = lent<Text>(url), document;
    plugin_list_u8_t body;
    wit_host_contract_fetch_fetch_error_t error;
    if (!wit_host_contract_fetch_get(&address, &body, &error)) return not_fetched(error);

    wit_host_contract_strings_utf8_error_t binary;
    bool is_text = wit_host_contract_strings_from_utf8(&body, &document, &binary);
    plugin_list_u8_free(&body);
    if (is_text) return taken(document);
    return nobody("no text after " + std::to_string(binary.valid_up_to) + " bytes");
}

/// `a,b` as `a and b`.
std::string joined(std::string_view names) {
    Text all = lent<Text>(names), comma = lent<Text>(",");
    plugin_list_string_t parts;
    wit_host_contract_strings_split(&all, &comma, &parts);
    std::string text;
    for (size_t i = 0; i < parts.len; i++) {
        if (i > 0) text = concat(text, " and ");
        text = concat(text, taken(parts.ptr[i]));
    }
    // Its texts were taken.
    plugin_list_string_free(&parts);
    return text;
}

} // namespace

int32_t exports_plugin_run() {
    return wit_host_contract_math_add(1, 2);
}

void exports_plugin_greet(Text *name, Text *greeting) {
    std::string who = taken(*name);
    if (who.starts_with("http://") || who.starts_with("https://")) who = fetched(who);
    if (who.empty()) who = "world";
    *greeting = given<Text>(concat(to_upper(concat("Hello, ", joined(who))), "!"));
}
