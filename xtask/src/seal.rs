//! Seals the page's security policy: the hash of each inline script goes into its policy.
//!
//! Trunk writes an inline script that starts the page, and one more that reloads it under
//! `trunk serve`. The policy forbids inline scripts but for those whose hash it names, and the
//! hashes are known only after the build: Trunk calls this as its `post_build` hook. The reloading
//! script gets its address here already; Trunk would write it in while serving, after the hash.
//! What is to be published is split in two and gets short names before that.

use std::env;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::run::{Failure, Outcome, about};
use crate::shorten::shorten;
use crate::split::split;
use crate::stylesheets;

/// Stands in `index.html` where the hashes go.
const MARK: &str = "'sha256-set-by-cargo-xtask-seal'";

/// Seals the page that Trunk is about to move into place.
pub(crate) fn seal_staging() -> Outcome<()> {
    let folder = env::var_os("TRUNK_STAGING_DIR").ok_or_else(|| {
        Failure::with_cure(
            "TRUNK_STAGING_DIR is not set",
            "`seal` is called by Trunk; run `trunk build`",
        )
    })?;
    let folder = Path::new(&folder);
    let place = folder.join("index.html");
    let mut html = fs::read_to_string(&place).map_err(about(place.display()))?;
    if env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release") {
        for stem in ["page", "worker"] {
            split(folder, stem)?;
            html = shorten(folder, stem, &html)?;
        }
        html = stylesheets::join(folder, &html)?;
    }
    fs::write(&place, sealed(&html)?).map_err(about(place.display()))
}

/// The page with the hashes of its inline scripts in its policy.
fn sealed(html: &str) -> Outcome<String> {
    if html.matches(MARK).count() != 1 {
        return Err(Failure::new(format!("index.html must hold {MARK} once, in its policy")));
    }
    let html = html
        .replace("'{{__TRUNK_ADDRESS__}}'", "window.location.host")
        .replace("{{__TRUNK_WS_BASE__}}", "/");
    let hashes: Vec<String> = inline_scripts(&html).into_iter().map(source).collect();
    if hashes.is_empty() {
        return Err(Failure::new(
            "the built page has no inline script: Trunk changed how it starts one",
        ));
    }
    Ok(html.replace(MARK, &hashes.join(" ")))
}

/// The hash of a script as a policy names it.
fn source(script: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script.as_bytes())))
}

/// The texts of all `<script>` elements without `src`, each exactly as the browser will hash it.
fn inline_scripts(html: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<script") {
        let Some((attributes, after)) = after.split_once('>') else { break };
        let Some((text, after)) = after.split_once("</script>") else { break };
        if !attributes.contains("src=") {
            found.push(text);
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_hashed_and_others_are_not() {
        let html = format!(
            "<meta content=\"script-src {MARK}\"><script src=\"a.js\"></script>\
             <script type=\"module\">go()</script><script>\nx\n</script>"
        );
        assert_eq!(inline_scripts(&html), ["go()", "\nx\n"]);
        let sealed = sealed(&html).expect("the mark is there");
        let first = "'sha256-X1hm/RF37m3f19kK8GqzR8lpevwCYkM1MHNRWA0L4W4='";
        assert!(!sealed.contains(MARK), "{sealed}");
        assert!(sealed.contains(&source("go()")), "{sealed}");
        assert_eq!(sealed.matches("'sha256-").count(), 2);
        assert_eq!(source("go()").len(), first.len());
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // The example of the Content Security Policy specification, level 3, section 2.3.1.
        let expected = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert_eq!(source("alert('Hello, world.');"), expected);
    }

    #[test]
    fn a_page_without_the_mark_is_refused() {
        assert!(sealed("<script>go()</script>").is_err());
        assert!(sealed(&format!("<meta content=\"{MARK}\">")).is_err());
    }
}
