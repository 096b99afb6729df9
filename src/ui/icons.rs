//! Icons: 16 px, one stroke of 1.5, round, nothing filled but Play.

use yew::prelude::*;

use crate::ui::markup::html;

/// An icon: its class, its box, and the path of its strokes. The style sheet knows its size.
#[derive(PartialEq)]
pub struct Icon {
    class: &'static str,
    view_box: &'static str,
    d: &'static str,
}

impl Icon {
    const fn new(d: &'static str) -> Self {
        Self { class: "icon", view_box: "0 0 16 16", d }
    }

    const fn filled(d: &'static str) -> Self {
        Self { class: "icon-play", view_box: "0 0 24 24", d }
    }

    /// Draws it.
    #[inline(never)]
    pub(super) fn draw(&'static self) -> Html {
        html! {
            <svg class={self.class} viewBox={self.view_box} aria-hidden="true">
                <path d={self.d} />
            </svg>
        }
    }
}

/// The sign of the product: a scope with a message on its way.
pub(super) fn logo() -> Html {
    html! {
        <svg class="logo" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="12" r="8.5" />
            <path d="M12 1v5M12 18v5M1 12h5" />
            <path class="logo-way" d="M12 12h11" />
            <circle class="logo-mark" cx="12" cy="12" r="3" />
        </svg>
    }
}

/// A filled triangle.
pub(super) static PLAY: Icon = Icon::filled(
    "M7.5 5.2v13.6a.9.9 0 0 0 1.36.77l11-6.8a.9.9 0 0 0 0-1.54l-11-6.8a.9.9 0 0 0-1.36.77z",
);

/// Two bars.
pub(super) static PAUSE: Icon = Icon::filled("M7 5h3.5v14h-3.5zM13.5 5h3.5v14h-3.5z");

pub(super) static FIRST: Icon = Icon::new("M3 3.5v9M12.5 3.5v9l-6.5 -4.5z");

pub(super) static LAST: Icon = Icon::new("M13 3.5v9M3.5 3.5v9l6.5 -4.5z");

pub(super) static PREVIOUS: Icon = Icon::new("M11 4v8l-6 -4z");

pub(super) static NEXT: Icon = Icon::new("M5 4v8l6 -4z");

pub(super) static LEFT: Icon = Icon::new("M10 3.5L5.5 8L10 12.5");

pub(super) static RIGHT: Icon = Icon::new("M6 3.5L10.5 8L6 12.5");

pub(super) static DOWN: Icon = Icon::new("M4 6L8 10L12 6");

pub(super) static CHECK: Icon = Icon::new("M4.5 8.2L7 10.7L11.5 5.8");

pub(super) static FIT: Icon = Icon::new("M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3");

pub(super) static MINUS: Icon = Icon::new("M4.5 8h7");

pub(super) static PLUS: Icon = Icon::new("M4.5 8h7M8 4.5v7");

pub(super) static FORK: Icon =
    Icon::new("M4.5 14v-11M2.5 5l2 -2l2 2M4.5 11c0 -4 2 -5 7 -5M10 4l2 2l-2 2");

pub(super) static SHARE: Icon = Icon::new(
    "M1.8 8a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0M9.8 3.6a2.2 2.2 0 1 0 4.4 0\
     a2.2 2.2 0 1 0 -4.4 0M9.8 12.4a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0 -4.4 0M6 7l4 -2.3M6 9\
     l4 2.3",
);

pub(super) static EXPORT: Icon =
    Icon::new("M8 10v-8M5 4.8l3 -3l3 3M2 9.5v3.5a1 1 0 0 0 1 1h10a1 1 0 0 0 1 -1v-3.5");

pub(super) static EDIT: Icon = Icon::new("M2.5 13.5l.8 -3.3l8 -8l2.5 2.5l-8 8zM9.5 4l2.5 2.5");

pub(super) static GLOBE: Icon = Icon::new(
    "M1.75 8a6.25 6.25 0 1 0 12.5 0a6.25 6.25 0 1 0 -12.5 0M1.75 8h12.5M8 1.75\
     c4.2 3.6 4.2 8.9 0 12.5M8 1.75c-4.2 3.6 -4.2 8.9 0 12.5",
);

pub(super) static MOON: Icon = Icon::new("M13.7 9.6A6 6 0 1 1 6.9 2.3A4.9 4.9 0 0 0 13.7 9.6z");

pub(super) static SUN: Icon = Icon::new(
    "M5 8a3 3 0 1 0 6 0a3 3 0 1 0 -6 0M8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2\
     l1.1 1.1M11.7 11.7l1.1 1.1M3.2 12.8l1.1 -1.1M11.7 4.3l1.1 -1.1",
);

pub(super) static HELP: Icon = Icon::new(
    "M1.75 8a6.25 6.25 0 1 0 12.5 0a6.25 6.25 0 1 0 -12.5 0M6.2 6.3a1.8 1.8 0 1 1 2.5 1.7\
     c-.5 .2 -.7 .5 -.7 1.1M8 11.4v.1",
);

/// Three dots, thicker than other strokes.
pub(super) static MORE: Icon =
    Icon { class: "icon icon-dots", view_box: "0 0 16 16", d: "M3 8h.01M8 8h.01M13 8h.01" };

pub(super) static CLOSE: Icon = Icon::new("M4 4l8 8M12 4l-8 8");
