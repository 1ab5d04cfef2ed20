//! The blocks of every course in the order of its outline, with their place in it (spec 20 §5).

use super::course_list::cut_and_collapsed;
use crate::event::Json;
use crate::job::{At, Fill, Input, Job, Step, Work};
use crate::params::{ParamError, Params};
use crate::streaming::output::NULL;
use crate::streaming::{Error, Mapper, Output, Reducer, Values};
use crate::table::{Column, Kind, Table};
use crate::text::{collapse_white_space, is_longer};
use std::borrow::Cow;

/// The job.
pub const JOB: Job = Job {
    name: "course-blocks",
    about: "blocks of every course, with their place in its outline",
    internal: false,
    inputs: &[Input::new(&COURSE_BLOCKS_RAW, At::DateTime)],
    fills: &[Fill { table: &TABLE, at: At::DateTime }],
    report: None,
    params: &[
        "datetime",
        "partition_format",
        "path_delimiter",
        "deleted_blocks_path",
        "sort_orphan_blocks_up",
    ],
    only_if: None,
    work: Work::Steps(&[Step {
        mapper: |_, _| Ok(Box::new(Courses)),
        combiner: None,
        reducer: |params| Ok(Box::new(Outlines::new(params)?)),
        partition: 1,
        key: 1,
    }]),
};

/// What the blocks API answered, as files `course_blocks.json`: a course a line. Its lines are no
/// rows: the one column stands for the whole line.
pub const COURSE_BLOCKS_RAW: Table =
    Table::staged("course_blocks_raw", &[Column::new("course", Kind::Json)]);

const LONGEST: u16 = 255;
const LONGEST_ID: u16 = 564;

/// One row: a block. The parent is that by which the outline first reaches it.
pub const TABLE: Table = Table::staged(
    "course_blocks",
    &[
        Column::new("block_id", Kind::Text(LONGEST_ID)),
        Column::new("course_id", Kind::Text(LONGEST)),
        Column::new("block_type", Kind::Text(LONGEST)),
        Column::new("display_name", Kind::Text(LONGEST)),
        Column::new("is_root", Kind::Flag),
        Column::new("is_orphan", Kind::Flag),
        Column::new("is_dag", Kind::Flag),
        Column::new("parent_block_id", Kind::Text(LONGEST)),
        Column::new("course_path", Kind::LongText),
        Column::new("sort_idx", Kind::Int),
    ],
);

/// Between the names of a path, where nothing else is asked for.
pub const PATH_DELIMITER: &str = " / ";
/// The path of a block that is in no outline, where nothing else is asked for.
pub const DELETED_BLOCKS_PATH: &str = "(Deleted block :)";

/// `course_id, course`, the course as canonical JSON.
struct Courses;

impl Mapper for Courses {
    fn map(&mut self, line: &[u8], out: &mut Output) -> Result<(), Error> {
        match course(line) {
            Some((course_id, course)) => out.row().text(&*course_id).text(course.to_string()).end(),
            None => {
                out.count("Course Blocks", "Discard Malformed Course", 1);
                Ok(())
            }
        }
    }
}

/// A course that says its id and whose root is one of its blocks.
fn course(line: &[u8]) -> Option<(Cow<'_, str>, Json<'_>)> {
    let course = Json::parse(line)?;
    let [course_id, root, blocks] = course.pick(["course_id", "root", "blocks"]);
    blocks?.get(&root?.text()?)?;
    Some((course_id?.scalar_text()?, course))
}

/// Places the blocks of a course. All blocks of one course are held: any may be a child of any.
struct Outlines {
    delimiter: String,
    deleted_path: String,
    orphans_up: bool,
}

impl Outlines {
    fn new(params: &Params) -> Result<Self, ParamError> {
        let text = |name, default: &str| params.get(name).unwrap_or(default).to_owned();
        Ok(Self {
            delimiter: text("path_delimiter", PATH_DELIMITER),
            deleted_path: text("deleted_blocks_path", DELETED_BLOCKS_PATH),
            orphans_up: params.flag("sort_orphan_blocks_up", false)?,
        })
    }

