//! The outline of a course: its blocks in the order in which learners meet them (spec 60 §3).

use std::collections::HashMap;

use serde::Deserialize;

/// The answer of the LMS's blocks interface.
#[derive(Deserialize)]
pub struct Blocks {
    root: String,
    blocks: HashMap<String, RawBlock>,
}

#[derive(Deserialize)]
struct RawBlock {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    graded: Option<bool>,
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    children: Option<Vec<String>>,
}

/// A block of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its usage id.
    pub id: String,
    /// `chapter`, `sequential`, `vertical`, `video`, `problem` and whatever else there is.
    pub kind: String,
    /// Its name; none where the author gave none.
    pub title: Option<String>,
    /// Whether it counts for the grade.
    pub graded: bool,
    /// The type of assignment.
    pub format: Option<String>,
    /// Where the blocks inside it end: they follow it up to here.
    end: usize,
}

/// The blocks of a course, each before what is inside it. A block with two parents stands below the first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    blocks: Vec<Block>,
    places: HashMap<String, usize>,
}

impl From<Blocks> for Outline {
    fn from(answer: Blocks) -> Self {
        let mut outline = Self::default();
        let mut left = answer.blocks;
        // What is still to be placed, the next one last; a block whose inside is placed is closed.
        let mut open: Vec<(Step, String)> = vec![(Step::Place, answer.root)];
        while let Some((step, id)) = open.pop() {
            if let Step::Close(at) = step {
                outline.blocks[at].end = outline.blocks.len();
                continue;
            }
            // What is placed is taken away, so nothing is placed twice.
            let Some(raw) = left.remove(&id) else { continue };
            let at = outline.blocks.len();
            open.push((Step::Close(at), String::new()));
            let children = raw.children.unwrap_or_default();
            open.extend(children.into_iter().rev().map(|child| (Step::Place, child)));
            outline.places.insert(id.clone(), at);
            outline.blocks.push(Block {
                id,
                kind: raw.kind,
                title: raw.display_name.filter(|name| !name.trim().is_empty()),
                graded: raw.graded.unwrap_or(false),
                format: raw.format.filter(|format| !format.is_empty()),
                end: at + 1,
            });
        }
        outline
    }
}

enum Step {
    Place,
    Close(usize),
}

