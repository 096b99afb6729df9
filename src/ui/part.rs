//! Parts of the page that are drawn anew only when what they show has changed. All are one
//! component of Yew: each component type more would be fetched as several kilobytes of the same
//! code.

use std::any::Any;
use std::ops::Deref;
use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew::virtual_dom::{Key, VChild};

use crate::session::frame::Frame;

/// What a part is drawn from, and how; it may use hooks.
pub trait Part: PartialEq + 'static {
    /// Tells it from parts of other kinds, whose hooks are others.
    const NAME: &'static str;

    /// Draws it: `use_x(self).run(hooks)`, or without hooks.
    fn draw(&self, hooks: &mut HookContext) -> Html;
}

/// A part whose kind is forgotten.
trait AnyPart {
    fn as_any(&self) -> &dyn Any;
    fn same(&self, other: &dyn AnyPart) -> bool;
    fn draw_any(&self, hooks: &mut HookContext) -> Html;
}

impl<P: Part> AnyPart for P {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn same(&self, other: &dyn AnyPart) -> bool {
        other.as_any().downcast_ref::<P>().is_some_and(|other| self == other)
    }

    fn draw_any(&self, hooks: &mut HookContext) -> Html {
        self.draw(hooks)
    }
}

/// Properties of [`Component`].
#[derive(Properties)]
pub struct Props {
    part: Rc<dyn AnyPart>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.part.same(&*other.part)
    }
}

/// The component that every part is.
#[component]
pub fn Component(props: &Props) -> Html {
    use_part(props)
}

/// Runs the hooks of whatever part it is; the key keeps parts of two kinds apart.
struct Drawing<'a>(&'a Props);

impl Hook for Drawing<'_> {
    type Output = Html;

    fn run(self, hooks: &mut HookContext) -> Html {
        self.0.part.draw_any(hooks)
    }
}

fn use_part(props: &Props) -> Drawing<'_> {
    Drawing(props)
}

/// The whole page is a part too.
pub fn root(part: impl Part) -> Props {
    Props { part: Rc::new(part) }
}

/// Puts a part into markup, where no other of its kind stands beside it.
pub fn part<P: Part>(part: P) -> Html {
    of_key(Rc::new(part), P::NAME.into())
}

/// Puts one of several parts of a kind into markup.
pub fn nth<P: Part>(part: P, index: usize) -> Html {
    of_key(Rc::new(part), format!("{}{index}", P::NAME).into())
}

fn of_key(part: Rc<dyn AnyPart>, key: Key) -> Html {
    VChild::<Component>::new(Props { part }, Some(key)).into()
}

/// What is done when a part was put into the page, and what it leaves to be done when the part
/// goes.
pub type Coming = Box<dyn FnOnce() -> Going>;

/// What is done when a part goes.
pub type Going = Box<dyn FnOnce()>;

/// Does something as long as the part stands; boxed, so that it is the same hook for all.
#[hook]
pub fn use_while_there(coming: Coming) {
    use_effect_with((), move |()| coming());
}

/// A frame as parts hold it: another frame is another one, whatever is in it.
#[derive(Clone, Default)]
pub struct Shot(pub Rc<Frame>);

impl Deref for Shot {
    type Target = Frame;

    fn deref(&self) -> &Frame {
        &self.0
    }
}

impl PartialEq for Shot {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
