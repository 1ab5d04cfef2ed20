//! The world, each country in the colour of its class. The outlines are a file of their own, so a page
//! holds only a reference for each country that has figures.

use std::collections::HashSet;
use std::sync::LazyLock;

use askama::Template;

use crate::text::Texts;

use super::{Drawing, Words};
use crate::asset;

/// The colours on offer: class 1 is the lightest in light pages; 0 is the hatch of those without any.
const CLASSES: usize = 6;

/// The codes of all countries that are large enough to be drawn.
static DRAWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let file = std::str::from_utf8(asset::WORLD.body).unwrap_or_default();
    let ids = file.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    ids.filter(|id| id.len() == 2).collect()
});

/// Whether the map shows the country of these two letters.
pub fn shows(code: &str) -> bool {
    DRAWN.contains(code)
}

/// A country with its figure.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its two letters.
    pub code: String,
    /// What is counted there; nothing and less look alike.
    pub count: i64,
    /// The lines of its tooltip.
    pub tip: String,
}

/// Counts in groups of about as many countries each. Equal counts share a group, so there may be fewer.
#[derive(Debug)]
struct Classes {
    /// The smallest count of each class, in ascending order.
    floors: Vec<i64>,
    largest: i64,
}

impl Classes {
    fn of(counts: impl Iterator<Item = i64>) -> Self {
        let mut counts: Vec<i64> = counts.filter(|count| *count > 0).collect();
        counts.sort_unstable();
        let floor = |class| counts.get(class * counts.len() / CLASSES).copied();
        let mut floors: Vec<i64> = (0..CLASSES).filter_map(floor).collect();
        floors.dedup();
        Self { floors, largest: counts.last().copied().unwrap_or(0) }
    }

    /// Few classes are spread over all colours; the highest is always the strongest.
    fn colour(&self, index: usize) -> usize {
        (index + 1) * CLASSES / self.floors.len().max(1)
    }

    /// 0 for nothing, otherwise 1 to 6.
    fn class(&self, count: i64) -> usize {
        match self.floors.partition_point(|floor| *floor <= count) {
            0 => 0,
            reached => self.colour(reached - 1),
        }
    }

    fn legend(&self, texts: &Texts) -> Vec<Step> {
        let above = self.floors.iter().skip(1).map(|floor| floor - 1);
        let tops = above.chain([self.largest]);
        let step = |(index, (&from, to)): (usize, (&i64, i64))| Step {
            class: self.colour(index),
            name: bounds(texts, from, to),
        };
        self.floors.iter().zip(tops).enumerate().map(step).collect()
    }
}

fn bounds(texts: &Texts, from: i64, to: i64) -> String {
    if from == to {
        texts.number(from)
    } else {
        format!("{}–{}", texts.number(from), texts.number(to))
    }
}

/// A class in the legend.
struct Step {
    class: usize,
    name: String,
}

struct Placed<'a> {
    region: &'a Region,
    class: usize,
}

#[derive(Template)]
#[template(path = "chart/map.html")]
struct Map<'a> {
    words: &'a Words<'a>,
    nobody: &'a str,
    outlines: &'static str,
    steps: Vec<Step>,
    regions: Vec<Placed<'a>>,
}

