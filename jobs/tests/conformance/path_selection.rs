//! `path-selection`: the choice of log files.

use crate::case::{Case, Rows};
use jobs::event::duration;
use jobs::event::interval::Interval;
use jobs::event::selection::{Choice, Selection};

pub fn run(case: &Case) -> Result<Rows, String> {
    let interval: Interval = case.text("interval").unwrap().parse().unwrap();
    let days = &case.params["expand_interval_days"];
    let expand = duration::parse(&format!("{days} days")).unwrap();
    let date_pattern = case.text("date_pattern").unwrap();
    let selection = Selection::new(&case.list("pattern"), date_pattern, &interval, expand);
    let selection = selection.map_err(|e| e.to_string())?;
    let kept = case.input.iter().filter(|url| selection.choose(url) == Choice::Kept);
    Ok(kept.map(|url| vec![url.clone()]).collect())
}
