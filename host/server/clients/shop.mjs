// Calls functions of a guest, and serves the prices that it asks for: `node shop.mjs GUEST`.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// A guest in a process `wit-host serve --stdio`, which is asked by JSON-RPC.
class Guest {
    #host;
    #functions;
    #waiting = new Map();
    #requests = 0;

    // Serves the guest what it imports as `name` by `functions`, which have full names.
    constructor(file, name, functions) {
        const words = ["serve", "--stdio", "--import", `${name}=client`, file];
        this.#host = spawn("wit-host", words, { stdio: ["pipe", "pipe", "inherit"] });
        this.#functions = functions;
        const lines = createInterface({ input: this.#host.stdout });
        lines.on("line", (line) => this.#take(JSON.parse(line)));
        lines.on("close", () => this.#waiting.forEach(({ fail }) => fail(new Error("the host has ended"))));
    }

    // Returns what a function of the guest returns. Several calls may be under way.
    call(method, params = {}) {
        const id = ++this.#requests;
        this.#send({ id, method, params });
        return new Promise((done, fail) => this.#waiting.set(id, { done, fail }));
    }

    close() {
        this.#host.stdin.end();
    }

    #send(message) {
        this.#host.stdin.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
    }

    async #take({ id, method, params, result, error }) {
        if (method === "hello") return this.#send({ id, result: { functions: Object.keys(this.#functions) } });
        if (method in this.#functions) {
            const answered = Promise.resolve(params).then(this.#functions[method]);
            const failed = ({ message }) => ({ error: { code: 1, message } });
            return this.#send({ id, ...(await answered.then((result) => ({ result }), failed)) });
        }
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        if (error) waiting?.fail(new Error(error.message));
        else waiting?.done(result);
    }
}

const prices = { tea: 250, salt: 99 };
const price = ({ article }) => prices[article] ?? Promise.reject(new Error(`there is no ${article}`));
const shop = new Guest(process.argv[2], "shop:prices", { "shop:prices/prices.price": price });
console.log(await shop.call("total"));
await shop.call("of-nothing").catch(({ message }) => console.log(message));
shop.close();
