//! The stage at the sizes of the pictures and at the ends of the range.

use super::scene::Scene;
use super::shape::{Place, Shape};
use super::{Picked, Stage, scene};
use crate::session::frame::{Cell, Frame, Lane};
use crate::session::protocol::Selection;
use crate::view::charts::Size;
use crate::view::sample;

fn laid_out(frame: &Frame, (width, height): (f64, f64)) -> Scene {
    let selection = Some(Selection::Message { lane: 0, number: 1 });
    let picked = Picked::of(frame, selection);
    let size = Size { width, height };
    let lane = &frame.lanes[0];
    scene(&Stage { lane, now: frame.now, size, picked, scroll: 0, opening: frame.ordinal == 0 })
}

fn place(scene: &Scene, key: &str) -> Place {
    let item = scene.items.iter().find(|item| item.key == key);
    item.and_then(|item| item.outline).expect("the item is drawn with a box")
}

#[test]
fn at_the_size_of_the_picture_boxes_stand_as_in_the_picture() {
    let scene = laid_out(&sample::first_program(), (824.0, 508.0));
    assert_eq!(place(&scene, "node-0"), Place::new(342.0, 12.0, 140.0, 40.0));
    assert_eq!(place(&scene, "node-1"), Place::new(268.0, 64.0, 288.0, 436.0));
    assert_eq!(place(&scene, "node-3"), Place::new(16.0, 226.0, 140.0, 112.0));
    assert_eq!(place(&scene, "node-2"), Place::new(664.0, 206.0, 144.0, 152.0));
    let row = place(&scene, "queue-1");
    assert!((row.mid_y() - 203.0).abs() < 0.01, "q1 of the first topic: {row:?}");
    assert_eq!((scene.hidden, scene.empty), (0, None));
    let start = scene.curve(1, 2, Some(0)).expect("a ribbon");
    assert_eq!((start.from, start.to), ((556.0, 181.0), (664.0, 220.0)));
}

#[test]
fn before_the_first_play_there_are_numbers_and_a_place_for_it() {
    let scene = laid_out(&sample::first_program_before(), (824.0, 508.0));
    assert_eq!(scene.numbers, [(16.0, 226.0), (268.0, 64.0), (664.0, 206.0)]);
    assert_eq!(scene.empty, Some(Place::new(280.0, 136.0, 264.0, 351.0)));
}

#[test]
fn nothing_leaves_the_stage_or_covers_another_at_any_size() {
    for frame in [sample::first_program(), sample::first_program_before()] {
        for size in
            [(390.0, 336.0), (400.0, 600.0), (656.0, 508.0), (720.0, 460.0), (1500.0, 800.0)]
        {
            let scene = laid_out(&frame, size);
            let nodes = scene.items.iter().filter(|item| item.key.starts_with("node"));
            let boxes: Vec<Place> = nodes.filter_map(|item| item.outline).collect();
            let stage = Place::new(0.0, 0.0, size.0, size.1);
            for (index, one) in boxes.iter().enumerate() {
                assert!(
                    stage.holds(one.x, one.y) && stage.holds(one.right(), one.bottom()),
                    "{size:?}"
                );
                for other in &boxes[index + 1..] {
                    let apart = one.right() <= other.x
                        || other.right() <= one.x
                        || one.bottom() <= other.y
                        || other.bottom() <= one.y;
                    assert!(apart, "{one:?} and {other:?} at {size:?}");
                }
            }
        }
    }
}

#[test]
fn the_selected_message_lifts_out_its_queue_and_its_cells() {
    let scene = laid_out(&sample::first_program(), (824.0, 508.0));
    let looks = |key: &str| {
        let item = scene.items.iter().find(|item| item.key == key).expect("drawn");
        item.shapes.iter().filter(|shape| is_ring(shape)).count()
    };
    assert_eq!((looks("node-1"), looks("queue-1"), looks("queue-0")), (1, 1, 0));
    let ribbons = scene.items.iter().find(|item| item.key == "link-2-1").expect("ribbons");
    let picked = ribbons.shapes.iter().filter(
        |shape| matches!(shape, Shape::Path { look, .. } if look.contains("ribbon-picked")),
    );
    assert_eq!(picked.count(), 1);
}

