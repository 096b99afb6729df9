//! The whole page: bars, panels and the stage in their fixed regions.

use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::driver::Driver;
use super::part::{Part, part};
use super::shell::{Shell, Tab, Turn};
use super::shortcuts::use_shortcuts;
use super::shown::Shown;
use super::{alert, charts, compare, dom, flow, guide, help, icons, inspector, ledger};
use super::{share, sheet, topbar, transport};
use crate::session::protocol::{Position, Selection};
use crate::ui::markup::{html, text};
use crate::view::address::View;
use crate::view::narrate::narrate;
use crate::view::pilot::Pilot;

/// The page.
#[derive(PartialEq)]
pub struct App;

impl Part for App {
    const NAME: &'static str = "app";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_app().run(hooks)
    }
}

#[hook]
fn use_app() -> Html {
    let opened = use_memo((), |()| share::read());
    let (address, _) = &*opened;
    let (drill, at_first) = (address.drill, address.view);
    let shell = use_reducer_eq(move || Shell::open(at_first));
    let (driver, shown) = use_driver(&opened);
    use_shortcuts(&driver, &shell);
    share::use_pasted_address(&driver);
    let view = view_of(&shown, &shell);
    use_address(&driver, &shown, shell.view, drill);
    use_figures(&driver, view == View::Figures);
    let acts = use_acts(&driver, &shell);
    let page = Page { driver, shown, shell, view, acts };
    html! {
        <div class="app" data-view={view.word()} data-tab={page.shell.tab.word()}
            data-drawer={page.shell.drawer.to_string()} data-ready={page.shown.loaded.to_string()}>
            { page.top() }
            { page.drawer_button() }
            { page.guide() }
            { page.middle() }
            { page.tabs() }
            { part(transport::Props { shown: page.shown.clone(), driver: page.driver.clone() }) }
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

/// Asks for figures as long as they are shown.
#[hook]
fn use_figures(driver: &Driver, shown: bool) {
    let driver = driver.clone();
    use_effect_with(shown, move |shown| {
        let shown = *shown;
        driver.act(|pilot| pilot.want_figures(shown));
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
    acts: Rc<Acts>,
}

/// What regions can do; made once, so that a region whose frame stands is not drawn again.
struct Acts {
    select: Callback<Option<Selection>>,
    seek: Callback<Position>,
    play: Callback<()>,
    choose: Callback<String>,
    table: Callback<bool>,
}

#[hook]
fn use_acts(driver: &Driver, shell: &UseReducerHandle<Shell>) -> Rc<Acts> {
    let (driver, shell) = (driver.clone(), shell.dispatcher());
    use_memo((), move |()| Acts::new(&driver, &shell))
}

impl Acts {
    fn new(driver: &Driver, shell: &UseReducerDispatcher<Shell>) -> Self {
        let of = || (driver.clone(), shell.clone());
        let ((select, select_tab), (seek, table), (play, _)) = (of(), of(), of());
        let (choose, choose_view) = of();
        Self {
            select: Callback::from(move |selection: Option<Selection>| {
                if selection.is_some() {
                    select_tab.dispatch(Turn::Tab(Tab::Message));
                }
                select.act(|pilot| pilot.select(selection));
            }),
            seek: Callback::from(move |to| seek.act(|pilot| pilot.seek(to))),
            play: Callback::from(move |()| play.act(Pilot::play)),
            choose: Callback::from(move |scenario: String| {
                choose_view.dispatch(Turn::View(None));
                choose_view.dispatch(Turn::Drawer(false));
                choose.act(|pilot| pilot.choose(&scenario));
            }),
            table: Callback::from(move |as_table| {
                table.dispatch(Turn::Table(as_table));
                table.dispatch(Turn::Fit);
            }),
        }
    }
}

impl Page {
    fn top(&self) -> Html {
        let (shown, driver, shell) = (self.shown.clone(), self.driver.clone(), self.shell.clone());
        part(topbar::Props { shown, driver, shell, view: self.view })
    }

    fn turn(&self, turn: impl Fn() -> Turn + 'static) -> Callback<MouseEvent> {
        let shell = self.shell.dispatcher();
        Callback::from(move |_: MouseEvent| shell.dispatch(turn()))
    }

    fn guide(&self) -> Html {
        let (shown, driver) = (self.shown.clone(), self.driver.clone());
        let (on_choose, on_play) = (self.acts.choose.clone(), self.acts.play.clone());
        part(guide::Props { shown, driver, on_choose, on_play })
    }

    /// Where the guide has no place of its own it comes over the stage.
    fn drawer_button(&self) -> Html {
        let open = self.shell.drawer;
        let onclick = self.turn(move || Turn::Drawer(!open));
        let label = text(if open { "drawer.close" } else { "drawer.open" });
        html! {
            <div class="rail">
                <button class="quiet icon-only" {onclick} aria-expanded={open.to_string()}
                    aria-label={label} title={label}>
                    { if open { icons::LEFT.draw() } else { icons::RIGHT.draw() } }
                </button>
            </div>
        }
    }

    fn middle(&self) -> Html {
        let frame = || self.shown.panels.clone();
        let acts = || (self.acts.select.clone(), self.acts.seek.clone());
        let (on_select, on_seek) = acts();
        if self.view == View::Figures {
            let changed = !self.shown.recipe.tweaks.is_empty();
            return part(sheet::Props { frame: frame(), changed });
        }
        if self.view == View::Compare {
            return part(compare::Props { frame: frame(), on_select, on_seek });
        }
        let ledger = part(ledger::Props { frame: frame(), on_select, on_seek });
        let (on_select, on_seek) = acts();
        let charts = part(charts::Props { frame: frame(), on_select, on_seek });
        let (on_select, on_seek) = acts();
        html! {
            <>
                <main class="centre">
                    { self.stage() }
                    { ledger }
                    { charts }
                </main>
                { part(inspector::Props { frame: frame(), on_select, on_seek }) }
            </>
        }
    }

    fn stage(&self) -> Html {
        let shown = &self.shown;
        part(flow::Props {
            frame: shown.frame.clone(),
            selection: shown.selection,
            driver: self.driver.clone(),
            opening: shown.is_opening(),
            as_table: self.shell.as_table,
            fitted: self.shell.fitted,
            on_select: self.acts.select.clone(),
            on_table: self.acts.table.clone(),
            on_play: self.acts.play.clone(),
        })
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
        let on_close_help = Callback::from(move |()| shell.dispatch(Turn::Help(false)));
        let help = self.shell.help.then(|| {
            let (frame, driver) = (self.shown.frame.clone(), self.driver.clone());
            part(help::Props { frame, driver, drill, on_close: on_close_help })
        });
        html! {
            <>
                { for self.shown.alert.as_ref().map(|alert| {
                    alert::draw(alert, self.shown.frame.run.seed, on_close)
                }) }
                { for help }
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
