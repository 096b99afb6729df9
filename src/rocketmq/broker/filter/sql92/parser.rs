//! From a text to a tree, by recursive descent.
//!
//! Follows the grammar of `SelectorParser.jj`, loosest first: OR, AND, equality, comparison, unary,
//! primary. As upstream, the start rule does not ask for the end of the text.

use super::decimal::nearest;
use super::error::CompileError;
use super::lexer::{Lexer, Token};
use super::tree::{Constant, Id, Node, Order, TextTest, Tree};

/// Deepest nesting of parentheses and signs: the parser's own recursion.
const MOST_NESTING: u32 = 100;

/// Parses an expression.
pub(super) fn parse(text: &str) -> Result<Tree, CompileError> {
    let mut lexer = Lexer::new(text);
    let peeked = lexer.next()?;
    let mut parser = Parser { lexer, peeked, tree: Tree::default(), nesting: 0 };
    let root = parser.or()?;
    let root = parser.tree.boolean(root)?;
    assert_eq!(root, parser.tree.root(), "the root is made last");
    Ok(parser.tree)
}

/// Exactly one token is read ahead: a lexical error behind it goes unnoticed, as upstream.
struct Parser<'a> {
    lexer: Lexer<'a>,
    peeked: Token<'a>,
    tree: Tree,
    nesting: u32,
}

