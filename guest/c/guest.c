/* A guest of the contract's world `plugin`: `run` adds two numbers on the host,
   `greet` lets the host fetch, join and change text. Every text that the host or
   one of these functions gives is owned, and is freed by who takes it. */

#include <string.h>

#include "plugin.h"

typedef plugin_string_t text;

static text owned(const char *literal) {
    text copy;
    plugin_string_dup(&copy, literal);
    return copy;
}

/* `a` followed by `b`; takes both. */
static text followed(text a, text b) {
    text both;
    wit_host_contract_strings_concat(&a, &b, &both);
    plugin_string_free(&a);
    plugin_string_free(&b);
    return both;
}

/* `printf` would bring more code along than all of this guest has, and WASI. */
static text decimal(uint64_t number) {
    char digits[20];
    size_t first = sizeof digits;
    do digits[--first] = (char)('0' + number % 10);
    while (number /= 10);
    text copy;
    plugin_string_dup_n(&copy, digits + first, sizeof digits - first);
    return copy;
}

/* Who is greeted where there is no name; takes the detail. */
static text nobody(const char *before, text detail, const char *after) {
    text reason = followed(followed(owned(before), detail), owned(after));
    return followed(followed(owned("nobody ("), reason), owned(")"));
}

static text not_fetched(wit_host_contract_fetch_fetch_error_t *error) {
    switch (error->tag) {
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_DENIED:
        return nobody("denied: ", error->val.denied, "");
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_INVALID_URL:
        return nobody("invalid URL: ", error->val.invalid_url, "");
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_TOO_LARGE:
        return nobody("larger than ", decimal(error->val.too_large), " bytes");
    case WIT_HOST_CONTRACT_FETCH_FETCH_ERROR_TIMED_OUT:
        return nobody("not there after ", decimal(error->val.timed_out), " ms");
    default:
        return nobody("failed: ", error->val.failed, "");
    }
}

/* The document at `url` as text; takes `url`. */
static text fetched(text url) {
    plugin_list_u8_t body;
    wit_host_contract_fetch_fetch_error_t error;
    bool found = wit_host_contract_fetch_get(&url, &body, &error);
    plugin_string_free(&url);
    if (!found) return not_fetched(&error);

    text document;
    wit_host_contract_strings_utf8_error_t binary;
    bool is_text = wit_host_contract_strings_from_utf8(&body, &document, &binary);
    plugin_list_u8_free(&body);
    return is_text ? document : nobody("no text after ", decimal(binary.valid_up_to), " bytes");
}

/* `a,b` as `a and b`; takes `names`. */
static text joined(text names) {
    text comma;
    plugin_list_string_t parts;
    plugin_string_set(&comma, ",");
    wit_host_contract_strings_split(&names, &comma, &parts);
    plugin_string_free(&names);
    text all = owned("");
    for (size_t i = 0; i < parts.len; i++) {
        if (i > 0) all = followed(all, owned(" and "));
        all = followed(all, parts.ptr[i]);
        /* It was taken; what is freed below is the list. */
        parts.ptr[i].len = 0;
    }
    plugin_list_string_free(&parts);
    return all;
}

static bool starts_with(const text *all, const char *start) {
    size_t length = strlen(start);
    return all->len >= length && memcmp(all->ptr, start, length) == 0;
}

int32_t exports_plugin_run(void) {
    return wit_host_contract_math_add(1, 2);
}

void exports_plugin_greet(plugin_string_t *name, plugin_string_t *greeting) {
    if (starts_with(name, "http://") || starts_with(name, "https://")) *name = fetched(*name);
    if (name->len == 0) *name = owned("world");
    text hello = followed(owned("Hello, "), joined(*name));
    text upper;
    wit_host_contract_strings_to_upper(&hello, &upper);
    plugin_string_free(&hello);
    *greeting = followed(upper, owned("!"));
}
