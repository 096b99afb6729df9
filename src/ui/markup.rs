//! `html!` as Yew writes it, for what this page needs of it. Yew's macro writes out, for each
//! element, how it is put together; this one calls for it, and the page is a third smaller for
//! that.

use std::rc::Rc;

use yew::NodeRef;
use yew::virtual_dom::{AttrValue, AttributeOrProperty, Attributes, Key, Listener};
use yew::virtual_dom::{VList, VNode, VTag, VText};

use crate::view::charts::px;
use crate::view::words;

/// Markup that is being written, from its beginning to its end.
#[derive(Default)]
pub struct Markup {
    /// Nodes of what was opened last.
    nodes: Vec<VNode>,
    /// What is open, with the nodes before it.
    open: Vec<(Open, Vec<VNode>)>,
    keys: &'static [&'static str],
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
}

/// What can be open.
enum Open {
    Tag(Box<VTag>),
    /// `<>`.
    List,
    /// What depends on a condition is one node, whatever the condition says.
    Group,
}

impl Markup {
    /// Nothing yet. What is written to is one pointer, in all markup of the page.
    #[inline(never)]
    pub fn begin() -> Box<Self> {
        Box::default()
    }

    /// Opens an element whose attributes never change.
    pub fn fixed(
        &mut self,
        name: &'static str,
        attributes: &'static [(&'static str, AttributeOrProperty)],
    ) {
        let mut tag = VTag::new(name);
        tag.attributes = Attributes::Static(attributes);
        self.enter(Open::Tag(Box::new(tag)));
    }

    /// Opens an element; the values of its attributes follow.
    pub fn tag(&mut self, name: &'static str, keys: &'static [&'static str]) {
        self.enter(Open::Tag(Box::new(VTag::new(name))));
        self.keys = keys;
        self.values.reserve_exact(keys.len());
    }

    /// The value of the next attribute.
    #[inline(never)]
    pub fn set(&mut self, value: impl Value) {
        self.values.push(value.value().map(AttributeOrProperty::Attribute));
    }

    /// Listens to an event of the element.
    pub fn listen(&mut self, listener: Rc<dyn Listener>) {
        self.listeners.push(Some(listener));
    }

    /// The key of the element.
    pub fn key(&mut self, key: impl Into<Key>) {
        if let Some(tag) = self.opened() {
            tag.key = Some(key.into());
        }
    }

    /// Where the element will be found.
    pub fn refer(&mut self, node: NodeRef) {
        if let Some(tag) = self.opened() {
            tag.node_ref = node;
        }
    }

    /// Opens a list without an element.
    pub fn list(&mut self) {
        self.enter(Open::List);
    }

    /// Opens what depends on a condition.
    pub fn group(&mut self) {
        self.enter(Open::Group);
    }

    /// A literal.
    pub fn say(&mut self, words: &'static str) {
        self.put(VNode::from(VText::new(AttrValue::Static(words))));
    }

    /// Text, a number, or other markup.
    #[inline(never)]
    pub fn put(&mut self, node: impl Node) {
        self.settle();
        self.nodes.push(node.node());
    }

    /// One after another.
    pub fn each(&mut self, nodes: impl IntoIterator<Item: Node>) {
        for node in nodes {
            self.put(node);
        }
    }

    /// Whether the element that was opened last has this name.
    pub fn is_in(&self, name: &str) -> bool {
        matches!(self.open.last(), Some((Open::Tag(tag), _)) if tag.tag() == name)
    }

    /// Closes what was opened last.
    pub fn end(&mut self) {
        self.settle();
        let (open, before) = self.open.pop().expect("what is closed was opened");
        let nodes = std::mem::replace(&mut self.nodes, before);
        let node = match open {
            Open::Tag(mut tag) => {
                if !nodes.is_empty() {
                    tag.add_children(nodes);
                }
                VNode::from(*tag)
            }
            Open::List => VNode::from(VList::from(nodes)),
            Open::Group => one(nodes),
        };
        self.nodes.push(node);
    }

    /// All that was written.
    #[expect(clippy::boxed_local, reason = "the pointer goes in as it is")]
    pub fn done(self: Box<Self>) -> VNode {
        debug_assert!(self.open.is_empty(), "an element is closed");
        one(self.nodes)
    }

    fn opened(&mut self) -> Option<&mut VTag> {
        match self.open.last_mut() {
            Some((Open::Tag(tag), _)) => Some(tag),
            Some((Open::List | Open::Group, _)) | None => None,
        }
    }

    fn enter(&mut self, open: Open) {
        self.settle();
        let before = std::mem::take(&mut self.nodes);
        self.open.push((open, before));
    }

    /// Gives the element that was opened last the attributes and listeners that followed.
    fn settle(&mut self) {
        let values = std::mem::take(&mut self.values).into_boxed_slice();
        let listeners = std::mem::take(&mut self.listeners).into_boxed_slice();
        let keys = self.keys;
        let Some(tag) = self.opened() else { return };
        if !values.is_empty() {
            tag.attributes = Attributes::Dynamic { keys, values };
        }
        if !listeners.is_empty() {
            tag.set_listeners(listeners);
        }
    }
}

