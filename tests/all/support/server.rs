//! An HTTP server on the loopback address whose pages are difficult for a client. It answers one
//! request for each connection, and has a thread for each.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::LazyLock;

/// The length of a page that is longer than the limit of `fetch` in the tests.
pub(crate) const TOO_LONG: usize = 5_000;

static ADDRESS: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            std::thread::spawn(move || serve(connection));
        }
    });
    address
});

/// Returns the server's `HOST:PORT`.
pub(crate) fn host() -> String {
    ADDRESS.to_string()
}

pub(crate) fn url(page: &str) -> String {
    format!("http://{}/{page}", host())
}

/// Serves one request. A client that closes the connection early is not a failure.
fn serve(connection: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(connection);
    let mut request = String::new();
    reader.read_line(&mut request).ok()?;
    let mut headers = Vec::new();
    while headers.last().is_none_or(|line: &String| line.len() > 2) {
        headers.push(String::new());
        reader.read_line(headers.last_mut()?).ok()?;
    }
    let page = request.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    if page == "interim" {
        return forever(reader.get_mut());
    }
    let (status, headers, body) = answer(&page, &headers, &mut reader);
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n");
    let connection = reader.get_mut();
    connection.write_all(head.as_bytes()).ok()?;
    connection.write_all(&body).ok()
}

/// Sends interim responses until the client closes the connection.
fn forever(connection: &mut TcpStream) -> Option<()> {
    let many = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n".repeat(1_000);
    loop {
        connection.write_all(many.as_bytes()).ok()?;
    }
}

fn answer(
    page: &str,
    headers: &[String],
    reader: &mut BufReader<TcpStream>,
) -> (&'static str, String, Vec<u8>) {
    let redirect = |to: String| ("302 Found", format!("Location: {to}\r\n"), Vec::new());
    let body = |body: &str| ("200 OK", format!("Content-Length: {}\r\n", body.len()), body.into());
    match page {
        "text" => body("wasm für alle: wasm, Wasm und 🦀 wasm"),
        "empty" => body(""),
        "binary" => ("200 OK", String::new(), vec![0, 0xff, 0xfe, 0]),
        "long" => body(&"x".repeat(TOO_LONG)),
        "long-unannounced" => ("200 OK", String::new(), vec![b'x'; TOO_LONG]),
        "broken" => ("200 OK", "Content-Length: 100\r\n".into(), vec![b'x'; 10]),
        "redirect" => redirect(url("text")),
        "redirect-denied" => redirect("http://not-granted.invalid/secret".into()),
        // A cache would have the document for this response, which has no body.
        "unchanged" => ("304 Not Modified", String::new(), Vec::new()),
        "choices" => ("300 Multiple Choices", String::new(), b"not the document".into()),
        "redirect-nowhere" => ("302 Found", String::new(), b"not the document".into()),
        "redirect-to-sender" => redirect(url("sender")),
        "sender" => {
            let sender = headers.iter().any(|line| line.to_lowercase().starts_with("referer"));
            body(if sender { "told" } else { "not told" })
        }
        "compressed" => ("200 OK", "Content-Encoding: gzip\r\n".into(), b"as it was sent".into()),
        "headers" => ("200 OK", "A: b\r\n".repeat(10_000), Vec::new()),
        "long-header" => ("200 OK", format!("A: {}\r\n", "b".repeat(1 << 20)), Vec::new()),
        "redirect-elsewhere" => redirect("file:///etc/passwd".into()),
        "redirect-circle" => redirect(url("redirect-circle")),
        "silent" => {
            // Answers only after the client has given up.
            let _ = reader.read(&mut [0]);
            ("200 OK", String::new(), Vec::new())
        }
        _ => ("404 Not Found", String::new(), b"no such page".into()),
    }
}
