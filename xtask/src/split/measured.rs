//! The list of functions that can wait by measurement: a line is a function's name, of all that
//! share it. A line that fits no longer is passed over.

use std::collections::BTreeSet;

use super::module::Module;

/// The numbers of the functions that the list names.
pub(super) fn numbers(module: &Module<'_>, list: &str) -> Vec<u32> {
    let list: BTreeSet<&str> = list.lines().collect();
    let named = module.names.iter().filter(|(_, name)| list.contains(plain(name)));
    named.map(|(number, _)| *number).collect()
}

/// A name without the hash that the compiler puts behind it.
fn plain(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((plain, hash)) if hash.len() == 16 => plain,
        Some(_) | None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_without_its_hash() {
        let names = [(3, "a::b::h0123456789abcdef"), (4, "a::c"), (5, "a::b::hello")].into();
        let module = Module { names, ..Module::default() };
        assert_eq!(numbers(&module, "a::b\na::c\ngone\n"), [3, 4]);
    }
}
