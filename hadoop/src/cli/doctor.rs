//! `insights doctor`: what is missing, and what to do about it.

use super::{environment, print, schedule};
use hadoop::config::{Engine, Settings};
use hadoop::doctor::{self, Finding, Verdict};
use hadoop::error::Drive;
use hadoop::near;
use serde_json::json;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    /// The engine that runs will use; else that of the settings
    #[arg(short = 'r', long = "runner", value_enum)]
    runner: Option<Engine>,
    /// The address by which the Data API reads the result store: mysql://api@host:port/database?password_file=PATH
    #[arg(long, value_name = "URL")]
    reader: Option<String>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    /// A line for each, and one for what to do
    Text,
    /// One object
    Json,
}

/// The version of the JSON form.
const FORM: u32 = 1;

pub fn doctor(file: Option<&Path>, args: &Args) -> Drive<u8> {
    let found = match checks(file, args) {
        Ok(checks) => {
            let found = doctor::examine(checks);
            // What was given up may have started something.
            near::end_children();
            found
        }
        Err(error) => vec![doctor::of_settings(error)],
    };
    let code = doctor::exit_code(&found);
    print(&match args.output {
        Output::Text => text(&found),
        Output::Json => format!("{:#}\n", json!({"v": FORM, "exit_code": code, "checks": found})),
    })?;
    Ok(code)
}

fn checks(file: Option<&Path>, args: &Args) -> Drive<Vec<doctor::Check>> {
    let settings = Settings::read(file, &environment())?;
    let scheduled = schedule::requests(file, &settings)?;
    let engine = args.runner.unwrap_or(settings.config.runners.default);
    doctor::checks(&settings, engine, args.reader.as_deref(), &scheduled)
}

fn text(found: &[Finding]) -> String {
    let mut text: String = found.iter().map(line).collect();
    let count = |verdict| found.iter().filter(|finding| finding.verdict == verdict).count();
    text += &format!(
        "{} ok, {} missing, {} cannot be told\n",
        count(Verdict::Ok),
        count(Verdict::Missing),
        count(Verdict::CannotTell)
    );
    text
}

fn line(Finding { check, verdict, said, todo, .. }: &Finding) -> String {
    let verdict = match verdict {
        Verdict::Ok => "ok",
        Verdict::Missing => "missing",
        Verdict::CannotTell => "cannot tell",
    };
    let said = said.trim_end().replace('\n', "; ");
    let todo = todo.iter().map(|todo| format!("{:<11}  {:<16}  -> {todo}\n", "", ""));
    format!("{verdict:<11}  {check:<16}  {said}\n{}", todo.collect::<String>())
}
