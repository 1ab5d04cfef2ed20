//! The parts of a course that hold components of a kind, as drill-downs show them (spec 60 §3).

use crate::upstream::outline::{Block, Outline};

/// A part of a course with the components below it; parts without any are left out.
pub struct Part<'a> {
    /// The section, subsection or assignment.
    pub block: &'a Block,
    /// The parts inside it.
    pub parts: Vec<Part<'a>>,
    /// The components right below it.
    pub components: Vec<&'a Block>,
}

impl<'a> Part<'a> {
    /// All components below it, in the order of the course.
    pub fn all(&self) -> Vec<&'a Block> {
        let inner = self.parts.iter().flat_map(Part::all);
        inner.chain(self.components.iter().copied()).collect()
    }

    fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.components.is_empty()
    }
}

/// Sections with their subsections with their components.
pub fn sections(outline: &Outline, takes: impl Fn(&Block) -> bool + Copy) -> Vec<Part<'_>> {
    let subsection =
        |block| Part { block, parts: Vec::new(), components: outline.inside(block, takes) };
    let section = |block| {
        let subsections = outline.inside(block, |inner| inner.kind == "sequential");
        let parts = subsections.into_iter().map(subsection).filter(|part| !part.is_empty());
        Part { block, parts: parts.collect(), components: Vec::new() }
    };
    outline.sections().into_iter().map(section).filter(|part| !part.is_empty()).collect()
}

/// Assignments with their graded problems; those of one type, or of all.
pub fn assignments<'a>(outline: &'a Outline, of_type: Option<&str>) -> Vec<Part<'a>> {
    let wanted = |block: &Block| match (&block.format, of_type) {
        (None, _) => false,
        (Some(_), None) => block.graded,
        (Some(format), Some(wanted)) => {
            block.graded && format.to_lowercase() == wanted.to_lowercase()
        }
    };
    let assignment = |block| Part {
        block,
        parts: Vec::new(),
        components: outline.inside(block, |inner| inner.kind == "problem" && inner.graded),
    };
    outline.all(wanted).into_iter().map(assignment).filter(|part| !part.is_empty()).collect()
}

/// The part with that id.
pub fn find<'p, 'a>(parts: &'p [Part<'a>], id: &str) -> Option<&'p Part<'a>> {
    parts.iter().find(|part| part.block.id == id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::upstream::outline::Blocks;

    fn outline() -> Outline {
        let blocks = serde_json::from_value::<Blocks>(serde_json::json!({"root": "c", "blocks": {
            "c": {"type": "course", "children": ["s1", "s2", "s3"]},
            "s1": {"type": "chapter", "children": ["q1", "q2"]},
            "s2": {"type": "chapter", "children": ["q3"]},
            "s3": {"type": "chapter", "children": []},
            "q1": {"type": "sequential", "graded": true, "format": "Homework", "children": ["u1"]},
            "q2": {"type": "sequential", "children": ["u2"]},
            "q3": {"type": "sequential", "graded": true, "format": "Final Exam", "children": ["p3"]},
            "u1": {"type": "vertical", "graded": true, "format": "Homework", "children": ["p1", "v1", "p2"]},
            "u2": {"type": "vertical", "children": ["v2"]},
            "p1": {"type": "problem", "graded": true}, "p2": {"type": "problem"},
            "p3": {"type": "problem", "graded": true},
            "v1": {"type": "video"}, "v2": {"type": "video"},
        }}));
        blocks.unwrap().into()
    }

    fn told(parts: &[Part<'_>]) -> String {
        let part = |part: &Part<'_>| {
            let below: Vec<&str> = part.components.iter().map(|one| one.id.as_str()).collect();
            format!("{}[{}{}]", part.block.id, told(&part.parts), below.join(","))
        };
        parts.iter().map(part).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parts_without_components_are_left_out() {
        let outline = outline();
        let videos = sections(&outline, |block| block.kind == "video");
        assert_eq!(told(&videos), "s1[q1[v1] q2[v2]]");
        assert_eq!(videos[0].all().len(), 2);
        let ungraded = sections(&outline, |block| block.kind == "problem" && !block.graded);
        assert_eq!(told(&ungraded), "s1[q1[p2]]");
    }

    #[test]
    fn assignments_are_of_a_type_in_any_case() {
        let outline = outline();
        assert_eq!(told(&assignments(&outline, None)), "q1[p1] q3[p3]");
        assert_eq!(told(&assignments(&outline, Some("final EXAM"))), "q3[p3]");
        assert_eq!(told(&assignments(&outline, Some("quiz"))), "");
        assert!(find(&assignments(&outline, None), "q3").is_some());
    }
}
