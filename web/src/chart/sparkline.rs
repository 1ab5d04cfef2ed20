//! A line without axes beside a figure; the figure itself says what matters, so it is decoration.

use askama::Template;

use super::{Drawing, coordinate};

#[derive(Template)]
#[template(path = "chart/sparkline.html")]
struct Sparkline {
    path: String,
    end_x: String,
    end_y: String,
}

/// Draws the values from their smallest to their largest; nothing where there are fewer than two.
pub fn draw(values: &[i64]) -> Option<Drawing> {
    let (&smallest, &largest) = (values.iter().min()?, values.iter().max()?);
    let span = (largest as f64 - smallest as f64).max(1.0);
    let last = (values.len() > 1).then(|| values.len() - 1)?;
    let point = |index: usize| {
        let x = index as f64 / last as f64 * 100.0;
        let y = 22.0 - (values[index] as f64 - smallest as f64) / span * 20.0;
        (coordinate(x), coordinate(y))
    };
    let points: Vec<String> = (0..=last).map(point).map(|(x, y)| format!("{x} {y}")).collect();
    let (end_x, end_y) = point(last);
    Some(Drawing::of(&Sparkline { path: format!("M{}", points.join("L")), end_x, end_y }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_lies_below_the_largest_above() {
        let drawn = draw(&[10, 30, 20]).map(|drawing| drawing.to_string());
        insta::assert_snapshot!(drawn.unwrap_or_default(), @r#"<svg class="spark" aria-hidden="true" focusable="false"><svg class="shapes" viewBox="0 0 100 24" preserveAspectRatio="none" width="100%" height="100%"><path d="M0 22L50 2L100 12"/><path class="end" d="M100 12h0"/></svg></svg>"#);
    }

    #[test]
    fn a_flat_line_and_too_little() {
        assert!(draw(&[5, 5]).is_some_and(|d| d.to_string().contains("M0 22L100 22")));
        assert!(draw(&[5]).is_none() && draw(&[]).is_none());
        assert!(draw(&[i64::MIN, i64::MAX]).is_some());
    }
}
