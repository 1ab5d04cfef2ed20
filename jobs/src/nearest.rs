//! The name that somebody probably meant.

/// Below this likeness a name is no guess.
const LIKE: f64 = 0.75;

/// The name most like `wanted`, if any is like it.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &&str| strsim::jaro_winkler(wanted, name);
    let best = names.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) >= LIKE).then_some(best)
}

/// `; did you mean …?`, or nothing.
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, names).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_finds_its_name_and_nonsense_none() {
        let names = ["course-enrollment-daily", "calendar", "interval"];
        assert_eq!(nearest("course-enrolment-daily", names), Some("course-enrollment-daily"));
        assert_eq!(nearest("intervall", names), Some("interval"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(did_you_mean("calender", names), "; did you mean `calendar`?");
    }
}
