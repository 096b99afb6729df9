//! The whole page: bars, panels and the stage in their fixed regions.

use std::rc::Rc;

use yew::prelude::*;

use super::charts::Charts;
use super::compare::CompareStage;
use super::driver::Driver;
use super::flow::FlowStage;
use super::guide::Guide;
use super::help::Help;
use super::inspector::InspectorPanel;
use super::ledger::LedgerStrip;
use super::shell::{Shell, Tab, Turn};
use super::shortcuts::use_shortcuts;
use super::shown::Shown;
use super::topbar::TopBar;
use super::transport::Transport;
use super::{alert, dom, icons, share};
use crate::session::protocol::{Position, Selection};
use crate::view::address::View;
use crate::view::narrate::narrate;
use crate::view::pilot::Pilot;
use crate::view::words::text;

/// The page.
#[component]
pub fn App() -> Html {
    let opened = use_memo((), |()| share::read());
    let (address, _) = &*opened;
    let (drill, at_first) = (address.drill, address.view);
    let shell = use_reducer_eq(move || Shell::open(at_first));
    let (driver, shown) = use_driver(&opened);
    use_shortcuts(&driver, &shell);
    share::use_pasted_address(&driver);
    let view = view_of(&shown, &shell);
    use_address(&driver, &shown, shell.view, drill);
    let page = Page { driver, shown, shell, view };
    html! {
        <div class="app" data-view={view.word()} data-tab={page.shell.tab.word()}
            data-drawer={page.shell.drawer.to_string()} data-ready={page.shown.loaded.to_string()}>
            <TopBar shown={page.shown.clone()} driver={page.driver.clone()}
                shell={page.shell.clone()} {view} />
            { page.drawer_button() }
            { page.guide() }
            { page.middle() }
            { page.tabs() }
            <Transport shown={page.shown.clone()} driver={page.driver.clone()} />
            { page.over(drill) }
            <p class="hidden" aria-live="polite" data-testid="narration">{ page.spoken() }</p>
        </div>
    }
}

type Opened = (crate::view::address::Address, Option<crate::session::protocol::Rejection>);

/// Starts the driver once; gives a new snapshot at each rendering that it asks for.
#[hook]
fn use_driver(opened: &Rc<Opened>) -> (Driver, Shown) {
    let update = use_force_update();
    let opened = Rc::clone(opened);
    let driver = use_memo((), move |()| {
        let (address, wrong) = (*opened).clone();
        let mut pilot = Pilot::new(address.recipe, address.position, address.selection);
        pilot.set_stepwise(dom::prefers("(prefers-reduced-motion: reduce)"));
        if let Some(wrong) = wrong {
            pilot.complain(wrong);
        }
        Driver::start(pilot, Callback::from(move |()| update.force_update()))
    });
    let shown = driver.look(|pilot| Shown::of(pilot, driver.frames()));
    ((*driver).clone(), shown)
}

/// Keeps the address in step while the clock stands.
#[hook]
fn use_address(driver: &Driver, shown: &Shown, view: Option<View>, drill: bool) {
    let driver = driver.clone();
    let is_still = shown.loaded && !shown.playing && shown.frame.working.is_none();
    let deps = (is_still, shown.frame.ordinal, shown.selection, shown.recipe.clone(), view);
    use_effect_with(deps, move |(is_still, ..)| {
        if *is_still {
            share::keep(&driver.look(|pilot| share::hash(pilot, view, drill)));
        }
    });
}

/// The view that the person chose, if it can show this run; else the scenario's own.
fn view_of(shown: &Shown, shell: &Shell) -> View {
    let own = View::of(&shown.frame.run.view).unwrap_or_default();
    match shell.view {
        Some(View::Compare) if shown.frame.lanes.len() < 2 => View::Flow,
        Some(view) => view,
        None => own,
    }
}

/// What the regions are drawn from.
struct Page {
    driver: Driver,
    shown: Shown,
    shell: UseReducerHandle<Shell>,
    view: View,
}

impl Page {
    fn frame(&self) -> Rc<crate::session::frame::Frame> {
        Rc::clone(&self.shown.frame)
    }

    fn on_select(&self) -> Callback<Option<Selection>> {
        let (driver, shell) = (self.driver.clone(), self.shell.dispatcher());
        Callback::from(move |selection: Option<Selection>| {
            if selection.is_some() {
                shell.dispatch(Turn::Tab(Tab::Message));
            }
            driver.act(|pilot| pilot.select(selection));
        })
    }

