//! Which fields of a row tell of a learner, and what becomes of them.

use super::{Fate, Mode, PREFIX, Retired};
use crate::event::canonical::quoted;
use crate::event::{Event, Json};
use crate::table::{Kind, Table};
use std::borrow::Cow;
use std::net::IpAddr;

/// What a field tells of a learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// The account's number.
    UserId,
    /// The account's name.
    Username,
    /// The account's name, as JSON.
    QuotedName,
    /// Where the learner was: the last part of it goes, so that the country stays.
    Address,
    /// JSON of an event, which names the learner by `username` and `user_id`.
    Data,
    /// What only that learner has: it becomes empty.
    Private,
}

/// Tables whose rows are there to show single learners: no count is made of them, so their rows go in either
/// mode.
pub const LISTING: &[&str] = &[
    "auth_user",
    "course_groups_courseusergroup_users",
    "ecommerce_user",
    "learner_roster",
    "module_engagement_roster",
    "module_engagement_user_segments",
    "problem_response_latest",
    "problem_response_location",
    "social_auth_usersocialauth",
    "student_engagement_all",
    "student_engagement_by_day",
    "student_engagement_daily",
    "student_engagement_joined_all",
    "student_engagement_joined_daily",
    "student_engagement_joined_weekly",
    "student_engagement_raw_all",
    "student_engagement_raw_daily",
    "student_engagement_raw_weekly",
    "student_engagement_weekly",
];

/// Columns of tables that are counted in which learners tell of themselves.
const PRIVATE: &[(&str, &[&str])] = &[
    (
        "auth_userprofile",
        &["name", "language", "location", "mailing_address", "city", "country", "goals"],
    ),
    (
        "shoppingcart_order",
        &[
            "bill_to_first",
            "bill_to_last",
            "bill_to_street1",
            "bill_to_street2",
            "bill_to_city",
            "bill_to_state",
            "bill_to_postalcode",
            "bill_to_country",
            "bill_to_ccnum",
            "bill_to_cardtype",
            "processor_reply_dump",
            "company_name",
            "company_contact_name",
            "company_contact_email",
            "recipient_name",
            "recipient_email",
            "customer_reference_number",
        ],
    ),
    ("shoppingcart_orderitem", &["report_comments"]),
];

/// What a column of a table tells of a learner, if anything.
#[must_use]
pub fn person(table: &str, column: &str, kind: Kind) -> Option<Person> {
    let is_private = |(of, columns): &(&str, &[&str])| *of == table && columns.contains(&column);
    match (table, column) {
        // The shop counts its accounts by itself.
        ("order_order", "user_id") => None,
        ("auth_user", "id") | (_, "user_id" | "student_id" | "lms_user_id") => Some(Person::UserId),
        (_, "username") if kind == Kind::Json => Some(Person::QuotedName),
        (_, "username") => Some(Person::Username),
        ("last_ip_of_user_id", "ip_address") => Some(Person::Address),
        ("problem_checks", "data") => Some(Person::Data),
        _ => PRIVATE.iter().any(is_private).then_some(Person::Private),
    }
}

/// The columns of a table that tell of a learner, in order; none for a table of counts.
#[must_use]
pub fn columns_of(table: &Table) -> Vec<(usize, Person)> {
    let columns = table.columns.iter().enumerate();
    columns.filter_map(|(at, c)| Some((at, person(table.name, c.name, c.kind)?))).collect()
}

/// Whether a name is the pseudonym of a learner who has left.
#[must_use]
pub fn is_pseudonym(name: &[u8]) -> bool {
    name.starts_with(PREFIX.as_bytes())
}

/// Whether an account's number is that of a learner who has left.
#[must_use]
pub fn is_pseudonymous_id(id: &[u8]) -> bool {
    id.starts_with(b"-")
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is of somebody who is still there.
    Same,
    /// It is under a pseudonym now.
    Changed,
    /// It goes.
    Gone,
}

impl Retired {
    /// What becomes of a row of fields with a separator between, of which some tell of a learner.
    pub fn apply(
        &self,
        fields: &[(usize, Person)],
        is_listing: bool,
        separator: u8,
        row: &mut Vec<u8>,
    ) -> Outcome {
        let Some(fate) = self.fate_of(fields, separator, row) else { return Outcome::Same };
        if is_listing || fate.mode == Mode::Remove {
            return Outcome::Gone;
        }
        let told = |at: usize| fields.iter().find(|(of, _)| *of == at).map(|(_, person)| *person);
        let split = row.split(|byte| *byte == separator).enumerate();
        let replaced = split.map(|(at, field)| match told(at) {
            Some(person) => self.replaced(person, field, fate),
            None => Cow::Borrowed(field),
        });
        let replaced = replaced.collect::<Vec<_>>().join(&separator);
        *row = replaced;
        Outcome::Changed
    }

    fn fate_of(&self, fields: &[(usize, Person)], separator: u8, row: &[u8]) -> Option<Fate> {
        let last = fields.iter().map(|(at, _)| *at).max()?;
        let mut split = row.split(|byte| *byte == separator).enumerate().take(last + 1);
        split.find_map(|(at, field)| {
            let (_, person) = fields.iter().find(|(of, _)| *of == at)?;
            self.fate_by(*person, field)
        })
    }

