"""Serves all functions of `shop.wit`, as the other implementations of the tests do."""
import base64
import json
import sys

TEA = {"name": "tea", "cents": 250, "tags": ["hot"]}


def price(name):
    return 250 if name == "tea" else 99


def find(name):
    return TEA if name == "tea" else None


def take(article, count):
    name = article["name"]
    if name == "tea":
        return {"ok": article["cents"] * count} if count <= 3 else {"err": {"too-few": 3}}
    return {"err": "sold-out" if name == "salt" else {"unknown": name}}


def listed(names):
    return [TEA for name in names if name == "tea"]


def label(name, upper):
    return name.upper() if upper else name + "!"


def reversed_bytes(data):
    given = base64.b64decode(data.removeprefix("data:;base64,"))
    return "data:;base64," + base64.b64encode(given[::-1]).decode()


def pick(size, marks, at):
    factor, unit = at
    others = [mark for mark in ["fresh", "organic"] if mark not in marks]
    return [following(size), others, factor > 1 and unit == "é"]


def weigh(grams, factor):
    return {"err": f"{grams} is no weight"} if grams < 0 else {"ok": grams * factor}


def following(size):
    return "large" if size == "small" else "small"


FUNCTIONS = {
    "price": price,
    "find": find,
    "take": take,
    "listed": listed,
    "label": label,
    "reversed": reversed_bytes,
    "pick": pick,
    "weigh": weigh,
    "next": following,
    "beep": lambda: None,
}

for line in sys.stdin:
    request = json.loads(line)
    if "id" not in request:
        continue
    name = request["method"].removeprefix("shop:prices/prices.")
    answer = {"jsonrpc": "2.0", "id": request["id"]}
    if name == "hello":
        answer["result"] = {"functions": list(request["params"]["functions"])}
    else:
        answer["result"] = FUNCTIONS[name](**request["params"])
    print(json.dumps(answer), flush=True)