    fn on_seek(&self) -> Callback<Position> {
        let driver = self.driver.clone();
        Callback::from(move |to| driver.act(|pilot| pilot.seek(to)))
    }

    fn on_play(&self) -> Callback<()> {
        let driver = self.driver.clone();
        Callback::from(move |()| driver.act(Pilot::play))
    }

    fn turn(&self, turn: impl Fn() -> Turn + 'static) -> Callback<MouseEvent> {
        let shell = self.shell.dispatcher();
        Callback::from(move |_: MouseEvent| shell.dispatch(turn()))
    }

    fn guide(&self) -> Html {
        let (driver, shell) = (self.driver.clone(), self.shell.dispatcher());
        let on_choose = Callback::from(move |scenario: String| {
            shell.dispatch(Turn::View(None));
            shell.dispatch(Turn::Drawer(false));
            driver.act(|pilot| pilot.choose(&scenario));
        });
        let (shown, driver) = (self.shown.clone(), self.driver.clone());
        html! { <Guide {shown} {driver} {on_choose} /> }
    }

    /// Where the guide has no place of its own it comes over the stage.
    fn drawer_button(&self) -> Html {
        let open = self.shell.drawer;
        let onclick = self.turn(move || Turn::Drawer(!open));
        let label = text(if open { "drawer.close" } else { "drawer.open" });
        html! {
            <div class="rail">
                <button class="quiet icon-only" {onclick} aria-expanded={open.to_string()}
                    aria-label={label.clone()} title={label}>
                    { if open { icons::left() } else { icons::right() } }
                </button>
            </div>
        }
    }

    fn middle(&self) -> Html {
        let frame = Rc::clone(&self.shown.panels);
        let (on_select, on_seek) = (self.on_select(), self.on_seek());
        if self.view == View::Compare {
            return html! { <CompareStage {frame} {on_select} {on_seek} /> };
        }
        html! {
            <>
                <main class="centre">
                    { self.stage() }
                    <LedgerStrip frame={frame.clone()} on_select={on_select.clone()}
                        on_seek={on_seek.clone()} />
                    <Charts frame={frame.clone()} on_select={on_select.clone()}
                        on_seek={on_seek.clone()} />
                </main>
                <InspectorPanel {frame} {on_select} {on_seek} />
            </>
        }
    }

    fn stage(&self) -> Html {
        let shell = self.shell.dispatcher();
        let on_table = Callback::from(move |as_table| {
            shell.dispatch(Turn::Table(as_table));
            shell.dispatch(Turn::Fit);
        });
        html! {
            <FlowStage frame={self.frame()} selection={self.shown.selection}
                driver={self.driver.clone()} opening={self.shown.is_opening()}
                as_table={self.shell.as_table} fitted={self.shell.fitted}
                on_select={self.on_select()} {on_table} on_play={self.on_play()} />
        }
    }

    fn tabs(&self) -> Html {
        let tab = |tab: Tab| {
            let onclick = self.turn(move || Turn::Tab(tab));
            let is_current = self.shell.tab == tab;
            html! {
                <button class="tab" {onclick} aria-pressed={is_current.to_string()} data-tab={tab.word()}>
                    { text(&format!("tab.{}", tab.word())) }
                </button>
            }
        };
        html! {
            <nav class="tabs" aria-label={text("tab.name")}>
                { for Tab::ALL.into_iter().map(tab) }
            </nav>
        }
    }

    /// Alerts and the help sheet.
    fn over(&self, drill: bool) -> Html {
        let driver = self.driver.clone();
        let on_close = Callback::from(move |_: MouseEvent| driver.act(Pilot::dismiss));
        let shell = self.shell.dispatcher();
        let close_help = Callback::from(move |()| shell.dispatch(Turn::Help(false)));
        html! {
            <>
                { for self.shown.alert.as_ref().map(|alert| alert::draw(alert, on_close)) }
                if self.shell.help {
                    <Help frame={self.frame()} driver={self.driver.clone()} {drill}
                        on_close={close_help} />
                }
            </>
        }
    }

    /// What the live region says: only after steps, so that playing is not a flood of words.
    fn spoken(&self) -> String {
        if self.shown.spoken == 0 || self.shown.playing {
            return String::new();
        }
        narrate(&self.shown.frame, self.shown.selection)
    }
}
