//! What the primary module lends to the deferred one, by name: its memory, its tables and globals,
//! and the functions that are called.

use wasm_encoder::{ExportKind, TableType};

use super::module::Module;

/// Memories, tables and globals with their numbers; each keeps its number in the deferred module.
pub(super) fn shared(module: &Module<'_>) -> Vec<(String, u32)> {
    let kinds =
        [('m', module.memories.len()), ('t', module.tables.len()), ('g', module.globals.len())];
    let named = |(letter, count): (char, usize)| {
        (0..u32::try_from(count).expect("few"))
            .map(move |number| (format!("${letter}{number}"), number))
    };
    kinds.into_iter().flat_map(named).collect()
}

/// The kind that a name of `shared` says.
pub(super) fn kind(name: &str) -> ExportKind {
    match name.as_bytes()[1] {
        b'm' => ExportKind::Memory,
        b't' => ExportKind::Table,
        _ => ExportKind::Global,
    }
}

/// The name of a function.
pub(super) fn function(number: u32) -> String {
    format!("$f{number:x}")
}

/// A table with so many entries more.
pub(super) fn with_room(mut table: TableType, more: u64) -> TableType {
    table.minimum += more;
    table.maximum = table.maximum.map(|most| most + more);
    table
}
