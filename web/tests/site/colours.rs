//! The style sheet's colours, by WCAG's measure of contrast: text 4.5, what charts and borders are drawn in 3.

use std::collections::BTreeMap;

const SHEET: &str = include_str!("../../static/site.css");

/// Pairs that are written in and on.
const TEXT: [(&[&str], &[&str]); 3] = [
    (&["ink", "muted", "link", "link-hover", "error", "warning", "success"], &["surface", "card"]),
    (&["ink", "link", "muted"], &["tint"]),
    (&["on-link"], &["link", "link-hover"]),
];
/// Pairs that are drawn in and on; charts stand on cards.
const DRAWN: [(&[&str], &[&str]); 2] = [
    (&["border"], &["surface"]),
    (&["border", "s0", "s1", "s2", "s3", "s4", "s5", "s6"], &["card"]),
];

type Colours = BTreeMap<&'static str, [f64; 3]>;

/// The colours of each block that sets them.
fn themes() -> Vec<Colours> {
    let blocks = SHEET.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    blocks.map(colours).filter(|colours| colours.contains_key("s1")).collect()
}

fn colours(block: &'static str) -> Colours {
    let set = block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    set.filter(|(_, value)| value.len() == 6).map(|(name, value)| (name, channels(value))).collect()
}

fn channels(hexadecimal: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()) / 255.0)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|channel| match channel {
        dark if dark <= 0.04045 => dark / 12.92,
        light => ((light + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn black_on_white_has_the_largest_contrast() {
    assert!((contrast(channels("000000"), channels("FFFFFF")) - 21.0).abs() < 1e-9);
    assert!((contrast(channels("767676"), channels("FFFFFF")) - 4.54).abs() < 0.01);
}

#[test]
fn what_is_written_and_drawn_can_be_told_from_its_ground() {
    let themes = themes();
    assert_eq!(themes.len(), 3, "light, dark, and dark by the reader's system");
    assert_eq!(themes[1], themes[2]);
    let mut weak = Vec::new();
    for theme in &themes {
        let text = TEXT.iter().map(|(over, under)| (*over, *under, 4.5));
        let drawn = DRAWN.iter().map(|(over, under)| (*over, *under, 3.0));
        for (over, under, least) in text.chain(drawn) {
            for (over, under) in
                over.iter().flat_map(|over| under.iter().map(move |under| (over, under)))
            {
                let found = contrast(theme[over], theme[under]);
                if found < least {
                    weak.push(format!("{over} on {under}: {found:.2} of {least}"));
                }
            }
        }
    }
    assert_eq!(weak, Vec::<String>::new());
}
