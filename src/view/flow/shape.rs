//! What the stage is drawn with: a few shapes that say what they mean by the name of their class.

use crate::view::charts::px;

/// Which end of a text its x belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A run of text with the class of its looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Text as shown.
    pub text: String,
    /// Class, or nothing.
    pub look: &'static str,
}

/// One shape in pixels of the stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A rectangle with rounded corners.
    Rect { place: Place, radius: f64, look: String },
    /// A rectangle filled with the hatching of a tone.
    Hatched { place: Place, radius: f64, look: String, tone: u8 },
    /// A circle.
    Circle { x: f64, y: f64, r: f64, look: String },
    /// A path.
    Path { d: String, look: String },
    /// A line of text; `y` is its middle.
    Text { x: f64, y: f64, anchor: Anchor, look: &'static str, runs: Vec<Run> },
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Place {
    /// A rectangle from its corner and size.
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// x of the right edge.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// y of the lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// x of the middle.
    pub fn mid_x(&self) -> f64 {
        self.x + self.w / 2.0
    }

    /// y of the middle.
    pub fn mid_y(&self) -> f64 {
        self.y + self.h / 2.0
    }

    /// Grown by so many pixels on each side.
    pub fn grown(&self, by: f64) -> Self {
        Self::new(self.x - by, self.y - by, self.w + 2.0 * by, self.h + 2.0 * by)
    }

    /// Whether a point lies inside.
    pub fn holds(&self, x: f64, y: f64) -> bool {
        (self.x..=self.right()).contains(&x) && (self.y..=self.bottom()).contains(&y)
    }
}

/// A rectangle that looks like `look`.
pub fn rect(place: Place, radius: f64, look: impl Into<String>) -> Shape {
    Shape::Rect { place, radius, look: look.into() }
}

/// A line of text of one look.
pub fn line(x: f64, y: f64, look: &'static str, text: impl Into<String>) -> Shape {
    text_at((x, y), Anchor::Start, look, text)
}

/// A line of text that ends at x.
pub fn line_to(x: f64, y: f64, look: &'static str, text: impl Into<String>) -> Shape {
    text_at((x, y), Anchor::End, look, text)
}

/// A line of text in the middle of x.
pub fn line_mid(x: f64, y: f64, look: &'static str, text: impl Into<String>) -> Shape {
    text_at((x, y), Anchor::Middle, look, text)
}

/// A line of text with runs of several looks.
pub fn runs<const N: usize>(x: f64, y: f64, parts: [(String, &'static str); N]) -> Shape {
    let runs = parts.map(|(text, look)| Run { text, look });
    Shape::Text { x, y, anchor: Anchor::Start, look: "", runs: runs.into() }
}

/// Three dots: there is more to do with this.
pub fn dots(right: f64, y: f64) -> impl Iterator<Item = Shape> {
    [10.5, 6.0, 1.5].into_iter().map(move |back| Shape::Circle {
        x: right - back,
        y,
        r: 1.5,
        look: "dots".to_owned(),
    })
}

fn text_at(
    (x, y): (f64, f64),
    anchor: Anchor,
    look: &'static str,
    text: impl Into<String>,
) -> Shape {
    Shape::Text { x, y, anchor, look, runs: vec![Run { text: text.into(), look: "" }] }
}

/// A level line of that length.
pub(super) fn rule(x: f64, y: f64, length: f64) -> Shape {
    let d = format!("M{} {}h{}", px(x), px(y), px(length));
    Shape::Path { d, look: "rule".to_owned() }
}
