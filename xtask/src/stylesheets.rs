//! Makes one style sheet of all: they pack a quarter better together, and are one request.

use std::fs;
use std::path::Path;

use crate::run::{Failure, Outcome, about};

/// The one that is left.
const WHOLE: &str = "style.css";

/// Joins the style sheets that the page names, in their order; gives the page with the one.
pub(crate) fn join(folder: &Path, html: &str) -> Outcome<String> {
    let (mut page, mut sheets, mut rest) = (String::new(), Vec::new(), html);
    while let Some((before, link)) = rest.split_once("<link") {
        let (link, after) = link.split_once('>').ok_or_else(|| {
            Failure::new("a link of the built page has no end: Trunk changed how it writes one")
        })?;
        page.push_str(before);
        match sheet(link) {
            None => page.push_str(&format!("<link{link}>")),
            Some(name) => {
                if sheets.is_empty() {
                    page.push_str(&format!("<link href=./{WHOLE} rel=stylesheet>"));
                }
                sheets.push(name);
            }
        }
        rest = after;
    }
    page.push_str(rest);
    let mut whole = String::new();
    for name in sheets {
        let place = folder.join(name);
        whole.push_str(&fs::read_to_string(&place).map_err(about(place.display()))?);
        fs::remove_file(&place).map_err(about(place.display()))?;
    }
    let place = folder.join(WHOLE);
    fs::write(&place, whole).map_err(about(place.display()))?;
    Ok(page)
}

/// The file of a link to a style sheet.
fn sheet(link: &str) -> Option<&str> {
    if !link.contains("stylesheet") {
        return None;
    }
    let (_, target) = link.split_once("href=")?;
    let target = target.trim_start_matches('"').trim_start_matches("./");
    target.split(['"', ' ', '>']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sheets_become_one_in_their_order() {
        let folder =
            std::env::temp_dir().join(format!("rocketscope-sheets-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.css"), "a{}").unwrap();
        fs::write(folder.join("b.css"), "b{}").unwrap();
        let html = "<link rel=icon href=./i.svg><link href=./b.css integrity=x rel=stylesheet>\
                    <link rel=\"stylesheet\" href=\"./a.css\"/><p>";
        let page = join(&folder, html).unwrap_or_else(|failure| panic!("{failure}"));
        let one = "<link rel=icon href=./i.svg><link href=./style.css rel=stylesheet><p>";
        let whole = fs::read_to_string(folder.join("style.css")).unwrap();
        let is_left = folder.join("a.css").exists();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((page.as_str(), whole.as_str(), is_left), (one, "b{}a{}", false));
    }
}
