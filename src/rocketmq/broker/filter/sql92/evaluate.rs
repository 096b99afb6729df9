//! What a tree gives for the properties of one message.

use super::error::EvaluationError;
use super::tree::{Id, Node, Order, TextTest, Tree};
use super::value::{Value, compare, order};

/// The property with a name.
type Property<'p, 'a> = &'p dyn Fn(&str) -> Option<&'a str>;

type Given<'a> = Result<Option<Value<'a>>, EvaluationError>;
type Truth = Result<Option<bool>, EvaluationError>;

/// What the whole tree gives.
pub(super) fn truth<'a>(tree: &'a Tree, property: Property<'_, 'a>) -> Truth {
    Walk { tree, property }.truth(tree.root())
}

/// One walk over a tree.
struct Walk<'p, 'a> {
    tree: &'a Tree,
    property: Property<'p, 'a>,
}

impl<'a> Walk<'_, 'a> {
    fn value(&self, id: Id) -> Given<'a> {
        match self.tree.node(id) {
            Node::Constant(constant) => Ok(constant.value()),
            Node::Property(name) => Ok((self.property)(name).map(Value::Text)),
            Node::Negate(of) => Ok(self.value(*of)?.and_then(Value::negated)),
            Node::Not(of) => Ok(self.truth(*of)?.map(|truth| Value::Bool(!truth))),
            Node::Cast(of) => {
                Ok(self.value(*of)?.map(|value| Value::Bool(value == Value::Bool(true))))
            }
            Node::Equal(left, right) => self.equal(*left, *right).map(boxed),
            Node::Order(wanted, left, right) => self.order(*wanted, *left, *right).map(boxed),
            Node::And(left, right) => self.junction(*left, *right, false).map(boxed),
            Node::Or(left, right) => self.junction(*left, *right, true).map(boxed),
            Node::Text { of, test, search, negated } => {
                let value = self.value(*of)?;
                Ok(boxed(Some(text_test(*test, value, search, *negated))))
            }
            Node::In { of, list, negated } => Ok(self.value(*of)?.and_then(|value| {
                let Value::Text(text) = value else { return None };
                Some(Value::Bool(list.iter().any(|known| known == text) != *negated))
            })),
        }
    }

    /// A node that is true, false or null.
    fn truth(&self, id: Id) -> Truth {
        Ok(match self.value(id)? {
            None => None,
            Some(Value::Bool(truth)) => Some(truth),
            Some(_) => panic!("only what is true or false was let in here"),
        })
    }

    /// Two nulls are equal; a null on the left alone is null, on the right alone false.
    fn equal(&self, left: Id, right: Id) -> Truth {
        Ok(match (self.value(left)?, self.value(right)?) {
            (None, None) => Some(true),
            (None, Some(_)) => None,
            (Some(_), None) => Some(false),
            (Some(left), Some(right)) => Some(compare(left, right)?.is_eq()),
        })
    }

    fn order(&self, wanted: Order, left: Id, right: Id) -> Truth {
        let Some(left) = self.value(left)? else { return Ok(None) };
        let Some(right) = self.value(right)? else { return Ok(None) };
        let found = order(left, right)?;
        Ok(Some(match wanted {
            Order::Greater => found.is_gt(),
            Order::GreaterEqual => found.is_ge(),
            Order::Less => found.is_lt(),
            Order::LessEqual => found.is_le(),
        }))
    }

    /// AND (decided by a false side) and OR (by a true one), from left to right: what stands right
    /// of the decision is not looked at.
    fn junction(&self, left: Id, right: Id, decides: bool) -> Truth {
        let left = self.truth(left)?;
        if left == Some(decides) {
            return Ok(left);
        }
        let right = self.truth(right)?;
        if right == Some(decides) {
            return Ok(right);
        }
        Ok(left.and(right))
    }
}

fn boxed<'a>(truth: Option<bool>) -> Option<Value<'a>> {
    truth.map(Value::Bool)
}

/// False for what is no text and for an empty search, negated or not.
fn text_test(test: TextTest, value: Option<Value<'_>>, search: &str, negated: bool) -> bool {
    let Some(Value::Text(text)) = value else { return false };
    let holds = match test {
        TextTest::Contains => text.contains(search),
        TextTest::StartsWith => text.starts_with(search),
        TextTest::EndsWith => text.ends_with(search),
    };
    !search.is_empty() && holds != negated
}
