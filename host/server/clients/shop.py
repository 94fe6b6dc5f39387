"""Calls functions of a guest, and serves the prices that it asks for: `python3 shop.py GUEST`."""
import json
import subprocess
import sys


class Guest:
    """A guest in a process `wit-host serve --stdio`, which is asked by JSON-RPC."""

    def __init__(self, file, name, functions):
        """Serves the guest what it imports as `name` by `functions`, which have full names."""
        command = ["wit-host", "serve", "--stdio", "--import", f"{name}=client", file]
        pipe = subprocess.PIPE
        self.host = subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8")
        self.functions, self.requests = functions, 0

    def call(self, function, **arguments):
        """Returns what a function of the guest returns."""
        self.requests += 1
        number = self.requests
        self.send(id=number, method=function, params=arguments)
        for line in self.host.stdout:
            message = json.loads(line)
            if "method" in message:
                self.serve(message)
            elif message["id"] == number and "error" in message:
                raise RuntimeError(message["error"]["message"])
            elif message["id"] == number:
                return message["result"]
        raise RuntimeError("the host has ended")

    def serve(self, request):
        """Answers a request of the host, which comes while a call waits for its answer."""
        function = self.functions.get(request["method"])
        if request["method"] == "hello":
            self.send(id=request["id"], result={"functions": list(self.functions)})
        elif function and "id" in request:
            try:
                self.send(id=request["id"], result=function(**request["params"]))
            except Exception as error:
                self.send(id=request["id"], error={"code": 1, "message": repr(error)})

    def send(self, **message):
        print(json.dumps({"jsonrpc": "2.0", **message}), file=self.host.stdin, flush=True)

    def close(self):
        self.host.stdin.close()
        self.host.wait()


prices = {"tea": 250, "salt": 99}
shop = Guest(sys.argv[1], "shop:prices", {"shop:prices/prices.price": lambda article: prices[article]})
print(shop.call("total"))
try:
    shop.call("of-nothing")
except RuntimeError as error:
    print(error)
shop.close()
