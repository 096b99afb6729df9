//! The ring of a held pull: its arc is the time left, its hand stands at the arc's end.

use super::shape::Shape;
use crate::view::charts::{px, within};
use crate::view::turn::turn;

/// Shapes of a ring around a point; `left` is the share of time left.
pub(super) fn ring((x, y): (f64, f64), r: f64, left: f64, tone: &str) -> Vec<Shape> {
    let left = within(left, 0.0, 1.0);
    let track = Shape::Circle { x, y, r, look: "ring-track".to_owned() };
    let (hand_x, hand_y) = on_circle((x, y), r - 2.0, 1.0 - left);
    let hand = Shape::Path {
        d: format!("M{} {}L{} {}", px(x), px(y), px(hand_x), px(hand_y)),
        look: format!("ring-hand {tone}"),
    };
    let arc = if left >= 0.999 {
        Shape::Circle { x, y, r, look: format!("ring-arc {tone}") }
    } else {
        let look = format!("ring-arc {tone}");
        Shape::Path { d: arc_path((x, y), r, 1.0 - left), look }
    };
    vec![track, arc, hand]
}

/// From where the hand stands, clockwise up to twelve.
fn arc_path((x, y): (f64, f64), r: f64, from: f64) -> String {
    let (start_x, start_y) = on_circle((x, y), r, from);
    let large = u8::from(from < 0.5);
    let [start_x, start_y, r_text, x, top] = [start_x, start_y, r, x, y - r].map(px);
    format!("M{start_x} {start_y}A{r_text} {r_text} 0 {large} 1 {x} {top}")
}

/// The point at `share` of a turn, clockwise from twelve.
fn on_circle((x, y): (f64, f64), r: f64, share: f64) -> (f64, f64) {
    let (sin, cos) = turn(share);
    (x + r * sin, y - r * cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_gone_leaves_the_hand_at_three() {
        let shapes = ring((10.0, 10.0), 6.0, 0.75, "tone-1");
        let Shape::Path { d, .. } = &shapes[1] else { panic!("an arc") };
        assert_eq!(d, "M16 10A6 6 0 1 1 10 4");
        let Shape::Path { d, .. } = &shapes[2] else { panic!("a hand") };
        assert_eq!(d, "M10 10L14 10");
    }
}
