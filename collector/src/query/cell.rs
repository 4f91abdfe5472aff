//! Values as cells of a table that a spreadsheet opens.

use std::borrow::Cow;

/// What may stand in a cell.
pub(super) trait Cell {
    /// Its text.
    fn cell(&self) -> Cow<'_, str>;
}

impl Cell for String {
    /// A text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP
    /// says (<https://owasp.org/www-community/attacks/CSV_Injection>): what a record holds was
    /// written by strangers.
    fn cell(&self) -> Cow<'_, str> {
        if self.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
            format!("'{self}").into()
        } else {
            self.as_str().into()
        }
    }
}

impl Cell for i64 {
    fn cell(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl Cell for f64 {
    /// As JSON has it: the shortest text that is this number.
    fn cell(&self) -> Cow<'_, str> {
        format!("{self:?}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(formula.to_owned().cell(), format!("'{formula}"));
        }
        for text in ["", "a=b", "1-2", " x", "'quoted"] {
            assert_eq!(text.to_owned().cell(), text);
        }
    }

    #[test]
    fn a_number_is_one_below_zero_as_well() {
        assert_eq!(((-1.5_f64).cell(), (-2_i64).cell()), ("-1.5".into(), "-2".into()));
        assert_eq!(1e300.cell(), "1e300");
    }
}
