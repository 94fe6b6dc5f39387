package main

// This file is the canonical ABI for values that are made of others: records, variants,
// options, results, lists. It knows no function of the contract, and not its types either:
// contract.go puts those together of what is here.

import (
	"math"
	"runtime"
	"unsafe"
)

// Result is a `result` of WIT: Err where it has failed, and Ok otherwise.
type Result[T, E any] struct {
	Failed bool
	Ok     T
	Err    E
}

// kept is what has to stay where it is while the host looks at it.
type kept []any

func (k *kept) stayAlive() {
	runtime.KeepAlive(*k)
}

// returnedValues is what an export gave back last.
var returnedValues kept

// valueType is how values of a type cross: in memory, or as numbers, each of which is the bits
// of one that the function takes or returns.
type valueType struct {
	size, alignment uintptr
	slots           int
	load            func(at, to unsafe.Pointer)
	store           func(at, from unsafe.Pointer, k *kept)
	lift            func(slots []uint64, to unsafe.Pointer)
	lower           func(slots []uint64, from unsafe.Pointer, k *kept)
}

// area is room for a value of a type.
func (t *valueType) area() unsafe.Pointer {
	return block(t.size)
}

// block is room for this many bytes, where anything may lie.
func block(size uintptr) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(make([]uint64, size/8+1)))
}

// place is where the host has put something.
func place(at uint32) unsafe.Pointer {
	return unsafe.Pointer(uintptr(at))
}

func bitsOf32(number float32) uint64 {
	return uint64(math.Float32bits(number))
}

func bitsOf64(number float64) uint64 {
	return math.Float64bits(number)
}

func ofBits32(bits uint64) float32 {
	return math.Float32frombits(uint32(bits))
}

func ofBits64(bits uint64) float64 {
	return math.Float64frombits(bits)
}

// scalarOf is a type that lies in memory as Go has it.
func scalarOf[T any](lift func(uint64) T, lower func(T) uint64) *valueType {
	var zero T
	return &valueType{
		size:      unsafe.Sizeof(zero),
		alignment: unsafe.Sizeof(zero),
		slots:     1,
		load:      func(at, to unsafe.Pointer) { *(*T)(to) = *(*T)(at) },
		store:     func(at, from unsafe.Pointer, _ *kept) { *(*T)(at) = *(*T)(from) },
		lift:      func(slots []uint64, to unsafe.Pointer) { *(*T)(to) = lift(slots[0]) },
		lower: func(slots []uint64, from unsafe.Pointer, _ *kept) {
			slots[0] = lower(*(*T)(from))
		},
	}
}

func integerOf[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64]() *valueType {
	var zero T
	return scalarOf(
		func(bits uint64) T { return T(bits) },
		func(number T) uint64 {
			if unsafe.Sizeof(zero) == 8 {
				return uint64(number)
			}
			return uint64(uint32(number))
		},
	)
}

var (
	value_u8   = integerOf[uint8]()
	value_s8   = integerOf[int8]()
	value_u16  = integerOf[uint16]()
	value_s16  = integerOf[int16]()
	value_u32  = integerOf[uint32]()
	value_s32  = integerOf[int32]()
	value_u64  = integerOf[uint64]()
	value_s64  = integerOf[int64]()
	value_f32  = scalarOf(ofBits32, bitsOf32)
	value_f64  = scalarOf(ofBits64, bitsOf64)
	value_char = integerOf[rune]()
	value_bool = scalarOf(
		func(bits uint64) bool { return bits != 0 },
		func(truth bool) uint64 {
			if truth {
				return 1
			}
			return 0
		},
	)
	value_string = rangeOf(
		func(l list) string { return l.text() },
		func(text string, k *kept) list {
			*k = append(*k, text)
			return list{at: address(unsafe.Pointer(unsafe.StringData(text))), length: uint32(len(text))}
		},
	)
)