/// A node alone, or a list of them.
fn one(mut nodes: Vec<VNode>) -> VNode {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => VNode::from(VList::from(nodes)),
    }
}

/// What an attribute can be; nothing leaves it out.
pub trait Value {
    /// As Yew holds it.
    fn value(self) -> Option<AttrValue>;
}

impl Value for AttrValue {
    fn value(self) -> Option<AttrValue> {
        Some(self)
    }
}

impl Value for String {
    fn value(self) -> Option<AttrValue> {
        Some(self.into())
    }
}

impl Value for f64 {
    fn value(self) -> Option<AttrValue> {
        Some(px(self).into())
    }
}

impl Value for &'static str {
    fn value(self) -> Option<AttrValue> {
        Some(AttrValue::Static(self))
    }
}

impl Value for bool {
    fn value(self) -> Option<AttrValue> {
        self.then_some(AttrValue::Static(""))
    }
}

impl<V: Value> Value for Option<V> {
    fn value(self) -> Option<AttrValue> {
        self.and_then(V::value)
    }
}

/// A text of the page by its key, looked up when it is written.
#[derive(Clone, Copy)]
pub struct Text<'a>(&'a str);

/// The text of a key without arguments.
pub fn text(key: &str) -> Text<'_> {
    Text(key)
}

impl Value for Text<'_> {
    fn value(self) -> Option<AttrValue> {
        words::text(self.0).value()
    }
}

impl Node for Text<'_> {
    fn node(self) -> VNode {
        words::text(self.0).node()
    }
}

/// What can stand in an element.
pub trait Node {
    /// As Yew holds it.
    fn node(self) -> VNode;
}

impl Node for VNode {
    fn node(self) -> VNode {
        self
    }
}

impl Node for String {
    fn node(self) -> VNode {
        VNode::from(VText::new(AttrValue::from(self)))
    }
}

impl Node for &str {
    fn node(self) -> VNode {
        self.to_owned().node()
    }
}

impl Node for &String {
    fn node(self) -> VNode {
        self.clone().node()
    }
}

impl Node for char {
    fn node(self) -> VNode {
        String::from(self).node()
    }
}

impl Node for usize {
    fn node(self) -> VNode {
        self.to_string().node()
    }
}

/// Classes of an element: those of the words that are there.
pub fn class_of(words: &[&dyn Word]) -> Option<AttrValue> {
    let mut classes = String::new();
    for word in words.iter().map(|word| word.word()).filter(|word| !word.is_empty()) {
        if !classes.is_empty() {
            classes.push(' ');
        }
        classes.push_str(word);
    }
    (!classes.is_empty()).then(|| classes.into())
}

/// A class, or none.
pub trait Word {
    /// Nothing where there is none.
    fn word(&self) -> &str;
}

impl Word for &str {
    fn word(&self) -> &str {
        self
    }
}

impl Word for String {
    fn word(&self) -> &str {
        self
    }
}

impl<W: Word> Word for Option<W> {
    fn word(&self) -> &str {
        self.as_ref().map_or("", W::word)
    }
}

/// Classes of an element: texts, or perhaps texts.
macro_rules! classes {
    ($($word:expr),* $(,)?) => { $crate::ui::markup::class_of(&[$(&$word),*]) };
}