    fn write(&self, course_id: &[u8], course: Json, out: &mut Output) -> Result<(), Error> {
        let mut outline = Outline::of(course);
        outline.walk(&self.delimiter);
        let unplaced = if self.orphans_up { -1 } else { index(outline.blocks.len()) };
        let mut order: Vec<_> = outline.blocks.iter().collect();
        let sort_idx =
            |block: &Block| block.place.as_ref().map_or(unplaced, |place| place.sort_idx);
        order.sort_by_cached_key(|block| (sort_idx(block), block.id.clone()));
        for block in order {
            let Some(id) = block.id.as_deref().filter(|_| block.fits(&outline, course_id)) else {
                out.count("Course Blocks", "Discard Block Without Fitting ID", 1);
                continue;
            };
            let place = block.place.as_ref();
            let parent = place.and_then(|place| place.parent).map(|at| &*outline.blocks[at].key);
            let path = place.map_or(&self.deleted_path, |place| &place.path);
            let is_root = place.is_some_and(|place| place.parent.is_none());
            let mut row = out.row();
            row.text(id).fields(course_id).text(&*block.kind).text(cut_and_collapsed(&block.name));
            row.int(is_root.into()).int(place.is_none().into()).int(block.is_dag.into());
            match parent {
                Some(parent) => row.text(parent),
                None => row.fields(NULL),
            };
            row.text(&*collapse_white_space(path)).int(sort_idx(block)).end()?;
        }
        Ok(())
    }
}

impl Reducer for Outlines {
    fn reduce(&mut self, key: &[u8], values: &mut Values, out: &mut Output) -> Result<(), Error> {
        while let Some(value) = values.next()? {
            let course = Json::parse(value)
                .ok_or_else(|| Error::contract("a course with its blocks", "no JSON", value))?;
            self.write(key, course, out)?;
        }
        Ok(())
    }
}

struct Block<'a> {
    key: Cow<'a, str>,
    id: Option<String>,
    kind: String,
    name: String,
    children: Vec<usize>,
    is_dag: bool,
    /// None until the walk reaches it.
    place: Option<Place>,
}

struct Place {
    parent: Option<usize>,
    path: String,
    sort_idx: i64,
}

impl Block<'_> {
    /// Whether the columns can hold its ids and type.
    fn fits(&self, outline: &Outline, course_id: &[u8]) -> bool {
        let within = |text: &str, most: u16| !is_longer(text, most.into());
        let parent = self.place.as_ref().and_then(|place| place.parent);
        self.id.as_deref().is_some_and(|id| within(id, LONGEST_ID))
            && within(&self.kind, LONGEST)
            && within(&String::from_utf8_lossy(course_id), LONGEST)
            && parent.is_none_or(|at| within(&outline.blocks[at].key, LONGEST))
    }
}

/// The blocks of a course, by key.
struct Outline<'a> {
    blocks: Vec<Block<'a>>,
    root: Option<usize>,
}

