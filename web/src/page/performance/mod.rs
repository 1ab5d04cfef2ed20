//! The performance lens: what learners know.

pub mod answers;
pub mod graded;
pub mod outcomes;
mod submissions;
pub mod ungraded;

use std::cmp::Ordering;

/// Texts as people sort them: `p_2_10` after `p_2_9`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (text_a, rest_a) = head(a, |c| !c.is_ascii_digit());
        let (text_b, rest_b) = head(b, |c| !c.is_ascii_digit());
        let (number_a, rest_a) = head(rest_a, |c| c.is_ascii_digit());
        let (number_b, rest_b) = head(rest_b, |c| c.is_ascii_digit());
        let value = |digits: &str| {
            let digits = digits.trim_start_matches('0');
            (digits.len(), digits.to_owned())
        };
        let order = text_a.cmp(text_b).then_with(|| value(number_a).cmp(&value(number_b)));
        if order.is_ne() {
            return order;
        }
        if rest_a.is_empty() || rest_b.is_empty() {
            return rest_a.len().cmp(&rest_b.len());
        }
        (a, b) = (rest_a, rest_b);
    }
}

fn head(text: &str, takes: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !takes(c)).unwrap_or(text.len()))
}

/// A name as addresses spell it: letters and digits, all small, with dashes between.
fn slug(name: &str) -> String {
    let letters = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    letters.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_inside_texts_count_as_numbers() {
        let mut parts = ["p_10_1", "p_2_10", "p_2_9", "p", "q", "p_2", "p_02_9"];
        parts.sort_by(|a, b| natural(a, b));
        assert_eq!(parts, ["p", "p_2", "p_2_9", "p_02_9", "p_2_10", "p_10_1", "q"]);
        assert_eq!(natural("", ""), Ordering::Equal);
    }

    #[test]
    fn slugs_hold_what_tells_names_apart() {
        assert_eq!(
            ["Homework", "Final  Exam!", "Übung 2"].map(slug),
            ["homework", "final-exam", "übung-2"]
        );
    }
}