/// The world with these countries, which the keyboard visits in their order; `nobody` names the rest.
pub fn world(words: &Words<'_>, nobody: &str, regions: &[Region]) -> Drawing {
    let classes = Classes::of(regions.iter().map(|region| region.count));
    let drawn = regions.iter().filter(|region| shows(&region.code));
    Drawing::of(&Map {
        words,
        nobody,
        outlines: &asset::WORLD.url,
        steps: classes.legend(words.t),
        regions: drawn
            .map(|region| Placed { region, class: classes.class(region.count) })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SOME;
    use proptest::prelude::*;

    fn legend(counts: &[i64]) -> String {
        let steps = Classes::of(counts.iter().copied()).legend(&SOME);
        let texts: Vec<String> =
            steps.iter().map(|step| format!("{}: {}", step.class, step.name)).collect();
        texts.join(", ")
    }

    #[test]
    fn classes_hold_about_as_many_countries_each() {
        assert_eq!(
            legend(&[1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 1440]),
            "1: 1, 2: 2–4, 3: 5–12, 4: 13–33, 5: 34–88, 6: 89–1,440"
        );
    }

    #[test]
    fn few_countries_have_few_classes_and_nobody_has_none() {
        assert_eq!(legend(&[7]), "6: 7");
        assert_eq!(legend(&[1, 9, 9, 0]), "3: 1–8, 6: 9");
        assert_eq!(legend(&[0, -4]), "");
        assert_eq!(Classes::of([].into_iter()).class(5), 0);
    }

    #[test]
    fn the_map_has_large_countries_only() {
        assert!(DRAWN.len() > 170, "{}", DRAWN.len());
        assert!(["CA", "RU", "GF", "FJ"].into_iter().all(shows));
        assert!(!["SG", "land", "AQ", ""].into_iter().any(shows));
    }

    #[test]
    fn a_page_refers_to_the_outlines() {
        let words = Words {
            t: &SOME,
            id: "map",
            title: "Where".to_owned(),
            description: "From Canada.".to_owned(),
            x: String::new(),
            y: "Learners".to_owned(),
        };
        let region = |code: &str, count| Region {
            code: code.to_owned(),
            count,
            tip: format!("<{code}>: {count}"),
        };
        let regions = [region("CA", 12), region("SG", 5), region("FJ", 0)];
        let drawing = world(&words, "No learners", &regions).to_string();
        insta::assert_snapshot!(drawing.replace(&asset::WORLD.url, "world.svg"), @r#"
        <figure class="chart map" id="map">
          <figcaption><span class="chart-title">Where</span><span class="axis-unit" aria-hidden="true">Learners</span></figcaption>
          <ul class="legend">
            <li><svg class="swatch" aria-hidden="true" focusable="false"><rect class="m3" width="16" height="16" rx="2"/></svg>5–11</li>
            <li><svg class="swatch" aria-hidden="true" focusable="false"><rect class="m6" width="16" height="16" rx="2"/></svg>12</li>
            <li><svg class="swatch" aria-hidden="true" focusable="false"><rect class="m0" width="16" height="16" rx="2" fill="url(#map-small)"/></svg>No learners</li>
          </ul>
          <div class="plot" dir="ltr">
            <svg class="drawing world" viewBox="0 0 3625 1400" role="img" aria-labelledby="map-title map-about">
              <title id="map-title">Where</title>
              <desc id="map-about">From Canada.</desc>
              <defs>
                <pattern id="map-hatch" width="36" height="36" patternUnits="userSpaceOnUse"><path class="hatch" stroke-width="4" d="M-9 9 9-9M0 36 36 0M27 45 45 27"/></pattern>
                <pattern id="map-small" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M-2 2 2-2M0 6 6 0M4 8 8 4"/></pattern>
              </defs>
              <use class="land" href="world.svg#land"/>
              <use class="m0" fill="url(#map-hatch)" href="world.svg#countries"/>
              <g class="hits">
                <use class="m6" href="world.svg#CA"><title>&#60;CA&#62;: 12</title></use>
                <use class="m0" fill="url(#map-hatch)" href="world.svg#FJ"><title>&#60;FJ&#62;: 0</title></use>
              </g>
            </svg>
          </div>
        </figure>
        "#);
    }

    proptest! {
        #[test]
        fn more_is_never_a_lower_class(counts in proptest::collection::vec(-3_i64..i64::MAX, 0..300), probes in any::<[i64; 2]>()) {
            let classes = Classes::of(counts.iter().copied());
            let [low, high] = if probes[0] <= probes[1] { probes } else { [probes[1], probes[0]] };
            prop_assert!(classes.class(low) <= classes.class(high));
            let seen = counts.iter().filter(|count| **count > 0).map(|count| classes.class(*count));
            let used: std::collections::BTreeSet<usize> = seen.collect();
            let shown: Vec<usize> = classes.legend(&SOME).iter().map(|step| step.class).collect();
            prop_assert_eq!(used.into_iter().collect::<Vec<_>>(), shown, "no class without a country");
            prop_assert!(counts.iter().all(|count| (classes.class(*count) > 0) == (*count > 0)));
        }
    }
}
