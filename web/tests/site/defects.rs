//! The original's defects, one test each by its number (spec 60 §2.17). Where another test says more, it is named.

use reqwest::Method;
use serde_json::{Value, json};

use crate::engagement::{site_with_videos, videos_page};
use crate::fixture::{COURSE, Fixture, HOME, block, day, ok, session, summary, words};
use crate::performance;
use crate::sign_in::Browser;
use crate::weeks::week;

async fn in_language(site: &Fixture, tag: &str, path: &str) -> String {
    let cookies = format!("{}; insights_language={tag}", site.cookies(&session("office")));
    let request = site.request_as(None, Method::GET, path).header("cookie", cookies);
    request.send().await.unwrap().text().await.unwrap()
}

fn activity() -> String {
    format!("{HOME}enrollment/activity/")
}

async fn enrolled() -> Fixture {
    let site = Fixture::new().await;
    let days: Vec<Value> =
        (1..=9).map(|number| day(&format!("2024-03-0{number}"), number * 1000, 7)).collect();
    site.rows("mode", json!(days)).await;
    site
}

fn level(level: Option<&str>, count: i64) -> Value {
    json!({"course_id": COURSE, "date": "2024-03-09", "education_level": level, "count": count, "created": "2024-03-10T031005"})
}

async fn educated() -> Fixture {
    let site = Fixture::new().await;
    let levels = [
        "none",
        "primary",
        "junior_secondary",
        "secondary",
        "associates",
        "bachelors",
        "masters",
        "doctorate",
        "other",
    ];
    let rows = levels.map(|name| level(Some(name), 1)).into_iter().chain([level(None, 7)]);
    site.rows("education", rows.collect()).await;
    site
}

fn education() -> String {
    format!("{HOME}enrollment/demographics/education/")
}

#[tokio::test]
async fn d01_what_is_not_known_is_not_zero() {
    let site = Fixture::new().await;
    site.rows("mode", json!([day("2024-03-09", 3, 1)])).await;
    let html = site.page(&activity()).await;
    let change = html.split_once("Change in Last Week").unwrap().1;
    assert!(change.split("</li>").next().unwrap().contains("No data"), "{change}");
}

#[tokio::test]
async fn d02_the_list_of_courses_is_not_all_in_the_page() {
    let site = Fixture::new().await;
    let id = |number: usize| format!("course-v1:edX+C{number}+R");
    let rows: Vec<Value> =
        (0..3000).map(|number| summary(&id(number), Some("Course"), 5)).collect();
    site.answer("course_summaries/", ok(json!(rows))).await;
    let html = site.page("/courses/").await;
    assert_eq!(html.matches("<th scope=\"row\">").count(), 100);
    assert!(html.contains("Number of results: 3,000") && html.len() < 150_000, "{}", html.len());
}

#[tokio::test]
async fn d03_course_home_has_figures() {
    let html = enrolled().await.page(HOME).await;
    assert!(html.contains(">9,007<") && html.contains("+7,000 vs 7 days ago"), "{html}");
}

#[tokio::test]
async fn d04_masters_learners_are_a_mode() {
    let site = Fixture::new().await;
    let mut row = day("2024-03-09", 3, 1);
    row["masters"] = 5.into();
    row["count"] = 9.into();
    site.rows("mode", json!([row])).await;
    let html = site.page(&activity()).await;
    assert!(html.contains("Master&#39;s: 5") && html.contains("Master&#39;s Enrollment"), "{html}");
}

