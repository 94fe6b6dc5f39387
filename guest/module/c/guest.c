/* A core module that imports from `env`: `run` adds two numbers on the host, `greet`
   lets the host fetch, join and change text. Its own functions take and return text as
   C does: an address, up to a NUL. */

#include <stdlib.h>
#include <string.h>

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

/* What comes back from these is the length of a text that the host keeps, until
   `write_mem` copies it. */
IMPORT(add) int add(int a, int b);
IMPORT(concat) size_t env_concat(const char *a, size_t a_length, const char *b, size_t b_length);
IMPORT(to_upper) size_t env_to_upper(const char *text, size_t length);
IMPORT(from_utf8) size_t env_from_utf8(const char *bytes, size_t length);
IMPORT(fetch) size_t env_fetch(const char *url, size_t length);
IMPORT(write_mem) void env_write_mem(char *to);

/* Makes a block. The host puts an argument into one. */
EXPORT(allocate) void *allocate(size_t size) {
    void *block = malloc(size);
    if (!block) abort();
    return block;
}

/* Gives a block back. */
EXPORT(deallocate) void deallocate(void *block, size_t size) {
    (void)size;
    free(block);
}

static char *written(size_t length) {
    char *text = allocate(length + 1);
    env_write_mem(text);
    text[length] = 0;
    return text;
}

/* `a` followed by `b`; frees `a`. */
static char *followed(char *a, const char *b) {
    char *both = written(env_concat(a, strlen(a), b, strlen(b)));
    free(a);
    return both;
}

/* Traps where there is no document, or one that is not text. */
static char *fetched(const char *url) {
    size_t length = env_fetch(url, strlen(url));
    char *body = written(length);
    char *text = written(env_from_utf8(body, length));
    free(body);
    return text;
}

/* `all` followed by `names`, where `a,b` is `a and b`; frees `all`. */
static char *joined(char *all, const char *names) {
    for (;;) {
        size_t length = strcspn(names, ",");
        char *name = allocate(length + 1);
        memcpy(name, names, length);
        name[length] = 0;
        all = followed(all, name);
        free(name);
        names += length;
        if (!*names++) return all;
        all = followed(all, " and ");
    }
}

static char *greeting(const char *name) {
    char *hello = joined(written(env_concat("Hello, ", 7, "", 0)), *name ? name : "world");
    char *upper = written(env_to_upper(hello, strlen(hello)));
    free(hello);
    return followed(upper, "!");
}

EXPORT(run) int run(void) {
    return add(1, 2);
}

/* Greets somebody. The result is the host's to give back. */
EXPORT(greet) char *greet(const char *name) {
    if (strncmp(name, "http://", 7) != 0 && strncmp(name, "https://", 8) != 0) return greeting(name);
    char *text = fetched(name);
    char *result = greeting(text);
    free(text);
    return result;
}
