//! What the page shows on demand: claims, heat maps, pools of threads, requests.

pub mod claims;
pub mod heat;

use nanoserde::DeBin;

use crate::session::frame::{Frame, Sheet};

use super::format;

/// The sheet of a frame; `None` where it has none.
pub fn unpacked(frame: &Frame) -> Option<Sheet> {
    if frame.sheet.is_empty() {
        return None;
    }
    Some(Sheet::deserialize_bin(&frame.sheet).expect("page and worker are of one version"))
}

/// A share in 1/100 000 as percent: `0.42 %`, `12.3 %`, `100 %`.
pub fn percent(share: u64) -> String {
    let decimals = match share {
        0 | 99_950.. => 0,
        ..9_995 => 2,
        _ => 1,
    };
    format!("{}\u{a0}%", format::decimal(share, 1_000, decimals))
}

/// A mean of counts in 1/1000: `0`, `0.031`, `4.2`, `120`.
pub fn mean(thousandths: u64) -> String {
    let decimals = match thousandths {
        0 | 99_950.. => 0,
        ..1_000 => 3,
        _ => 1,
    };
    format::decimal(thousandths, 1_000, decimals)
}

#[cfg(test)]
mod tests {
    use nanoserde::SerBin;

    use super::*;

    #[test]
    fn shares_and_means_have_as_many_figures_as_they_need() {
        let shares = [0, 4, 420, 12_345, 99_949, 100_000].map(percent);
        let shares = shares.map(|text| text.replace('\u{a0}', " "));
        assert_eq!(shares, ["0 %", "0.00 %", "0.42 %", "12.3 %", "99.9 %", "100 %"]);
        assert_eq!([0, 31, 4_212, 120_400].map(mean), ["0", "0.031", "4.2", "120"]);
    }

    #[test]
    fn a_sheet_comes_out_as_it_went_in() {
        let sheet = Sheet { lanes: vec![Default::default()], ..Sheet::default() };
        let frame = Frame { sheet: sheet.serialize_bin(), ..Frame::default() };
        assert_eq!((unpacked(&frame), unpacked(&Frame::default())), (Some(sheet), None));
    }
}