#[tokio::test]
async fn d05_each_share_says_of_what() {
    let html = educated().await.page(&education()).await;
    let notes: Vec<&str> = html
        .split("<p class=\"note\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap())
        .collect();
    assert!(notes.iter().all(|note| note.contains("learners")) && notes.len() == 4, "{notes:?}");
}

#[tokio::test]
async fn d06_the_groups_of_education_are_those_that_the_help_names() {
    let site = educated().await;
    let html = site.page(&education()).await;
    let shares: Vec<f64> = html
        .split("<p class=\"value\"")
        .skip(1)
        .map(|rest| {
            rest.split("title=\"").nth(1).unwrap().split('%').next().unwrap().parse().unwrap()
        })
        .collect();
    // Of nine who told: up to secondary school, associate and bachelor, above; of all sixteen: other and unknown.
    assert_eq!(shares, [44.4, 22.2, 22.2, 50.0]);
    let help = site.page("/help/demographics-education/").await;
    let wanted = ["secondary", "associate", "bachelor", "master", "doctorate"];
    let help = help.to_lowercase();
    assert!(wanted.iter().all(|level| help.contains(level)), "{help}");
}

#[tokio::test]
async fn d07_a_country_without_learners_is_not_a_country_with_few() {
    let site = Fixture::new().await;
    let country = |alpha2: &str, count: i64| {
        json!({
            "course_id": COURSE, "date": "2024-03-09", "count": count, "created": "2024-03-10T031005",
            "country": {"alpha2": alpha2, "alpha3": null, "name": alpha2},
        })
    };
    site.rows("location", json!([country("CA", 12), country("PE", 0)])).await;
    let html = site.page(&format!("{HOME}enrollment/geography/")).await;
    let drawn = |code: &str| {
        html.lines().find(|line| line.contains(&format!("#{code}\""))).map(str::to_owned)
    };
    assert!(drawn("CA").unwrap().contains("class=\"m6\""));
    assert!(drawn("PE").is_none_or(|line| line.contains("class=\"m0\"")), "{html}");
}

#[tokio::test]
async fn d08_no_activity_does_not_break_the_page() {
    let site = Fixture::new().await;
    site.answer(&format!("courses/{COURSE}/activity/"), ok(json!([]))).await;
    assert!(site.page(&format!("{HOME}engagement/content/")).await.contains("card missing"));
    let none = week("2024-03-04", json!({"any": 0}));
    let idle = Fixture::new().await;
    idle.answer(&format!("courses/{COURSE}/activity/"), ok(json!([none]))).await;
    assert!(idle.page(&format!("{HOME}engagement/content/")).await.contains("svg class=\"drawing"));
}

/// Answers: typed_answers.rs.
#[tokio::test]
async fn d09_no_text_of_others_becomes_markup() {
    let odd = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>";
    let site = Fixture::new().await;
    site.answer("course_summaries/", ok(json!([summary(COURSE, Some(odd), 5)]))).await;
    site.rows("mode", json!([day("2024-03-09", 3, 1)])).await;
    for path in ["/courses/", HOME, &activity(), &format!("/courses/?search={odd}")] {
        let html = site.page(&path.replace(['<', '>'], "%3C")).await;
        assert!(
            !html.contains("alert(1)<") && !html.contains("<img") && !html.contains("<script>"),
            "{html}"
        );
    }
}

async fn outcomes() -> Fixture {
    let site = performance::site().await;
    let tagged = json!([{
        "module_id": block("problem+block@p1"), "total_submissions": 4, "correct_submissions": 1,
        "tags": {"learning_outcome": ["Knows walls"]}, "created": "2024-03-10T031005",
    }]);
    site.answer(&format!("courses/{COURSE}/problems_and_tags/"), ok(tagged)).await;
    site
}

fn outcome() -> String {
    format!("{HOME}performance/learning_outcomes/knows-walls/")
}

#[tokio::test]
async fn d10_outcome_pages_know_their_reader() {
    let html = outcomes().await.page(&outcome()).await;
    assert!(html.contains("office") && html.contains("action=\"/logout/\""), "{html}");
}

#[tokio::test]
async fn d11_headings_of_outcome_pages_are_translated() {
    let site = outcomes().await;
    let headings = |html: &str| -> Vec<String> {
        let heading = |rest: &str| rest.split("</th>").next().unwrap().to_owned();
        html.split("<th scope=\"col\"").skip(1).map(heading).collect()
    };
    let [english, arabic] =
        [site.page(&outcome()).await, in_language(&site, "ar", &outcome()).await];
    let [english, arabic] = [headings(&english), headings(&arabic)];
    assert_eq!(english.len(), arabic.len());
    assert!(english.iter().zip(&arabic).all(|(one, other)| one != other), "{arabic:?}");
}

#[tokio::test]
async fn d12_the_tables_of_all_steps_are_files_too() {
    let site = outcomes().await;
    let videos = site_with_videos().await;
    let homework = format!("{}homework/", performance::graded());
    for (site, path) in [(&videos, videos_page()), (&site, homework), (&site, outcome())] {
        let csv = site.get(&format!("{path}?format=csv")).await;
        assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8", "{path}");
        assert!(csv.text().await.unwrap().lines().count() > 1, "{path}");
    }
}

#[tokio::test]
async fn d13_courses_are_filtered_by_program() {
    let site = Fixture::new().await;
    let other = "course-v1:edX+Other+2024";
    let rows = json!([summary(COURSE, Some("Ours"), 10), summary(other, Some("Theirs"), 20)]);
    site.answer("course_summaries/", ok(rows)).await;
    let program = json!([{"program_id": "p1", "program_type": "X", "program_title": "Life", "course_ids": [other], "created": null}]);
    site.answer("programs/", ok(program)).await;
    let html = site.page("/courses/?program=p1").await;
    assert!(
        html.contains("Theirs") && !html.contains("Ours") && html.contains("Programs: Life"),
        "{html}"
    );
}

#[tokio::test]
async fn d14_those_who_told_nothing_are_in_no_languages_chart() {
    let site = educated().await;
    for (tag, unknown) in [("en", "Unknown"), ("es-419", "Desconocido"), ("ar", "غير معروف")]
    {
        let html = in_language(&site, tag, &education()).await;
        let chart =
            html.split("<svg class=\"drawing").nth(1).unwrap().split("</svg>").next().unwrap();
        assert!(html.contains(unknown), "{tag}: the table has them");
        assert!(!chart.contains(unknown), "{tag}: {chart}");
    }
}

#[tokio::test]
async fn d15_shares_carry_no_noise() {
    let site = Fixture::new().await;
    site.rows("education", json!([level(Some("bachelors"), 565), level(None, 435)])).await;
    let html = site.page(&education()).await;
    let shown = words(&html);
    let longest = shown
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|text| text.contains('.'))
        .map(str::len);
    assert!(shown.contains("56.5%") && longest.max().unwrap() <= 6, "{shown}");
}