// rangeOf is a type whose values lie elsewhere, by a pointer and a length.
func rangeOf[T any](take func(list) T, put func(T, *kept) list) *valueType {
	return &valueType{
		size:      8,
		alignment: 4,
		slots:     2,
		load:      func(at, to unsafe.Pointer) { *(*T)(to) = take(*(*list)(at)) },
		store:     func(at, from unsafe.Pointer, k *kept) { *(*list)(at) = put(*(*T)(from), k) },
		lift: func(slots []uint64, to unsafe.Pointer) {
			*(*T)(to) = take(list{at: uint32(slots[0]), length: uint32(slots[1])})
		},
		lower: func(slots []uint64, from unsafe.Pointer, k *kept) {
			l := put(*(*T)(from), k)
			slots[0], slots[1] = uint64(l.at), uint64(l.length)
		},
	}
}

func listOf[T any](element *valueType) *valueType {
	take := func(l list) []T {
		if l.length == 0 {
			return nil
		}
		memory := l.take()
		first := unsafe.Pointer(unsafe.SliceData(memory))
		elements := make([]T, l.length)
		for index := range elements {
			element.load(unsafe.Add(first, uintptr(index)*element.size), unsafe.Pointer(&elements[index]))
		}
		return elements
	}
	put := func(elements []T, k *kept) list {
		if len(elements) == 0 {
			return list{}
		}
		first := block(uintptr(len(elements)) * element.size)
		*k = append(*k, first)
		for index := range elements {
			element.store(unsafe.Add(first, uintptr(index)*element.size), unsafe.Pointer(&elements[index]), k)
		}
		return list{at: address(first), length: uint32(len(elements))}
	}
	return rangeOf(take, put)
}

// member is a part of a value: where Go has it, and of which type it is. A case without a
// value has none.
type member struct {
	offset uintptr
	of     *valueType
}

func recordOf(members ...member) *valueType {
	record := &valueType{alignment: 1}
	places := make([]uintptr, len(members))
	for index, one := range members {
		places[index] = aligned(record.size, one.of.alignment)
		record.size = places[index] + one.of.size
		record.alignment = max(record.alignment, one.of.alignment)
		record.slots += one.of.slots
	}
	record.size = aligned(record.size, record.alignment)
	record.load = func(at, to unsafe.Pointer) {
		for index, one := range members {
			one.of.load(unsafe.Add(at, places[index]), unsafe.Add(to, one.offset))
		}
	}
	record.store = func(at, from unsafe.Pointer, k *kept) {
		for index, one := range members {
			one.of.store(unsafe.Add(at, places[index]), unsafe.Add(from, one.offset), k)
		}
	}
	record.lift = func(slots []uint64, to unsafe.Pointer) {
		for _, one := range members {
			one.of.lift(slots, unsafe.Add(to, one.offset))
			slots = slots[one.of.slots:]
		}
	}
	record.lower = func(slots []uint64, from unsafe.Pointer, k *kept) {
		for _, one := range members {
			one.of.lower(slots, unsafe.Add(from, one.offset), k)
			slots = slots[one.of.slots:]
		}
	}
	return record
}

func aligned(at, alignment uintptr) uintptr {
	return (at + alignment - 1) &^ (alignment - 1)
}

// choiceOf is a type of one of several cases: `which` tells the case of a value and where its
// payload is, and `begin` makes a value of a case, and tells where its payload has to be put.
func choiceOf(
	cases []*valueType,
	which func(from unsafe.Pointer) (uint32, unsafe.Pointer),
	begin func(to unsafe.Pointer, which uint32) unsafe.Pointer,
) *valueType {
	tag := tagOf(len(cases))
	choice := &valueType{alignment: tag.size}
	slots := 0
	var largest uintptr
	for _, one := range cases {
		if one != nil {
			largest = max(largest, one.size)
			choice.alignment = max(choice.alignment, one.alignment)
			slots = max(slots, one.slots)
		}
	}
	choice.slots = 1 + slots
	payload := aligned(tag.size, choice.alignment)
	choice.size = aligned(payload+largest, choice.alignment)
	choice.load = func(at, to unsafe.Pointer) {
		var found uint32
		tag.load(at, unsafe.Pointer(&found))
		if of, into := cases[found], begin(to, found); of != nil {
			of.load(unsafe.Add(at, payload), into)
		}
	}
	choice.store = func(at, from unsafe.Pointer, k *kept) {
		found, value := which(from)
		tag.store(at, unsafe.Pointer(&found), k)
		if of := cases[found]; of != nil {
			of.store(unsafe.Add(at, payload), value, k)
		}
	}
	choice.lift = func(slots []uint64, to unsafe.Pointer) {
		found := uint32(slots[0])
		if of, into := cases[found], begin(to, found); of != nil {
			of.lift(slots[1:], into)
		}
	}
	choice.lower = func(slots []uint64, from unsafe.Pointer, k *kept) {
		found, value := which(from)
		slots[0] = uint64(found)
		if of := cases[found]; of != nil {
			of.lower(slots[1:], value, k)
		}
	}
	return choice
}

