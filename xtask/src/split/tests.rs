//! Two small modules, split and read again.

use std::collections::BTreeSet;

use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType,
    Module as Out, NameMap, NameSection, RefType, TableSection, TableType, TypeSection, ValType,
};

use super::module::Module;
use super::*;

/// Function 0 is imported. `start` (1) calls `rare` (2) and `shared` (4); `rare` calls `helper`
/// (3), `shared` and the imported one; `address` (5) is called by address, `unused` (6) by nobody.
const NAMES: [&str; 7] =
    ["log", "start", "rare", "helper", "shared", "rare::address", "rare::unused"];
const CALLS: [&[u32]; 6] = [&[2, 4], &[3, 4, 0], &[], &[], &[3], &[]];

fn program() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut imports = ImportSection::new();
    imports.import("script", "log", wasm_encoder::EntityType::Function(0));
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for calls in CALLS {
        functions.function(0);
        let mut function = Function::new([]);
        let mut body = function.instructions();
        body.local_get(0);
        calls.iter().for_each(|called| {
            body.call(*called);
        });
        body.end();
        code.function(&function);
    }
    let mut names = NameMap::new();
    (0..).zip(NAMES).for_each(|(number, name)| names.append(number, name));
    let mut section = NameSection::new();
    section.functions(&names);
    let mut out = Out::new();
    out.section(&types).section(&imports).section(&functions);
    furnish(&mut out);
    out.section(&code).section(&section);
    out.finish()
}

/// A table with `address` in it, a memory, a global, and `start` for the world outside.
fn furnish(out: &mut Out) {
    let element_type = RefType::FUNCREF;
    let (minimum, maximum) = (8, Some(8));
    let mut tables = TableSection::new();
    tables.table(TableType { element_type, minimum, maximum, table64: false, shared: false });
    let mut memories = MemorySection::new();
    let page_size_log2 = None;
    memories.memory(MemoryType {
        minimum,
        maximum,
        memory64: false,
        shared: false,
        page_size_log2,
    });
    let mut globals = GlobalSection::new();
    let kind = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(kind, &ConstExpr::i32_const(7));
    let mut exports = ExportSection::new();
    exports.export("start", ExportKind::Func, 1);
    let mut elements = ElementSection::new();
    elements.active(None, &ConstExpr::i32_const(1), Elements::Functions([5].as_slice().into()));
    out.section(&tables).section(&memories).section(&globals).section(&exports).section(&elements);
}

#[test]
fn what_only_rare_functions_call_waits_with_them() {
    let wasm = program();
    let module = Module::read(&wasm).expect("a module");
    let plan = Plan::new(&module, rare(&module));
    assert_eq!(plan.deferred, [2, 3, 5, 6].into());
    assert_eq!(plan.doors, [(2, 0), (5, 1)].into());
    assert_eq!(plan.lent, [0, 4].into());
}

#[test]
fn both_halves_are_modules_that_fit() {
    let (primary, deferred) =
        halves(&program(), &|name| name.starts_with("rare"), "").expect("halves");
    let (primary, deferred) = (Module::read(&primary), Module::read(&deferred));
    let (primary, deferred) = (primary.expect("a module"), deferred.expect("a module"));
    assert_eq!(primary.imported, 2, "it imports what fetches as well");
    assert_eq!(primary.tables[0].initial, 10, "two doors");
    assert_eq!(primary.elements, [6], "the door of the function that is called by address");
    assert_eq!(primary.calls[0], [3, 5], "the others keep their calls");
    assert_eq!(deferred.imported, 2);
    assert_eq!(deferred.elements, [2, 4], "what is behind the doors, in their order");
    assert_eq!(deferred.calls, [vec![3, 1, 0], vec![], vec![3], vec![]]);
    let exports: Vec<&str> = primary.exports.iter().map(|export| export.name).collect();
    assert_eq!(exports, ["start", FETCHED, "$m0", "$t0", "$g0", "$f0", "$f4"]);
}

#[test]
fn the_script_learns_to_fetch() {
    let script = with_fetch("f();", "x.wasm");
    assert!(script.contains("place = \"x.wasm\""), "{script}");
    assert!(script.ends_with("f();"), "{script}");
}

/// The functions that can wait.
fn rare(module: &Module<'_>) -> BTreeSet<u32> {
    let named = module.names.iter().filter(|(_, name)| name.starts_with("rare"));
    named.map(|(number, _)| *number).collect()
}
