//! From paths to the files behind them: a file stands for itself, a folder for all `.json` in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::Trouble;

/// The files, those of a folder by name.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<String>, Trouble> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        collect(path, &mut files)?;
        if files.len() == before {
            return Err(Trouble::Input(format!("{}: holds no .json file", path.display())));
        }
    }
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<String>) -> Result<(), Trouble> {
    if !path.is_dir() {
        files.push(path.to_string_lossy().into_owned());
        return Ok(());
    }
    let unreadable = |error| Trouble::Input(format!("{}: cannot be read: {error}", path.display()));
    let entries = fs::read_dir(path).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()
    });
    let mut entries = entries.map_err(unreadable)?;
    entries.sort();
    let wanted = |entry: &&PathBuf| entry.is_dir() || entry.extension() == Some("json".as_ref());
    entries.iter().filter(wanted).try_for_each(|entry| collect(entry, files))
}
