//! Where things are: the repository, the folder of installed tools, programs in PATH.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("the package lies in a folder of the repository").to_owned()
}

/// The folder that is published.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The folder of the browser tests.
pub(crate) fn browser_tests() -> PathBuf {
    root().join("tests/browser")
}

/// A folder for logs and other things that a later run may overwrite.
pub(crate) fn scratch() -> PathBuf {
    root().join("target/xtask")
}

/// Installed tools; outside the repository, so that a fresh clone on the same machine is warm.
pub(crate) fn tools() -> PathBuf {
    let home = || env::home_dir().unwrap_or_else(|| PathBuf::from("."));
    let cache = env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty());
    let cache = cache.map_or_else(|| home().join(".cache"), PathBuf::from);
    cache.join("rocketscope/tools")
}

/// PATH with the installed tools first.
pub(crate) fn path_with_tools() -> OsString {
    let mut folders = vec![tools().join("bin")];
    folders.extend(
        env::var_os("PATH").iter().flat_map(|path| env::split_paths(path).collect::<Vec<_>>()),
    );
    env::join_paths(folders).expect("PATH was split at the same separator")
}

/// A command that runs in the repository and sees the installed tools.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("PATH", path_with_tools());
    command
}

/// Cargo, as it was called.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Trunk. It takes `NO_COLOR` for an option of its own that must say `true` or `false`.
pub(crate) fn trunk() -> Command {
    let mut trunk = command("trunk");
    if env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    trunk
}

/// The first of `names` that lies in PATH.
pub(crate) fn in_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let places = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}