#[tokio::test]
async fn d16_pages_tell_their_language_and_direction() {
    let site = enrolled().await;
    for (tag, dir) in [("en", "ltr"), ("es-419", "ltr"), ("ar", "rtl")] {
        let html = in_language(&site, tag, &activity()).await;
        assert!(html.contains(&format!("<html lang=\"{tag}\" dir=\"{dir}\"")), "{tag}");
    }
}

/// Contrast and all other rules: axe in the browser tests, none switched off.
#[tokio::test]
async fn d17_pages_have_one_heading_and_hide_no_section() {
    let site = enrolled().await;
    for path in [HOME.to_owned(), activity(), "/courses/".to_owned(), "/help/".to_owned()] {
        let html = site.page(&path).await;
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
        for section in html.split("<section").skip(1) {
            assert!(!section.split('>').next().unwrap().contains("aria-hidden"), "{path}");
        }
        assert!(!html.contains("<td role") && !html.contains("<th role"), "{path}");
    }
}

/// The keys themselves: the browser tests (arrows, Enter, Escape).
#[tokio::test]
async fn d18_charts_are_told_in_words_and_stand_beside_their_table() {
    let html = enrolled().await.page(&activity()).await;
    let chart = html.split("<svg class=\"drawing").nth(1).unwrap();
    assert!(
        chart.contains("role=\"img\"")
            && chart.contains("<desc")
            && chart.contains("<g class=\"hits\">")
    );
    assert!(html.contains("<table"));
}

