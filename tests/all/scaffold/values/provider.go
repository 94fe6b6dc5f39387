// A guest that gives back what it is called with.
package main

func valuesOne(a Point) Point {
	return a
}

func valuesTwo(a Shape, b Colour, c Style) struct{ F0 Shape; F1 Colour; F2 Style } {
	return struct{ F0 Shape; F1 Colour; F2 Style }{a, b, c}
}

func valuesThree(a []Shape) []Shape {
	return a
}

func valuesFour(a **uint8, b *Point) struct{ F0 **uint8; F1 *Point } {
	return struct{ F0 **uint8; F1 *Point }{a, b}
}

func valuesFive(a Result[Point, string]) Result[Point, string] {
	return a
}

func valuesSix(a []struct{ F0 uint8; F1 []uint16 }) []struct{ F0 uint8; F1 []uint16 } {
	return a
}

func valuesSeven(a Point, b Point, c Point, d Point, e []uint8) struct{ F0 []uint8; F1 Point } {
	return struct{ F0 []uint8; F1 Point }{e, d}
}

func valuesEight(a Colour) Colour {
	return a
}

func valuesNine(a Result[struct{}, struct{}]) Result[struct{}, struct{}] {
	return a
}

func valuesTen(a []*Shape, b rune, c bool, d int64) struct{ F0 []*Shape; F1 rune; F2 bool; F3 int64 } {
	return struct{ F0 []*Shape; F1 rune; F2 bool; F3 int64 }{a, b, c, d}
}

func valuesEleven(a int8, b []int8, c Style) Style {
	return c
}

func valuesTwelve(a uint8, b string, c *bool, d []bool, e []rune, f []uint64) struct{ F0 uint8; F1 string; F2 *bool; F3 []bool; F4 []rune; F5 []uint64 } {
	return struct{ F0 uint8; F1 string; F2 *bool; F3 []bool; F4 []rune; F5 []uint64 }{a, b, c, d, e, f}
}

func valuesThirteen(a *uint64, b Result[float32, uint64], c Result[float64, float32]) struct{ F0 *uint64; F1 Result[float32, uint64]; F2 Result[float64, float32] } {
	return struct{ F0 *uint64; F1 Result[float32, uint64]; F2 Result[float64, float32] }{a, b, c}
}

// A guest has nothing to do before it is called.
func main() {}
