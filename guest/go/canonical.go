package main

// This file is the canonical ABI: how text and lists cross between a component and
// its host. It knows no function of the contract.
//
// The host asks for room by `cabi_realloc` before it writes arguments and results.
// Go's collector does not see the host's pointers, so that room is kept in a table
// until what is in it was taken. And the allocator and the collector ask WASI for the
// time, but a guest that is asked for room must not call anything: so the clocks are
// held and the collector is off, but for when code of the guest's own is running.

import (
	"runtime/debug"
	"structs"
	"unsafe"
)

// collecting is the growth at which the collector starts, as Go has it by default.
const collecting = 100

// holdClocks is in wasi.wat: 1 holds them, 0 lets them go on.
//
//go:wasmimport wasi_snapshot_preview1 hold_clocks
func holdClocks(held uint32)

func init() {
	beAskedForRoom()
}

// inHost calls an import.
func inHost(call func()) {
	beAskedForRoom()
	call()
	goOn()
}

// inGuest runs what an export does.
func inGuest(run func()) {
	goOn()
	run()
	beAskedForRoom()
}

func beAskedForRoom() {
	debug.SetGCPercent(-1)
	holdClocks(1)
}

func goOn() {
	holdClocks(0)
	debug.SetGCPercent(collecting)
}

// list is a text, or a list of anything, as both sides pass it.
type list struct {
	_      structs.HostLayout
	at     uint32
	length uint32
}

// room by its address. It is made of uint64 so that anything may lie there.
var room = map[uint32][]uint64{}

//go:wasmexport cabi_realloc
func reallocate(old, oldSize, alignment, size uint32) uint32 {
	if size == 0 {
		return alignment
	}
	memory := make([]uint64, (uint64(size)+7)/8)
	copy(memory, room[old])
	delete(room, old)
	at := address(unsafe.Pointer(unsafe.SliceData(memory)))
	room[at] = memory
	return at
}

// text takes what the host wrote as text.
func (l list) text() string {
	return string(l.bytes())
}

// bytes takes what the host wrote as bytes.
func (l list) bytes() []byte {
	if l.length == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(l.take()))), l.length)
}

// texts takes a list of texts: of each, the lower half is where it is, and the upper
// half its length.
func (l list) texts() []string {
	texts := make([]string, l.length)
	for index, pair := range l.take()[:l.length] {
		texts[index] = pairOf(pair).text()
	}
	return texts
}

func (l list) take() []uint64 {
	memory := room[l.at]
	delete(room, l.at)
	return memory
}

// pairOf is the list whose two parts were read as one number.
func pairOf(pair uint64) list {
	return list{at: uint32(pair), length: uint32(pair >> 32)}
}

// returned is what an export gave back last: the host reads it after the call.
var returned struct {
	text string
	list list
}

// give lends the host a text as the result of an export.
func give(text string) *list {
	returned.text = text
	data := unsafe.Pointer(unsafe.StringData(text))
	returned.list = list{at: address(data), length: uint32(len(text))}
	return &returned.list
}

// address is exact: memory ends before 2^32.
func address(pointer unsafe.Pointer) uint32 {
	return uint32(uintptr(pointer))
}
