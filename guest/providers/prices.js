// Serves `shop:prices/prices` to guests, as `--import 'shop:prices=exec:node prices.js'`.
const prices = { tea: 250, salt: 99 };

const functions = {
    "shop:prices/prices.price": ({ article }) => {
        if (!(article in prices)) throw new Error(`there is no ${article}`);
        return prices[article];
    },
};

function answer({ method, params }) {
    if (method === "hello") return { result: { functions: Object.keys(functions) } };
    if (!(method in functions)) return { error: { code: -32601, message: "no such function" } };
    try {
        return { result: functions[method](params) };
    } catch (error) {
        return { error: { code: 1, message: error.message } };
    }
}

const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
    const request = JSON.parse(line);
    if (!("id" in request)) return; // A notification, as `cancel`.
    console.log(JSON.stringify({ jsonrpc: "2.0", id: request.id, ...answer(request) }));
});
