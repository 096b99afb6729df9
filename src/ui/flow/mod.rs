//! The stage of the Flow view: topology in SVG, moving marks on one canvas above it, or both as
//! tables.

mod invite;
mod legend;
mod svg;
mod table;

use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::charts::use_size;
use super::driver::Driver;
use super::icons;
use super::part::{Part, Shot, use_while_there};
use crate::session::protocol::Selection;
use crate::ui::markup::{classes, html, text};
use crate::view::flow::{Picked, Scene, Stage, scene};

/// Properties of the part.
#[derive(PartialEq)]
pub struct Props {
    /// What is drawn.
    pub frame: Shot,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Runs the page; its painter draws on this stage's canvas.
    pub driver: Driver,
    /// Nothing was played yet.
    pub opening: bool,
    /// Tables instead of the picture.
    pub as_table: bool,
    /// Counts the wishes to fit the picture.
    pub fitted: u32,
    /// Selects something, or nothing.
    pub on_select: Callback<Option<Selection>>,
    /// Picture (false) or table (true).
    pub on_table: Callback<bool>,
    /// Starts the run.
    pub on_play: Callback<()>,
}

impl Part for Props {
    const NAME: &'static str = "flow";

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_flow_stage(self).run(hooks)
    }
}

/// The stage.
#[hook]
fn use_flow_stage(props: &Props) -> Html {
    let node = use_node_ref();
    let canvas = use_node_ref();
    let size = use_size(&node);
    let scroll = use_state_eq(|| 0_usize);
    {
        let scroll = scroll.clone();
        use_effect_with(props.fitted, move |_| scroll.set(0));
    }
    let frame = &props.frame;
    let lane = frame.lanes.first().filter(|_| size.width > 0.0);
    let scene = lane.map(|lane| {
        let picked = Picked::of(frame, props.selection);
        let (now, scroll, opening) = (frame.now, *scroll, props.opening);
        Rc::new(scene(&Stage { lane, now, size, picked, scroll, opening }))
    });
    use_canvas(props, &canvas, scene.clone());
    let deselect = props.on_select.reform(|_: MouseEvent| None);
    let (onwheel, onkeydown) = scrolling(&scroll, scene.as_ref().map_or(0, |scene| scene.hidden));
    html! {
        <section class="stage" ref={node} aria-label={text("flow.name")}>
            if props.as_table {
                { table::draw(frame, props.selection, &props.on_select) }
            } else if let (Some(scene), Some(lane)) = (&scene, lane) {
                <svg class="scene" width={scene.size.width} height={scene.size.height}
                    role="group" aria-label={text("flow.read.stage")}
                    onclick={deselect} {onwheel} {onkeydown}>
                    { svg::hatchings() }
                    { for scene.items.iter().map(|item| svg::item(item, &props.on_select)) }
                    { overlay(props, scene) }
                </svg>
                if scene.legend.0 { { legend::marks() } }
                if scene.legend.1 { { legend::cells(lane) } }
            }
            <canvas ref={canvas} class={classes!("marks", props.as_table.then_some("is-hidden"))}
                aria-hidden="true" />
            { tools(props) }
        </section>
    }
}

/// Hands canvas and layout to the painter.
#[hook]
fn use_canvas(props: &Props, canvas: &NodeRef, scene: Option<Rc<Scene>>) {
    {
        let (canvas, driver) = (canvas.clone(), props.driver.clone());
        use_while_there(Box::new(move || {
            driver.painter(|painter| painter.attach(canvas.cast()));
            Box::new(move || driver.painter(|painter| painter.attach(None)))
        }));
    }
    let driver = props.driver.clone();
    use_effect(move || {
        if let Some(scene) = scene {
            driver.painter(|painter| painter.set_scene(scene));
        }
    });
}

/// Wheel and arrows move a queue table that does not fit.
fn scrolling(
    scroll: &UseStateHandle<usize>,
    hidden: usize,
) -> (Callback<WheelEvent>, Callback<KeyboardEvent>) {
    let by = {
        let scroll = scroll.clone();
        move |lines: isize| {
            if hidden > 0 {
                scroll.set(scroll.saturating_add_signed(lines).min(hidden));
            }
        }
    };
    let by_key = by.clone();
    let onwheel = Callback::from(move |event: WheelEvent| {
        by(if event.delta_y() > 0.0 { 2 } else { -2 });
    });
    let onkeydown = Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => by_key(1),
        "ArrowUp" => by_key(-1),
        _ => (),
    });
    (onwheel, onkeydown)
}

/// Numbers of the sentences, and the invitation.
fn overlay(props: &Props, scene: &Scene) -> Html {
    let number = |(index, &(x, y)): (usize, &(f64, f64))| {
        html! {
            <g class="number" aria-hidden="true">
                <circle cx={x} cy={y} r="10" />
                <text x={x} y={y} dy="0.36em" text-anchor="middle">{ index + 1 }</text>
            </g>
        }
    };
    html! {
        <>
            if let Some(place) = scene.empty {
                { invite::invite(place, &props.frame.run, props.opening.then_some(&props.on_play)) }
            }
            { for scene.numbers.iter().enumerate().map(number) }
        </>
    }
}

/// Picture or table, and fit.
fn tools(props: &Props) -> Html {
    let choice = |as_table: bool, key: &str| {
        let onclick = props.on_table.reform(move |_: MouseEvent| as_table);
        let pressed = (as_table == props.as_table).to_string();
        html! { <button {onclick} aria-pressed={pressed}>{ text(key) }</button> }
    };
    let fit = props.on_table.reform(|_: MouseEvent| false);
    html! {
        <>
            <div class="segments stage-switch" role="group" aria-label={text("flow.shown_as")}>
                { choice(false, "flow.picture") }
                { choice(true, "flow.table") }
            </div>
            <button class="small-button stage-fit" onclick={fit} aria-label={text("flow.fit")}
                title={text("flow.fit")}>
                { icons::FIT.draw() }
            </button>
        </>
    }
}
