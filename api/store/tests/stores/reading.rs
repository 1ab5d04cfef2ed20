//! The questions of the service, on both stores.

use chrono::NaiveDate;
use jobs::registry::RESULT_TABLES;
use store::{Dates, DayRow, Grouping, SummaryFilter};

use crate::setup::{TestStore, options, parts, stores};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn fill(store: &TestStore, name: &str, text: &str) {
    let table = RESULT_TABLES.iter().find(|table| table.name == name).unwrap();
    store
        .store
        .load(table, parts(&[("part-00000", text)]), &options(&format!("{name}:1")))
        .await
        .unwrap();
}

fn counts<G>(rows: &[DayRow<G>]) -> Vec<(String, Option<i64>)> {
    rows.iter().map(|row| (row.date.to_string(), row.count)).collect()
}

#[tokio::test]
async fn the_newest_day_or_a_range_of_days_of_one_course() {
    for store in stores().await {
        let rows = "A\t2014-01-01\t1\t1\nA\t2014-01-03\t\\N\t3\nA\t2014-01-02\t2\t2\nB\t2014-01-09\t9\t9\n";
        fill(&store, "course_enrollment_daily", rows).await;
        let ask = async |course: &str, dates| {
            counts(&store.store.enrollment(course, dates).await.unwrap())
        };
        let at = |date: &str, count| (date.to_owned(), count);
        assert_eq!(ask("A", Dates::Latest).await, [at("2014-01-03", None)], "{}", store.name);
        let range = |start: Option<&str>, end: Option<&str>| Dates::Range {
            start: start.map(day),
            end: end.map(day),
        };
        let all = [at("2014-01-01", Some(1)), at("2014-01-02", Some(2)), at("2014-01-03", None)];
        assert_eq!(ask("A", range(None, None)).await, all, "{}", store.name);
        assert_eq!(ask("A", range(None, Some("2014-01-03"))).await, all[..2], "{}", store.name);
        assert_eq!(
            ask("A", range(Some("2014-01-02"), Some("2014-01-03"))).await,
            all[1..2],
            "{}",
            store.name
        );
        assert_eq!(ask("a", Dates::Latest).await, [], "{}: case counts", store.name);
        assert_eq!(ask("A'; --", Dates::Latest).await, [], "{}", store.name);
    }
}

#[tokio::test]
async fn groups_with_null_and_the_cumulative_count_of_modes_alone() {
    for store in stores().await {
        fill(
            &store,
            "course_enrollment_mode_daily",
            "2014-01-01\tA\taudit\t1\t10\n2014-01-01\tA\thonor\t\\N\t20\n",
        )
        .await;
        fill(&store, "course_enrollment_gender_daily", "2014-01-01\tA\t\\N\t4\t40\n").await;
        fill(
            &store,
            "course_enrollment_birth_year_daily",
            "2014-01-01\tA\t1990\t5\t50\n2014-01-01\tA\t\\N\t6\t60\n",
        )
        .await;
        let modes = store.store.enrollment_by(Grouping::Mode, "A", Dates::Latest).await.unwrap();
        let shown: Vec<_> = modes
            .iter()
            .map(|row| (row.group.as_deref(), row.count, row.cumulative_count))
            .collect();
        assert_eq!(
            shown,
            [(Some("audit"), Some(1), Some(10)), (Some("honor"), None, Some(20))],
            "{}",
            store.name
        );
        assert!(modes[0].created.is_some());
        let genders =
            store.store.enrollment_by(Grouping::Gender, "A", Dates::Latest).await.unwrap();
        assert_eq!(
            (genders[0].group.as_deref(), genders[0].cumulative_count),
            (None, None),
            "{}",
            store.name
        );
        let years = store.store.enrollment_by_birth_year("A", Dates::Latest).await.unwrap();
        assert_eq!(
            years.iter().map(|row| row.group).collect::<Vec<_>>(),
            [Some(1990), None],
            "{}",
            store.name
        );
    }
}

const SUMMARIES: &str = "B\tTitle\t\\N\t2014-01-01 00:00:00\t\\N\t\\N\t\\N\thonor\t1\t2\t3\t\\N\n\
                         A\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\tverified\t4\t5\t6\t7\n\
                         A\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\taudit\t8\t9\t10\t11\n";

