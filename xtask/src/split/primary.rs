//! The module that starts: in place of each function that can wait there is a door, which fetches
//! the deferred module when it is opened for the first time.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function,
    GlobalSection, GlobalType, ImportSection, InstructionSink, Module as Out, TableType,
    TypeSection, ValType,
};

use super::module::Module;
use super::plan::Plan;
use super::{FETCHED, OPEN, lent};

type Done<T = ()> = Result<T, Error<Infallible>>;

struct Primary<'m, 'a> {
    module: &'m Module<'a>,
    plan: &'m Plan,
    table: u32,
    /// The number of the next function that is written.
    next: u32,
}

/// Writes it; `table` is the number of the table of functions.
pub(super) fn write(
    wasm: &[u8],
    module: &Module<'_>,
    plan: &Plan,
    table: u32,
) -> Result<Vec<u8>, Error<Infallible>> {
    let mut out = Out::new();
    let mut primary = Primary { module, plan, table, next: module.imported };
    primary.parse_core_module(&mut out, wasmparser::Parser::new(0), wasm)?;
    Ok(out.finish())
}

impl Primary<'_, '_> {
    /// The number of the function that opens the doors: the last one that is imported.
    fn open(&self) -> u32 {
        self.module.imported
    }

    /// The number of the global that says whether it was fetched.
    fn fetched(&self) -> u32 {
        u32::try_from(self.module.globals.len()).expect("globals are counted in 32 bits")
    }

    /// Fetches where it must, and calls the function behind it.
    fn door(&self, number: u32, slot: u32, code: &mut InstructionSink<'_>) {
        code.global_get(self.fetched()).i32_eqz().if_(BlockType::Empty);
        code.call(self.open()).end();
        let arguments = self.module.type_of(number).params().len();
        (0..u32::try_from(arguments).expect("few")).for_each(|argument| {
            code.local_get(argument);
        });
        let place = self.module.tables[self.table as usize].initial + u64::from(slot);
        code.i32_const(i32::try_from(place).expect("a table has fewer entries"));
        code.call_indirect(self.table, self.module.functions[number as usize]);
    }
}

impl Reencode for Primary<'_, '_> {
    type Error = Infallible;

    fn function_index(&mut self, number: u32) -> Done<u32> {
        Ok(number + u32::from(self.module.imported <= number))
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Done {
        utils::parse_type_section(self, types, section)?;
        types.ty().function([], []);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Done {
        utils::parse_import_section(self, imports, section)?;
        let kind = u32::try_from(self.module.types.len()).expect("types are counted in 32 bits");
        let (source, open) = OPEN;
        imports.import(source, open, EntityType::Function(kind));
        Ok(())
    }

    fn table_type(&mut self, table: wasmparser::TableType) -> Done<TableType> {
        let more = if table.element_type.is_func_ref() { self.plan.doors.len() } else { 0 };
        Ok(lent::with_room(utils::table_type(self, table)?, more as u64))
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Done {
        utils::parse_global_section(self, globals, section)?;
        let kind = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(kind, &ConstExpr::i32_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Done {
        utils::parse_export_section(self, exports, section)?;
        exports.export(FETCHED, ExportKind::Global, self.fetched());
        for (name, number) in lent::shared(self.module) {
            exports.export(&name, lent::kind(&name), number);
        }
        for number in &self.plan.lent {
            exports.export(
                &lent::function(*number),
                ExportKind::Func,
                self.function_index(*number)?,
            );
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Done {
        let number = self.next;
        self.next += 1;
        if !self.plan.deferred.contains(&number) {
            return utils::parse_function_body(self, code, body);
        }
        let mut function = Function::new([]);
        let mut sink = function.instructions();
        match self.plan.doors.get(&number) {
            Some(slot) => self.door(number, *slot, &mut sink),
            None => drop(sink.unreachable()),
        }
        sink.end();
        code.function(&function);
        Ok(())
    }

    /// What only tools read stays away.
    fn parse_custom_section(
        &mut self,
        _: &mut Out,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Done {
        Ok(())
    }
}
