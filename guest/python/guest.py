"""A guest of the contract's world `plugin`, in Python: `run` adds two numbers on
the host, `greet` lets the host fetch, split, join and change text."""

from functools import reduce

from componentize_py_types import Err

import wit_world
from wit_world.imports import fetch, math, strings


class WitWorld(wit_world.WitWorld):
    """What the world exports; componentize-py looks for a class of this name."""

    def run(self) -> int:
        return math.add(1, 2)

    def greet(self, name: str) -> str:
        if name.startswith(("http://", "https://")):
            name = name_at(name)
        names = strings.split(name or "world", ",")
        joined = reduce(lambda a, b: strings.concat(strings.concat(a, " and "), b), names)
        return strings.concat(strings.to_upper(strings.concat("Hello, ", joined)), "!")


def name_at(url: str) -> str:
    """A function of the contract that fails raises `Err`, with the error as its `value`."""
    try:
        body = fetch.get(url)
    except Err as error:
        return f"nobody ({reason(error.value)})"
    try:
        return strings.from_utf8(body)
    except Err as error:
        return f"nobody (no text after {error.value.valid_up_to} bytes)"


def reason(error: fetch.FetchError) -> str:
    match error:
        case fetch.FetchError_Denied(host):
            return f"denied: {host}"
        case fetch.FetchError_InvalidUrl(why):
            return f"invalid URL: {why}"
        case fetch.FetchError_TooLarge(limit):
            return f"larger than {limit} bytes"
        case fetch.FetchError_TimedOut(limit):
            return f"not there after {limit} ms"
        case fetch.FetchError_Failed(why):
            return f"failed: {why}"