#[tokio::test]
async fn summaries_with_what_stands_beside_them() {
    for store in stores().await {
        fill(&store, "course_meta_summary_enrollment", SUMMARIES).await;
        fill(&store, "course_program_metadata", "B\tp2\tt\t\\N\nB\tp1\tt\t\\N\nA\tp1\tt\t\\N\n")
            .await;
        fill(&store, "course_enrollment_daily", "A\t2014-01-01\t1\t1\nA\t2014-01-02\t2\t2\n").await;
        let all =
            SummaryFilter { course_ids: None, programs: true, recent: Some(day("2014-01-02")) };
        let found = store.store.summaries(&all).await.unwrap();
        let rows: Vec<_> = found
            .rows
            .iter()
            .map(|row| (row.course_id.as_str(), row.enrollment_mode.as_str()))
            .collect();
        assert_eq!(rows, [("A", "verified"), ("A", "audit"), ("B", "honor")], "{}", store.name);
        let pair = |course: &str, program: &str| (course.to_owned(), program.to_owned());
        assert_eq!(
            found.programs,
            [pair("A", "p1"), pair("B", "p1"), pair("B", "p2")],
            "{}",
            store.name
        );
        assert_eq!(found.recent, [("A".to_owned(), Some(2))], "{}", store.name);
        assert_eq!(found.rows[2].start_time.unwrap().to_string(), "2014-01-01 00:00:00");
        assert_eq!(found.rows[2].passing_users, None);
    }
}

#[tokio::test]
async fn summaries_of_few_of_no_and_of_very_many_courses() {
    for store in stores().await {
        fill(&store, "course_meta_summary_enrollment", SUMMARIES).await;
        let ask = async |ids: Vec<String>| {
            let filter = SummaryFilter {
                course_ids: Some(ids),
                programs: true,
                recent: Some(day("2014-01-02")),
            };
            let found = store.store.summaries(&filter).await.unwrap();
            found.rows.into_iter().map(|row| row.course_id).collect::<Vec<_>>()
        };
        assert_eq!(ask(vec!["B".to_owned(), "C".to_owned()]).await, ["B"], "{}", store.name);
        assert_eq!(ask(vec!["b".to_owned()]).await.len(), 0, "{}", store.name);
        assert_eq!(ask(vec![]).await.len(), 0, "{}", store.name);
        let many =
            (0..40_000).map(|number| format!("course-{number}")).chain(["B".to_owned()]).collect();
        assert_eq!(ask(many).await, ["B"], "{}", store.name);
    }
}

#[tokio::test]
async fn programs_by_program_and_course() {
    for store in stores().await {
        fill(&store, "course_program_metadata", "B\tp2\tt\tTwo\nB\tp1\tt\t\\N\nA\tp1\tt\tOne\n")
            .await;
        let ask = async |ids: Option<&[String]>| {
            let rows = store.store.programs(ids).await.unwrap();
            rows.into_iter().map(|row| row.program_id + &row.course_id).collect::<Vec<_>>()
        };
        assert_eq!(ask(None).await, ["p1A", "p1B", "p2B"], "{}", store.name);
        assert_eq!(ask(Some(&["p2".to_owned()])).await, ["p2B"], "{}", store.name);
    }
}

#[tokio::test]
async fn a_table_of_answers_may_change_its_shape_while_it_is_read() {
    for store in stores().await {
        store.store.create_tables(&[]).await.unwrap();
        let courses = async || {
            let parts = store.store.problem_parts("A").await.unwrap();
            let answers = store.store.answers("m").await.unwrap();
            let counts = answers.iter().map(|row| row.count.or(row.last_response_count));
            (parts.iter().map(|part| part.total).sum::<i64>(), counts.flatten().sum::<i64>())
        };
        let shared = "course_id VARCHAR(99), module_id VARCHAR(99), part_id VARCHAR(99), correct INT, \
                      value_id TEXT, answer_value_text TEXT, problem_display_name TEXT, question_text TEXT, \
                      variant INT, created DATETIME";
        assert_eq!(courses().await, (0, 0), "{}", store.name);
        for (column, count) in [("count", 3), ("last_response_count", 4), ("count", 5)] {
            let first = if column == "count" { "" } else { ", first_response_count INT" };
            for sql in [
                "DROP TABLE IF EXISTS answer_distribution".to_owned(),
                format!(
                    "CREATE TABLE answer_distribution (id INTEGER, {shared}, {column} INT{first})"
                ),
                format!(
                    "INSERT INTO answer_distribution (course_id, module_id, part_id, {column}) \
                     VALUES ('A', 'm', 'p', {count})"
                ),
            ] {
                store.execute(&sql).await;
            }
            assert_eq!(courses().await, (count, count), "{} {column}", store.name);
        }
    }
}