fn index(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn text_of(block: Json, field: &str) -> Option<String> {
    Some(block.get(field)?.scalar_text()?.into_owned())
}

impl<'a> Outline<'a> {
    fn of(course: Json<'a>) -> Self {
        let [root, blocks] = course.pick(["root", "blocks"]);
        let members: Vec<_> = blocks.map(Json::members).unwrap_or_default().into_iter().collect();
        let at = |key: Json| {
            let key = key.text()?;
            members.binary_search_by(|(other, _)| other.cmp(&key)).ok()
        };
        let block = |(key, block): &(Cow<'a, str>, Json<'a>)| Block {
            key: key.clone(),
            id: text_of(*block, "id"),
            kind: text_of(*block, "type").unwrap_or_default(),
            name: text_of(*block, "display_name").unwrap_or_default(),
            children: block
                .get("children")
                .map(Json::items)
                .unwrap_or_default()
                .into_iter()
                .filter_map(at)
                .collect(),
            is_dag: false,
            place: None,
        };
        Self { root: root.and_then(at), blocks: members.iter().map(block).collect() }
    }

    /// Goes over the outline, each block before its children. A block that is met again has more than
    /// one parent. The stack is ours, so that depth costs none of the machine's.
    fn walk(&mut self, delimiter: &str) {
        let mut open: Vec<(Option<usize>, usize)> =
            self.root.map(|root| (None, root)).into_iter().collect();
        let mut reached = 0;
        while let Some((parent, at)) = open.pop() {
            if self.blocks[at].place.is_some() {
                self.blocks[at].is_dag = true;
                continue;
            }
            let path = self.path_below(parent, delimiter);
            self.blocks[at].place = Some(Place { parent, path, sort_idx: reached });
            reached += 1;
            open.extend(self.blocks[at].children.iter().rev().map(|child| (Some(at), *child)));
        }
    }

    /// The names from the root to a block. As long as they are all empty there is no delimiter.
    fn path_below(&self, parent: Option<usize>, delimiter: &str) -> String {
        let Some(parent) = parent.map(|at| &self.blocks[at]) else { return String::new() };
        match parent.place.as_ref().map(|place| &place.path) {
            Some(path) if !path.is_empty() => format!("{path}{delimiter}{}", parent.name),
            _ => parent.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testkit::{Done, run};

    fn placed(blocks: &str) -> Done {
        let line = format!(r#"{{"course_id": "c", "root": "a", "blocks": {blocks}}}"#);
        run(&super::JOB, &[("datetime", "2016-09-08")], &[("course_blocks_raw", vec![line])])
    }

    /// Rows as `id root orphan dag parent path index`.
    fn rows(blocks: &str) -> Vec<String> {
        let brief = |row: &String| {
            let cells: Vec<_> = row.split('\t').collect();
            [&cells[..1], &cells[4..]].concat().join(" ")
        };
        placed(blocks).table("course_blocks").iter().map(brief).collect()
    }

    #[test]
    fn blocks_stand_in_the_order_of_the_outline_and_orphans_behind() {
        let blocks = r#"{
            "z": {"id": "z", "display_name": "Z"}, "o": {"id": "o"},
            "a": {"id": "a", "display_name": "A", "children": ["z", "gone", "b"]},
            "b": {"id": "b", "display_name": "B", "children": ["z", "c", "a"]},
            "c": {"id": "c"}, "n": {"id": "n", "children": ["o"]}}"#;
        let deleted = r"0 1 0 \N (Deleted block :) 6";
        assert_eq!(
            rows(blocks),
            [
                r"a 1 0 1 \N  0",
                "z 0 0 1 a A 1",
                "b 0 0 0 a A 2",
                "c 0 0 0 b A / B 3",
                &format!("n {deleted}"),
                &format!("o {deleted}"),
            ]
        );
    }

    #[test]
    fn a_deep_outline_costs_no_stack() {
        let block = |n: u32| format!(r#""{n}": {{"id": "{n}", "children": ["{}"]}}"#, n + 1);
        let blocks: Vec<_> = (0..20_000).map(block).collect();
        let blocks = format!(r#"{{"a": {{"id": "a", "children": ["0"]}}, {}}}"#, blocks.join(","));
        assert!(rows(&blocks).last().is_some_and(|row| row.ends_with(" 20000")));
    }

    #[test]
    fn a_block_that_does_not_fit_is_counted_and_its_children_stay() {
        let long = "x".repeat(565);
        let blocks = format!(
            r#"{{"a": {{"id": "a", "children": ["b", "d"]}}, "b": {{"id": "{long}", "children": ["c"]}},
            "c": {{"id": "c"}}, "d": {{"type": "no id"}}}}"#
        );
        let done = placed(&blocks);
        assert_eq!(done.table("course_blocks").len(), 2);
        assert_eq!(done.counters.get("Course Blocks", "Discard Block Without Fitting ID"), 2);
    }

    #[test]
    fn a_line_that_is_no_course_is_counted() {
        let lines = [
            "{",
            r#"{"course_id": null, "root": "a", "blocks": {"a": {}}}"#,
            r#"{"course_id": "c", "root": "b", "blocks": {"a": {}}}"#,
        ];
        let input = [("course_blocks_raw", lines.map(str::to_owned).to_vec())];
        let done = run(&super::JOB, &[("datetime", "2016-09-08")], &input);
        assert!(done.table("course_blocks").is_empty());
        assert_eq!(done.counters.get("Course Blocks", "Discard Malformed Course"), 3);
    }
}
