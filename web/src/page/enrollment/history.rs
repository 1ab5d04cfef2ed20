//! A course's days without holes: a day that the answer lacks repeats the day before it.

use chrono::NaiveDate;

use crate::upstream::{Section, Trouble};

/// No course has more days; an answer that claims so is not believed.
const MOST_DAYS: i64 = 366 * 40;

/// Sorts by day and fills the holes; the last of two records of one day counts.
pub fn filled<T: Clone>(records: &[T], day: impl Fn(&mut T) -> &mut NaiveDate) -> Section<Vec<T>> {
    let dated = |mut record: T| (*day(&mut record), record);
    let mut records: Vec<(NaiveDate, T)> = records.iter().cloned().map(dated).collect();
    records.sort_by_key(|(date, _)| *date);
    let mut days: Vec<T> = Vec::with_capacity(records.len());
    for (date, record) in records {
        while let Some(previous) = days.last_mut() {
            let last = *day(previous);
            if last == date {
                days.pop();
                break;
            }
            let next = last.succ_opt().ok_or(Trouble::Nonsense)?;
            if next == date {
                break;
            }
            if (date - last).num_days() > MOST_DAYS || days.len() as i64 > MOST_DAYS {
                return Err(Trouble::Nonsense);
            }
            let mut copy = days[days.len() - 1].clone();
            *day(&mut copy) = next;
            days.push(copy);
        }
        days.push(record);
    }
    Ok(days)
}

/// The newest `count` of the days.
pub fn newest<T>(days: &[T], count: usize) -> &[T] {
    &days[days.len().saturating_sub(count)..]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    type Row = (NaiveDate, i64);

    fn row(day: &str, count: i64) -> Row {
        (day.parse().unwrap(), count)
    }

    fn fill(rows: Vec<Row>) -> Section<Vec<Row>> {
        filled(&rows, |row| &mut row.0)
    }

    #[test]
    fn holes_repeat_the_day_before() {
        let days =
            fill(vec![row("2024-01-05", 9), row("2024-01-01", 3), row("2024-01-03", 5)]).unwrap();
        let text: Vec<String> = days.iter().map(|(day, count)| format!("{day} {count}")).collect();
        assert_eq!(
            text.join(", "),
            "2024-01-01 3, 2024-01-02 3, 2024-01-03 5, 2024-01-04 5, 2024-01-05 9"
        );
    }

    #[test]
    fn the_last_record_of_a_day_counts() {
        assert_eq!(
            fill(vec![row("2024-01-01", 3), row("2024-01-01", 4)]).unwrap(),
            [row("2024-01-01", 4)]
        );
    }

    #[test]
    fn absurd_spans_are_not_filled() {
        let span = fill(vec![row("0001-01-01", 1), row("9999-12-31", 1)]);
        assert_eq!(span, Err(Trouble::Nonsense));
        assert_eq!(fill(Vec::new()), Ok(Vec::new()));
    }

    #[test]
    fn the_newest_days() {
        assert_eq!(newest(&[1, 2, 3], 2), [2, 3]);
        assert_eq!(newest(&[1, 2, 3], usize::MAX), [1, 2, 3]);
    }
}
