//! The list of functions that can wait by measurement.
//!
//! A line is a function's name; where several share it and not all can wait, it says which:
//! `name [0,2 of 3]`, in the order of the module. A line that fits no longer is passed over.

use std::collections::BTreeMap;

use super::module::Module;

/// The numbers of the functions that the list names.
pub(super) fn numbers(module: &Module<'_>, list: &str) -> Vec<u32> {
    let mut by_name: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (number, name) in module.names.iter().filter(|(number, _)| module.imported <= **number) {
        by_name.entry(plain(name)).or_default().push(*number);
    }
    list.lines().flat_map(|line| of_line(line, &by_name)).collect()
}

fn of_line(line: &str, by_name: &BTreeMap<&str, Vec<u32>>) -> Vec<u32> {
    if let Some(all) = by_name.get(line) {
        return all.clone();
    }
    let Some((name, places)) = line.strip_suffix(']').and_then(|line| line.rsplit_once(" ["))
    else {
        return Vec::new();
    };
    let (Some(all), Some((places, count))) = (by_name.get(name), places.split_once(" of ")) else {
        return Vec::new();
    };
    if count.parse() != Ok(all.len()) {
        return Vec::new();
    }
    let place = |place: &str| all.get(place.parse::<usize>().ok()?).copied();
    places.split(',').filter_map(place).collect()
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
    fn a_line_names_all_of_a_name_or_some_of_them() {
        let by_name = BTreeMap::from([("a::b", vec![3]), ("Vec<T>::new", vec![4, 7, 9])]);
        let found = |line: &str| of_line(line, &by_name);
        assert_eq!(found("a::b"), [3]);
        assert_eq!(found("Vec<T>::new [0,2 of 3]"), [4, 9]);
        assert_eq!(found("Vec<T>::new [0 of 2]"), Vec::<u32>::new(), "it is another build");
        assert_eq!(found("gone"), Vec::<u32>::new());
        assert_eq!(plain("a::b::h0123456789abcdef"), "a::b");
    }
}
