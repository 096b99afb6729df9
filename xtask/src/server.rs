//! A static server for one folder, on the loopback address: what any host of static files does.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::run::{Failure, Outcome};

/// Longest request head that is read.
const HEAD_LIMIT: usize = 16 * 1024;

/// Takes the port, so that a port in use is known before anything is built.
pub(crate) fn listen(port: u16) -> Outcome<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
        let sentence = format!("port {port} of this machine cannot be used: {error}");
        Failure::with_cure(&sentence, "choose another one with `--port N`")
    })
}

/// Answers requests with the files of `folder` until the process ends.
pub(crate) fn serve(listener: &TcpListener, folder: &Path) -> ! {
    loop {
        let Ok((stream, _)) = listener.accept() else { continue };
        let folder = folder.to_owned();
        thread::spawn(move || {
            // A visitor who hangs up is no concern of the others.
            let _ = answer(&stream, &folder);
        });
    }
}

fn answer(stream: &TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let Some((method, target)) = request(stream)? else { return Ok(()) };
    let body = file_for(&target).map(|name| folder.join(name)).and_then(|place| read(&place));
    match (method.as_str(), body) {
        ("GET", Some((kind, bytes))) => respond(stream, "200 OK", kind, bytes.len(), &bytes),
        ("HEAD", Some((kind, bytes))) => respond(stream, "200 OK", kind, bytes.len(), &[]),
        ("GET" | "HEAD", None) => refuse(stream, "404 Not Found"),
        (_, Some(_) | None) => refuse(stream, "405 Method Not Allowed"),
    }
}

/// Method and target of a request; `None` where the visitor sent nothing.
fn request(stream: &TcpStream) -> io::Result<Option<(String, String)>> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let before = head.len();
        let read = reader.read_line(&mut head)?;
        if read == 0 || head.len() == before + 2 || HEAD_LIMIT < head.len() {
            break;
        }
    }
    let mut words = head.split_whitespace().map(str::to_owned);
    Ok(words.next().zip(words.next()))
}

/// The file that a request's target names; `None` for a path that would leave the folder.
fn file_for(target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| path.to_owned())
}

fn read(place: &Path) -> Option<(&'static str, Vec<u8>)> {
    let kind = match place.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        _ => "text/plain; charset=utf-8",
    };
    fs::read(place).ok().map(|bytes| (kind, bytes))
}

fn refuse(stream: &TcpStream, status: &str) -> io::Result<()> {
    let body = format!("{status}\n");
    respond(stream, status, "text/plain; charset=utf-8", body.len(), body.as_bytes())
}

fn respond(
    mut stream: &TcpStream,
    status: &str,
    kind: &str,
    length: usize,
    body: &[u8],
) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         cache-control: no-cache\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
    )?;
    stream.write_all(body)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_target_names_a_file_inside_the_folder_or_none() {
        assert_eq!(file_for("/"), Some(PathBuf::from("index.html")));
        assert_eq!(file_for("/style/a.css?x=1"), Some(PathBuf::from("style/a.css")));
        for outside in ["/../Cargo.toml", "/a/../../b", "//etc/passwd", "a", "*"] {
            assert_eq!(file_for(outside), None, "{outside}");
        }
    }

    #[test]
    fn a_file_is_answered_and_a_missing_one_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it was bound");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
        thread::spawn(move || serve(&listener, &folder));
        let ask = |path: &str| {
            let mut stream = TcpStream::connect(address).expect("the server listens");
            write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").expect("it reads");
            let mut text = String::new();
            stream.read_to_string(&mut text).expect("it answers text");
            text
        };
        assert!(ask("/Cargo.toml").starts_with("HTTP/1.1 200 OK\r\ncontent-type: text/plain"));
        assert!(ask("/none.js").starts_with("HTTP/1.1 404"));
    }
}
