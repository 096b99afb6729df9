//! Gives what wasm and script call each other short names. wasm-bindgen ends each with a hash,
//! which nothing packs, and each is fetched twice: 9 of 509 KB of all that was fetched.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha384};

use crate::run::{Failure, Outcome, about};

/// How names begin that wasm-bindgen makes.
const MADE: &str = "__wb";

/// What wasm begins with: its magic number and its version.
const HEAD: usize = 8;

/// Numbers of the section of imports, and of those that browsers pass over.
const IMPORTS: u8 = 2;
const CUSTOM: u8 = 0;

/// Shortens the names between `{stem}.js` and `{stem}_bg.wasm`; gives the page with the integrity
/// of both as they are now.
pub(crate) fn shorten(folder: &Path, stem: &str, html: &str) -> Outcome<String> {
    let script_place = folder.join(format!("{stem}.js"));
    let wasm_place = folder.join(format!("{stem}_bg.wasm"));
    let script = fs::read_to_string(&script_place).map_err(about(script_place.display()))?;
    let wasm = fs::read(&wasm_place).map_err(about(wasm_place.display()))?;
    let mut names = BTreeMap::new();
    let short_wasm = with_short_imports(&wasm, &mut names)
        .ok_or_else(|| Failure::new(format!("{} cannot be read", wasm_place.display())))?;
    let short_script = with_short_names(&script, &names);
    fs::write(&script_place, &short_script).map_err(about(script_place.display()))?;
    fs::write(&wasm_place, &short_wasm).map_err(about(wasm_place.display()))?;
    Ok(html
        .replace(&integrity(script.as_bytes()), &integrity(short_script.as_bytes()))
        .replace(&integrity(&wasm), &integrity(&short_wasm)))
}

fn integrity(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha384::digest(bytes))
}

/// The script with the names that are known as they are now, its lines without indentation.
fn with_short_names(script: &str, names: &BTreeMap<String, String>) -> String {
    let lines = script.lines().map(str::trim_start).filter(|line| !line.is_empty());
    let script = lines.collect::<Vec<_>>().join("\n");
    let mut out = String::with_capacity(script.len());
    let mut rest = script.as_str();
    while let Some(at) = rest.find(MADE) {
        let (before, from) = rest.split_at(at);
        let is_in_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = from.find(|letter| !is_in_name(letter)).unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        out.push_str(before);
        out.push_str(names.get(name).map_or(name, String::as_str));
        rest = after;
    }
    out + rest
}

/// The module with short names for what it imports, and without what only tools read; nothing if it
/// cannot be read.
fn with_short_imports(wasm: &[u8], names: &mut BTreeMap<String, String>) -> Option<Vec<u8>> {
    let (head, sections) = wasm.split_at_checked(HEAD)?;
    let (mut out, mut rest) = (head.to_vec(), Bytes(sections));
    while !rest.0.is_empty() {
        let number = rest.byte()?;
        let length = rest.number()?;
        let body = rest.take(length)?;
        let body = match number {
            CUSTOM => continue,
            IMPORTS => short_section(Bytes(body), names)?,
            _ => body.to_vec(),
        };
        out.push(number);
        write_number(&mut out, body.len());
        out.extend(body);
    }
    Some(out)
}

fn short_section(mut section: Bytes, names: &mut BTreeMap<String, String>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let count = section.number()?;
    write_number(&mut out, count);
    for _ in 0..count {
        let (module, name) = (section.text()?, section.text()?);
        let before = section.0;
        section.skip_kind()?;
        let kind = &before[..before.len() - section.0.len()];
        let next = format!("${}", names.len());
        let name = match name.starts_with(MADE) {
            true => names.entry(name.to_owned()).or_insert(next),
            false => name,
        };
        for text in [module, name] {
            write_number(&mut out, text.len());
            out.extend(text.as_bytes());
        }
        out.extend(kind);
    }
    Some(out)
}

/// What is still to be read of a module.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// LEB128, as all numbers of wasm are written.
    fn number(&mut self) -> Option<usize> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// What is imported: a function, a table, a memory, a global, a tag.
    fn skip_kind(&mut self) -> Option<()> {
        match self.byte()? {
            0 => drop(self.number()?),
            1 => {
                self.byte()?;
                self.skip_limits()?;
            }
            2 => self.skip_limits()?,
            3 => drop(self.take(2)?),
            4 => {
                self.byte()?;
                self.number()?;
            }
            _ => return None,
        }
        Some(())
    }

    fn skip_limits(&mut self) -> Option<()> {
        let has_most = self.byte()? & 1 == 1;
        self.number()?;
        if has_most {
            self.number()?;
        }
        Some(())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits")]
fn write_number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module that imports the function `name` of `m`, and has one more section behind that.
    fn module(name: &str) -> Vec<u8> {
        let mut section = vec![1, 1, b'm'];
        write_number(&mut section, name.len());
        section.extend(name.as_bytes());
        section.extend([0, 5]);
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.push(IMPORTS);
        write_number(&mut wasm, section.len());
        wasm.extend(section);
        wasm.extend([10, 1, 0]);
        wasm
    }

    #[test]
    fn what_browsers_pass_over_is_left_out() {
        let wasm = module("memory");
        let noted = [wasm.as_slice(), &[CUSTOM, 2, 1, b'n']].concat();
        assert_eq!(with_short_imports(&noted, &mut BTreeMap::new()), Some(wasm));
    }

    #[test]
    fn both_sides_get_the_same_short_name() {
        let mut names = BTreeMap::new();
        let long = format!("__wbg_body_{}", "0123456789abcdef".repeat(8));
        let short = with_short_imports(&module(&long), &mut names).expect("a module");
        assert_eq!(short, module("$0"));
        let script = format!("{{\n    {long}: f,\n\n  __wbindgen_export: g}}");
        assert_eq!(with_short_names(&script, &names), "{\n$0: f,\n__wbindgen_export: g}");
    }

    #[test]
    fn names_that_were_given_by_hand_stay() {
        let mut names = BTreeMap::new();
        let wasm = module("memory");
        assert_eq!(with_short_imports(&wasm, &mut names), Some(wasm));
        assert_eq!(with_short_imports(b"\0asm\x01\0\0\0\x02\x09", &mut names), None);
    }
}
