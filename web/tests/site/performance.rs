//! Performance: the policy, assignments, exercises, outcomes, and the answers to one question.

use serde_json::{Value, json};

use crate::fixture::{COURSE, Fixture, HOME, block, ok, words};

/// A homework of two problems, an exam that nobody has tried, and one exercise.
pub async fn site() -> Fixture {
    let site = Fixture::new().await;
    let names =
        ["chapter+block@s", "sequential+block@hw", "sequential+block@exam", "sequential+block@ex"];
    let [s, hw, exam, ex] = names.map(block);
    let [p1, p2, p3, p4] = ["p1", "p2", "p3", "p4"].map(|p| block(&format!("problem+block@{p}")));
    let problem = |name: &str, graded: bool| json!({"type": "problem", "display_name": name, "graded": graded});
    let assignment = |name: &str, format: Option<&str>, children: &[&String]| json!({"type": "sequential", "display_name": name, "graded": format.is_some(), "format": format, "children": children});
    let blocks = json!({
        "c": {"type": "course", "children": [s]},
        &s: {"type": "chapter", "display_name": "Week 1", "children": [hw, exam, ex]},
        &hw: assignment("Cells", Some("Homework"), &[&p1, &p2]),
        &exam: assignment("Final", Some("Final Exam"), &[&p3]),
        &ex: assignment("Try it", None, &[&p4]),
        &p1: problem("Walls", true), &p2: problem("Membranes", true),
        &p3: problem("All of it", true), &p4: problem("Warm up", false),
    });
    site.lms.change(|university| {
        let course = university.courses.get_mut(COURSE).unwrap();
        course.blocks = json!({"root": "c", "blocks": blocks});
        course.policy = json!([
            {"assignment_type": "Homework", "count": 1, "dropped": 0, "weight": 0.4},
            {"assignment_type": "Final Exam", "count": 1, "dropped": 0, "weight": 0.6},
            {"assignment_type": null, "weight": 0.0},
        ]);
    });
    let record = |module: &str, total: i64, correct: i64| {
        json!({
            "module_id": module, "total_submissions": total, "correct_submissions": correct,
            "part_ids": ["p_10_1", "p_2_1"], "created": "2024-03-10T031005",
        })
    };
    let gone = block("problem+block@gone");
    let records = json!([record(&p1, 10, 4), record(&p4, 5, 5), record(&gone, 3, 1)]);
    site.answer(&format!("courses/{COURSE}/problems/"), ok(records)).await;
    site
}

pub fn answer(part: &str, text: Option<&str>, correct: bool, count: i64) -> Value {
    json!({
        "course_id": COURSE, "module_id": block("problem+block@p1"), "part_id": part, "correct": correct,
        "last_response_count": count, "first_response_count": 1, "value_id": null, "answer_value": text,
        "problem_display_name": "Walls", "question_text": "Which <b>walls</b>?", "variant": null,
        "created": "2024-03-10T031005", "consolidated_variant": false,
    })
}

pub async fn answers(site: &Fixture, rows: Value) {
    let problem = block("problem+block@p1");
    site.answer(&format!("problems/{problem}/answer_distribution/"), ok(rows)).await;
}

pub fn graded() -> String {
    format!("{HOME}performance/graded_content/")
}

pub fn answers_page(part: &str) -> String {
    let (assignment, problem) = (block("sequential+block@hw"), block("problem+block@p1"));
    format!(
        "{}assignments/{assignment}/problems/{problem}/parts/{part}/answer_distribution/",
        graded()
    )
}