fn is_ring(shape: &Shape) -> bool {
    matches!(shape, Shape::Rect { look, .. } if look == "picked-ring")
}

#[test]
fn more_queues_than_fit_shrink_then_scroll() {
    let frame = sample::first_program();
    let mut lane = frame.lanes[0].clone();
    let queue = lane.queues[0].clone();
    lane.queues = (0..40).map(|id| crate::session::frame::Queue { id, ..queue.clone() }).collect();
    let size = Size { width: 824.0, height: 508.0 };
    let at = |lane: &Lane, scroll| {
        scene(&Stage { lane, now: 0, size, picked: Picked::default(), scroll, opening: false })
    };
    let top = at(&lane, 0);
    assert!(top.hidden > 0);
    let shown =
        |scene: &Scene, id: u32| scene.items.iter().any(|item| item.key == format!("queue-{id}"));
    assert!(shown(&top, 0) && !shown(&top, 39));
    assert!(!shown(&at(&lane, 24), 0) && shown(&at(&lane, 24), 39));
    assert!(top.curve(1, 2, Some(39)).is_some(), "a hidden queue keeps its ribbon");
}

#[test]
fn from_five_messages_on_a_queue_is_a_bar_of_three_parts_on_a_shared_scale() {
    let frame = sample::first_program();
    let mut lane = frame.lanes[0].clone();
    assert_eq!(super::bar_scale(&lane), None);
    lane.queues[0].cells = Vec::<Cell>::new();
    (lane.queues[0].stored, lane.queues[0].handed_out, lane.queues[0].consumed) = (130, 30, 60);
    assert!(super::bar_scale(&lane).is_some_and(|text| text.contains("200")));
    let size = Size { width: 824.0, height: 508.0 };
    let picked = Picked::default();
    let scene = scene(&Stage { lane: &lane, now: 0, size, picked, scroll: 0, opening: false });
    let row = scene.items.iter().find(|item| item.key == "queue-0").expect("drawn");
    let parts = |name: &str| {
        let is = |shape: &&Shape| match shape {
            Shape::Rect { look, .. } | Shape::Hatched { look, .. } => look.starts_with(name),
            Shape::Circle { .. } | Shape::Path { .. } | Shape::Text { .. } => false,
        };
        row.shapes.iter().filter(is).count()
    };
    assert_eq!((parts("cell-consumed"), parts("cell-handed"), parts("cell-stored")), (1, 1, 1));
}

#[test]
fn on_a_phone_figures_stand_beside_their_bars() {
    let mut lane = sample::first_program().lanes.remove(0);
    let numbers = [1_314, 7, 1_000_000, 0];
    for (index, queue) in lane.queues.iter_mut().enumerate() {
        (queue.stored, queue.handed_out, queue.consumed) = (numbers[index % 4] + 9, 0, 9);
        queue.cells = Vec::new();
    }
    for columns in 1..=3 {
        let lane = &Lane { queues: lane.queues[..columns * 4].to_vec(), ..lane.clone() };
        let size = Size { width: 390.0, height: 336.0 };
        let picked = Picked::default();
        let scene = scene(&Stage { lane, now: 0, size, picked, scroll: 0, opening: false });
        for row in scene.items.iter().filter(|item| item.key.starts_with("queue")) {
            let area = row.outline.expect("a row has a box");
            let (mut well, mut figure) = (None, None);
            for shape in &row.shapes {
                if let Shape::Rect { place, look, .. } = shape {
                    well = well.or((look == "cell-well").then(|| place.right()));
                } else if let Shape::Text { x, look: "figure-waits", runs, .. } = shape {
                    figure = Some((*x, &runs[0].text));
                }
            }
            let Some((right, words)) = figure else { continue };
            let left = right - super::type_width::width(words, super::type_width::Type::Figure);
            assert!(well.is_some_and(|well| well < left), "{words} at {left}, bar to {well:?}");
            assert!(right <= area.right(), "{words} ends at {right} of {area:?}");
        }
    }
}
