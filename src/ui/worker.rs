//! Runs inside the Web Worker: receives requests, hands them to the session, posts replies.
//!
//! A broken assumption posts its sentence as text and ends: the page starts a fresh worker.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::panic;

use js_sys::{Array, Uint8Array};
use nanoserde::{DeBin, SerBin};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, XmlHttpRequest};

use super::more;
use crate::scenario::{first_text, shipped};
use crate::session::Session;
use crate::session::protocol::{Command, PROTOCOL_VERSION, Reply, Request, Update};

/// Listens for requests and says that it does.
pub fn start() {
    panic::set_hook(Box::new(|info| {
        let sentence = info.payload_as_str().unwrap_or("a broken assumption without a sentence");
        let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let words = format!("{sentence}{}", place.unwrap_or_default());
        let _gone = scope().post_message(&words.into());
    }));
    let session = RefCell::new(Session::fetching(text_of, whole_text_of));
    let played = Cell::new(false);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        let request: Request = DeBin::deserialize_bin(&bytes).expect("the page posts requests");
        post(&session.borrow_mut().handle(&request));
        if matches!(request.command, Command::Play { .. }) && !played.replace(true) {
            more::fetch();
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&Reply { version: PROTOCOL_VERSION, generation: 0, number: 0, update: Update::Ready });
}

/// The text of a shipped scenario. All but the first are fetched when they are opened: the person
/// waits for one file of a few kilobytes.
fn text_of(name: &str) -> Option<Cow<'static, str>> {
    if let Some(text) = first_text(name) {
        return Some(Cow::Borrowed(text));
    }
    whole_text_of(name)
}

/// The same, with what it claims.
fn whole_text_of(name: &str) -> Option<Cow<'static, str>> {
    let is_shipped = shipped().iter().any(|scenario| scenario.name == name);
    is_shipped.then(|| fetch_now(&format!("scenarios/{name}.toml")))?.map(Cow::Owned)
}

/// A file of the page's own, at once; `None` where it does not come.
fn fetch_now(place: &str) -> Option<String> {
    let request = XmlHttpRequest::new().ok()?;
    request.open_with_async("GET", place, false).ok()?;
    request.send().ok()?;
    if request.status().ok()? != 200 {
        return None;
    }
    request.response_text().ok()?
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Posts a reply; its bytes are handed over, not copied.
fn post(reply: &Reply) {
    let bytes = reply.serialize_bin();
    let buffer = Uint8Array::from(bytes.as_slice()).buffer();
    let sent = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer));
    sent.expect("a buffer of our own can be handed over");
}
