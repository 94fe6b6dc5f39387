//! A test of the page in Chromium, which clicks through it as a person does. The browser is driven by
//! the protocol WebDriver, and waits itself until what is looked for is there.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use wit_host_server::{Access, Token};

use super::{Running, builder, live};
use crate::providers;

/// How long the browser waits for what is looked for.
const PATIENCE: Duration = Duration::from_secs(60);
const ENTER: &str = "\u{e007}";
const SPACE: &str = "\u{e00d}";

/// A browser with one page.
struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

/// An element of the page.
struct Element<'b> {
    browser: &'b Browser,
    path: String,
}

impl Browser {
    /// Starts a browser. `None` if the machine has none.
    fn start() -> Option<Self> {
        let mut driver = Command::new("chromedriver");
        driver.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = driver.spawn().ok()?;
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map(Result::unwrap).find_map(|line| {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        let mut browser = Self { driver, port: port.unwrap(), session: String::new() };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        });
        let timeouts = json!({ "implicit": PATIENCE.as_millis() });
        let wanted = json!({ "goog:chromeOptions": options, "timeouts": timeouts });
        let session =
            browser.send("POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        Some(browser)
    }

    /// Sends a command, and returns its value.
    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE * 2)).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            self.port
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while answer.read_line(&mut line).unwrap() > 2 {
            let lower = line.to_lowercase();
            if let Some(bytes) = lower.strip_prefix("content-length:") {
                length = bytes.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut text = vec![0; length];
        answer.read_exact(&mut text).unwrap();
        let mut value: Value = serde_json::from_slice(&text).unwrap();
        let value = value["value"].take();
        assert!(value.get("error").is_none(), "{method} {path} {body}: {}", value["message"]);
        value
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", &format!("{}{path}", self.session), body)
    }

    fn open(&self, address: impl std::fmt::Display) {
        self.post("/url", &json!({ "url": format!("http://{address}") }));
    }

    /// Returns what a script returns.
    fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    fn element(&self, found: &Value) -> Element<'_> {
        let id = found.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        Element { browser: self, path: format!("/element/{id}") }
    }

    /// Waits for an element by its XPath.
    fn find(&self, path: &str) -> Element<'_> {
        self.element(&self.post("/element", &json!({ "using": "xpath", "value": path })))
    }

    /// Waits until the element with an id has a text in it.
    fn reads(&self, id: &str, text: &str) {
        self.find(&format!("//*[@id='{id}'][contains(., '{text}')]"));
    }

    /// Returns the element that has the focus.
    fn focused(&self) -> Element<'_> {
        self.element(&self.send("GET", &format!("{}/element/active", self.session), &Value::Null))
    }

    fn choose(&self, function: &str) {
        self.find(&format!("//nav//button[.='{function}']")).click();
        self.find(&format!("//main/h2[contains(., '.{function}')]"));
    }

    fn call(&self) {
        self.find("//main//button[.='Call']").click();
    }

    /// Returns the field with this label within another.
    fn field(&self, label: &str) -> Element<'_> {
        self.find(&format!(
            "//main//label[starts-with(., '{label}')]//*[self::input or self::textarea or self::select]"
        ))
    }
}

