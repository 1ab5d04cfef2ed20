//! The problems of a course, with their tags; grades of one, and who opened a sequential.

use std::collections::{BTreeMap, HashMap};

use api_client::{Grade, Problem, SequentialOpens, TaggedProblem};
use serde_json::Number;
use store::{GradeRow, OpenRow, PartRow, Store, TagRow};

use crate::error::Error;

pub(crate) async fn problems(store: &Store, course_id: &str) -> Result<Vec<Problem>, Error> {
    let parts = store.problem_parts(course_id).await?;
    Ok(parts.chunk_by(|one, other| one.module_id == other.module_id).map(problem).collect())
}

/// A problem of its parts. Who submits a problem submits each of them, so the average counts.
fn problem(parts: &[PartRow]) -> Problem {
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    let average =
        |submissions: fn(&PartRow) -> i64| parts.iter().map(submissions).sum::<i64>() / count;
    Problem {
        module_id: parts[0].module_id.clone(),
        total_submissions: average(|part| part.total),
        correct_submissions: average(|part| part.correct),
        part_ids: parts.iter().map(|part| part.part_id.clone()).collect(),
        created: parts.iter().filter_map(|part| part.created).max(),
    }
}

pub(crate) async fn tagged(store: &Store, course_id: &str) -> Result<Vec<TaggedProblem>, Error> {
    Ok(of_tags(store.tags(course_id).await?))
}

/// One element a problem, in the order in which they come; its first row tells the submissions.
fn of_tags(rows: Vec<TagRow>) -> Vec<TaggedProblem> {
    let (mut problems, mut places) = (Vec::<TaggedProblem>::new(), HashMap::new());
    for row in rows {
        let place = *places.entry(row.module_id.clone()).or_insert_with(|| {
            problems.push(TaggedProblem {
                module_id: row.module_id,
                total_submissions: row.total_submissions,
                correct_submissions: row.correct_submissions,
                tags: BTreeMap::new(),
                created: None,
            });
            problems.len() - 1
        });
        let problem = &mut problems[place];
        problem.tags.entry(row.tag_name).or_default().push(row.tag_value);
        problem.created = problem.created.max(row.created);
    }
    for problem in &mut problems {
        problem.tags.values_mut().for_each(|values| values.sort());
    }
    problems
}

pub(crate) async fn grades(store: &Store, module_id: &str) -> Result<Vec<Grade>, Error> {
    let grade = |row: GradeRow| Grade {
        module_id: row.module_id,
        course_id: row.course_id,
        grade: row.grade.and_then(number),
        max_grade: row.max_grade.and_then(number),
        count: row.count,
        created: row.created,
    };
    Ok(store.grades(module_id).await?.into_iter().map(grade).collect())
}

/// A whole number as one (Q10).
fn number(value: f64) -> Option<Number> {
    let is_whole = value.fract() == 0.0 && value.abs() < 1e15;
    if is_whole { Some((value as i64).into()) } else { Number::from_f64(value) }
}

pub(crate) async fn opens(store: &Store, module_id: &str) -> Result<Vec<SequentialOpens>, Error> {
    let opens = |row: OpenRow| SequentialOpens {
        module_id: row.module_id,
        course_id: row.course_id,
        count: row.count,
        created: row.created,
    };
    Ok(store.opens(module_id).await?.into_iter().map(opens).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn submissions_are_those_of_an_average_part_rounded_down() {
        let part = |part: &str, total, correct| PartRow {
            module_id: "m".to_owned(),
            part_id: part.to_owned(),
            total,
            correct,
            created: None,
        };
        let problem = problem(&[part("p,1", 5, 4), part("p2", 6, 0), part("p3", 0, 1)]);
        assert_eq!((problem.total_submissions, problem.correct_submissions), (3, 1));
        assert_eq!(problem.part_ids, ["p,1", "p2", "p3"]);
    }

    #[test]
    fn tags_are_gathered_and_sorted_and_problems_are_not() {
        let row = |(module, name, value): (&str, &str, &str)| TagRow {
            module_id: module.to_owned(),
            tag_name: name.to_owned(),
            tag_value: value.to_owned(),
            total_submissions: Some(1),
            correct_submissions: None,
            created: None,
        };
        let rows =
            [("n", "a", "y"), ("m", "a", "z"), ("n", "a", "x"), ("n", "a", "x"), ("n", "b", "w")];
        let problems = of_tags(rows.map(row).to_vec());
        assert_eq!(problems.iter().map(|p| p.module_id.as_str()).collect::<Vec<_>>(), ["n", "m"]);
        assert_eq!(problems[0].tags["a"], ["x", "x", "y"]);
        assert_eq!(problems[0].tags.len(), 2);
    }

    #[test]
    fn a_grade_is_whole_where_it_is() {
        let shown = |value| number(value).unwrap().to_string();
        assert_eq!([shown(1.0), shown(0.5), shown(-0.0), shown(1e20)], ["1", "0.5", "0", "1e+20"]);
    }
}
