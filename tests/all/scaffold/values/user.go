// A guest that has the host give back what it is called with.
package main

func mirrorOne(a Point) Point {
	return hostValuesOne(a)
}

func mirrorTwo(a Shape, b Colour, c Style) struct{ F0 Shape; F1 Colour; F2 Style } {
	return hostValuesTwo(a, b, c)
}

func mirrorThree(a []Shape) []Shape {
	return hostValuesThree(a)
}

func mirrorFour(a **uint8, b *Point) struct{ F0 **uint8; F1 *Point } {
	return hostValuesFour(a, b)
}

func mirrorFive(a Result[Point, string]) Result[Point, string] {
	return hostValuesFive(a)
}

func mirrorSix(a []struct{ F0 uint8; F1 []uint16 }) []struct{ F0 uint8; F1 []uint16 } {
	return hostValuesSix(a)
}

func mirrorSeven(a Point, b Point, c Point, d Point, e []uint8) struct{ F0 []uint8; F1 Point } {
	return hostValuesSeven(a, b, c, d, e)
}

func mirrorEight(a Colour) Colour {
	return hostValuesEight(a)
}

func mirrorNine(a Result[struct{}, struct{}]) Result[struct{}, struct{}] {
	return hostValuesNine(a)
}

func mirrorTen(a []*Shape, b rune, c bool, d int64) struct{ F0 []*Shape; F1 rune; F2 bool; F3 int64 } {
	return hostValuesTen(a, b, c, d)
}

func mirrorEleven(a int8, b []int8, c Style) Style {
	return hostValuesEleven(a, b, c)
}

func mirrorTwelve(a uint8, b string, c *bool, d []bool, e []rune, f []uint64) struct{ F0 uint8; F1 string; F2 *bool; F3 []bool; F4 []rune; F5 []uint64 } {
	return hostValuesTwelve(a, b, c, d, e, f)
}

func mirrorThirteen(a *uint64, b Result[float32, uint64], c Result[float64, float32]) struct{ F0 *uint64; F1 Result[float32, uint64]; F2 Result[float64, float32] } {
	return hostValuesThirteen(a, b, c)
}

// A guest has nothing to do before it is called.
func main() {}
