//! The top bar: name, scenario picker, views, and what can be done with the page.

use web_sys::HtmlSelectElement;
use yew::functional::HookContext;
use yew::prelude::*;

use super::driver::Driver;
use super::menu::{self, Choice};
use super::part::{Part, part};
use super::shell::{Shell, Tab, Turn};
use super::shown::Shown;
use super::{icons, share};
use crate::ui::markup::{html, text};
use crate::view::address::View;
use crate::view::guide::short_title;
use crate::view::words::{self, fill, name};

/// Views in the order of their keys; those without one are not built yet.
const VIEWS: [(&str, Option<View>); 6] = [
    ("flow", Some(View::Flow)),
    ("sequence", None),
    ("storage", None),
    ("console", None),
    ("compare", Some(View::Compare)),
    ("figures", Some(View::Figures)),
];

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// The run.
    pub shown: Shown,
    /// Runs the page.
    pub driver: Driver,
    /// The shell.
    pub shell: UseReducerHandle<Shell>,
    /// The view that is shown.
    pub view: View,
}

impl Part for Props {
    const NAME: &'static str = "topbar";

    fn draw(&self, _: &mut HookContext) -> Html {
        draw(self)
    }
}

/// The bar.
fn draw(props: &Props) -> Html {
    html! {
        <header class="topbar">
            <h1 class="brand">{ icons::logo() }{ text("app.name") }</h1>
            { picker(props) }
            { views(props) }
            { view_picker(props) }
            <div class="actions">
                { share_button(props) }
                { unavailable("bar.export", icons::EXPORT.draw()) }
                { unavailable("bar.edit", icons::EDIT.draw()) }
                <span class="divider"></span>
                <button class="quiet language" disabled={true} title={text("bar.language.title")}>
                    { icons::GLOBE.draw() }<span>{ text("bar.language") }</span>
                </button>
                { theme(props) }
                { help(props) }
                { more(props) }
            </div>
        </header>
    }
}

fn picker(props: &Props) -> Html {
    let run = &props.shown.frame.run;
    let (driver, shell) = (props.driver.clone(), props.shell.clone());
    let onchange = Callback::from(move |event: Event| {
        let scenario = event.target_unchecked_into::<HtmlSelectElement>().value();
        shell.dispatch(Turn::View(None));
        shell.dispatch(Turn::Tab(Tab::default()));
        driver.act(|pilot| pilot.choose(&scenario));
    });
    let option = |(file, title, _): &(String, String, String)| {
        let selected = *file == run.scenario;
        html! { <option value={file.clone()} {selected}>{ short_title(title) }</option> }
    };
    html! {
        <label class="picker scenario-picker">
            <select aria-label={text("bar.scenario")} {onchange}>
                { for run.shipped.iter().map(option) }
            </select>
            { icons::DOWN.draw() }
        </label>
    }
}

/// Whether a view can show this run; if not, why.
fn obstacle(word: &str, view: Option<View>, props: &Props) -> Option<String> {
    let several = props.shown.frame.lanes.len() > 1;
    match view {
        None => {
            let view = name(words::text(&format!("view.{word}")));
            Some(fill("view.not_built", &[("view", view)]))
        }
        Some(View::Compare) if !several => Some(words::text("view.one_lane")),
        Some(View::Flow | View::Compare | View::Figures) => None,
    }
}

