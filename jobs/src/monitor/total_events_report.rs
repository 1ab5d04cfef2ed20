//! The report of how many events the logs hold, by day: a CSV file (spec 30 §E.3).

use crate::streaming::Error;
use crate::streaming::output::split;

/// The report's place below the folder of such files.
pub const FILE: &str = "total_events_report.csv";

const HEADER: &str = "date,event_count";

/// The report from rows of `total_events`: the latest day first, and of equal days the greater text
/// of a count. Lines end in LF; no field needs quotes.
///
/// # Errors
/// When a row has more or fewer than two fields.
pub fn report<R: AsRef<[u8]>>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, Error> {
    let mut days = Vec::new();
    for row in rows {
        let [date, count] = split("a row of total_events", row.as_ref())?;
        days.push((date.to_vec(), count.to_vec()));
    }
    days.sort_unstable_by(|one, other| other.cmp(one));
    let mut file = format!("{HEADER}\n").into_bytes();
    for (date, count) in days {
        file.extend_from_slice(&[&date, &b","[..], &count, b"\n"].concat());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: &[&str]) -> Option<String> {
        report(rows).ok().and_then(|file| String::from_utf8(file).ok())
    }

    #[test]
    fn the_latest_day_comes_first_whatever_the_order_of_rows() {
        let mut rows = ["2014-10-03\t300", "2015-11-01\t40", "2014-10-02\t100", "2014-10-02\t15"];
        let csv =
            "date,event_count\n2015-11-01,40\n2014-10-03,300\n2014-10-02,15\n2014-10-02,100\n";
        for _ in 0..rows.len() {
            rows.rotate_left(1);
            assert_eq!(text(&rows).as_deref(), Some(csv));
        }
    }

    #[test]
    fn a_report_of_nothing_has_its_header() {
        assert_eq!(text(&[]).as_deref(), Some("date,event_count\n"));
    }

    #[test]
    fn a_row_of_another_width_is_an_error() {
        assert!(report(["2014-10-03"]).is_err() && report(["2014-10-03\t1\t2"]).is_err());
    }
}
