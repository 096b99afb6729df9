//! An expression as a tree, and what may stand where in it.
//!
//! Nodes lie in one list and point down by number, so that a deep tree is dropped without
//! recursion. Follows the `create…` methods of `filter.expression`, which check operands.

use super::error::CompileError;
use super::value::{Value, compare};

/// Longest way from the root to a leaf.
const MOST_DEPTH: u32 = 1_000;

/// Number of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(usize);

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Int(i32),
    Long(i64),
    Double(f64),
    Text(String),
}

/// What is compared by order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
}

/// What is asked about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    Contains,
    StartsWith,
    EndsWith,
}

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Constant(Constant),
    Property(String),
    Negate(Id),
    Not(Id),
    /// A bare property where something must be true or false.
    Cast(Id),
    Equal(Id, Id),
    Order(Order, Id, Id),
    And(Id, Id),
    Or(Id, Id),
    Text {
        of: Id,
        test: TextTest,
        search: String,
        negated: bool,
    },
    In {
        of: Id,
        list: Vec<String>,
        negated: bool,
    },
}

/// A whole expression.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    depths: Vec<u32>,
}

impl Tree {
    /// A node.
    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0]
    }

    /// The node that was made last: of a whole tree, its root.
    pub(super) fn root(&self) -> Id {
        Id(self.nodes.len().checked_sub(1).expect("a tree that compiled has a node"))
    }

    /// A node without conditions on its operands.
    pub(super) fn add(&mut self, node: Node) -> Result<Id, CompileError> {
        let below = node.below().into_iter().flatten().map(|id| self.depths[id.0]).max();
        let depth = below.map_or(0, |below| below + 1);
        if depth > MOST_DEPTH {
            return Err(CompileError::TooDeep);
        }
        self.nodes.push(node);
        self.depths.push(depth);
        Ok(self.root())
    }

    /// The node as something that is true or false.
    pub(super) fn boolean(&mut self, id: Id) -> Result<Id, CompileError> {
        if matches!(self.node(id), Node::Property(_)) {
            return self.add(Node::Cast(id));
        }
        if self.node(id).is_boolean() { Ok(id) } else { Err(CompileError::NotBoolean) }
    }

    pub(super) fn not(&mut self, of: Id) -> Result<Id, CompileError> {
        let of = self.boolean(of)?;
        self.add(Node::Not(of))
    }

    pub(super) fn and(&mut self, left: Id, right: Id) -> Result<Id, CompileError> {
        let (left, right) = (self.boolean(left)?, self.boolean(right)?);
        self.add(Node::And(left, right))
    }

    pub(super) fn or(&mut self, left: Id, right: Id) -> Result<Id, CompileError> {
        let (left, right) = (self.boolean(left)?, self.boolean(right)?);
        self.add(Node::Or(left, right))
    }

    /// `=`: neither side may be the literal NULL, and TRUE is not compared with a number or text.
    pub(super) fn equal(&mut self, left: Id, right: Id) -> Result<Id, CompileError> {
        let (one, other) = (self.node(left), self.node(right));
        let is_null = |node: &Node| matches!(node, Node::Constant(Constant::Null));
        let mixed = one.is_constant() && one.is_boolean() && other.is_constant();
        if is_null(one) || is_null(other) || mixed && !other.is_boolean() {
            return Err(CompileError::NotComparable);
        }
        self.add(Node::Equal(left, right))
    }

    pub(super) fn is_null(&mut self, of: Id) -> Result<Id, CompileError> {
        let null = self.add(Node::Constant(Constant::Null))?;
        self.add(Node::Equal(of, null))
    }

    /// `<` and its kin: constants must be numbers, and nothing that is true or false is compared.
    pub(super) fn order(&mut self, order: Order, left: Id, right: Id) -> Result<Id, CompileError> {
        for side in [left, right] {
            let node = self.node(side);
            let number = node.constant().is_some_and(Value::is_number);
            if node.is_boolean() || node.is_constant() && !number {
                return Err(CompileError::NotComparable);
            }
        }
        self.add(Node::Order(order, left, right))
    }

    pub(super) fn between(&mut self, of: Id, low: Id, high: Id) -> Result<Id, CompileError> {
        if let (Some(low), Some(high)) = (self.node(low).constant(), self.node(high).constant()) {
            let order = compare(high, low).map_err(|_| CompileError::NotComparable)?;
            if order.is_lt() {
                return Err(CompileError::BoundsReversed);
            }
        }
        let low = self.order(Order::GreaterEqual, of, low)?;
        let high = self.order(Order::LessEqual, of, high)?;
        self.and(low, high)
    }

    pub(super) fn not_between(&mut self, of: Id, low: Id, high: Id) -> Result<Id, CompileError> {
        let low = self.order(Order::Less, of, low)?;
        let high = self.order(Order::Greater, of, high)?;
        self.or(low, high)
    }

    pub(super) fn within(
        &mut self,
        of: Id,
        list: Vec<String>,
        negated: bool,
    ) -> Result<Id, CompileError> {
        if !matches!(self.node(of), Node::Property(_)) {
            return Err(CompileError::InNeedsProperty);
        }
        self.add(Node::In { of, list, negated })
    }
}

impl Node {
    fn below(&self) -> [Option<Id>; 2] {
        match self {
            Self::Constant(_) | Self::Property(_) => [None, None],
            Self::Negate(of) | Self::Not(of) | Self::Cast(of) => [Some(*of), None],
            Self::Text { of, .. } | Self::In { of, .. } => [Some(*of), None],
            Self::Equal(left, right) | Self::Order(_, left, right) => [Some(*left), Some(*right)],
            Self::And(left, right) | Self::Or(left, right) => [Some(*left), Some(*right)],
        }
    }

    fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// Upstream's `BooleanExpression`; the literal NULL is one.
    fn is_boolean(&self) -> bool {
        match self {
            Self::Constant(constant) => matches!(constant, Constant::Null | Constant::Bool(_)),
            Self::Property(_) | Self::Negate(_) => false,
            Self::Not(_) | Self::Cast(_) | Self::Equal(..) | Self::Order(..) => true,
            Self::And(..) | Self::Or(..) | Self::Text { .. } | Self::In { .. } => true,
        }
    }

    fn constant(&self) -> Option<Value<'_>> {
        if let Self::Constant(constant) = self { constant.value() } else { None }
    }
}

impl Constant {
    /// The value; null has none.
    pub(super) fn value(&self) -> Option<Value<'_>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Int(number) => Value::Int(*number),
            Self::Long(number) => Value::Long(*number),
            Self::Double(number) => Value::Double(*number),
            Self::Text(text) => Value::Text(text),
        })
    }
}