const ORDERS: [(Token<'static>, Order); 4] = [
    (Token::Greater, Order::Greater),
    (Token::GreaterEqual, Order::GreaterEqual),
    (Token::Less, Order::Less),
    (Token::LessEqual, Order::LessEqual),
];

const TESTS: [(Token<'static>, TextTest); 3] = [
    (Token::Contains, TextTest::Contains),
    (Token::StartsWith, TextTest::StartsWith),
    (Token::EndsWith, TextTest::EndsWith),
];

fn of_token<T: Copy>(table: &[(Token<'static>, T)], token: Token<'_>) -> Option<T> {
    table.iter().find(|(known, _)| *known == token).map(|(_, meaning)| *meaning)
}

type Made = Result<Id, CompileError>;

impl<'a> Parser<'a> {
    fn advance(&mut self) -> Result<Token<'a>, CompileError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.peeked, next))
    }

    fn expect(&mut self, wanted: Token<'static>) -> Result<(), CompileError> {
        if self.peeked == wanted { self.advance().map(|_| ()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> CompileError {
        CompileError::Unexpected { found: self.peeked.spelled().to_owned() }
    }

    fn or(&mut self) -> Made {
        let mut left = self.and()?;
        while self.peeked == Token::Or {
            self.advance()?;
            let right = self.and()?;
            left = self.tree.or(left, right)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Made {
        let mut left = self.equality()?;
        while self.peeked == Token::And {
            self.advance()?;
            let right = self.equality()?;
            left = self.tree.and(left, right)?;
        }
        Ok(left)
    }

    fn equality(&mut self) -> Made {
        let mut left = self.comparison()?;
        while [Token::Equal, Token::NotEqual, Token::Is].contains(&self.peeked) {
            let sign = self.advance()?;
            if sign == Token::Is {
                left = self.is_null(left)?;
                continue;
            }
            let right = self.comparison()?;
            let equal = self.tree.equal(left, right)?;
            left = if sign == Token::Equal { equal } else { self.tree.not(equal)? };
        }
        Ok(left)
    }

    fn is_null(&mut self, of: Id) -> Made {
        let negated = self.peeked == Token::Not;
        if negated {
            self.advance()?;
        }
        self.expect(Token::Null)?;
        let is_null = self.tree.is_null(of)?;
        if negated { self.tree.not(is_null) } else { Ok(is_null) }
    }

    fn comparison(&mut self) -> Made {
        let mut left = self.unary()?;
        loop {
            if let Some(order) = of_token(&ORDERS, self.peeked) {
                self.advance()?;
                let right = self.unary()?;
                left = self.tree.order(order, left, right)?;
                continue;
            }
            let negated = self.peeked == Token::Not;
            if negated {
                self.advance()?;
            }
            match self.test(left, negated)? {
                Some(tested) => left = tested,
                None if negated => return Err(self.unexpected()),
                None => return Ok(left),
            }
        }
    }

    /// What can stand behind NOT; `None` where something else stands there.
    fn test(&mut self, of: Id, negated: bool) -> Result<Option<Id>, CompileError> {
        if self.peeked == Token::Between {
            return self.between(of, negated).map(Some);
        }
        if self.peeked == Token::In {
            return self.within(of, negated).map(Some);
        }
        let Some(test) = of_token(&TESTS, self.peeked) else { return Ok(None) };
        self.advance()?;
        let search = self.text()?;
        self.tree.add(Node::Text { of, test, search, negated }).map(Some)
    }

    fn between(&mut self, of: Id, negated: bool) -> Made {
        self.advance()?;
        let low = self.unary()?;
        self.expect(Token::And)?;
        let high = self.unary()?;
        let tree = &mut self.tree;
        if negated { tree.not_between(of, low, high) } else { tree.between(of, low, high) }
    }

    fn within(&mut self, of: Id, negated: bool) -> Made {
        self.advance()?;
        self.expect(Token::Open)?;
        let mut list = vec![self.text()?];
        while self.peeked == Token::Comma {
            self.advance()?;
            list.push(self.text()?);
        }
        self.expect(Token::Close)?;
        self.tree.within(of, list, negated)
    }

    fn unary(&mut self) -> Made {
        self.nesting += 1;
        if self.nesting > MOST_NESTING {
            return Err(CompileError::TooDeep);
        }
        let signed = [Token::Plus, Token::Minus, Token::Not].contains(&self.peeked);
        let made = if signed { self.signed() } else { self.primary() };
        self.nesting -= 1;
        made
    }

    fn signed(&mut self) -> Made {
        let sign = self.advance()?;
        let of = self.unary()?;
        if sign == Token::Minus {
            return self.tree.add(Node::Negate(of));
        }
        if sign == Token::Not { self.tree.not(of) } else { Ok(of) }
    }

    fn primary(&mut self) -> Made {
        if self.peeked == Token::Open {
            self.advance()?;
            let inner = self.or()?;
            self.expect(Token::Close)?;
            return Ok(inner);
        }
        let node = if let Token::Word(name) = self.peeked {
            Node::Property(name.to_owned())
        } else {
            Node::Constant(self.literal()?)
        };
        self.advance()?;
        self.tree.add(node)
    }

    fn literal(&self) -> Result<Constant, CompileError> {
        if let Token::Text(raw) = self.peeked {
            return Ok(Constant::Text(unquoted(raw)));
        }
        if let Token::Decimal(digits) = self.peeked {
            return whole(digits);
        }
        if let Token::Float(digits) = self.peeked {
            return float(digits);
        }
        let words = [
            (Token::True, Constant::Bool(true)),
            (Token::False, Constant::Bool(false)),
            (Token::Null, Constant::Null),
        ];
        let word = words.into_iter().find(|(token, _)| *token == self.peeked);
        word.map(|(_, constant)| constant).ok_or_else(|| self.unexpected())
    }

    fn text(&mut self) -> Result<String, CompileError> {
        let Token::Text(raw) = self.peeked else { return Err(self.unexpected()) };
        self.advance()?;
        Ok(unquoted(raw))
    }
}

fn unquoted(raw: &str) -> String {
    raw.replace("''", "'")
}

/// A whole number: an int where it fits, else a long.
fn whole(digits: &str) -> Result<Constant, CompileError> {
    let digits = digits.strip_suffix(['l', 'L']).unwrap_or(digits);
    let number: Option<i64> = digits.parse().ok();
    let number = number.ok_or_else(|| CompileError::OutOfRange { number: digits.to_owned() })?;
    Ok(i32::try_from(number).map_or(Constant::Long(number), Constant::Int))
}

/// A double between the smallest and the greatest that Java has: 0.0 is refused.
fn float(digits: &str) -> Result<Constant, CompileError> {
    let number = nearest(digits);
    let fits = |number: &f64| (f64::from_bits(1)..=f64::MAX).contains(number);
    let number = number.filter(fits);
    number
        .map(Constant::Double)
        .ok_or_else(|| CompileError::OutOfRange { number: digits.to_owned() })
}
