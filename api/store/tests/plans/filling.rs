//! Ten million rows for the store of a server, nearly all of them of other courses than the one asked for.

use jobs::registry::RESULT_TABLES;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Pool};
use store::{Address, Store};

/// Rows of the store, of all tables.
pub const ROWS: usize = 10_000_000;
/// The course that is asked for.
pub const COURSE: &str = "o/demo/r";

/// Rows of one table. In its values `{K}` stands for what tells courses apart, `{C}` for the course's id, `{N}`
/// for the number of the row in its course, and `{DAY}` for the day of that number.
struct Filling {
    table: &'static str,
    rows: usize,
    /// Rows of one course, the one asked for among them.
    of_course: usize,
    columns: &'static str,
    values: &'static str,
}

const FILLINGS: [Filling; 17] = [
    Filling {
        table: "course_enrollment_mode_daily",
        rows: 2_500_000,
        of_course: 1500,
        columns: "date, course_id, mode, count, cumulative_count",
        values: "DATE'2014-01-01' + INTERVAL {N} DIV 3 DAY, {C}, ELT({N} MOD 3 + 1, 'audit', 'honor', 'verified'), 5, 9",
    },
    Filling {
        table: "course_enrollment_daily",
        rows: 1_000_000,
        of_course: 500,
        columns: "course_id, date, count",
        values: "{C}, {DAY}, 5",
    },
    Filling {
        table: "course_enrollment_gender_daily",
        rows: 500_000,
        of_course: 500,
        columns: "course_id, date, gender, count",
        values: "{C}, {DAY}, 'f', 5",
    },
    Filling {
        table: "course_enrollment_education_level_daily",
        rows: 200_000,
        of_course: 500,
        columns: "course_id, date, education_level, count",
        values: "{C}, {DAY}, 'masters', 5",
    },
    Filling {
        table: "course_enrollment_birth_year_daily",
        rows: 200_000,
        of_course: 500,
        columns: "course_id, date, birth_year, count",
        values: "{C}, {DAY}, 1990, 5",
    },
    Filling {
        table: "course_enrollment_location_current",
        rows: 200_000,
        of_course: 500,
        columns: "course_id, date, country_code, count, cumulative_count",
        values: "{C}, {DAY}, 'CA', 5, 9",
    },
    Filling {
        table: "course_activity",
        rows: 500_000,
        of_course: 800,
        columns: "course_id, interval_start, interval_end, label, count",
        values: "{C}, DATE'2014-01-06' + INTERVAL {N} DIV 4 WEEK, DATE'2014-01-13' + INTERVAL {N} DIV 4 WEEK, \
                 ELT({N} MOD 4 + 1, 'ACTIVE', 'ATTEMPTED_PROBLEM', 'PLAYED_VIDEO', 'POSTED_FORUM'), 5",
    },
    Filling {
        table: "course_meta_summary_enrollment",
        rows: 4000,
        of_course: 2,
        columns: "course_id, enrollment_mode, count",
        values: "{C}, ELT({N} + 1, 'audit', 'honor'), 5",
    },
    Filling {
        table: "course_program_metadata",
        rows: 4000,
        of_course: 2,
        columns: "course_id, program_id, program_type",
        values: "{C}, CONCAT({K}, '-', {N}), 'MicroMasters'",
    },
    Filling {
        table: "answer_distribution",
        rows: 700_000,
        of_course: 1000,
        columns: "course_id, module_id, part_id, correct, first_response_count, last_response_count, value_id, \
                  answer_value_text",
        values: "{C}, CONCAT({K}, '/', LPAD({N} DIV 20, 3, '0')), CONCAT({K}, '-', LPAD({N} DIV 10, 3, '0')), {N} MOD 2, 5, 5, \
                 {N} MOD 10, 'x'",
    },
    Filling {
        table: "tags_distribution",
        rows: 200_000,
        of_course: 500,
        columns: "course_id, org_id, module_id, tag_name, tag_value, total_submissions, correct_submissions",
        values: "{C}, 'o', CONCAT({K}, '/', {N}), 'difficulty', 'Easy', 5, 3",
    },
    Filling {
        table: "grade_distribution",
        rows: 200_000,
        of_course: 500,
        columns: "module_id, course_id, grade, max_grade, count",
        values: "CONCAT({K}, '/', LPAD({N} DIV 20, 3, '0')), {C}, {N} MOD 20, 20, 5",
    },
    Filling {
        table: "sequential_open_distribution",
        rows: 100_000,
        of_course: 200,
        columns: "module_id, course_id, count",
        values: "CONCAT({K}, '/', LPAD({N}, 3, '0')), {C}, 5",
    },
    Filling {
        table: "video",
        rows: 100_000,
        of_course: 200,
        columns: "pipeline_video_id, course_id, encoded_module_id, duration",
        values: "CONCAT({C}, '|', {N}), {C}, {N}, 100",
    },
    Filling {
        table: "module_engagement",
        rows: 1_200_000,
        of_course: 2000,
        columns: "course_id, username, date, entity_type, entity_id, event, count",
        values: "{C}, CONCAT({K}, '-', LPAD({N} DIV 10, 4, '0')), DATE'2014-01-01' + INTERVAL {N} MOD 10 DAY, 'video', {N}, \
                 'viewed', 1",
    },
    Filling {
        table: "module_engagement_metric_ranges",
        rows: 20_000,
        of_course: 15,
        columns: "course_id, metric, range_type, low_value",
        values: "{C}, CONCAT('metric', {N} DIV 3), ELT({N} MOD 3 + 1, 'low', 'normal', 'high'), {N}",
    },
    Filling {
        table: "learner_roster",
        rows: 100_000,
        of_course: 2000,
        columns: "course_id, username, name, email, enrollment_mode, cohort, segments, videos_viewed",
        values: "{C}, CONCAT({K}, '-', LPAD({N}, 4, '0')), CONCAT('Ann ', {N}), CONCAT({N}, '@example.com'), 'audit', \
                 CONCAT('cohort', {N} MOD 5), ELT({N} MOD 2 + 1, 'inactive', 'struggling'), {N}",
    },
];

