//! The LMS database in SQLite (05 §4): accounts, enrollments, grades, cohorts, certificates. Each
//! learner is checked against the learner's events before a row is written.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, Transaction, params};

use crate::check;
use crate::clock::{self, DAY, Micros, seconds};
use crate::courses::Course;
use crate::grade;
use crate::learner::Learner;
use crate::lms_modules;
use crate::lms_schema;
use crate::office;
use crate::people::Person;
use crate::registration::Registration;
use crate::rng::{Purpose, Rng};
use crate::university::University;
use crate::world::Plan;

/// What differs on purpose between the tables and the events.
#[derive(Debug, Default)]
pub struct Faults {
    /// Users with events and no account row.
    pub no_account: Vec<i64>,
    /// Users without a profile row.
    pub no_profile: Vec<i64>,
    /// Users and courses whose enrollment row is not what the last event says.
    pub enrollments: Vec<(i64, String, &'static str)>,
}

/// Rows written, by table.
#[derive(Debug, Default)]
pub struct Rows {
    next: [i64; 7],
}

const COUNTED: [&str; 7] = [
    "auth_user",
    "auth_userprofile",
    "student_courseenrollment",
    "grades_persistentcoursegrade",
    "course_groups_courseusergroup_users",
    "certificates_generatedcertificate",
    "courseware_studentmodule",
];

impl Rows {
    /// The next id of a table.
    pub fn id(&mut self, table: usize) -> i64 {
        self.next[table] += 1;
        self.next[table]
    }

    /// Tables with their number of rows.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, i64)> + '_ {
        COUNTED.iter().copied().zip(self.next)
    }
}

/// Writes the database; nothing stands under its name until it is whole.
pub fn write(path: &Path, university: &University) -> Result<(Rows, Faults)> {
    let draft = path.with_extension("sqlite.part");
    let fail = || format!("cannot write the LMS database {}", path.display());
    let mut connection = Connection::open(&draft).with_context(fail)?;
    connection
        .execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;")
        .with_context(fail)?;
    let transaction = connection.transaction().with_context(fail)?;
    transaction.execute_batch(lms_schema::TABLES).with_context(fail)?;
    let result = fill(&transaction, university)?;
    transaction.execute_batch(lms_schema::INDEXES).with_context(fail)?;
    transaction.commit().with_context(fail)?;
    connection.close().map_err(|(_, error)| error).with_context(fail)?;
    fs::rename(&draft, path).with_context(fail)?;
    Ok(result)
}

fn fill(db: &Transaction, university: &University) -> Result<(Rows, Faults)> {
    let mut rows = Rows::default();
    let mut faults = Faults::default();
    service_accounts(db, &mut rows, &university.plan)?;
    for course in &university.courses {
        overview(db, course)?;
        cohorts(db, course)?;
    }
    for learner in &university.people {
        check::learner(learner, &university.courses)?;
        let of = || format!("cannot write the rows of user {}", learner.person.id);
        person(db, &mut rows, &mut faults, &university.plan, &learner.person).with_context(of)?;
        for registration in &learner.registrations {
            let course = &university.courses[registration.course];
            let one = One { plan: &university.plan, learner, registration, course };
            one.write(db, &mut rows, &mut faults).with_context(of)?;
        }
    }
    Ok((rows, faults))
}

fn service_accounts(db: &Transaction, rows: &mut Rows, plan: &Plan) -> rusqlite::Result<()> {
    for (id, name) in (1..).zip([
        "ecommerce_worker",
        "credentials_worker",
        "discovery_worker",
        "edx",
        "enterprise_worker",
    ]) {
        rows.id(0);
        let joined = clock::sql((plan.first - 3000) * DAY + id);
        db.execute(
            "INSERT INTO auth_user VALUES (?1, '!', NULL, 0, ?2, '', '', ?3, 0, 1, ?4)",
            params![id, name, format!("{name}@northvale.example"), joined],
        )?;
    }
    Ok(())
}

fn person(
    db: &Transaction,
    rows: &mut Rows,
    faults: &mut Faults,
    plan: &Plan,
    person: &Person,
) -> rusqlite::Result<()> {
    let mut luck = Rng::keyed(plan.seed, Purpose::Faults, [person.index, 0]);
    if !person.staff && luck.chance(0.001) {
        faults.no_account.push(person.id);
    } else {
        rows.id(0);
        account(db, plan, person)?;
    }
    if !person.staff && luck.chance(0.002) {
        faults.no_profile.push(person.id);
        return Ok(());
    }
    profile(db, rows.id(1), person)
}

