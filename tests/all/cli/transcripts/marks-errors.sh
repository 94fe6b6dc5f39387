#!/bin/sh
# Runs the command in WIT_HOST, and prints its standard error after its standard output, with `! `
# before each line. Times and sizes, which differ from run to run, become `…`, and `\` is written as
# the sign that the test has for it.
all='s/spent until then: .*/spent until then: …/; s/^.* of memory$/… of memory/; s/\\/⧵/g'
errors=$(mktemp)
output=$(mktemp)
"$WIT_HOST" "$@" >"$output" 2>"$errors"
status=$?
sed "$all" "$output"
sed "$all; s/^/! /; s/ $//" "$errors"
rm "$errors" "$output"
exit $status