/// What the loader makes no table for: the users of enterprises, and those of the original service.
const OTHERS: [&str; 7] = [
    "CREATE TABLE enterprise_user (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, enterprise_id VARCHAR(32) NOT NULL, \
     user_username VARCHAR(255), KEY (enterprise_id)) COLLATE utf8mb4_bin",
    "INSERT INTO enterprise_user (enterprise_id, user_username) \
     SELECT MD5(LPAD(seq DIV 50, 5, '0')), CONCAT(LPAD(seq DIV 50, 5, '0'), '-', LPAD(seq MOD 50, 4, '0')) \
     FROM seq_0_to_19999",
    "INSERT INTO enterprise_user (enterprise_id, user_username) \
     SELECT MD5('demo'), CONCAT('demo-', LPAD(seq, 4, '0')) FROM seq_0_to_49",
    "CREATE TABLE auth_user (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, password VARCHAR(128) NOT NULL, \
     username VARCHAR(150) NOT NULL UNIQUE, is_staff TINYINT NOT NULL, is_active TINYINT NOT NULL)",
    "INSERT INTO auth_user SELECT seq, '', CONCAT('user', seq), 0, 1 FROM seq_1_to_20000",
    "CREATE TABLE authtoken_token (`key` VARCHAR(40) NOT NULL PRIMARY KEY, created DATETIME(6), \
     user_id INT NOT NULL UNIQUE)",
    "INSERT INTO authtoken_token SELECT MD5(seq), NOW(), seq FROM seq_1_to_19999",
];

/// The mark of each table, and many of the one that is loaded by days.
const MARKS: &str = "INSERT INTO table_updates (update_id, target_table) \
                     SELECT CONCAT('day:', seq), 'module_engagement' FROM seq_1_to_3000 \
                     UNION ALL SELECT 'roster:1', 'learner_roster'";

/// Makes all tables and fills them, two at a time.
pub async fn fill(address: &Address) {
    Store::open(address).unwrap().create_tables(RESULT_TABLES).await.unwrap();
    let Address::Mysql { url, .. } = address else { panic!("only a server can count so far") };
    let mut connection = Conn::from_url(url).await.unwrap();
    for sql in OTHERS.into_iter().chain([MARKS]) {
        connection.query_drop(sql).await.unwrap();
    }
    let pool = Pool::from_url(format!("{url}?pool_min=0&pool_max=4")).unwrap();
    let (large, small) = FILLINGS.split_at(4);
    tokio::join!(fill_all(&pool, large), fill_all(&pool, small), fill_timeline(&pool));
    pool.disconnect().await.unwrap();
    connection.disconnect().await.unwrap();
}

async fn fill_all(pool: &Pool, fillings: &[Filling]) {
    for filling in fillings {
        filling.fill(pool).await;
    }
}

/// All rows that are still missing: those of the largest table, whose rows are the shortest.
async fn fill_timeline(pool: &Pool) {
    let others: usize = FILLINGS.iter().map(|filling| filling.rows).sum();
    let timeline = Filling {
        table: "video_timeline",
        rows: ROWS - others,
        of_course: 100,
        columns: "pipeline_video_id, segment, num_users, num_views",
        values: "CONCAT({C}, '|v'), {N}, 5, 9",
    };
    timeline.fill(pool).await;
}

impl Filling {
    /// Unchecked rows of an empty table are sorted before they are written, which takes a fifth of the time.
    async fn fill(&self, pool: &Pool) {
        let mut connection = pool.get_conn().await.unwrap();
        connection.query_drop("SET unique_checks = 0, foreign_key_checks = 0").await.unwrap();
        let others = format!("LPAD(seq DIV {}, 5, '0')", self.of_course);
        connection.query_drop(self.insert(self.rows, &others)).await.unwrap();
        connection.query_drop(self.insert(self.of_course, "'demo'")).await.unwrap();
        connection.query_drop(format!("ANALYZE TABLE {}", self.table)).await.unwrap();
    }

    fn insert(&self, rows: usize, course_key: &str) -> String {
        let values = self
            .values
            .replace("{DAY}", "DATE'2014-01-01' + INTERVAL {N} DAY")
            .replace("{C}", "CONCAT('o/', {K}, '/r')")
            .replace("{K}", course_key)
            .replace("{N}", &format!("(seq MOD {})", self.of_course));
        let Self { table, columns, .. } = self;
        format!("INSERT INTO {table} ({columns}) SELECT {values} FROM seq_0_to_{}", rows - 1)
    }
}
