//! Stories, properties and the shape of the source, one file for each area, in one binary.

mod scenario;
mod tidy;
