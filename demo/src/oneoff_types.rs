//! The rare event types as a table: where each comes from and what its payload holds
//! (05 §2.11 to §2.17).

use std::sync::OnceLock;

/// Where an event comes from and how its context looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The LMS, under the course's path.
    Course,
    /// The LMS, under a path that names no course.
    Site,
    /// The old instructor dashboard.
    OldDashboard,
    /// A block.
    Block,
    /// A page.
    Page,
    /// A background job.
    Job,
}

/// One type of event with its payload: JSON fields in which `{course}`, `{user}`, `{uuid}`,
/// `{block}` and `{time}` are filled in.
#[derive(Debug)]
pub struct Template {
    /// `event_type`.
    pub kind: String,
    /// Where it comes from.
    pub from: From,
    /// Path of the request, or what stands behind the course's or handler's.
    pub path: &'static str,
    /// Fields of the payload.
    pub fields: String,
}

const FIXED: [(From, &str, &str, &str); 49] = [
    (
        From::Course,
        "edx.certificate.revoked",
        "/instructor/certificate_invalidation_view/",
        r#""user_id": {user}, "course_id": "{course}", "certificate_id": "0c7d1e5f90b2438fa6c1d7e5f4b83126", "certificate_url": "https://courses.northvale.example/certificates/0c7d1e5f90b2438fa6c1d7e5f4b83126", "enrollment_mode": "verified", "source": "certificate_invalidation_list""#,
    ),
    (
        From::Site,
        "edx.certificate.shared",
        "/certificates/0c7d1e5f90b2438fa6c1d7e5f4b83126",
        r#""user_id": {user}, "certificate_id": "0c7d1e5f90b2438fa6c1d7e5f4b83126", "course_id": "{course}", "enrollment_mode": "verified", "certificate_url": "https://courses.northvale.example/certificates/0c7d1e5f90b2438fa6c1d7e5f4b83126", "social_network": "LinkedIn""#,
    ),
    (
        From::Page,
        "edx.certificate.evidence_visited",
        "",
        r#""user_id": {user}, "certificate_id": "0c7d1e5f90b2438fa6c1d7e5f4b83126", "course_id": "{course}", "enrollment_mode": "verified", "certificate_url": "https://courses.northvale.example/certificates/0c7d1e5f90b2438fa6c1d7e5f4b83126", "social_network": "LinkedIn", "source_url": "https://social.example/post/1""#,
    ),
    (
        From::Course,
        "edx.certificate.generation.enabled",
        "/instructor/api/enable_certificate_generation",
        r#""course_id": "{course}""#,
    ),
    (
        From::Course,
        "edx.certificate.generation.disabled",
        "/instructor/api/enable_certificate_generation",
        r#""course_id": "{course}""#,
    ),
    (
        From::Course,
        "edx.grades.problem.rescored",
        "/instructor/api/rescore_problem",
        r#""course_id": "{course}", "user_id": "{user}", "problem_id": "{block}", "new_weighted_earned": 0, "new_weighted_possible": 1, "only_if_higher": false, "instructor_id": "{user}", "event_transaction_id": "{uuid}", "event_transaction_type": "edx.grades.problem.rescored""#,
    ),
    (
        From::Course,
        "edx.grades.problem.score_overridden",
        "/instructor/api/override_problem_score",
        r#""course_id": "{course}", "user_id": "{user}", "problem_id": "{block}", "new_weighted_earned": 1, "new_weighted_possible": 1, "only_if_higher": null, "instructor_id": "{user}", "event_transaction_id": "{uuid}", "event_transaction_type": "edx.grades.problem.score_overridden""#,
    ),
    (
        From::Course,
        "edx.grades.problem.state_deleted",
        "/instructor/api/reset_student_attempts",
        r#""course_id": "{course}", "user_id": "{user}", "problem_id": "{block}", "instructor_id": "{user}", "event_transaction_id": "{uuid}", "event_transaction_type": "edx.grades.problem.state_deleted""#,
    ),
    (
        From::Job,
        "problem_rescore",
        "",
        r#""problem_id": "{block}", "student": "{name}", "orig_score": 1, "orig_total": 1, "new_score": 0, "new_total": 1, "correct_map": {}, "success": "incorrect", "attempts": 2, "state": {"seed": 1, "done": true}, "task_id": "{uuid}""#,
    ),
    (
        From::Job,
        "problem_rescore_fail",
        "",
        r#""problem_id": "{block}", "state": {"seed": 1, "done": null}, "failure": "unanswered", "task_id": "{uuid}""#,
    ),
    (
        From::Block,
        "reset_problem_fail",
        "xmodule_handler/problem_reset",
        r#""old_state": {"seed": 203, "student_answers": {}, "correct_map": {}, "done": false}, "problem_id": "{block}", "failure": "not_done""#,
    ),
    (
        From::Block,
        "save_problem_fail",
        "xmodule_handler/problem_save",
        r#""state": {"seed": 1, "student_answers": {}, "has_saved_answers": false, "correct_map": {}, "input_state": {}, "done": null}, "problem_id": "{block}", "answers": {}, "failure": "closed""#,
    ),
    (
        From::Block,
        "problem_check_fail",
        "xmodule_handler/problem_check",
        r#""state": {"seed": 1, "student_answers": {}, "has_saved_answers": false, "correct_map": {}, "input_state": {}, "done": true}, "problem_id": "{block}", "answers": {}, "failure": "unreset""#,
    ),
    (From::Site, "edx.team.created", "/api/team/v0/teams/", r#""team_id": "owls-3f9c""#),
    (From::Site, "edx.team.deleted", "/api/team/v0/teams/owls-3f9c", r#""team_id": "owls-3f9c""#),
    (
        From::Site,
        "edx.team.activity_updated",
        "/api/team/v0/teams/owls-3f9c",
        r#""team_id": "owls-3f9c""#,
    ),
    (
        From::Site,
        "edx.team.changed",
        "/api/team/v0/teams/owls-3f9c",
        r#""team_id": "owls-3f9c", "field": "name", "old": "Owls", "new": "Night owls \ud83e\udd89", "truncated": []"#,
    ),
    (
        From::Site,
        "edx.team.learner_added",
        "/api/team/v0/team_membership/",
        r#""team_id": "owls-3f9c", "user_id": {user}, "add_method": "joined_from_team_view""#,
    ),
    (
        From::Site,
        "edx.team.learner_removed",
        "/api/team/v0/team_membership/",
        r#""team_id": "owls-3f9c", "user_id": {user}, "remove_method": "self_removal""#,
    ),
    (
        From::Site,
        "edx.team.searched",
        "/api/team/v0/teams/",
        r#""number_of_results": 2, "search_text": "owl", "topic_id": "topic-2""#,
    ),
    (
        From::Page,
        "edx.team.page_viewed",
        "",
        r#""page_name": "single-team", "topic_id": "topic-2", "team_id": "owls-3f9c""#,
    ),
    (
        From::Block,
        "openassessmentblock.get_submission_for_staff_grading",
        "render_staff_grade_form",
        r#""course_id": "{course}", "item_id": "{block}", "requesting_staff_id": "{user}", "requesting_student_id": "b8e0c5d7f1a3492e86c7d0b5a9f4e312", "submission_returned_uuid": "{uuid}", "type": "full-grade""#,
    ),
    (
        From::Block,
        "openassessmentblock.submit_feedback_on_assessments",
        "submit_feedback",
        r#""feedback_text": "Fair.", "options": ["These assessments were useful."], "submission_uuid": "{uuid}""#,
    ),
    (
        From::Block,
        "openassessment.student_training_assess_example",
        "training_assess",
        r#""corrections": {}, "options_selected": {"Ideas": "Good"}, "submission_uuid": "{uuid}""#,
    ),
    (
        From::Page,
        "openassessment.upload_file",
        "",
        r#""fileName": "essay.pdf", "fileSize": 183204, "fileType": "application/pdf""#,
    ),
    (From::Page, "openassessment.upload_file_error", "", r#""statusText": "Forbidden""#),
    (
        From::Course,
        "xmodule.partitions.assigned_user_to_partition",
        "/course/",
        r#""group_id": "1", "group_name": "Group B", "partition_id": "50", "partition_name": "Two ways""#,
    ),
    (From::Course, "xblock.split_test.child_render", "/course/", r#""child_id": "{block}""#),
    (
        From::Site,
        "edx.course.index.published",
        "/course/publish",
        r#""category": "courseware_index", "indexed_count": 412, "location_id": "{course}""#,
    ),
    (
        From::Site,
        "edx.course.index.reindexed",
        "/course/reindex",
        r#""category": "courseware_index", "indexed_count": 412, "location_id": "{course}""#,
    ),
    (
        From::Block,
        "edx.librarycontentblock.content.removed",
        "",
        r#""location": "{block}", "previous_count": 1, "max_count": 1, "result": [], "removed": [], "reason": "invalid""#,
    ),
    (
        From::Course,
        "edx.badge.assertion.created",
        "/generate_user_cert",
        r#""assertion_id": "7", "assertion_image_url": "https://badges.example/7.png", "assertion_json_url": "https://badges.example/7.json", "course_id": "{course}", "enrollment_mode": "honor", "issuer": "northvale", "user_id": {user}"#,
    ),
    (
        From::Course,
        "edx.badge.assertion.shared",
        "/badges/7",
        r#""assertion_id": "7", "assertion_image_url": "https://badges.example/7.png", "assertion_json_url": "https://badges.example/7.json", "course_id": "{course}", "enrollment_mode": "honor", "issuer": "northvale", "user_id": {user}, "social_network": "Twitter""#,
    ),
    (
        From::Page,
        "edx.badge.assertion.evidence_visited",
        "",
        r#""assertion_id": "7", "assertion_image_url": "https://badges.example/7.png", "assertion_json_url": "https://badges.example/7.json", "course_id": "{course}", "enrollment_mode": "honor", "issuer": "northvale", "user_id": {user}"#,
    ),
    (
        From::Site,
        "edx.user.settings.changed",
        "/api/user/v1/accounts/{name}",
        r#""user_id": {user}, "table": "auth_userprofile", "setting": "year_of_birth", "old": null, "new": 1991, "truncated": []"#,
    ),
    (
        From::Page,
        "edx.user.settings.viewed",
        "",
        r#""page": "account", "visibility": null, "user_id": {user}"#,
    ),
    (From::Page, "oe_hide_question", "", r#""location": "{block}""#),
    (From::Page, "oe_show_question", "", r#""location": "{block}""#),
    (From::Page, "rubric_select", "", r#""location": "{block}""#),
    (From::Page, "staff_grading_hide_question", "", r#""location": "{block}""#),
    (From::Page, "staff_grading_show_question", "", r#""location": "{block}""#),
    (From::Page, "combinedopenended", "", r#""location": "{block}""#),
    (
        From::Course,
        "edx.course.enrollment.upgrade.succeeded",
        "/verify_student/payment",
        r#""course_id": "{course}", "user_id": {user}, "mode": "verified""#,
    ),
    (
        From::Page,
        "edx.bi.course.upgrade.sidebarupsell.clicked",
        "",
        r#""org_key": "NorthvaleX", "courserun_key": "{course}""#,
    ),
    (From::Block, "edx.done.toggled", "toggle_button", r#""done": false"#),
    (From::Page, "edx.video.closed_captions.shown", "", VIDEO),
    (From::Page, "edx.video.closed_captions.hidden", "", VIDEO),
    (From::Page, "video_show_cc_menu", "", VIDEO),
    (From::Page, "video_hide_cc_menu", "", VIDEO_LANGUAGE),
];
const VIDEO: &str = r#""id": "{element}", "code": "hls", "duration": 194.24, "current_time": 19.1"#;
const VIDEO_LANGUAGE: &str = r#""id": "{element}", "code": "hls", "duration": 194.24, "current_time": 21.7, "language": "es""#;
const EXAM: &str = r#""exam_id": 5, "exam_content_id": "{block}", "exam_name": "Midterm", "exam_default_time_limit_mins": 60, "exam_is_proctored": false, "exam_is_practice_exam": false, "exam_is_active": true"#;
const ATTEMPT: &str = r#", "attempt_id": 771, "attempt_user_id": {user}, "attempt_started_at": "{time}", "attempt_completed_at": null, "attempt_code": "{uuid}", "attempt_allowed_time_limit_mins": 60, "attempt_status": "{status}", "attempt_event_elapsed_time_secs": 2900.51887"#;
const REVIEW: &str = r#", "review_attempt_code": "{uuid}", "review_status": "Clean", "review_video_url": "https://review.example/1""#;
const ALLOWANCE: &str = r#", "allowance_key": "additional_time_granted", "allowance_user_id": {user}, "allowance_value": "30""#;
const ATTEMPTS: [&str; 12] = [
    "created",
    "started",
    "ready_to_start",
    "ready_to_submit",
    "submitted",
    "deleted",
    "error",
    "download_software_clicked",
    "declined",
    "rejected",
    "verified",
    "review_received",
];
const BUMPERS: [&str; 9] = [
    "loaded",
    "played",
    "stopped",
    "skipped",
    "dismissed",
    "transcript.shown",
    "transcript.hidden",
    "transcript.menu.shown",
    "transcript.menu.hidden",
];
const OLD_DASHBOARD: [&str; 26] = [
    "add-forum-admin",
    "add-forum-mod",
    "add-forum-community-TA",
    "remove-forum-admin",
    "remove-forum-mod",
    "remove-forum-community-TA",
    "list-forum-admins",
    "list-forum-mods",
    "list-forum-community-TAs",
    "list-students",
    "list-staff",
    "list-instructors",
    "list-beta-testers",
    "dump-grades",
    "dump-grades-raw",
    "dump-grades-csv",
    "dump-grades-csv-raw",
    "dump-answer-dist-csv",
    "dump-graded-assignments-config",
    "get-student-progress-page",
    "rescore-all-submissions",
    "rescore-student-submission",
    "reset-all-attempts",
    "reset-student-attempts",
    "delete-student-module-state",
    "add-or-remove-user-group",
];

/// Every template, made once.
pub fn templates() -> &'static [Template] {
    static ALL: OnceLock<Vec<Template>> = OnceLock::new();
    ALL.get_or_init(|| {
        let fixed = FIXED.iter().map(|(from, kind, path, fields)| Template {
            kind: (*kind).to_owned(),
            from: *from,
            path,
            fields: (*fields).to_owned(),
        });
        fixed.chain(exams()).chain(bumpers()).chain(old_dashboard()).collect()
    })
}

fn exams() -> Vec<Template> {
    let mut all = Vec::new();
    let mut add = |kind: String, more: String| {
        let fields = format!("{EXAM}{more}");
        all.push(Template {
            kind,
            from: From::Site,
            path: "/api/edx_proctoring/v1/proctored_exam/attempt",
            fields,
        });
    };
    for exam in ["proctored", "practice", "timed"] {
        for attempt in ATTEMPTS {
            let review = if attempt == "review_received" { REVIEW } else { "" };
            let status = format!("{ATTEMPT}{review}").replace("{status}", attempt);
            add(format!("edx.special_exam.{exam}.attempt.{attempt}"), status);
        }
        for change in ["allowance.created", "allowance.deleted"] {
            add(format!("edx.special_exam.{exam}.{change}"), ALLOWANCE.to_owned());
        }
        for change in ["created", "updated"] {
            add(format!("edx.special_exam.{exam}.{change}"), String::new());
        }
    }
    add("edx.special_exam.proctored.option-presented".to_owned(), String::new());
    all
}

fn bumpers() -> impl Iterator<Item = Template> {
    BUMPERS.iter().map(|what| Template {
        kind: format!("edx.video.bumper.{what}"),
        from: From::Page,
        path: "",
        fields: r#""host_component_id": "{element}", "bumper_id": "https://media.northvale.example/bumper.mp4", "duration": 10, "code": "html5", "currentTime": 4.2"#.to_owned(),
    })
}

fn old_dashboard() -> impl Iterator<Item = Template> {
    OLD_DASHBOARD.iter().map(|kind| Template {
        kind: (*kind).to_owned(),
        from: From::OldDashboard,
        path: "/instructor",
        fields: if kind.contains("forum") {
            r#""course": "{course}""#.to_owned()
        } else {
            String::new()
        },
    })
}
