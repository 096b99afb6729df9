//! Icons: 16 px, one stroke of 1.5, round, nothing filled but Play.

use yew::prelude::*;

fn icon(paths: &'static [&'static str]) -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            for d in paths.iter() { <path d={*d} /> }
        </svg>
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
pub(super) fn play() -> Html {
    html! {
        <svg class="icon-play" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M7.5 5.2v13.6a.9.9 0 0 0 1.36.77l11-6.8a.9.9 0 0 0 0-1.54l-11-6.8a.9.9 0 0 0-1.36.77z" />
        </svg>
    }
}

/// Two bars.
pub(super) fn pause() -> Html {
    html! {
        <svg class="icon-play" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M7 5h3.5v14h-3.5zM13.5 5h3.5v14h-3.5z" />
        </svg>
    }
}

pub(super) fn first() -> Html {
    icon(&["M3 3.5v9", "M12.5 3.5v9l-6.5 -4.5z"])
}

pub(super) fn last() -> Html {
    icon(&["M13 3.5v9", "M3.5 3.5v9l6.5 -4.5z"])
}

pub(super) fn previous() -> Html {
    icon(&["M11 4v8l-6 -4z"])
}

pub(super) fn next() -> Html {
    icon(&["M5 4v8l6 -4z"])
}

pub(super) fn left() -> Html {
    icon(&["M10 3.5L5.5 8L10 12.5"])
}

pub(super) fn right() -> Html {
    icon(&["M6 3.5L10.5 8L6 12.5"])
}

pub(super) fn down() -> Html {
    icon(&["M4 6L8 10L12 6"])
}

pub(super) fn check() -> Html {
    icon(&["M4.5 8.2L7 10.7L11.5 5.8"])
}

pub(super) fn fit() -> Html {
    icon(&["M2.5 5.5v-3h3", "M10.5 2.5h3v3", "M13.5 10.5v3h-3", "M5.5 13.5h-3v-3"])
}

pub(super) fn minus() -> Html {
    icon(&["M4.5 8h7"])
}

pub(super) fn plus() -> Html {
    icon(&["M4.5 8h7", "M8 4.5v7"])
}

pub(super) fn fork() -> Html {
    icon(&["M4.5 14v-11", "M2.5 5l2 -2l2 2", "M4.5 11c0 -4 2 -5 7 -5", "M10 4l2 2l-2 2"])
}

pub(super) fn share() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="4" cy="8" r="2.2" />
            <circle cx="12" cy="3.6" r="2.2" />
            <circle cx="12" cy="12.4" r="2.2" />
            <path d="M6 7l4 -2.3M6 9l4 2.3" />
        </svg>
    }
}

pub(super) fn export() -> Html {
    icon(&["M8 10v-8", "M5 4.8l3 -3l3 3", "M2 9.5v3.5a1 1 0 0 0 1 1h10a1 1 0 0 0 1 -1v-3.5"])
}

pub(super) fn edit() -> Html {
    icon(&["M2.5 13.5l.8 -3.3l8 -8l2.5 2.5l-8 8z", "M9.5 4l2.5 2.5"])
}

pub(super) fn globe() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6.25" />
            <path d="M1.75 8h12.5M8 1.75c4.2 3.6 4.2 8.9 0 12.5M8 1.75c-4.2 3.6 -4.2 8.9 0 12.5" />
        </svg>
    }
}

pub(super) fn moon() -> Html {
    icon(&["M13.7 9.6A6 6 0 1 1 6.9 2.3A4.9 4.9 0 0 0 13.7 9.6z"])
}

pub(super) fn sun() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="3" />
            <path d="M8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6" />
            <path d="M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M3.2 12.8l1.1 -1.1M11.7 4.3l1.1 -1.1" />
        </svg>
    }
}

pub(super) fn help() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6.25" />
            <path d="M6.2 6.3a1.8 1.8 0 1 1 2.5 1.7c-.5 .2 -.7 .5 -.7 1.1M8 11.4v.1" />
        </svg>
    }
}

pub(super) fn more() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path class="icon-dots" d="M3 8h.01M8 8h.01M13 8h.01" />
        </svg>
    }
}

pub(super) fn close() -> Html {
    icon(&["M4 4l8 8", "M12 4l-8 8"])
}
