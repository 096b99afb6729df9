//! The fields of a case, read with their types.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cli::conform::difference::Sides;
use crate::wire::json::Json;

/// A case.
#[derive(Clone, Copy)]
pub(super) struct Case<'a>(&'a Json);

/// A case that is not as its kind is.
pub(super) struct Bad {
    expected: String,
    found: Json,
}

impl Bad {
    pub(super) fn new(expected: impl Into<String>, found: &Json) -> Self {
        Self { expected: expected.into(), found: found.clone() }
    }

    /// As sides that differ.
    pub(super) fn sides(self) -> Sides {
        Sides { expected: Json::Text(self.expected), found: self.found }
    }
}

impl<'a> Case<'a> {
    pub(super) fn new(json: &'a Json) -> Self {
        Self(json)
    }

    /// A field as it is; null where it is missing.
    pub(super) fn json(self, field: &str) -> &'a Json {
        self.0.get(field).unwrap_or(&Json::Null)
    }

    fn bad(self, field: &str, kind: &str) -> Bad {
        Bad::new(format!("{kind} as `{field}`"), self.json(field))
    }

    pub(super) fn text(self, field: &str) -> Result<&'a str, Bad> {
        self.json(field).as_text().ok_or_else(|| self.bad(field, "a text"))
    }

    pub(super) fn number<T: TryFrom<i64>>(self, field: &str) -> Result<T, Bad> {
        let number = self.json(field).as_int().and_then(|number| number.try_into().ok());
        number.ok_or_else(|| self.bad(field, "a whole number in range"))
    }

    pub(super) fn list(self, field: &str) -> Result<&'a [Json], Bad> {
        self.json(field).as_list().ok_or_else(|| self.bad(field, "a list"))
    }

    pub(super) fn bytes(self, field: &str) -> Result<Vec<u8>, Bad> {
        STANDARD.decode(self.text(field)?).map_err(|_| self.bad(field, "base64"))
    }

    /// A text that can be parsed.
    pub(super) fn parsed<T: std::str::FromStr>(self, field: &str, kind: &str) -> Result<T, Bad> {
        self.text(field)?.parse().map_err(|_| self.bad(field, kind))
    }

    /// The fields with these names, as far as the case has them.
    pub(super) fn part(self, fields: &[&'a str]) -> Json {
        let kept = fields.iter().filter_map(|field| Some((*field, self.0.get(field)?.clone())));
        Json::object(kept)
    }
}

/// Bytes as recordings write them.
pub(super) fn base64(bytes: &[u8]) -> Json {
    Json::Text(STANDARD.encode(bytes))
}

/// A list whose order means nothing.
pub(super) fn sorted(list: &[Json]) -> Json {
    let mut list = list.to_vec();
    list.sort_by_cached_key(Json::to_string);
    Json::List(list)
}