fn views(props: &Props) -> Html {
    let tab = |(index, &(word, view)): (usize, &(&'static str, Option<View>))| {
        let obstacle = obstacle(word, view, props);
        let is_current = view == Some(props.view);
        let shell = props.shell.clone();
        let onclick = Callback::from(move |_: MouseEvent| shell.dispatch(Turn::View(view)));
        html! {
            <button class="view-tab" {onclick} disabled={obstacle.is_some() && !is_current}
                title={obstacle.clone()} aria-current={is_current.then_some("page")}>
                { text(&format!("view.{word}")) }
                <span class="view-key" aria-hidden="true">{ index + 1 }</span>
            </button>
        }
    };
    html! {
        <nav class="views" aria-label={text("bar.views")}>
            { for VIEWS.iter().enumerate().map(tab) }
        </nav>
    }
}

/// The same on a phone.
fn view_picker(props: &Props) -> Html {
    let shell = props.shell.clone();
    let onchange = Callback::from(move |event: Event| {
        let word = event.target_unchecked_into::<HtmlSelectElement>().value();
        shell.dispatch(Turn::View(View::of(&word)));
    });
    let option = |&(word, view): &(&'static str, Option<View>)| {
        let selected = view == Some(props.view);
        let disabled = obstacle(word, view, props).is_some() && !selected;
        let name = words::text(&format!("view.{word}"));
        html! { <option value={word} {selected} {disabled}>{ name }</option> }
    };
    html! {
        <label class="picker view-picker">
            <select aria-label={text("bar.view")} {onchange}>
                { for VIEWS.iter().map(option) }
            </select>
            { icons::DOWN.draw() }
        </label>
    }
}

fn unavailable(key: &'static str, icon: Html) -> Html {
    html! {
        <button class="quiet" disabled={true} title={words::text(&format!("{key}.title"))}>
            { icon }<span>{ text(key) }</span>
        </button>
    }
}

/// On a phone, all that has no place in the bar.
fn more(props: &Props) -> Html {
    let shell = &props.shell;
    let turn = |key: &str, turn: fn(&Shell) -> Turn| {
        let shell = shell.clone();
        let act = Callback::from(move |()| shell.dispatch(turn(&shell)));
        Choice { text: words::text(key), obstacle: None, act }
    };
    let table = if shell.as_table { "flow.picture.show" } else { "flow.table.show" };
    let theme = if shell.dark { "bar.light" } else { "bar.dark" };
    let (driver, view) = (props.driver.clone(), shell.view);
    let share = Callback::from(move |()| share::copy(&driver, view));
    let mut colours = turn(theme, |_| Turn::Theme);
    let (change, driver) = (colours.act.clone(), props.driver.clone());
    colours.act = Callback::from(move |()| {
        change.emit(());
        repaint_soon(&driver);
    });
    let choices = vec![
        Choice { text: words::text("bar.share"), obstacle: None, act: share },
        turn(table, |shell| Turn::Table(!shell.as_table)),
        colours,
        turn("help.title", |_| Turn::Help(true)),
    ];
    html! {
        <div class="more">
            { part(menu::Props { name: words::text("bar.more"), icon: Some(&icons::MORE), choices }) }
        </div>
    }
}

/// The style sheet has the new colours only after this event.
fn repaint_soon(driver: &Driver) {
    let driver = driver.clone();
    gloo_timers::callback::Timeout::new(0, move || driver.painter(|painter| painter.repaint()))
        .forget();
}

fn share_button(props: &Props) -> Html {
    let (driver, shell) = (props.driver.clone(), props.shell.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        share::copy(&driver, shell.view);
        let shell = shell.clone();
        shell.dispatch(Turn::Copied(true));
        gloo_timers::callback::Timeout::new(2_000, move || shell.dispatch(Turn::Copied(false)))
            .forget();
    });
    let word = text(if props.shell.copied { "bar.share.copied" } else { "bar.share" });
    html! {
        <button class="quiet share" {onclick} title={text("bar.share.title")}>
            { icons::SHARE.draw() }<span aria-live="polite">{ word }</span>
        </button>
    }
}

fn theme(props: &Props) -> Html {
    let (driver, shell) = (props.driver.clone(), props.shell.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        shell.dispatch(Turn::Theme);
        repaint_soon(&driver);
    });
    let dark = props.shell.dark;
    let label = text(if dark { "bar.light" } else { "bar.dark" });
    html! {
        <button class="quiet icon-only" {onclick} aria-label={label} title={label}>
            { if dark { icons::SUN.draw() } else { icons::MOON.draw() } }
        </button>
    }
}

fn help(props: &Props) -> Html {
    let shell = props.shell.clone();
    let onclick = Callback::from(move |_: MouseEvent| shell.dispatch(Turn::Help(true)));
    html! {
        <button class="quiet icon-only help-button" {onclick} aria-label={text("bar.help")}
            title={text("bar.help")}>
            { icons::HELP.draw() }
        </button>
    }
}