/// Markup as a value: elements, `{ text or markup }`, `{ for each }`, `if`, `for`.
///
/// Rules that begin with `@` go through the tokens from left to right; `$m` is a [`Markup`].
macro_rules! html {
    () => { ::yew::virtual_dom::VNode::default() };

    (@in $m:ident;) => {};
    (@in $m:ident; < > $($rest:tt)*) => { $m.list(); html!(@in $m; $($rest)*); };
    (@in $m:ident; < / > $($rest:tt)*) => { $m.end(); html!(@in $m; $($rest)*); };
    (@in $m:ident; < / $tag:ident > $($rest:tt)*) => {
        debug_assert!($m.is_in(stringify!($tag)), "an element is closed by its name");
        $m.end();
        html!(@in $m; $($rest)*);
    };
    (@in $m:ident; < $tag:ident $($rest:tt)*) => { html!(@tag $m $tag [] [] $($rest)*); };
    (@in $m:ident; { for $each:expr } $($rest:tt)*) => {
        $m.each($each);
        html!(@in $m; $($rest)*);
    };
    (@in $m:ident; { $words:literal } $($rest:tt)*) => {
        $m.say($words);
        html!(@in $m; $($rest)*);
    };
    (@in $m:ident; { $node:expr } $($rest:tt)*) => {
        $m.put($node);
        html!(@in $m; $($rest)*);
    };
    (@in $m:ident; if $($rest:tt)*) => { html!(@if $m [] [] $($rest)*); };
    (@in $m:ident; for $($rest:tt)*) => { html!(@for $m [] $($rest)*); };

    // The condition ends with the first braces.
    (@if $m:ident [$($done:tt)*] [$($if:tt)*] { $($then:tt)* } else if $($rest:tt)*) => {
        html!(@if $m [$($done)* if $($if)* { html!(@in $m; $($then)*); } else] [] $($rest)*);
    };
    (@if $m:ident [$($done:tt)*] [$($if:tt)*] { $($then:tt)* } else { $($else:tt)* } $($rest:tt)*) => {
        $m.group();
        $($done)* if $($if)* { html!(@in $m; $($then)*); } else { html!(@in $m; $($else)*); }
        $m.end();
        html!(@in $m; $($rest)*);
    };
    (@if $m:ident [$($done:tt)*] [$($if:tt)*] { $($then:tt)* } $($rest:tt)*) => {
        $m.group();
        $($done)* if $($if)* { html!(@in $m; $($then)*); }
        $m.end();
        html!(@in $m; $($rest)*);
    };
    (@if $m:ident $done:tt [$($if:tt)*] $more:tt $($rest:tt)*) => {
        html!(@if $m $done [$($if)* $more] $($rest)*);
    };

    (@for $m:ident [$($for:tt)*] { $($each:tt)* } $($rest:tt)*) => {
        for $($for)* { html!(@in $m; $($each)*); }
        html!(@in $m; $($rest)*);
    };
    (@for $m:ident [$($for:tt)*] $more:tt $($rest:tt)*) => {
        html!(@for $m [$($for)* $more] $($rest)*);
    };

    // Attributes are gathered first, and after them what else is said of the element.
    (@tag $m:ident $tag:ident $set:tt $also:tt / > $($rest:tt)*) => {
        html!(@open $m $tag $set $also);
        $m.end();
        html!(@in $m; $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt > $($rest:tt)*) => {
        html!(@open $m $tag $set $also);
        html!(@in $m; $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt { $name:ident } $($rest:tt)*) => {
        html!(@tag $m $tag $set $also $name = { $name } $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt [$($also:tt)*] key = $key:tt $($rest:tt)*) => {
        html!(@tag $m $tag $set [$($also)* $m.key($key);] $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt [$($also:tt)*] ref = $node:tt $($rest:tt)*) => {
        html!(@tag $m $tag $set [$($also)* $m.refer($node);] $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onblur = $($rest:tt)*) => {
        html!(@on onblur $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onchange = $($rest:tt)*) => {
        html!(@on onchange $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onclick = $($rest:tt)*) => {
        html!(@on onclick $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onfocusout = $($rest:tt)*) => {
        html!(@on onfocusout $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onkeydown = $($rest:tt)*) => {
        html!(@on onkeydown $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onpointerdown = $($rest:tt)*) => {
        html!(@on onpointerdown $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onpointerleave = $($rest:tt)*) => {
        html!(@on onpointerleave $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onpointermove = $($rest:tt)*) => {
        html!(@on onpointermove $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident $set:tt $also:tt onwheel = $($rest:tt)*) => {
        html!(@on onwheel $m $tag $set $also $($rest)*);
    };
    (@tag $m:ident $tag:ident [$($set:tt)*] $also:tt $a:ident $(- $b:ident)* = $v:tt $($rest:tt)*) => {
        html!(@tag $m $tag
            [$($set)* (concat!(stringify!($a) $(, "-", stringify!($b))*); $v)] $also $($rest)*);
    };
    (@on $on:ident $m:ident $tag:ident $set:tt [$($also:tt)*] $call:tt $($rest:tt)*) => {
        html!(@tag $m $tag $set
            [$($also)* $m.listen(::std::rc::Rc::new(::yew::html::$on::Wrapper::new($call)));]
            $($rest)*);
    };
    (@open $m:ident $tag:ident [$(($key:expr; $value:literal))*] [$($also:tt)*]) => {
        $m.fixed(
            stringify!($tag),
            &[$(($key, ::yew::virtual_dom::AttributeOrProperty::Static($value))),*],
        );
        $($also)*
    };
    (@open $m:ident $tag:ident [$(($key:expr; $value:tt))*] [$($also:tt)*]) => {
        $m.tag(stringify!($tag), &[$($key),*]);
        $($m.set($value);)*
        $($also)*
    };

    ($($all:tt)*) => {{
        #[allow(unused_braces)]
        {
            let mut begun = $crate::ui::markup::Markup::begin();
            let markup = &mut *begun;
            html!(@in markup; $($all)*);
            begun.done()
        }
    }};
}

pub(crate) use {classes, html};
