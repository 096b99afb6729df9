//! The size of an element, told whenever it changes.

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use crate::ui::part::use_while_there;
use crate::view::charts::Size;

/// Width and height of the element behind `node`; zero before it was drawn once.
#[hook]
pub fn use_size(node: &NodeRef) -> Size {
    let size = use_state_eq(Size::default);
    {
        let (size, node) = (size.clone(), node.clone());
        use_while_there(Box::new(move || {
            let observer = node.cast::<web_sys::Element>().map(|element| observe(&element, size));
            Box::new(move || {
                if let Some((observer, _told)) = observer {
                    observer.disconnect();
                }
            })
        }));
    }
    *size
}

type Told = Closure<dyn FnMut()>;

fn observe(
    element: &web_sys::Element,
    size: UseStateHandle<Size>,
) -> (web_sys::ResizeObserver, Told) {
    let measured = element.clone();
    let told = Closure::<dyn FnMut()>::new(move || {
        let rect = measured.get_bounding_client_rect();
        size.set(Size { width: rect.width(), height: rect.height() });
    });
    let observer = web_sys::ResizeObserver::new(told.as_ref().unchecked_ref())
        .expect("every browser that runs wasm has a ResizeObserver");
    observer.observe(element);
    (observer, told)
}
