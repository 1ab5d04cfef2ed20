//! The geography family: last addresses, their countries, learners by country.

use crate::case::{Case, Rows, cells};
use crate::enrollment::{done, source};
use jobs::enrollment::address_database::PARAMETER;
use jobs::enrollment::{course_enrollment_location_current, last_country_of_user, last_ip_of_user};
use jobs::params::Params;
use jobs::pass::Source;
use jobs::testkit::address_files::{map, maxmind_db, number, text};
use jobs::testkit::{mapped, scan};
use serde_json::Value;
use tempfile::NamedTempFile;

pub fn addresses(case: &Case) -> Result<Rows, String> {
    if case.level == "map" {
        let emitted = mapped(&last_ip_of_user::JOB, &case.scan_params()?, case.log());
        return Ok(columns(cells(emitted.map_err(|e| e.to_string())?), [0, 3, 4, 2, 1]));
    }
    let day = case.run_params().interval().map_err(|e| e.to_string())?.start().to_string();
    let table = last_ip_of_user::TABLE.name;
    let facts = columns(cells(case.input.clone()), [1, 2, 4, 3]);
    let facts = facts.iter().map(|row| row.join("\t")).collect();
    let standing = vec![(Source::Table { table: table.to_owned(), partition: day }, facts)];
    Ok(cells(done(&last_ip_of_user::JOB, &case.run_params(), standing)?.table(table)))
}

pub fn countries(case: &Case) -> Result<Rows, String> {
    let facts = source(last_ip_of_user::TABLE.name, case.input.clone());
    if case.level == "map" {
        let emitted = mapped(&last_country_of_user::JOB, &case.run_params(), facts);
        return Ok(cells(emitted.map_err(|e| e.to_string())?));
    }
    Ok(cells(countries_of(case, facts)?))
}

pub fn learners(case: &Case) -> Result<Rows, String> {
    let end = case.run_params().interval().map_err(|e| e.to_string())?.end();
    let window = case.params["overwrite_n_days"].as_u64().ok_or("no window")?;
    let (from, until) = ((end - chrono::Days::new(window)).to_string(), end.to_string());
    let days = [("scan_from", from.as_str()), ("scan_until", until.as_str())];
    let scanned = scan(&[&last_ip_of_user::JOB], &days, &[("log", case.input.clone())]);
    let facts = source(last_ip_of_user::TABLE.name, scanned.table(last_ip_of_user::TABLE.name));
    let inputs = vec![
        source(last_country_of_user::TABLE.name, countries_of(case, facts)?),
        source("student_courseenrollment", case.lms_rows("student_courseenrollment")),
    ];
    let job = &course_enrollment_location_current::JOB;
    Ok(cells(done(job, &case.run_params(), inputs)?.table(job.fills[0].table.name)))
}

fn countries_of(case: &Case, facts: (Source, Vec<String>)) -> Result<Vec<String>, String> {
    let database = database(case);
    let mut params: Params = case.run_params();
    params.set(PARAMETER, database.path().to_str().unwrap());
    let done = done(&last_country_of_user::JOB, &params, vec![facts])?;
    Ok(done.table(last_country_of_user::TABLE.name))
}

/// The case's database as a file. A look-up that is to fail finds a number in place of a text.
fn database(case: &Case) -> NamedTempFile {
    let said = |value: &Value| match value.as_str()? {
        "__error__" => Some(number(7)),
        said => Some(text(said)),
    };
    let record = |country: &Value| {
        let names = said(&country["name"]).map(|name| ("names", map(&[("en", name)])));
        let code = said(&country["code"]).map(|code| ("iso_code", code));
        map(&[("country", map(&code.into_iter().chain(names).collect::<Vec<_>>()))])
    };
    let geo = case.params["geo"].as_object().unwrap();
    let networks: Vec<_> =
        geo.iter().map(|(address, country)| (format!("{address}/32"), record(country))).collect();
    let networks: Vec<_> =
        networks.iter().map(|(network, record)| (network.as_str(), record.clone())).collect();
    let file = NamedTempFile::new().unwrap();
    std::fs::write(&file, maxmind_db(&networks)).unwrap();
    file
}

/// Some columns of each row, in this order.
fn columns<const N: usize>(rows: Rows, order: [usize; N]) -> Rows {
    rows.iter().map(|row| order.iter().map(|at| row[*at].clone()).collect()).collect()
}