// tagOf is an enum of this many cases, or the case of a variant, which Go has as uint32.
func tagOf(cases int) *valueType {
	switch {
	case cases <= 1<<8:
		return narrowOf(1)
	case cases <= 1<<16:
		return narrowOf(2)
	default:
		return narrowOf(4)
	}
}

// flagsOf is a type of this many flags, which Go has as uint32.
func flagsOf(flags int) *valueType {
	switch {
	case flags <= 8:
		return narrowOf(1)
	case flags <= 16:
		return narrowOf(2)
	default:
		return narrowOf(4)
	}
}

// narrowOf is a uint32 that is narrower in memory.
func narrowOf(size uintptr) *valueType {
	wide := *value_u32
	wide.size, wide.alignment = size, size
	wide.load = func(at, to unsafe.Pointer) {
		switch size {
		case 1:
			*(*uint32)(to) = uint32(*(*uint8)(at))
		case 2:
			*(*uint32)(to) = uint32(*(*uint16)(at))
		default:
			*(*uint32)(to) = *(*uint32)(at)
		}
	}
	wide.store = func(at, from unsafe.Pointer, _ *kept) {
		number := *(*uint32)(from)
		switch size {
		case 1:
			*(*uint8)(at) = uint8(number)
		case 2:
			*(*uint16)(at) = uint16(number)
		default:
			*(*uint32)(at) = number
		}
	}
	return &wide
}

// variantOf has the case first, as uint32, and a field for each payload.
func variantOf(members ...member) *valueType {
	cases := make([]*valueType, len(members))
	for index, one := range members {
		cases[index] = one.of
	}
	return choiceOf(
		cases,
		func(from unsafe.Pointer) (uint32, unsafe.Pointer) {
			which := *(*uint32)(from)
			return which, unsafe.Add(from, members[which].offset)
		},
		func(to unsafe.Pointer, which uint32) unsafe.Pointer {
			*(*uint32)(to) = which
			return unsafe.Add(to, members[which].offset)
		},
	)
}

// optionOf is a pointer, nil where there is no value.
func optionOf[T any](of *valueType) *valueType {
	return choiceOf(
		[]*valueType{nil, of},
		func(from unsafe.Pointer) (uint32, unsafe.Pointer) {
			value := *(**T)(from)
			if value == nil {
				return 0, nil
			}
			return 1, unsafe.Pointer(value)
		},
		func(to unsafe.Pointer, which uint32) unsafe.Pointer {
			if which == 0 {
				*(**T)(to) = nil
				return nil
			}
			value := new(T)
			*(**T)(to) = value
			return unsafe.Pointer(value)
		},
	)
}

func resultOf[T, E any](ok, err *valueType) *valueType {
	return choiceOf(
		[]*valueType{ok, err},
		func(from unsafe.Pointer) (uint32, unsafe.Pointer) {
			result := (*Result[T, E])(from)
			if result.Failed {
				return 1, unsafe.Pointer(&result.Err)
			}
			return 0, unsafe.Pointer(&result.Ok)
		},
		func(to unsafe.Pointer, which uint32) unsafe.Pointer {
			result := (*Result[T, E])(to)
			result.Failed = which == 1
			if result.Failed {
				return unsafe.Pointer(&result.Err)
			}
			return unsafe.Pointer(&result.Ok)
		},
	)
}
