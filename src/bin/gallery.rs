//! Development only, untracked: my components with sample frames.
fn main() {
    #[cfg(target_arch = "wasm32")]
    gallery::start();
}
#[cfg(target_arch = "wasm32")]
mod gallery {
    use rocketscope::session::frame::Frame;
    use rocketscope::ui::{
        charts::Charts, compare::*, inspector::InspectorPanel, ledger::LedgerStrip,
    };
    use rocketscope::view::sample;
    use std::rc::Rc;
    use yew::prelude::*;
    pub fn start() {
        yew::Renderer::<App>::new().render();
    }
    fn frame(which: &str) -> Frame {
        match which {
            "flow0" => sample::first_program_before(),
            "compare" => sample::pull_and_push(),
            "node" | "queue" | "link" => cards(which),
            "dense" | "compared" => dense(),
            "compare0" => sample::pull_and_push_before(),
            _ => sample::first_program(),
        }
    }
    fn cards(which: &str) -> Frame {
        use rocketscope::session::frame::*;
        let w = |t: &str| Words {
            key: "plain".into(),
            args: vec![("text".into(), Arg::Text(t.into()))],
        };
        let mut f = sample::first_program();
        let rows = vec![
            (w("State"), w("Up since 0 s")),
            (w("Subscribes"), w("TopicTest1, TopicTest2, TopicTest3")),
            (w("Owns"), w("12 queues")),
            (w("Threads"), w("5 of 20 busy")),
            (w("Consumed"), w("10")),
            (w("Failed"), w("0")),
        ];
        let why = Some(Why {
            question: w("Why does it wait?"),
            sentence: w("It looks again for routes and queues at its next rebalance."),
            setting: Some(("rocketmq.client.rebalance.waitInterval".into(), "20 000 ms".into())),
        });
        let events = f.recent.clone();
        f.inspector = match which {
            "node" => Inspector::Node(NodeCard {
                lane: 0,
                node: 2,
                name: "Consumber".into(),
                kind: w("Consumer"),
                rows,
                expects: vec![
                    (25_135_000_000, w("Offsets saved")),
                    (41_235_000_000, w("Rebalance")),
                ],
                settings: vec![
                    ("pullThresholdForQueue".into(), "1 000".into()),
                    ("consumeThreadMin".into(), "20".into()),
                ],
                why,
                events,
            }),
            "queue" => Inspector::Queue(QueueCard {
                lane: 0,
                queue: 1,
                name: "TopicTest1 q1".into(),
                rows,
                why,
                messages: f.lanes[0].queues[1].cells.clone(),
                events,
            }),
            _ => Inspector::Link(LinkCard { lane: 0, from: 2, to: 1, rows, events }),
        };
        f
    }
    fn dense() -> Frame {
        use rocketscope::session::frame::{AskMark, WaitMark};
        let mut f = sample::pull_and_push();
        f.run.sliders[0].value = 50.0;
        for (i, lane) in f.lanes.iter_mut().enumerate() {
            let ms = 1_000_000u64;
            lane.asking.messages = (0..1480u32)
                .map(|m| {
                    let at = u64::from(m) * 20 * ms;
                    let d = [
                        (at / (5000 * ms) + 1) * 5000 * ms,
                        at + (u64::from(m) * 7919 % 1000) * ms,
                        at + ms + u64::from(m) * 7919 % 999 * 1000,
                    ][i];
                    WaitMark {
                        queue: m % 4,
                        message: m + 1,
                        stored: at,
                        delivered: (d < f.now).then_some(d),
                    }
                })
                .collect();
            if i == 2 {
                lane.asking.requests = (0..1480u32)
                    .map(|m| AskMark {
                        queue: m % 4,
                        arrived: u64::from(m) * 20 * ms - u64::from(m.min(1)),
                        answered: (m < 1476).then_some(u64::from(m) * 20 * ms + ms),
                        until: Some(u64::from(m) * 20 * ms + 15000 * ms),
                        found: u32::from(m % 9 != 0),
                    })
                    .collect();
                lane.asking.answered = 1476;
            }
        }
        f
    }
    #[component]
    fn App() -> Html {
        let which = web_sys::window().unwrap().location().search().unwrap();
        let which = which.trim_start_matches("?view=").to_owned();
        let w = which.clone();
        let frame = use_state(|| Rc::new(frame(&w)));
        let noop_select = Callback::from(|s| web_sys::console::log_1(&format!("{s:?}").into()));
        let noop_seek = Callback::from(|s| web_sys::console::log_1(&format!("{s:?}").into()));
        let on_tweak = Callback::from(|s| web_sys::console::log_1(&format!("{s:?}").into()));
        let play = {
            let frame = frame.clone();
            Callback::from(move |()| frame.set(Rc::new(self::frame("compare"))))
        };
        let f = (*frame).clone();
        let compare = which.starts_with("compare");
        if let Some(only) = which.strip_prefix("only-") {
            return html! { <div class="app gallery-only" id="only">{ match only {
                "charts" => html! { <><LedgerStrip frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} /><Charts frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} /></> },
                "inspector" => html! { <InspectorPanel frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} /> },
                _ => { let f = Rc::new(self::frame("compare")); html! { <><QuestionCard frame={f.clone()} on_tweak={on_tweak} on_play={play} /><CompareStage frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} /></> } }
            } }</div> };
        }
        html! {
            <div class="app">
                <header class="topbar"></header>
                <div class="left"><div class="gallery-pad"></div>
                    <QuestionCard frame={f.clone()} on_tweak={on_tweak} on_play={play} /></div>
                if compare {
                    <CompareStage frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} />
                } else {
                    <div class="centre">
                        <div class="stage"></div>
                        <LedgerStrip frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} />
                        <Charts frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} />
                    </div>
                    <InspectorPanel frame={f.clone()} on_select={noop_select.clone()} on_seek={noop_seek.clone()} />
                }
                <footer class="foot"></footer>
            </div>
        }
    }
}