#[tokio::test]
async fn d19_links_of_the_navigation_lead_somewhere() {
    let html = enrolled().await.page(&activity()).await;
    let rail = html.split("<nav class=\"rail\"").nth(1).unwrap().split("</nav>").next().unwrap();
    assert!(!rail.contains("href=\"#\"") && !rail.contains("href=\"\""), "{rail}");
    assert!(rail.contains(&format!("href=\"{}\" aria-current=\"page\"", activity())), "{rail}");
}

#[tokio::test]
async fn d20_every_step_says_when_its_figures_were_loaded() {
    let site = site_with_videos().await;
    let (section, subsection) = (block("chapter+block@s1"), block("sequential+block@q1"));
    let top = videos_page();
    let down = format!("{top}sections/{section}/");
    for path in [top, down.clone(), format!("{down}subsections/{subsection}/")] {
        let html = site.page(&path).await;
        assert!(
            html.contains("Video data was last updated March 10, 2024 at 3:10 AM UTC."),
            "{path}"
        );
    }
}

/// The whole of it: `sign_in::signing_out_is_a_form_of_this_site_and_ends_both_sessions`.
#[tokio::test]
async fn d21_a_link_signs_nobody_out() {
    let site = Fixture::new().await;
    let browser = Browser::of(&site);
    browser.sign_in("/login/", "ines").await;
    browser.get("/logout/").await;
    assert_eq!(browser.get("/courses/").await.status(), 200);
}

#[tokio::test]
async fn d22_two_requests_see_the_same() {
    let site = enrolled().await;
    let first = site.page(&activity()).await;
    site.api.reset().await;
    assert_eq!(site.page(&activity()).await.contains(">9,007<"), first.contains(">9,007<"));
    assert!(first.contains(">9,007<"));
}

#[tokio::test]
async fn d23_many_readers_ask_the_lms_once() {
    let site = site_with_videos().await;
    let path = videos_page();
    let readers = (0..20).map(|_| site.get(&path));
    let answers = futures_util::future::join_all(readers).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let blocks = site.lms.asked().iter().filter(|line| line.contains("blocks")).count();
    assert_eq!(blocks, 1);
}

#[tokio::test]
async fn d24_a_course_of_the_readers_is_not_asked_for_on_every_view() {
    let site = enrolled().await;
    for _ in 0..3 {
        site.get_as(Some("ines"), &activity()).await;
    }
    let asked = site.lms.asked();
    assert!(asked.iter().all(|line| !line.contains("/courses/course-v1")), "{asked:?}");
}

#[tokio::test]
async fn d25_a_page_loads_small_scripts_and_one_style() {
    let site = enrolled().await;
    let html = site.page(&activity()).await;
    assert_eq!(html.matches("rel=\"stylesheet\"").count(), 1);
    let mut bytes = 0;
    for script in html.split("<script src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        bytes += site.get(script).await.bytes().await.unwrap().len();
    }
    assert!((1..20_000).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn d26_it_is_said_who_counts() {
    let html = enrolled().await.page("/help/enrollment-activity/").await;
    assert!(html.contains("members of the course team and beta testers too"), "{html}");
}

#[tokio::test]
async fn d27_days_are_written_in_one_way() {
    let html = enrolled().await.page(&activity()).await;
    assert!(
        html.contains("March 9, 2024") && !html.contains("March 09") && !html.contains("09 Mar"),
        "{html}"
    );
}

/// Both ways: `sign_in::after_half_a_day_the_lms_is_asked_who_this_is`.
#[tokio::test]
async fn d28_staff_is_who_the_lms_says() {
    let site = Fixture::new().await;
    let other = "/courses/course-v1:edX+Other+2024/";
    for (who, status) in [("office", 200), ("ines", 403)] {
        let browser = Browser::of(&site);
        browser.sign_in("/login/", who).await;
        site.lms.change(|university| {
            let course = crate::fixture::empty_course("course-v1:edX+Other+2024", "Other");
            university.courses.insert("course-v1:edX+Other+2024".to_owned(), course);
        });
        assert_eq!(browser.get(other).await.status(), status, "{who}");
    }
}
