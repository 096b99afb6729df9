//! The module that waits: it lives in the memory of the primary one, calls its functions, and puts
//! its own behind the doors.

use std::collections::BTreeMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, FunctionSection, ImportSection,
    Module as Out, TypeSection,
};

use super::module::Module;
use super::plan::Plan;
use super::{SOURCE, lent};

struct Deferred {
    /// Numbers here by numbers of the module that was read.
    numbers: BTreeMap<u32, u32>,
}

impl Reencode for Deferred {
    type Error = Infallible;

    fn function_index(&mut self, number: u32) -> Result<u32, Error<Infallible>> {
        Ok(self.numbers[&number])
    }
}

/// Writes it; `table` is the number of the table of functions.
pub(super) fn write(
    module: &Module<'_>,
    plan: &Plan,
    table: u32,
) -> Result<Vec<u8>, Error<Infallible>> {
    let numbers = plan.lent.iter().chain(&plan.deferred).copied().zip(0..).collect();
    let mut deferred = Deferred { numbers };
    let mut out = Out::new();
    out.section(&types(module, &mut deferred)?);
    out.section(&imports(module, plan, table, &mut deferred)?);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for number in &plan.deferred {
        functions.function(module.functions[*number as usize]);
        let body = &module.bodies[(number - module.imported) as usize];
        deferred.parse_function_body(&mut code, body.clone())?;
    }
    let behind: Vec<u32> = plan.doors.keys().map(|number| deferred.numbers[number]).collect();
    let place = i32::try_from(module.tables[table as usize].initial).expect("below 2^31");
    let mut elements = ElementSection::new();
    elements.active(Some(table), &ConstExpr::i32_const(place), Elements::Functions(behind.into()));
    out.section(&functions).section(&elements).section(&code);
    Ok(out.finish())
}

fn types(module: &Module<'_>, deferred: &mut Deferred) -> Result<TypeSection, Error<Infallible>> {
    let mut types = TypeSection::new();
    for kind in &module.types {
        types.ty().func_type(&utils::func_type(deferred, kind.clone())?);
    }
    Ok(types)
}

fn imports(
    module: &Module<'_>,
    plan: &Plan,
    table_of_functions: u32,
    deferred: &mut Deferred,
) -> Result<ImportSection, Error<Infallible>> {
    let mut kinds: Vec<EntityType> = Vec::new();
    for memory in &module.memories {
        kinds.push(utils::memory_type(deferred, *memory).into());
    }
    for (number, table) in (0..).zip(&module.tables) {
        let mut kind = utils::table_type(deferred, *table)?;
        // The primary module made room behind its end.
        if number == table_of_functions {
            kind = lent::with_room(kind, plan.doors.len() as u64);
        }
        kinds.push(kind.into());
    }
    for global in &module.globals {
        kinds.push(utils::global_type(deferred, *global)?.into());
    }
    let mut imports = ImportSection::new();
    for ((name, _), kind) in lent::shared(module).iter().zip(kinds) {
        imports.import(SOURCE, name, kind);
    }
    for number in &plan.lent {
        let kind = EntityType::Function(module.functions[*number as usize]);
        imports.import(SOURCE, &lent::function(*number), kind);
    }
    Ok(imports)
}