impl Element<'_> {
    fn click(&self) -> &Self {
        self.browser.post(&format!("{}/click", self.path), &json!({}));
        self
    }

    fn write(&self, text: &str) -> &Self {
        self.browser.post(&format!("{}/value", self.path), &json!({ "text": text }));
        self
    }

    fn replace(&self, text: &str) -> &Self {
        self.browser.post(&format!("{}/clear", self.path), &json!({}));
        self.write(text)
    }

    fn get(&self, what: &str) -> String {
        let path = format!("{}{}/{what}", self.browser.session, self.path);
        let value = self.browser.send("GET", &path, &Value::Null);
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.send("DELETE", &self.session, &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Returns a browser, unless the machine has none, which it must have where a change is judged.
fn browser() -> Option<Browser> {
    let browser = Browser::start();
    let is_judged = std::env::var_os("CI").is_some();
    assert!(browser.is_some() || !is_judged, "install chromium and chromium-driver");
    browser
}

/// Serves the shop's guest, which operators may read again from a file.
fn shop(file: &Path) -> Running {
    let guest = providers::guest();
    std::fs::write(file, &guest).unwrap();
    let admin = Access { token: Token::new("secret"), ..Access::default() };
    let live = live(&providers::runtime(), &guest);
    Running::new(builder(Access::default()).admin(admin).only(live, &guest, Some(file)))
}

#[test]
fn a_person_calls_functions_on_the_page() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let running = shop(&folder.path().join("guest.wasm"));
    browser.open(running.address);
    browser.reads("about", "a component, generation 1");
    for id in ["token", "operators"] {
        let element = browser.find(&format!("//*[@id='{id}']"));
        let is_shown = element.get("displayed");
        assert_eq!(is_shown, if id == "token" { "false" } else { "true" }, "{id}");
    }

    // The first field has the focus, so that one can type at once.
    browser.choose("price");
    browser.focused().write("tea");
    browser.call();
    browser.reads("answer", "Returned");
    browser.reads("result", "250");
    browser.reads("times", "waiting for a session");
    browser.reads("typed", "/call/shop:prices/prices@1.0.0.price");
    browser.reads("typed", "wit-host call --json GUEST");
    browser.reads("calls-text", "1 made, 0 failed");

    // A record, a list and a variant in what comes back.
    browser.choose("take");
    browser.field("name").write("tea");
    browser.field("cents").replace("250");
    browser.find("//main//button[.='Add']").click();
    browser.focused().write("hot");
    browser.field("count").replace("4");
    browser.call();
    browser.reads("answer", "Failed with 422");
    browser.reads("result", "too-few");
    browser.reads("calls-text", "2 made, 1 failed");

    // A list is made by the keyboard alone.
    browser.find("//nav//button[.='listed']").write(ENTER);
    browser.find("//nav//button[.='listed'][@aria-current='true']");
    browser.find("//main//button[.='Add']").write(SPACE);
    browser.focused().write("tea");
    browser.find("//main//button[.='Call']").write(ENTER);
    browser.reads("result", "\"cents\":250");

    // An enum, flags and a tuple.
    browser.choose("pick");
    browser.field("size").write("large");
    browser.field(" fresh").click();
    browser.field("1").write("é");
    browser.field("0").replace("1.5");
    browser.call();
    browser.reads("result", "[\"small\",[\"organic\"],true]");

    // A number of 64 bits stays what it is, and an option may be missing.
    browser.choose("weigh");
    browser.field("grams").replace("-9223372036854775808");
    browser.call();
    browser.reads("result", "-9223372036854775808 is no weight");
    browser.choose("find");
    browser.field("name").write("oil");
    browser.call();
    browser.reads("result", "null");

    // Values as texts of JSON, and of WAVE as the command takes them.
    browser.choose("price");
    browser.find("//main//option[.='JSON']").click();
    browser.field("arguments").replace(r#"["tea"]"#);
    browser.call();
    browser.reads("result", "250");
    browser.choose("find");
    browser.find("//main//option[.='WAVE']").click();
    browser.field("name").replace("tea");
    browser.call();
    browser.reads("result", r#"some({name: "tea", cents: 250"#);
    browser.reads("typed", "find?values=wave");
    browser.reads("typed", "wit-host call GUEST");
    browser.find("//*[@id='openapi'][contains(@href, '/openapi.json')]");
}

#[test]
fn an_operator_replaces_the_guest_on_the_page() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wat");
    let one = r#"(module (func (export "answer") (result i32) i32.const 1))"#;
    let admin = Access { token: Token::new("secret"), ..Access::default() };
    let runtime = crate::support::hosts::builder().build().unwrap();
    let live = live(&runtime, one.as_bytes());
    let server = builder(Access::default()).admin(admin).only(live, one.as_bytes(), Some(&file));
    std::fs::write(&file, one.replace("const 1", "const 2")).unwrap();
    let running = Running::new(server);
    browser.open(format!("localhost:{}", running.address.port()));
    browser.find("//nav//button[.='answer']").click();
    browser.call();
    browser.reads("result", "1");

    browser.find("//*[@id='operators'][not(@hidden)]");
    browser.find("//tbody[@id='generations']/tr[1]/td[.='serves']");
    let change = |what: &str| browser.find(&format!("//*[@id='change']//button[.='{what}']"));
    let token = browser.find("//*[@id='change']//input");
    token.write("other");
    change("Reload from its file").click();
    browser.reads("changed", "Nothing was changed: the token is another one");
    token.replace("secret");
    change("Reload from its file").click();
    browser.reads("changed", "Generation 2 serves.");
    browser.reads("about", "generation 2");
    browser.call();
    browser.reads("result", "2");
    change("Roll back").click();
    browser.reads("changed", "Generation 1 serves.");
    std::fs::write(&file, "(module)").unwrap();
    change("Reload from its file").click();
    browser.reads("changed", "callers use what the new guest does not have");
    browser.reads("all-text", "2 calls, 0 failed");
}

/// A core module that writes to standard error, and then returns or fails.
const WRITES: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\0f\00\00\00<b>careful</b>\0a")
    (func $tell (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 40))))
    (func (export "tell") (result i64) (call $tell) i64.const 9007199254740993)
    (func (export "fail") (call $tell) unreachable))"#;

#[test]
fn the_page_shows_what_the_guest_wrote_and_loads_nothing_else() {
    let Some(browser) = browser() else { return };
    let running = super::text(builder(Access::default()), WRITES);
    browser.open(running.address);
    browser.find("//nav//button[.='tell']").click();
    browser.call();
    browser.reads("result", "9007199254740993");
    browser.reads("stderr", "<b>careful</b>");
    browser.find("//nav//button[.='fail']").click();
    browser.call();
    browser.reads("result", "unreachable");
    browser.reads("stderr", "<b>careful</b>");

    // Whoever cannot see the page has its words: each field and each picture has a name.
    let nameless = browser.script(
        "return [...document.querySelectorAll('input, select, textarea, svg, table')]
            .filter((one) => !one.labels?.length && !one.ariaLabel && !one.caption
                && !document.getElementById(one.getAttribute('aria-labelledby')))
            .map((one) => one.outerHTML);",
    );
    assert_eq!(nameless, json!([]));
    let call = browser.find("//main//button[.='Call']");
    assert_eq!(
        (call.get("computedrole"), call.get("computedlabel")),
        ("button".into(), "Call".into())
    );
    assert_eq!(browser.find("//*[@id='answer']").get("computedrole"), "status");

    // The policy holds the page to its own server.
    let blocked = browser.post(
        "/execute/async",
        &json!({
            "script": "const [done] = arguments;
                document.addEventListener('securitypolicyviolation',
                    ({ effectiveDirective }) => done(effectiveDirective));
                fetch('http://127.0.0.1:9/').catch(() => {});",
            "args": [],
        }),
    );
    assert_eq!(blocked, "connect-src");
}
