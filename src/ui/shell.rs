//! What the page shows around the run: view, tab, sheet, theme. Nothing here changes the run.

use std::rc::Rc;

use yew::prelude::*;

use super::dom;
use crate::view::address::View;

/// Where the choice of colours is remembered.
const THEME_KEY: &str = "rocketscope.theme";

/// Panels of a narrow page, one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Guide,
    Message,
    Charts,
    Events,
}

impl Tab {
    /// All, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Guide, Self::Message, Self::Charts, Self::Events];

    /// The word in keys and attributes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::Message => "message",
            Self::Charts => "charts",
            Self::Events => "events",
        }
    }
}

/// State of the shell.
#[derive(Clone, Debug, PartialEq)]
pub struct Shell {
    /// Nothing: the view that the scenario opens with.
    pub view: Option<View>,
    /// The stage as tables.
    pub as_table: bool,
    /// Counts the wishes to fit the picture.
    pub fitted: u32,
    /// The help sheet is open.
    pub help: bool,
    /// The panel of a narrow page.
    pub tab: Tab,
    /// The guide is open over the stage, where it has no place beside it.
    pub drawer: bool,
    /// Dark colours.
    pub dark: bool,
    /// The link was copied.
    pub copied: bool,
}

/// What changes it.
pub enum Turn {
    View(Option<View>),
    Table(bool),
    Fit,
    Help(bool),
    Tab(Tab),
    Drawer(bool),
    Theme,
    Copied(bool),
}

impl Shell {
    /// The shell of a page that was just opened.
    pub fn open(view: Option<View>) -> Self {
        let dark = match dom::remembered(THEME_KEY).as_deref() {
            Some("dark") => true,
            Some("light") => false,
            Some(_) | None => dom::prefers("(prefers-color-scheme: dark)"),
        };
        Self {
            view,
            as_table: false,
            fitted: 0,
            help: false,
            tab: tab_of(view).unwrap_or_default(),
            drawer: false,
            dark,
            copied: false,
        }
    }
}

/// Figures stand where a phone has its charts.
fn tab_of(view: Option<View>) -> Option<Tab> {
    (view == Some(View::Figures)).then_some(Tab::Charts)
}

impl Reducible for Shell {
    type Action = Turn;

    fn reduce(self: Rc<Self>, turn: Turn) -> Rc<Self> {
        let mut shell = Self::clone(&self);
        match turn {
            Turn::View(view) => {
                shell.view = view;
                shell.tab = tab_of(view).unwrap_or(shell.tab);
            }
            Turn::Table(as_table) => shell.as_table = as_table,
            Turn::Fit => shell.fitted += 1,
            Turn::Help(open) => shell.help = open,
            Turn::Tab(tab) => shell.tab = tab,
            Turn::Drawer(open) => shell.drawer = open,
            Turn::Copied(copied) => shell.copied = copied,
            Turn::Theme => {
                shell.dark = !shell.dark;
                set_theme(shell.dark);
            }
        }
        Rc::new(shell)
    }
}

/// Applies a remembered choice before the first frame.
pub fn apply_remembered() {
    if let Some(theme) = dom::remembered(THEME_KEY) {
        let _set = dom::root().set_attribute("data-theme", &theme);
    }
}

fn set_theme(dark: bool) {
    let theme = if dark { "dark" } else { "light" };
    dom::remember(THEME_KEY, theme);
    let _set = dom::root().set_attribute("data-theme", theme);
}