    /// What becomes of what a field tells of; none where it names nobody who has left.
    #[must_use]
    pub fn fate_by(&self, person: Person, field: &[u8]) -> Option<Fate> {
        match person {
            Person::UserId => self.user_id(field),
            Person::Username => self.username(field),
            Person::QuotedName => self.username(Json::parse(field)?.text()?.as_bytes()),
            Person::Data => members(field).iter().find_map(|member| member.fate(self)),
            Person::Address | Person::Private => None,
        }
    }

    /// The field in a row that stays.
    #[must_use]
    pub fn replaced<'f>(&self, person: Person, field: &'f [u8], fate: Fate) -> Cow<'f, [u8]> {
        let is_null = field == crate::streaming::output::NULL;
        match person {
            _ if is_null => Cow::Borrowed(field),
            Person::UserId => fate.user_id().to_string().into_bytes().into(),
            Person::Username => fate.username().into_bytes().into(),
            Person::QuotedName => quoted(&fate.username()).into_bytes().into(),
            Person::Address => coarse(field).into_bytes().into(),
            Person::Private => Cow::Borrowed(b""),
            Person::Data => self.replaced_data(field).into(),
        }
    }

    /// Puts pseudonyms into the JSON of an event, all else as it is.
    fn replaced_data(&self, data: &[u8]) -> Vec<u8> {
        let (mut made, mut from) = (Vec::with_capacity(data.len()), 0);
        for member in members(data) {
            let Some(fate) = member.fate(self) else { continue };
            made.extend_from_slice(&data[from..member.start]);
            from = member.start + member.value.len();
            made.extend_from_slice(
                &match (member.name, member.value.first()) {
                    (USER_ID, Some(b'"')) => format!("\"{}\"", fate.user_id()),
                    (USER_ID, _) => fate.user_id().to_string(),
                    _ => quoted(&fate.username()),
                }
                .into_bytes(),
            );
        }
        made.extend_from_slice(&data[from..]);
        made
    }

    /// Whether an event is of a learner who has left, or names one.
    #[must_use]
    pub fn names(&self, event: &Event) -> bool {
        let by_name =
            |name: Json| name.text().is_some_and(|n| self.username(n.as_bytes()).is_some());
        let by_id =
            |id: Json| id.scalar_text().is_some_and(|t| self.user_id(t.as_bytes()).is_some());
        let [id, name, target] = event.payload_members(["user_id", "username", "target_username"]);
        event.username().is_some_and(by_name)
            || event.context_user_id().is_some_and(by_id)
            || id.is_some_and(by_id)
            || name.is_some_and(by_name)
            || target.is_some_and(by_name)
    }
}

const USER_ID: &str = "user_id";
const USERNAME: &str = "username";

/// A member of canonical JSON that names the learner, however deep it stands.
struct Member<'d> {
    name: &'static str,
    start: usize,
    value: &'d [u8],
}

impl Member<'_> {
    fn fate(&self, retired: &Retired) -> Option<Fate> {
        let value = Json::parse(self.value)?;
        match self.name {
            USER_ID => retired.user_id(value.scalar_text()?.as_bytes()),
            _ => retired.username(value.text()?.as_bytes()),
        }
    }
}

/// The members of canonical JSON that name the learner, in order. Nothing stands there between a name and its
/// value, and a quote inside a text is escaped: so `"username":` is nothing but the name of a member.
fn members(data: &[u8]) -> Vec<Member<'_>> {
    let mut found = Vec::new();
    for name in [USER_ID, USERNAME] {
        let needle = format!("\"{name}\":");
        let starts = memchr::memmem::find_iter(data, &needle).map(|at| at + needle.len());
        found.extend(starts.filter_map(|start| {
            let value = scalar(&data[start..])?;
            Some(Member { name, start, value })
        }));
    }
    found.sort_by_key(|member| member.start);
    found
}

