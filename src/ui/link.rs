//! One worker: posts requests to it, hands out what it posts, and ends it when it is dropped.

use std::cell::RefCell;

use js_sys::{Array, Uint8Array};
use nanoserde::{DeBin, SerBin};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

use crate::session::protocol::{Reply, Request};

/// Trunk's loader for the worker binary: a classic script beside the page.
const LOADER: &str = "./worker_loader.js";

/// What a worker posted.
pub(super) enum Heard {
    /// An answer, or that it is ready.
    Reply(Box<Reply>),
    /// It is dead; the sentence of the broken assumption.
    Died(String),
}

/// A running worker with its listeners.
pub(super) struct Link {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Link {
    /// Starts a worker; `hear` is called for each thing that it posts.
    pub(super) fn start(hear: impl Fn(Heard) + Clone + 'static) -> Result<Self, String> {
        let worker = Worker::new(LOADER).map_err(|error| said(&error))?;
        let told = hear.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            told(read(&event.data()));
        });
        // A worker that cannot even load has posted nothing.
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            hear(Heard::Died(event.message()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Posts a request; its bytes are handed over, not copied.
    pub(super) fn post(&self, request: &Request) {
        let bytes = request.serialize_bin();
        let buffer = Uint8Array::from(bytes.as_slice()).buffer();
        let sent = self.worker.post_message_with_transfer(&buffer, &Array::of1(&buffer));
        assert!(sent.is_ok(), "a buffer of our own can be handed over");
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// Bytes are a reply, a text is a worker's last words.
fn read(data: &JsValue) -> Heard {
    thread_local! {
        /// Kept between replies, so that a frame does not cost an allocation of its size.
        static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    if let Some(words) = data.as_string() {
        return Heard::Died(words);
    }
    let array = Uint8Array::new(data);
    BYTES.with_borrow_mut(|bytes| {
        bytes.resize(array.length() as usize, 0);
        array.copy_to(bytes);
        match DeBin::deserialize_bin(bytes) {
            Ok(reply) => Heard::Reply(Box::new(reply)),
            Err(_) => Heard::Died("the worker's answer cannot be read".to_owned()),
        }
    })
}

fn said(error: &JsValue) -> String {
    let error = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    error.unwrap_or_else(|| "the worker cannot be started".to_owned())
}
