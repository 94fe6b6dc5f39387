package main

// This file is the contract: each of its functions with Go's types, over what crosses
// to the host and back.

import (
	"fmt"
	"structs"
)

//go:wasmimport wit-host:contract/math@0.1.0 add
func importedAdd(a, b int32) int32

func add(a, b int32) (sum int32) {
	inHost(func() { sum = importedAdd(a, b) })
	return sum
}

//go:wasmimport wit-host:contract/strings@0.1.0 concat
func importedConcat(a, b string, result *list)

func concat(a, b string) string {
	result := new(list)
	inHost(func() { importedConcat(a, b, result) })
	return result.text()
}

//go:wasmimport wit-host:contract/strings@0.1.0 to-upper
func importedToUpper(text string, result *list)

func toUpper(text string) string {
	result := new(list)
	inHost(func() { importedToUpper(text, result) })
	return result.text()
}

//go:wasmimport wit-host:contract/strings@0.1.0 split
func importedSplit(text, separator string, result *list)

func split(text, separator string) []string {
	result := new(list)
	inHost(func() { importedSplit(text, separator, result) })
	return result.texts()
}

//go:wasmimport wit-host:contract/strings@0.1.0 from-utf8
func importedFromUTF8(bytes string, result *textOrError)

// textOrError is `result<string, utf8-error>`: where it failed, the text's address is
// how many bytes are valid.
type textOrError struct {
	_      structs.HostLayout
	failed bool
	text   list
}

type utf8Error struct {
	validUpTo uint32
}

func (e *utf8Error) Error() string {
	return fmt.Sprintf("no text after %d bytes", e.validUpTo)
}

func fromUTF8(bytes []byte) (string, error) {
	result := new(textOrError)
	inHost(func() { importedFromUTF8(string(bytes), result) })
	if result.failed {
		return "", &utf8Error{validUpTo: result.text.at}
	}
	return result.text.text(), nil
}

//go:wasmimport wit-host:contract/fetch@0.1.0 get
func importedGet(url string, result *bodyOrError)

// bodyOrError is `result<list<u8>, fetch-error>`: where it failed, the body's address
// is the case, and its number or text comes after it.
type bodyOrError struct {
	_       structs.HostLayout
	failed  bool
	_       [7]uint8
	body    list
	payload uint64
}

// fetchCase is why there is no document, in the order that the contract has.
type fetchCase uint8

const (
	denied fetchCase = iota
	invalidURL
	tooLarge
	timedOut
	failed
)

// fetchError has a limit where the case is tooLarge or timedOut, and a detail
// otherwise.
type fetchError struct {
	kind   fetchCase
	limit  uint64
	detail string
}

func (e *fetchError) Error() string {
	switch e.kind {
	case denied:
		return "denied: " + e.detail
	case invalidURL:
		return "invalid URL: " + e.detail
	case tooLarge:
		return fmt.Sprintf("larger than %d bytes", e.limit)
	case timedOut:
		return fmt.Sprintf("not there after %d ms", e.limit)
	default:
		return "failed: " + e.detail
	}
}

func get(url string) ([]byte, error) {
	result := new(bodyOrError)
	inHost(func() { importedGet(url, result) })
	if !result.failed {
		return result.body.bytes(), nil
	}
	kind := fetchCase(result.body.at)
	if kind == tooLarge || kind == timedOut {
		return nil, &fetchError{kind: kind, limit: result.payload}
	}
	return nil, &fetchError{kind: kind, detail: pairOf(result.payload).text()}
}

//go:wasmexport run
func exportedRun() (number int32) {
	inGuest(func() { number = run() })
	return number
}

//go:wasmexport greet
func exportedGreet(at, length uint32) (greeting *list) {
	inGuest(func() { greeting = give(greet(list{at: at, length: length}.text())) })
	return greeting
}