/// The text or number at the beginning of canonical JSON.
fn scalar(json: &[u8]) -> Option<&[u8]> {
    if json.first()? != &b'"' {
        let end = json.iter().position(|byte| b",}]".contains(byte))?;
        return Some(&json[..end]);
    }
    let mut at = 1;
    loop {
        match json.get(at)? {
            b'"' => return Some(&json[..=at]),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The networks of a list of addresses: what a database of countries needs, and no more.
fn coarse(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    let one = |address: &str| match address.trim().parse() {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            IpAddr::from([a, b, c, 0]).to_string()
        }
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, ..] = v6.segments();
            IpAddr::from([a, b, c, 0, 0, 0, 0, 0]).to_string()
        }
        Err(_) => "0.0.0.0".to_owned(),
    };
    text.split(',').map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::registry::{JOBS, RESULT_TABLES};
    use crate::testkit::retired;

    fn applied(fields: &[(usize, Person)], row: &str) -> String {
        let mut line = row.as_bytes().to_vec();
        let outcome = retired(Mode::Pseudonymise).apply(fields, false, b'\t', &mut line);
        assert_eq!(outcome == Outcome::Same, line == row.as_bytes());
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_row_is_put_under_a_pseudonym() {
        use Person::{Address, Private, QuotedName, UserId, Username};
        for (fields, row, made) in [
            (&[(1, UserId)][..], "c\t7\tx", "c\t-5\tx"),
            (&[(1, UserId)], "c\t8\t7", "c\t8\t7"),
            (&[(1, UserId)], "c\t\\N\t7", "c\t\\N\t7"),
            (&[(0, Username)], "mira\t1", "retired:5\t1"),
            (&[(0, QuotedName)], "\"mira \"\t1", "\"retired:5\"\t1"),
            (&[(0, UserId), (1, Private), (2, Private)], "7\tN\t\\N", "-5\t\t\\N"),
            (&[(0, Address), (1, UserId)], "192.0.2.77\t7", "192.0.2.0\t-5"),
            (&[(0, Address), (1, UserId)], "192.0.2.77\t8", "192.0.2.77\t8"),
            (&[(0, Address), (1, UserId)], "2001:db8:1:2::3, x\t7", "2001:db8:1::, 0.0.0.0\t-5"),
        ] {
            assert_eq!(applied(fields, row), made);
        }
    }

    #[test]
    fn what_an_event_says_is_kept_but_for_who_said_it() {
        let data = r#"{"answers":{"1":"mira","2":"\"username\":\"mira\""},"context":{"user_id":7},"user_id":"7","username":"mira"}"#;
        let made = r#"{"answers":{"1":"mira","2":"\"username\":\"mira\""},"context":{"user_id":-5},"user_id":"-5","username":"retired:5"}"#;
        assert_eq!(applied(&[(0, Person::Data)], data), made);
        let other =
            data.replace(":7", ":70").replace("\"7\"", "\"70\"").replace("mira\"}", "zoe\"}");
        assert_eq!(applied(&[(0, Person::Data)], &other), other, "a row of somebody else");
    }

    #[test]
    fn rows_of_those_who_are_removed_go_and_those_of_lists_always() {
        let fields = [(0, Person::UserId)];
        let outcome = |mode, is_listing, row: &str| {
            retired(mode).apply(&fields, is_listing, b'\t', &mut row.as_bytes().to_vec())
        };
        assert_eq!(outcome(Mode::Remove, false, "7\tx"), Outcome::Gone);
        assert_eq!(outcome(Mode::Pseudonymise, true, "7\tx"), Outcome::Gone);
        assert_eq!(outcome(Mode::Remove, true, "8\tx"), Outcome::Same);
    }

    /// A new table with learners in it has to be thought of here.
    #[test]
    fn every_table_that_tells_of_learners_is_known() {
        let of_jobs = JOBS.iter().flat_map(|job| job.fills).map(|fill| *fill.table);
        let tables: Vec<_> = of_jobs.chain(RESULT_TABLES.iter().copied()).collect();
        let mut pseudonymised: Vec<_> = tables
            .iter()
            .filter(|table| !columns_of(table).is_empty() && !LISTING.contains(&table.name))
            .map(|table| table.name)
            .collect();
        pseudonymised.sort_unstable();
        pseudonymised.dedup();
        assert_eq!(
            pseudonymised,
            [
                "course_enrollment",
                "course_enrollment_events",
                "course_enrollment_spans",
                "course_enrollment_summary",
                "enrollment_validation_events",
                "last_country_of_user_id",
                "last_ip_of_user_id",
                "module_engagement",
                "module_engagement_summary",
                "problem_checks",
                "user_activity_by_user",
                "video_events",
                "video_viewing_by_date",
            ]
        );
        let imports = crate::lms::TABLES.iter().map(|table| table.staged);
        let tables: Vec<_> = tables.into_iter().chain(imports).collect();
        for name in LISTING {
            let table = tables.iter().find(|table| table.name == *name);
            assert!(table.is_some_and(|table| !columns_of(table).is_empty()), "{name}");
        }
        for (name, columns) in PRIVATE {
            let table = tables.iter().find(|table| table.name == *name).unwrap();
            let has = |column: &&&str| table.columns.iter().any(|c| c.name == **column);
            assert_eq!(columns.iter().filter(has).count(), columns.len(), "{name}");
        }
    }

    #[test]
    fn an_event_that_names_somebody_who_left_is_known() {
        let retired = retired(Mode::Remove);
        for (line, is_named) in [
            (r#"{"username": "mira"}"#, true),
            (r#"{"context": {"user_id": 7}}"#, true),
            (r#"{"event": {"user_id": "7"}}"#, true),
            (r#"{"event": "{\"target_username\": \"mira\"}"}"#, true),
            (r#"{"username": "zoe", "context": {"user_id": 8}, "event": {"user_id": 9}}"#, false),
        ] {
            let event = Event::parse(line.as_bytes()).unwrap();
            assert_eq!(retired.names(&event), is_named, "{line}");
        }
    }
}