impl Outline {
    /// The block with that usage id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Block> {
        self.blocks.get(*self.places.get(id)?)
    }

    /// Where in the order of the course a block stands.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The sections.
    #[must_use]
    pub fn sections(&self) -> Vec<&Block> {
        self.first_of(0..self.blocks.len(), |block| block.kind == "chapter")
    }

    /// The blocks inside another one that are taken, the first on each branch.
    pub fn inside(&self, block: &Block, takes: impl Fn(&Block) -> bool) -> Vec<&Block> {
        let at = self.places.get(&block.id).map_or(self.blocks.len(), |at| at + 1);
        self.first_of(at..block.end.max(at), takes)
    }

    /// The blocks of the whole course that are taken, the first on each branch.
    pub fn all(&self, takes: impl Fn(&Block) -> bool) -> Vec<&Block> {
        self.first_of(0..self.blocks.len(), takes)
    }

    /// The blocks that another one is inside of, the course first.
    #[must_use]
    pub fn around(&self, block: &Block) -> Vec<&Block> {
        let Some(&at) = self.places.get(&block.id) else { return Vec::new() };
        self.blocks[..at].iter().filter(|other| other.end > at).collect()
    }

    fn first_of(
        &self,
        mut range: std::ops::Range<usize>,
        takes: impl Fn(&Block) -> bool,
    ) -> Vec<&Block> {
        let mut taken = Vec::new();
        while let Some(block) = self.blocks.get(range.start).filter(|_| !range.is_empty()) {
            if takes(block) {
                taken.push(block);
                range.start = block.end;
            } else {
                range.start += 1;
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn outline(json: &str) -> Outline {
        serde_json::from_str::<Blocks>(json).unwrap().into()
    }

    fn ids(blocks: &[&Block]) -> String {
        blocks.iter().map(|block| block.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn course() -> Outline {
        outline(
            r#"{"root": "c", "blocks": {
            "c": {"type": "course", "display_name": "Course", "children": ["s2", "s1", "gone"]},
            "s1": {"type": "chapter", "display_name": "One", "graded": false, "children": ["q1"]},
            "s2": {"type": "chapter", "display_name": " ", "children": ["q2", "q3"]},
            "q1": {"type": "sequential", "graded": true, "format": "Exam", "children": ["u1"]},
            "q2": {"type": "sequential", "format": null, "children": ["u2", "p1"]},
            "q3": {"type": "sequential", "format": "", "children": ["u1"]},
            "u1": {"type": "vertical", "graded": true, "format": "Exam", "children": ["v1", "p2"]},
            "u2": {"type": "vertical", "children": []},
            "v1": {"type": "video"},
            "p1": {"type": "problem"},
            "p2": {"type": "problem", "graded": true},
            "lost": {"type": "problem"}
            }}"#,
        )
    }

    #[test]
    fn blocks_stand_in_the_order_of_the_course() {
        let course = course();
        assert_eq!(ids(&course.sections()), "s2 s1");
        assert_eq!(ids(&course.all(|_| true)), "c");
        let problem = |block: &Block| block.kind == "problem";
        assert_eq!(ids(&course.all(problem)), "p1 p2");
        let second = course.find("s2").unwrap();
        assert_eq!(ids(&course.inside(second, |block| block.kind == "sequential")), "q2 q3");
        assert_eq!(ids(&course.inside(second, problem)), "p1 p2");
        // Its unit stands below the first of its two parents.
        assert_eq!(ids(&course.inside(course.find("s1").unwrap(), problem)), "");
        assert_eq!(ids(&course.inside(course.find("u2").unwrap(), |_| true)), "");
    }

    #[test]
    fn the_first_on_a_branch_is_taken() {
        let graded = course();
        let assignments = graded.all(|block| block.graded && block.format.is_some());
        assert_eq!(ids(&assignments), "u1 q1");
    }

    #[test]
    fn names_formats_and_ways() {
        let course = course();
        let one = |id: &str| course.find(id).unwrap();
        assert_eq!((&one("s1").title, &one("s2").title), (&Some("One".to_owned()), &None));
        assert_eq!((&one("q1").format, &one("q3").format), (&Some("Exam".to_owned()), &None));
        assert_eq!(ids(&course.around(one("p2"))), "c s2 q3 u1");
        assert_eq!(course.find("lost"), None);
    }

    #[test]
    fn a_circle_and_a_lost_root_end() {
        let circle = outline(
            r#"{"root": "a", "blocks": {"a": {"type": "course", "children": ["b", "a"]},
                "b": {"type": "chapter", "children": ["a", "b"]}}}"#,
        );
        assert_eq!(ids(&circle.sections()), "b");
        assert_eq!(ids(&outline(r#"{"root": "x", "blocks": {}}"#).all(|_| true)), "");
    }

    proptest! {
        #[test]
        fn any_graph_is_placed_once_each(
            edges in proptest::collection::vec((0_u8..12, 0_u8..14), 0..40),
        ) {
            let blocks = (0_u8..12).map(|n| {
                let children: Vec<String> = edges
                    .iter()
                    .filter(|(parent, _)| *parent == n)
                    .map(|(_, child)| child.to_string())
                    .collect();
                let raw = RawBlock {
                    kind: "x".to_owned(),
                    display_name: None,
                    graded: None,
                    format: None,
                    children: Some(children),
                };
                (n.to_string(), raw)
            });
            let outline = Outline::from(Blocks { root: "0".to_owned(), blocks: blocks.collect() });
            prop_assert_eq!(outline.places.len(), outline.blocks.len());
            for (at, block) in outline.blocks.iter().enumerate() {
                prop_assert!(block.end > at && block.end <= outline.blocks.len());
                for inner in outline.inside(block, |_| true) {
                    prop_assert!(outline.around(inner).contains(&block));
                }
            }
        }
    }
}
