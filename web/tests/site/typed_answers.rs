//! The answers to one question: as they were typed, and of this course alone.

use demo_lms::{Manner, Part};
use serde_json::json;

use crate::fixture::{HOME, block, words};
use crate::performance::{answer, answers, answers_page, graded, site};

#[tokio::test]
async fn answers_are_counted_and_shown_as_they_were_typed() {
    let site = site().await;
    let script = "</script><img src=x onerror=alert(1)>";
    answers(
        &site,
        json!([
            answer("p_2_1", Some(script), false, 3),
            answer("p_2_1", Some("=1+1"), true, 8),
            answer("p_2_1", None, false, 1),
            answer("p_10_1", Some("9"), true, 2),
        ]),
    )
    .await;
    let html = site.page(&answers_page("p_2_1")).await;
    assert!(!html.contains("<img") && !html.contains("</script><img"), "{html}");
    assert!(!html.contains("<b>walls"));
    insta::assert_snapshot!(words(&html), @r"
    Courses
    course-v1:edX+DemoX+2024
    Graded Content
    Homework
    Cells
    Walls
    How are learners doing on graded course assignments?
    Submissions for Part 1: Which &#60;b&#62;walls&#60;/b&#62;?
    Updated 03:10 UTC
    Download CSV
    Copy link
    Assignment type:
    Homework
    All assignment types
    Homework
    Final Exam
    Assignment:
    Cells
    Cells
    Problem:
    Walls
    Walls
    Membranes
    (no figures)
    Question:
    Submissions for Part 1: Which &#60;b&#62;walls&#60;/b&#62;?
    Submissions for Part 1: Which &#60;b&#62;walls&#60;/b&#62;?
    Submissions for Part 2: Which &#60;b&#62;walls&#60;/b&#62;?
    Charts
    Submissions for Part 1: Which &#60;b&#62;walls&#60;/b&#62;?
    Correct
    Incorrect
    Submissions for Part 1: Which &#60;b&#62;walls&#60;/b&#62;?
    The 3 most frequent answers, the most frequent first, which 8 gave. 8 submissions are right.
    0
    2
    4
    6
    8
    =1+1
    &#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;
    (empty)
    Answer: =1+1
    Correct: 8
    Incorrect: 0
    Answer: &#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;
    Correct: 0
    Incorrect: 3
    Answer: (empty)
    Correct: 0
    Incorrect: 1
    Submissions
    About this chart
    Save chart as SVG
    Save chart as PNG
    Submission Counts
    Download CSV
    3 rows, page 1 of 1, sorted by Submission Count, descending
    Submission Counts
    Answer
    Correct
    Submission Count
    =1+1
    Correct
    8
    &#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;
    -
    3
    (empty)
    -
    1
    Problem submission data was last updated March 10, 2024 at 3:10 AM UTC.
    ");
    assert_eq!(site.get(&answers_page("p_3_1")).await.status(), 404);
    let csv =
        site.get(&format!("{}?format=csv", answers_page("p_2_1"))).await.text().await.unwrap();
    assert!(csv.contains("'=1+1,1,8"), "{csv}");
}

#[tokio::test]
async fn numbers_are_sorted_as_numbers() {
    let site = site().await;
    answers(
        &site,
        json!([
            answer("p_2_1", Some("10"), false, 3),
            answer("p_2_1", Some("9"), true, 2),
            answer("p_2_1", None, false, 1),
        ]),
    )
    .await;
    let html = site.page(&format!("{}?sort=answer", answers_page("p_2_1"))).await;
    let table = html.split("<tbody>").nth(1).unwrap();
    let place = |text: &str| table.find(text).unwrap();
    assert!(place(">9<") < place(">10<") && place(">10<") < place("(empty)"), "{table}");
}

#[tokio::test]
async fn versions_of_a_problem_are_told_apart() {
    let site = site().await;
    let mut random = answer("p_2_1", Some("10"), false, 3);
    random["variant"] = json!(7);
    answers(&site, json!([random, answer("p_2_1", Some("9"), true, 2)])).await;
    let html = site.page(&answers_page("p_2_1")).await;
    assert!(html.contains("different versions of this problem") && html.contains("Variant"));
    assert!(!html.contains("<figure"));
}

#[tokio::test]
async fn answers_of_another_course_are_none_here() {
    let site = site().await;
    let mut other = answer("p_2_1", Some("unheard"), false, 3);
    other["course_id"] = json!("course-v1:edX+Other+2024");
    answers(&site, json!([other])).await;
    let html = site.page(&answers_page("p_2_1")).await;
    assert!(html.contains("Nothing to show here yet") && !html.contains("unheard"));
    let problem = block("problem+block@p1");
    let csv = format!(
        "{HOME}csv/performance/graded_content/problems/{problem}/answer_distribution/p_2_1/"
    );
    assert_eq!(site.get(&csv).await.status(), 404);
    // Nor is a problem elsewhere in the course.
    let elsewhere = answers_page("p_2_1").replace("block@p1", "block@p4");
    assert_eq!(site.get(&elsewhere).await.status(), 404);
}

#[tokio::test]
async fn without_the_lms_answers_go_by_ids() {
    let site = site().await;
    answers(&site, json!([answer("p_2_1", Some("9"), true, 2)])).await;
    for part in [Part::Blocks, Part::Policy] {
        site.lms.behave(part, Manner::Status(503));
    }
    let html = site.page(&answers_page("p_2_1")).await;
    assert!(html.contains("Submission Counts") && html.contains("block@p1</bdi></h1>"), "{html}");
    let html = site.page(&graded()).await;
    assert!(html.contains("did not tell what the course consists of"));
}