#[tokio::test]
async fn the_policy_leads_to_assignments_and_these_to_problems() {
    let site = site().await;
    let policy = site.page(&graded()).await;
    insta::assert_snapshot!(words(&policy), @r"
    Courses
    course-v1:edX+DemoX+2024
    How are learners doing on graded course assignments?
    What each type of assignment counts for. Each leads to its assignments.
    Grading Policy
    40.0%
    60.0%
    Homework
    40.0%
    Final Exam
    60.0%
    ");
    let of_type = site.page(&format!("{}homework/", graded())).await;
    insta::assert_snapshot!(words(&of_type), @r"
    Courses
    course-v1:edX+DemoX+2024
    Graded Content
    Homework
    How are learners doing on graded course assignments?
    40.0% of the submissions are right.
    Updated 03:10 UTC
    Download CSV
    Copy link
    Assignment type:
    Homework
    All assignment types
    Homework
    Final Exam
    Assignment:
    Select an assignment
    Cells
    Charts
    Assignment Submissions
    Average Correct
    Average Incorrect
    Assignment Submissions
    1 bar. In all, 40.0% of the submissions are right.
    0
    2
    4
    6
    Cells
    Cells
    Average Correct: 2.0 (40.0%)
    Average Incorrect: 3.0 (60.0%)
    Submissions to a problem, on average
    About this chart
    Save chart as SVG
    Save chart as PNG
    Assignment Submissions
    Download CSV
    1 row, page 1 of 1, sorted by Order, ascending
    Assignment Submissions
    Order
    Assignment Name
    Problems
    Average Correct
    Average Incorrect
    Average Submissions Per Problem
    Percentage Correct
    1
    Cells
    2
    2.0
    3.0
    5.0
    40.0%
    Problem submission data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    let assignment = block("sequential+block@hw");
    assert!(of_type.contains(&format!("graded_content/assignments/{assignment}/")));
    let problems = site.page(&format!("{}assignments/{assignment}/", graded())).await;
    // To the first part, as people count.
    assert!(problems.contains("/parts/p_2_1/answer_distribution/"), "{problems}");
    assert!(problems.contains("Membranes"));
}

#[tokio::test]
async fn types_are_found_in_any_case_and_unknown_ones_are_empty() {
    let site = site().await;
    assert!(site.page(&format!("{}HOMEWORK/", graded())).await.contains("Cells"));
    let unknown = site.page(&format!("{}quiz/", graded())).await;
    assert!(unknown.contains("Nobody has submitted anything to these assignments yet"));
    let untried = site.page(&format!("{}final-exam/", graded())).await;
    assert!(untried.contains("Nobody has submitted anything to these assignments yet"));
    assert_eq!(site.get(&format!("{}assignments/nothing/", graded())).await.status(), 404);
}

#[tokio::test]
async fn exercises_stand_where_the_course_has_them() {
    let site = site().await;
    let ungraded = format!("{HOME}performance/ungraded_content/");
    let html = site.page(&ungraded).await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    How are learners doing on ungraded exercises?
    75.0% of the submissions are right.
    Updated 03:10 UTC
    Download CSV
    Copy link
    Section:
    Select a section
    All sections
    Week 1
    Charts
    Problem Submissions
    Average Correct
    Average Incorrect
    Problem Submissions
    2 bars, from the first to the last in the order of the course. In all, 75.0% of the submissions are right.
    0
    2
    4
    6
    Week 1
    Removed from the course
    Week 1
    Average Correct: 5.0 (100.0%)
    Average Incorrect: 0.0 (0.0%)
    Removed from the course
    Average Correct: 1.0 (33.3%)
    Average Incorrect: 2.0 (66.7%)
    Submissions to a problem, on average
    About this chart
    Save chart as SVG
    Save chart as PNG
    Problem Submissions
    Download CSV
    2 rows, page 1 of 1, sorted by Order, ascending
    Problem Submissions
    Order
    Section Name
    Problems
    Average Correct
    Average Incorrect
    Average Submissions Per Problem
    Percentage Correct
    1
    Week 1
    1
    5.0
    -
    5.0
    100.0%
    2
    Removed from the course
    1
    1.0
    2.0
    3.0
    33.3%
    Problem submission data was last updated March 10, 2024 at 3:10 AM UTC.
    “Removed from the course” sums up what was used once and is not in the outline any more.
    ");
    let section = format!("{ungraded}sections/{}/", block("chapter+block@s"));
    assert!(site.page(&section).await.contains("Try it"));
    let subsection = format!("{section}subsections/{}/", block("sequential+block@ex"));
    let html = site.page(&subsection).await;
    assert!(html.contains("Warm up") && html.contains("/answer_distribution/"));
    // Graded problems are no exercises.
    let other = format!("{section}subsections/{}/", block("sequential+block@hw"));
    assert_eq!(site.get(&other).await.status(), 404);
}

#[tokio::test]
async fn outcomes_lead_to_their_problems_and_answers() {
    let site = site().await;
    let tagged = |name: &str, total: i64, outcomes: &[&str]| {
        json!({
            "module_id": block(&format!("problem+block@{name}")), "total_submissions": total,
            "correct_submissions": total / 2, "created": "2024-03-10T031005",
            "tags": {"learning_outcome": outcomes, "difficulty": ["Easy"]},
        })
    };
    let rows = json!([
        tagged("p2", 0, &["Explain Walls"]),
        tagged("p1", 8, &["Explain Walls", "Draw cells"]),
        json!({"module_id": "x", "total_submissions": 9, "correct_submissions": 1, "created": null, "tags": {"difficulty": ["Hard"]}}),
    ]);
    site.answer(&format!("courses/{COURSE}/problems_and_tags/"), ok(rows)).await;
    answers(&site, json!([answer("p_2_1", Some("9"), true, 2)])).await;
    let base = format!("{HOME}performance/learning_outcomes/");
    let html = site.page(&base).await;
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    What is the breakdown for course learning outcomes?
    50.0% of the submissions are right.
    Updated 03:10 UTC
    Download CSV
    Copy link
    Learning outcome:
    Select an outcome
    All outcomes
    Draw cells
    Explain Walls
    Charts
    Outcome Submissions
    Average Correct
    Average Incorrect
    Outcome Submissions
    2 bars, from the first to the last in the order of the course. In all, 50.0% of the submissions are right.
    0
    2
    4
    6
    8
    Draw cells
    Explain Walls
    Draw cells
    Average Correct: 4.0 (50.0%)
    Average Incorrect: 4.0 (50.0%)
    Explain Walls
    Average Correct: 2.0 (50.0%)
    Average Incorrect: 2.0 (50.0%)
    Submissions to a problem, on average
    About this chart
    Save chart as SVG
    Save chart as PNG
    Outcome Submissions
    Download CSV
    2 rows, page 1 of 1, sorted by Order, ascending
    Outcome Submissions
    Order
    Outcome Name
    Problems
    Average Correct
    Average Incorrect
    Average Submissions Per Problem
    Percentage Correct
    1
    Draw cells
    1
    4.0
    4.0
    8.0
    50.0%
    2
    Explain Walls
    2
    2.0
    2.0
    4.0
    50.0%
    Tags distribution data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    let one = site.page(&format!("{base}explain-walls/")).await;
    insta::assert_snapshot!(words(&one), @r"
    Courses
    course-v1:edX+DemoX+2024
    Learning Outcomes
    Explain Walls
    What is the breakdown for course learning outcomes?
    50.0% of the submissions are right.
    Updated 03:10 UTC
    Download CSV
    Copy link
    Learning outcome:
    Explain Walls
    All outcomes
    Draw cells
    Explain Walls
    Charts
    Problem Submissions
    Correct
    Incorrect
    Problem Submissions
    2 bars, from the first to the last in the order of the course. In all, 50.0% of the submissions are right.
    0
    2
    4
    6
    8
    Cells, Walls
    Cells, Membranes
    Cells, Walls
    Correct: 4 (50.0%)
    Incorrect: 4 (50.0%)
    Cells, Membranes
    Correct: 0 (0.0%)
    Incorrect: 0 (0.0%)
    Submissions
    About this chart
    Save chart as SVG
    Save chart as PNG
    Problem Submissions
    Download CSV
    2 rows, page 1 of 1, sorted by Order, ascending
    Problem Submissions
    Order
    Problem Name
    Difficulty
    Correct
    Incorrect
    Total
    Percentage Correct
    1
    Cells, Walls
    Easy
    4
    4
    8
    50.0%
    2
    Cells, Membranes
    Easy
    -
    -
    -
    -
    Tags distribution data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    let problem = block("problem+block@p1");
    for part in ["", "p_2_1/"] {
        let page = site.page(&format!("{base}explain-walls/problems/{problem}/{part}")).await;
        assert!(page.contains("Cells, Walls") && page.contains("Submission Counts"), "{page}");
    }
    assert_eq!(site.get(&format!("{base}nothing/")).await.status(), 404);
    let other = format!("{base}draw-cells/problems/{}/", block("problem+block@p2"));
    assert_eq!(site.get(&other).await.status(), 404);
}

#[tokio::test]
async fn a_site_without_the_course_interfaces_has_no_such_pages() {
    let features = web::config::Features {
        enable_course_api: false,
        enable_performance_learning_outcome: false,
        ..Default::default()
    };
    let settings = web::config::Settings { features: Some(features), ..Default::default() };
    let site = Fixture::with(settings).await;
    let home = site.page(HOME).await;
    assert!(!home.contains("/performance/"));
    for path in
        ["graded_content/", "graded_content/homework/", "ungraded_content/", "learning_outcomes/"]
    {
        assert_eq!(site.get(&format!("{HOME}performance/{path}")).await.status(), 404, "{path}");
    }
    assert_eq!(site.get(&answers_page("p")).await.status(), 404);
}

#[tokio::test]
async fn the_report_of_all_responses_is_where_the_api_says() {
    let site = site().await;
    let page = format!("{HOME}csv/problem_responses/");
    assert_eq!(site.get(&page).await.status(), 404);
    let without = Fixture::new().await;
    assert!(!without.page(HOME).await.contains("problem_responses"));
    let resource = format!("courses/{COURSE}/reports/problem_response/");
    let told = |url: &str| {
        ok(json!({"course_id": "c", "report_name": "problem_response", "download_url": url}))
    };
    site.api.reset().await;
    site.answer(&resource, told("https://files.example/report?signed=1")).await;
    let answer = site.get(&page).await;
    let to = answer.headers()["location"].to_str().unwrap();
    assert_eq!((answer.status().as_u16(), to), (302, "https://files.example/report?signed=1"));
    assert!(site.page(HOME).await.contains("/csv/problem_responses/"));
    site.api.reset().await;
    site.answer(&resource, told("javascript:alert(1)")).await;
    assert_eq!(site.get(&page).await.status(), 503);
}
