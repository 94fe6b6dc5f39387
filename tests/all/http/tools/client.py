"""Calls a server with the client that was generated of its OpenAPI document.

    python client.py FOLDER URL

FOLDER has the client as a package of the name `client`.
"""

import importlib
import sys

folder, url = sys.argv[1:]
sys.path.insert(0, folder)

from client import Client, models  # noqa: E402

server = Client(base_url=url)


def call(function, **arguments):
    """Calls a function of the shop, and returns the status and what came back."""
    operation = importlib.import_module(f"client.api.default.shop_prices_prices_1_0_0_{function}")
    ty = getattr(models, f"ShopPricesPrices100{function.capitalize()}Arguments")
    answer = operation.sync_detailed(client=server, body=ty.from_dict(arguments))
    return int(answer.status_code), answer.parsed


def expect(found, expected):
    assert found == expected, f"{found} and not {expected}"


expect(call("price", name="tea"), (200, 250))
status, article = call("find", name="tea")
expect((status, article.name, article.cents, article.tags), (200, "tea", 250, ["hot"]))
expect(call("find", name="oil"), (200, None))
expect(call("label", name="grün", upper=True), (200, "GRÜN"))
expect(call("weigh", grams=4, factor=0.5), (200, 2.0))
expect(call("weigh", grams=-4, factor=0.5), (422, "-4 is no weight"))
expect(call("beep"), (200, None))
status, size = call("next", size="large")
expect((status, str(size)), (200, "small"))
# By its own types, as a program has them.
from client.api.default import shop_prices_prices_1_0_0_price as price  # noqa: E402

body = models.ShopPricesPrices100PriceArguments(name="tea")
expect(price.sync(client=server, body=body), 250)
