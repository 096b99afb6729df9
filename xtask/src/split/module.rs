//! A module of WebAssembly as it was read: what a split needs to know of it.

#![expect(clippy::wildcard_enum_match_arm, reason = "a split looks at few of wasm's many kinds")]

use std::collections::BTreeMap;

use wasmparser::{
    CustomSectionReader, ElementItems, Export, ExternalKind, FuncType, FunctionBody, GlobalType,
    KnownCustom, MemoryType, Name, Operator, Parser, Payload, TableType, TypeRef,
};

use crate::run::{Failure, Outcome};

use super::unreadable;

/// Numbers of functions are those of the module that was read, imported ones first.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) types: Vec<FuncType>,
    /// The type of each function by its number.
    pub(super) functions: Vec<u32>,
    /// How many functions are imported.
    pub(super) imported: u32,
    /// Names of what else is imported.
    pub(super) borrowed: Vec<&'a str>,
    pub(super) tables: Vec<TableType>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) globals: Vec<GlobalType>,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) start: Option<u32>,
    /// Functions whose address is taken.
    pub(super) elements: Vec<u32>,
    /// Bodies of the functions that are not imported.
    pub(super) bodies: Vec<FunctionBody<'a>>,
    /// What they call, in the same order.
    pub(super) calls: Vec<Vec<u32>>,
    pub(super) names: BTreeMap<u32, &'a str>,
}

impl<'a> Module<'a> {
    pub(super) fn read(wasm: &'a [u8]) -> Outcome<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            module.take(payload.map_err(unreadable)?)?;
        }
        Ok(module)
    }

    /// The number of a function that is not imported.
    pub(super) fn number(&self, body: usize) -> u32 {
        self.imported + u32::try_from(body).expect("functions are counted in 32 bits")
    }

    /// The type of a function.
    pub(super) fn type_of(&self, function: u32) -> &FuncType {
        &self.types[self.functions[function as usize] as usize]
    }

    /// The table through which functions are called by address.
    pub(super) fn table(&self) -> Outcome<u32> {
        let found = self.tables.iter().position(|table| table.element_type.is_func_ref());
        let found = found.ok_or_else(|| Failure::new("the module has no table of functions"))?;
        Ok(u32::try_from(found).expect("tables are counted in 32 bits"))
    }

    fn take(&mut self, payload: Payload<'a>) -> Outcome<()> {
        match payload {
            Payload::TypeSection(types) => {
                for kind in types.into_iter_err_on_gc_types() {
                    self.types.push(kind.map_err(unreadable)?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.take_import(import.map_err(unreadable)?);
                }
            }
            Payload::FunctionSection(functions) => extend(&mut self.functions, functions)?,
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(table.map_err(unreadable)?.ty);
                }
            }
            Payload::MemorySection(memories) => extend(&mut self.memories, memories)?,
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.globals.push(global.map_err(unreadable)?.ty);
                }
            }
            Payload::ExportSection(exports) => extend(&mut self.exports, exports)?,
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    self.take_elements(element.map_err(unreadable)?.items)?;
                }
            }
            Payload::CodeSectionEntry(body) => {
                self.calls.push(calls(&body)?);
                self.bodies.push(body);
            }
            Payload::CustomSection(custom) => self.take_names(&custom)?,
            _ => {}
        }
        Ok(())
    }

    fn take_import(&mut self, import: wasmparser::Import<'a>) {
        match import.ty {
            TypeRef::Func(kind) => {
                self.functions.push(kind);
                self.imported += 1;
            }
            _ => self.borrowed.push(import.name),
        }
    }

    fn take_elements(&mut self, items: ElementItems<'a>) -> Outcome<()> {
        match items {
            ElementItems::Functions(functions) => extend(&mut self.elements, functions),
            ElementItems::Expressions(..) => {
                Err(Failure::new("addresses of functions are written as expressions"))
            }
        }
    }

    fn take_names(&mut self, custom: &CustomSectionReader<'a>) -> Outcome<()> {
        let KnownCustom::Name(kinds) = custom.as_known() else { return Ok(()) };
        for kind in kinds {
            if let Name::Function(names) = kind.map_err(unreadable)? {
                for name in names {
                    let name = name.map_err(unreadable)?;
                    self.names.insert(name.index, name.name);
                }
            }
        }
        Ok(())
    }

    /// Functions that the world outside calls.
    pub(super) fn entries(&self) -> impl Iterator<Item = u32> + '_ {
        let exported = self.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        exported.map(|export| export.index).chain(self.start)
    }
}

fn extend<T>(
    list: &mut Vec<T>,
    section: impl IntoIterator<Item = Result<T, wasmparser::Error>>,
) -> Outcome<()> {
    for entry in section {
        list.push(entry.map_err(unreadable)?);
    }
    Ok(())
}

fn calls(body: &FunctionBody<'_>) -> Outcome<Vec<u32>> {
    let mut called = Vec::new();
    for operator in body.get_operators_reader().map_err(unreadable)? {
        match operator.map_err(unreadable)? {
            Operator::Call { function_index } => called.push(function_index),
            Operator::RefFunc { .. } | Operator::ReturnCall { .. } => {
                return Err(Failure::new("a function refers to another one in a way not known"));
            }
            _ => {}
        }
    }
    Ok(called)
}
