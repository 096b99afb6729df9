//! Runs the page: the pilot, its worker, and the loop of animation frames, outside Yew.
//!
//! The canvas follows each animation frame; Yew is told at once of what a person did and at most a
//! dozen times a second while the clock runs, so that no task grows long.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use yew::Callback;

use super::link::{Heard, Link};
use super::painter::Painter;
use super::part::Shot;
use super::{dom, more};
use crate::session::frame::Frame;
use crate::view::pilot::Pilot;

/// Least time between two renderings while the clock runs, in ms. They take turns: stage and bars,
/// then charts and panels, so that each is shown a dozen times a second and no task is long.
const RENDER_EVERY_MS: f64 = 42.0;

/// A handle to the one driver of the page.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

/// What the browser calls before it paints.
type Beat = Closure<dyn FnMut(f64)>;

struct Inner {
    pilot: RefCell<Pilot>,
    link: RefCell<Option<(u32, Link)>>,
    render: Callback<()>,
    painter: RefCell<Painter>,
    last_tick: Cell<f64>,
    last_render: Cell<f64>,
    stale: Cell<bool>,
    played: Cell<bool>,
    frames: RefCell<Frames>,
    beat: RefCell<Option<Beat>>,
}

/// Frames on the page: while the clock runs the two halves of the page take turns.
#[derive(Clone, Default)]
pub struct Frames {
    /// Of stage, guide and bars.
    pub stage: Shot,
    /// Of charts, ledger, lanes and inspector.
    pub panels: Shot,
    panels_next: bool,
}

impl Frames {
    /// Takes the newest frame in; true where one half is still behind.
    fn show(&mut self, newest: &Rc<Frame>, moving: bool) -> bool {
        let panels = self.panels_next || !moving;
        let stage = !self.panels_next || !moving;
        if stage {
            self.stage = Shot(Rc::clone(newest));
        }
        if panels {
            self.panels = Shot(Rc::clone(newest));
        }
        self.panels_next = moving && !self.panels_next;
        moving && stage
    }
}

impl PartialEq for Driver {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Driver {
    /// Starts the worker and the loop; `render` is called when there is something new to show.
    pub fn start(pilot: Pilot, render: Callback<()>) -> Self {
        let driver = Self(Rc::new(Inner {
            pilot: RefCell::new(pilot),
            link: RefCell::new(None),
            render,
            painter: RefCell::new(Painter::default()),
            last_tick: Cell::new(dom::wall_ms()),
            last_render: Cell::new(0.0),
            stale: Cell::new(true),
            played: Cell::new(false),
            frames: RefCell::new(Frames::default()),
            beat: RefCell::new(None),
        }));
        driver.pump();
        let own = driver.clone();
        let beat = Closure::<dyn FnMut(f64)>::new(move |now| own.beat(now));
        driver.0.beat.replace(Some(beat));
        driver.next_beat();
        driver
    }

    /// Does what a person wants, and shows it.
    pub fn act(&self, intent: impl FnOnce(&mut Pilot)) {
        intent(&mut self.0.pilot.borrow_mut());
        self.pump();
        self.render(dom::wall_ms());
    }

    /// Looks at the pilot.
    pub fn look<T>(&self, at: impl FnOnce(&Pilot) -> T) -> T {
        at(&self.0.pilot.borrow())
    }

    /// The frames that are on the page now.
    pub fn frames(&self) -> Frames {
        self.0.frames.borrow().clone()
    }

    /// The painter of moving marks.
    pub fn painter<T>(&self, with: impl FnOnce(&mut Painter) -> T) -> T {
        with(&mut self.0.painter.borrow_mut())
    }

    /// One animation frame: asks for more time, draws the marks, shows what waits to be shown.
    fn beat(&self, now: f64) {
        let wall = (now - self.0.last_tick.replace(now)).max(0.0);
        {
            let mut pilot = self.0.pilot.borrow_mut();
            pilot.tick(nanos(wall));
            self.0.painter.borrow_mut().draw(&pilot, now);
        }
        self.pump();
        let due = now - self.0.last_render.get() >= RENDER_EVERY_MS;
        if self.0.stale.get() && due {
            self.render(now);
        }
        self.next_beat();
    }

    /// Posts what is to be posted, to the worker of the present generation.
    fn pump(&self) {
        let generation = self.0.pilot.borrow().generation();
        let running = self.0.link.borrow().as_ref().map(|(of, _)| *of);
        if running != Some(generation) {
            self.replace_worker(generation);
        }
        let request = self.0.pilot.borrow_mut().next_request();
        if let (Some(request), Some((_, link))) = (request, &*self.0.link.borrow()) {
            link.post(&request);
        }
    }

    fn replace_worker(&self, generation: u32) {
        let own = self.clone();
        let started = Link::start(move |heard| own.hear(generation, heard));
        match started {
            Ok(link) => drop(self.0.link.replace(Some((generation, link)))),
            Err(sentence) => self.0.pilot.borrow_mut().crashed(generation, &sentence),
        }
    }

    fn hear(&self, generation: u32, heard: Heard) {
        let moving = {
            let mut pilot = self.0.pilot.borrow_mut();
            let was_playing = pilot.is_playing();
            match heard {
                Heard::Reply(reply) => drop(pilot.take(generation, *reply)),
                Heard::Died(sentence) => pilot.crashed(generation, &sentence),
            }
            self.0.painter.borrow_mut().fresh(dom::wall_ms());
            if was_playing && !self.0.played.replace(true) {
                more::fetch();
            }
            pilot.is_on_the_way() || was_playing && pilot.is_playing()
        };
        self.0.stale.set(true);
        self.pump();
        // While the clock runs the next animation frame shows it; a person who waits sees it now.
        if !moving {
            self.render(dom::wall_ms());
        }
    }

    fn render(&self, now: f64) {
        let pilot = self.0.pilot.borrow();
        let moving = pilot.is_playing() || pilot.is_on_the_way();
        let behind = self.0.frames.borrow_mut().show(pilot.frame(), moving);
        drop(pilot);
        self.0.stale.set(behind);
        self.0.last_render.set(now);
        self.0.render.emit(());
    }

    fn next_beat(&self) {
        if let Some(beat) = &*self.0.beat.borrow() {
            let asked = dom::window().request_animation_frame(beat.as_ref().unchecked_ref());
            assert!(asked.is_ok(), "a window has animation frames");
        }
    }
}

/// Milliseconds of the wall clock as whole nanoseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a frame's length")]
fn nanos(ms: f64) -> u64 {
    (ms * 1e6) as u64
}
