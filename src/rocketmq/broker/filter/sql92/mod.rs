//! SQL92 expressions: compiled once, then tested against the properties of many messages.
//!
//! Follows `SqlFilter`, `SelectorParser` and the classes of `filter.expression`, accidents
//! included: what follows a whole expression is not read, and an error inside `OR` is no match.
//! Leaves out hexadecimal floats in properties.

mod decimal;
mod error;
mod evaluate;
mod lexer;
mod parser;
mod tree;
mod value;

pub use error::{CompileError, EvaluationError};

use tree::Tree;

/// An expression that compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct Sql92 {
    tree: Tree,
}

impl Sql92 {
    /// Compiles an expression (`SelectorParser.parse`).
    ///
    /// # Errors
    ///
    /// Where RocketMQ's parser refuses the text too.
    pub fn compile(text: &str) -> Result<Self, CompileError> {
        Ok(Self { tree: parser::parse(text)? })
    }

    /// What the expression gives for properties; `None` is SQL's null.
    ///
    /// # Errors
    ///
    /// Where a property cannot be compared with what it is compared with.
    pub fn evaluate<'a>(
        &'a self,
        property: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Option<bool>, EvaluationError> {
        evaluate::truth(&self.tree, &property)
    }

    /// What the broker acts on: null and errors are no match.
    pub fn matches<'a>(&'a self, property: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.evaluate(property) == Ok(Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given<'a>(sql: &'a Sql92, a: Option<&'a str>) -> Result<Option<bool>, EvaluationError> {
        sql.evaluate(move |name| if name == "a" { a } else { None })
    }

    #[test]
    fn what_follows_a_whole_expression_is_not_read() {
        for text in ["a = 0x1F", "a >= 07", "a = 5 b # c", "a = 5 -- no end of line"] {
            assert!(Sql92::compile(text).is_ok(), "{text}");
        }
        for text in ["07", "(a > 07)", "a = 5 #", "a = 5 NOT b", "a IS b", "a = 0.0", ""] {
            assert!(Sql92::compile(text).is_err(), "{text}");
        }
    }

    #[test]
    fn not_binds_tighter_than_equality() {
        let sql = Sql92::compile("NOT a = FALSE").expect("it compiles");
        assert_eq!(given(&sql, Some("x")), Ok(Some(false)), "a bare property is FALSE");
        let sql = Sql92::compile("NOT (a = 5)").expect("it compiles");
        assert_eq!(given(&sql, Some("6")), Ok(Some(true)));
    }

    #[test]
    fn an_error_aborts_the_whole_expression() {
        let sql = Sql92::compile("a = 5 OR TRUE").expect("it compiles");
        assert!(given(&sql, Some("foo")).is_err());
        assert_eq!(given(&sql, Some("6")), Ok(Some(true)));
        assert!(!sql.matches(|_| Some("5.5")));
        let sql = Sql92::compile("TRUE = a").expect("it compiles");
        assert!(given(&sql, Some("true")).is_err(), "a class cast");
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(Sql92::compile(&deep), Err(CompileError::TooDeep));
        let long = "a = 1 OR ".repeat(100_000) + "a = 2";
        assert_eq!(Sql92::compile(&long), Err(CompileError::TooDeep));
        assert!(Sql92::compile(&("a = 1 OR ".repeat(500) + "a = 2")).is_ok());
    }
}