fn account(db: &Transaction, plan: &Plan, person: &Person) -> rusqlite::Result<()> {
    let mut rng = Rng::keyed(plan.seed, Purpose::Rows, [person.index, 0]);
    let login = person.joined + seconds(rng.unit() * (plan.now() - person.joined) as f64 / 1e6);
    let login = (!rng.chance(0.05)).then(|| clock::sql(login));
    let retired = person.username.starts_with("retired__user_");
    let password = if retired {
        format!("!{}", rng.hex(40))
    } else {
        format!("pbkdf2_sha256$260000${}$demo", rng.hex(12))
    };
    let mut statement = db.prepare_cached(
        "INSERT INTO auth_user VALUES (?1, ?2, ?3, ?4, ?5, '', '', ?6, ?7, ?8, ?9)",
    )?;
    statement.execute(params![
        person.id,
        password,
        login,
        person.staff && rng.chance(0.1),
        person.username,
        person.email,
        person.staff,
        person.active,
        clock::sql(person.joined)
    ])?;
    Ok(())
}

fn profile(db: &Transaction, id: i64, person: &Person) -> rusqlite::Result<()> {
    let address = person.index.is_multiple_of(9).then_some("12 Mill Lane\r\nNorthvale");
    let city = person.index.is_multiple_of(5).then_some("São Paulo");
    let mut statement = db.prepare_cached(
        "INSERT INTO auth_userprofile VALUES (?1, ?2, ?3, '', 'course.xml', '', '', ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, NULL, 1, NULL, NULL)",
    )?;
    statement.execute(params![
        id,
        person.id,
        person.name,
        person.year_of_birth,
        person.gender,
        person.education,
        address,
        city,
        person.profile_country,
        person.goals
    ])?;
    Ok(())
}

fn overview(db: &Transaction, course: &Course) -> Result<()> {
    let window = course.window;
    let created = clock::sql((window.start - 90) * DAY);
    db.execute(
        "INSERT INTO course_overviews_courseoverview VALUES (?1, ?2, 17, ?3, ?4, ?5, ?6, ?7, ?5, ?8, ?9, NULL, ?10, ?11, NULL, \
         ?12, 'How it works.', '4 hours a week', ?13, 1, 0, 0, ?14, NULL, ?15, 'en', NULL, NULL)",
        params![
            created,
            clock::sql(course.edited()),
            course.id,
            course.outline.root,
            course.org,
            course.title,
            course.number,
            clock::sql(window.start * DAY + 8 * clock::HOUR),
            clock::sql((window.end + 1) * DAY - clock::MINUTE),
            clock::sql(window.announced * DAY),
            clock::sql(window.announced * DAY),
            course.asset("cover.jpg"),
            course.kind == crate::courses::Kind::SelfPaced,
            course.pass_mark,
            if course.kind == crate::courses::Kind::Archived { "none" } else { "both" },
        ],
    )?;
    Ok(())
}

fn cohorts(db: &Transaction, course: &Course) -> Result<()> {
    for (cohort, name) in office::COHORTS.iter().enumerate() {
        db.execute(
            "INSERT INTO course_groups_courseusergroup VALUES (?1, ?2, ?3, 'cohort')",
            params![office::cohort_id(course, cohort), name, course.id],
        )?;
    }
    Ok(())
}

/// One learner in one course, about to become rows.
struct One<'a> {
    plan: &'a Plan,
    learner: &'a Learner,
    registration: &'a Registration,
    course: &'a Course,
}

