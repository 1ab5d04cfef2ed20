//! `insights-demo`: a believable university as an analytics pipeline meets it: tracking logs, the
//! LMS database and the course catalogue, made from a seed. All people are invented.
mod address_database;
mod assessment;
mod catalogue;
mod certificate;
mod check;
mod clock;
mod courses;
mod devices;
mod enrollment;
mod files;
mod forum;
mod grade;
mod json;
mod known;
mod learner;
mod line;
mod lms;
mod lms_modules;
mod lms_schema;
mod malformed;
mod mobile;
mod notes;
mod office;
mod oneoff;
mod oneoff_types;
mod outline;
mod parallel;
mod people;
mod places;
mod plant;
mod problem;
mod questions;
mod registration;
mod report;
mod rng;
mod robots;
mod schedule;
mod session;
mod sink;
mod study;
mod submission;
mod textbook;
mod university;
mod video;
mod world;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use clap::{Parser, ValueEnum};

use crate::clock::{Day, day_of_date};
use crate::university::{Amount, University};
use crate::world::Plan;

/// Days of an ordinary university: half a year.
const USUAL_DAYS: u16 = 182;
/// Learners of an ordinary university.
const USUAL_LEARNERS: usize = 2000;

/// Makes a believable university below a folder: logs/, lms.sqlite, course_runs.json, course_list.json,
/// course_blocks.json, countries.mmdb and expected.json. The same seed gives the same bytes.
#[derive(Debug, Parser)]
#[command(name = "insights-demo", version)]
struct Cli {
    /// Folder for everything; made when missing, must be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Everything follows from this number
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Amount of log text before compression: 50MB, 2GB, 20GB
    #[arg(long, value_parser = parse_size, conflicts_with_all = ["learners", "events"])]
    size: Option<u64>,
    /// Number of log lines
    #[arg(long, conflicts_with = "learners")]
    events: Option<u64>,
    /// Number of learners [default: 2000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    learners: Option<u32>,
    /// Number of courses
    #[arg(long, default_value_t = courses::USUAL_COURSES as u8, value_parser = clap::value_parser!(u8).range(1..=60))]
    courses: u8,
    /// Last day with events [default: a day of June 2026, by seed]
    #[arg(long, value_name = "YYYY-MM-DD")]
    end: Option<NaiveDate>,
    /// Number of days [default: 182]
    #[arg(long, value_parser = clap::value_parser!(u16).range(7..=3660))]
    days: Option<u16>,
    /// Years of history in which little happens: few events, many days
    #[arg(long, value_name = "N", conflicts_with = "days", value_parser = clap::value_parser!(u16).range(1..=30))]
    quiet_years: Option<u16>,
    /// Whether malformed lines, odd values and anonymous visitors are planted
    #[arg(long, value_enum, default_value = "on")]
    malformed: Switch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// Bytes from a number with a unit of powers of ten.
fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f64 =
        digits.trim().parse().map_err(|_| format!("{text} is no size such as 50MB or 2GB"))?;
    let factor = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "KB" | "K" => 1e3,
        "MB" | "M" => 1e6,
        "GB" | "G" => 1e9,
        unit => return Err(format!("{unit} is no unit: B, KB, MB or GB")),
    };
    if number > 0.0 && number * factor < 1e15 {
        Ok((number * factor) as u64)
    } else {
        Err(format!("{text} is out of range"))
    }
}

impl Cli {
    fn plan(&self) -> Result<Plan> {
        let days = match self.quiet_years {
            Some(years) => Day::from(years) * 1461 / 4,
            None => Day::from(self.days.unwrap_or(USUAL_DAYS)),
        };
        let last = match self.end {
            Some(date) => day_of_date(date),
            None => 20_605 + (self.seed % 28) as Day,
        };
        let mut plan = Plan {
            seed: self.seed,
            first: last - days + 1,
            last,
            learners: self.learners.map_or(USUAL_LEARNERS, |learners| learners as usize),
            courses: usize::from(self.courses),
            malformed: self.malformed == Switch::On,
            quiet: self.quiet_years.is_some(),
        };
        if let Some(amount) = self.size.map(Amount::Bytes).or(self.events.map(Amount::Lines)) {
            plan.learners = university::learners_for(&plan, amount)?;
        }
        Ok(plan)
    }
}

/// Makes sure that nothing of an earlier run is mixed with this one.
fn empty_folder(out: &PathBuf) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make folder {}", out.display()))?;
    let mut entries =
        fs::read_dir(out).with_context(|| format!("cannot read folder {}", out.display()))?;
    if entries.next().is_some() {
        bail!("{} is not empty; remove it or name another folder", out.display());
    }
    Ok(())
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    empty_folder(&cli.out)?;
    let mut university = University::found(cli.plan()?);
    let (first, days) = (university.plan.first, university.plan.days());
    university.play(&cli.out.join("logs"), |day| {
        if (day - first + 1) * 10 / days > (day - first) * 10 / days {
            eprintln!("{}: {} of {days} days", clock::date_of_day(day), day - first + 1);
        }
    })?;
    let (rows, faults) = lms::write(&cli.out.join("lms.sqlite"), &university)?;
    catalogue::write_runs(&cli.out.join("course_runs.json"), &university)?;
    catalogue::write_list(&cli.out.join("course_list.json"), &university)?;
    address_database::write(&cli.out.join("countries.mmdb"), &university.plan)?;
    catalogue::write_blocks(&cli.out.join("course_blocks.json"), &university)?;
    report::write_expected(&cli.out.join("expected.json"), &university, &rows, &faults)?;
    report::print(&university, &rows);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("50MB"), Ok(50_000_000));
        assert_eq!(parse_size("1.5gb"), Ok(1_500_000_000));
        assert_eq!(parse_size("700"), Ok(700));
        for wrong in ["", "MB", "5TB", "-1MB", "1e30GB"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
