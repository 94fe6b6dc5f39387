// A guest of the contract's world `plugin`: run adds two numbers on the host, greet
// lets the host fetch, join and change text.
package main

import "strings"

func run() int32 {
	return add(1, 2)
}

func greet(name string) string {
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		name = fetched(name)
	}
	if name == "" {
		name = "world"
	}
	return concat(toUpper(concat("Hello, ", joined(name))), "!")
}

// fetched is the document at url as text, or who is greeted where there is none.
func fetched(url string) string {
	body, err := get(url)
	if err != nil {
		return nobody(err)
	}
	text, err := fromUTF8(body)
	if err != nil {
		return nobody(err)
	}
	return text
}

func nobody(reason error) string {
	return "nobody (" + reason.Error() + ")"
}

// joined is `a,b` as `a and b`.
func joined(names string) string {
	parts := split(names, ",")
	all := parts[0]
	for _, part := range parts[1:] {
		all = concat(concat(all, " and "), part)
	}
	return all
}

// A guest has nothing to do before it is called.
func main() {}