impl One<'_> {
    fn write(
        &self,
        db: &Transaction,
        rows: &mut Rows,
        faults: &mut Faults,
    ) -> rusqlite::Result<()> {
        let Some(created) = self.registration.created else { return Ok(()) };
        self.enrollment(db, rows.id(2), created, faults)?;
        self.grade(db, rows)?;
        self.cohort(db, rows)?;
        self.certificate(db, rows)?;
        lms_modules::write(db, rows, self.learner.person.id, self.registration, self.course)
    }

    /// One row in two hundred is not what the last event says, so that validation finds something.
    fn enrollment(
        &self,
        db: &Transaction,
        id: i64,
        created: Micros,
        faults: &mut Faults,
    ) -> rusqlite::Result<()> {
        let user = self.learner.person.id;
        let keys = [self.learner.person.index, 10 + self.course.index as u64];
        let mut luck = Rng::keyed(self.plan.seed, Purpose::Faults, keys);
        let (mut active, mut mode) = (self.registration.active, self.registration.mode);
        if luck.chance(0.005) {
            let what = if luck.chance(0.5) { "is_active" } else { "mode" };
            match what {
                "is_active" => active = !active,
                _ => mode = if mode == "verified" { "audit" } else { "verified" },
            }
            faults.enrollments.push((user, self.course.id.clone(), what));
        }
        let mut statement = db.prepare_cached(
            "INSERT INTO student_courseenrollment VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        statement.execute(params![id, self.course.id, clock::sql(created), active, mode, user])?;
        Ok(())
    }

    fn grade(&self, db: &Transaction, rows: &mut Rows) -> rusqlite::Result<()> {
        let Some(held) = self.registration.grade else { return Ok(()) };
        let mut statement = db
            .prepare_cached("INSERT INTO grades_persistentcoursegrade VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
        statement.execute(params![
            rows.id(3),
            clock::sql(held.created),
            clock::sql(held.modified),
            self.learner.person.id,
            self.course.id,
            clock::sql(self.course.edited()),
            self.course.version,
            self.course.policy_hash,
            f64::from(held.percent) / 100.0,
            grade::letter(self.course, held.percent),
            held.passed.map(clock::sql)
        ])?;
        Ok(())
    }

    fn cohort(&self, db: &Transaction, rows: &mut Rows) -> rusqlite::Result<()> {
        let Some(cohort) = self.registration.cohort else { return Ok(()) };
        let (id, user) = (rows.id(4), self.learner.person.id);
        let group = office::cohort_id(self.course, cohort);
        db.prepare_cached("INSERT INTO course_groups_courseusergroup_users VALUES (?1, ?2, ?3)")?
            .execute(params![id, group, user])?;
        db.prepare_cached("INSERT INTO course_groups_cohortmembership VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, group, user, self.course.id])?;
        Ok(())
    }

    fn certificate(&self, db: &Transaction, rows: &mut Rows) -> rusqlite::Result<()> {
        let Some((status, uuid, created)) = self.certificate_state() else { return Ok(()) };
        let percent = self.registration.grade.map_or(0.0, |held| f64::from(held.percent) / 100.0);
        let mut statement = db.prepare_cached(
            "INSERT INTO certificates_generatedcertificate VALUES (?1, ?2, ?3, ?4, '', ?5, '', 0, ?6, ?7, ?8, ?9, ?9, '', ?10)",
        )?;
        statement.execute(params![
            rows.id(5),
            self.course.id,
            uuid,
            if status == "downloadable" { uuid.as_str() } else { "" },
            percent.to_string(),
            status,
            self.registration.mode,
            self.learner.person.name,
            clock::sql(created),
            self.learner.person.id
        ])?;
        Ok(())
    }

    /// Status, id and time of a certificate: issued ones, and those refused when a course ended.
    fn certificate_state(&self) -> Option<(&'static str, String, Micros)> {
        if let Some(certificate) = &self.registration.certificate {
            let status = if certificate.revoked { "unavailable" } else { "downloadable" };
            return Some((status, certificate.uuid.clone(), certificate.created));
        }
        let held = self.registration.grade?;
        let over =
            self.course.window.end < self.plan.last && self.course.window.end > self.plan.first;
        if !over {
            return None;
        }
        let passing = grade::passes(self.course, held.percent);
        let status = match (self.registration.mode, passing) {
            ("audit", true) => "audit_passing",
            ("audit", false) => "audit_notpassing",
            (_, true) => "unverified",
            (_, false) => "notpassing",
        };
        let mut rng = Rng::keyed(
            self.plan.seed,
            Purpose::Rows,
            [self.learner.person.index, 1 + self.course.index as u64],
        );
        Some((status, rng.hex(32), (self.course.window.end + 1) * DAY + rng.between(0, DAY - 1)))
    }
}
