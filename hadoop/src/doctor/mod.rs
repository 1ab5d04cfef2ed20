//! What a deployment lacks before a run finds out: checks that ask at once, each for a limited time, by the
//! code that runs use (spec 41 G).
//!
//! What is missing has the exit code that a run would end with: 3 where a setting or a program is wrong, 44
//! where somebody is not let in or has too few rights, 20 where something is not there. The largest counts.
//! What cannot be told from here fails nothing.

mod clock;
mod cluster;
mod databases;
#[cfg(feature = "emr")]
mod emr;
mod node;
mod places;
mod services;
mod shape;
mod tools;

pub use shape::checks;

use crate::error::DriveError;
use serde::Serialize;
use std::cmp::Reverse;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Exit codes of what is missing.
const SETTING: u8 = 3;
const NOT_THERE: u8 = 20;
const NOT_LET_IN: u8 = 44;

/// What MySQL and MariaDB say to a user whom they do not know, or who may not do what he asks.
const NOT_ALLOWED: &[&str] = &["1044", "1045", "1142", "1143", "1227", "1370", "1698"];

/// How a check ended, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A run would fail.
    Missing,
    /// Only a run, or somebody with other rights, can tell.
    CannotTell,
    /// All is there.
    Ok,
}

/// What a check found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub said: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
    /// The exit code that it asks for.
    pub code: u8,
}

/// What keeps a check from being well.
#[derive(Debug)]
pub struct Lack {
    verdict: Verdict,
    said: String,
    todo: String,
    code: u8,
}

/// What a check says.
pub type Told = Result<String, Lack>;

impl Lack {
    fn missing(code: u8, said: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { verdict: Verdict::Missing, said: said.into(), todo: todo.into(), code }
    }

    fn unknown(said: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { verdict: Verdict::CannotTell, said: said.into(), todo: todo.into(), code: 0 }
    }

    /// What a run would have failed with.
    fn of(error: impl Into<DriveError>, todo: impl Into<String>) -> Self {
        let error = error.into();
        let said = error.to_string();
        let code = match error.exit_code() {
            _ if NOT_ALLOWED.iter().any(|code| said.contains(&format!("ERROR {code} "))) => {
                NOT_LET_IN
            }
            code @ (SETTING | NOT_LET_IN) => code,
            _ => NOT_THERE,
        };
        Self::missing(code, said, todo)
    }
}

/// A check that was not made yet.
pub struct Check {
    name: String,
    limit: Duration,
    ask: Box<dyn FnOnce() -> Told + Send>,
    give_up: Option<Box<dyn FnOnce() + Send>>,
}

/// How long a server may take.
const OF_A_SERVER: Duration = Duration::from_secs(30);
/// How long a command may take that starts a Java machine or two.
const OF_A_COMMAND: Duration = Duration::from_secs(180);
/// How long a small job may take on a busy cluster.
const OF_A_JOB: Duration = Duration::from_secs(900);

impl Check {
    fn new(name: impl Into<String>, ask: impl FnOnce() -> Told + Send + 'static) -> Self {
        Self { name: name.into(), limit: OF_A_SERVER, ask: Box::new(ask), give_up: None }
    }

    fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// What clears up after it, should it take too long.
    fn or_else(self, give_up: impl FnOnce() + Send + 'static) -> Self {
        Self { give_up: Some(Box::new(give_up)), ..self }
    }
}

/// Makes all checks at once; gives what they found, the worst first.
#[must_use]
pub fn examine(checks: Vec<Check>) -> Vec<Finding> {
    let began = Instant::now();
    let asked: Vec<_> = checks.into_iter().map(ask).collect();
    let mut found = Vec::new();
    for Asked { name, limit, answer, give_up } in asked {
        let told =
            answer.recv_timeout(limit.saturating_sub(began.elapsed())).unwrap_or_else(|_| {
                give_up.into_iter().for_each(|give_up| give_up());
                let said = format!("no answer within {} s", limit.as_secs());
                Err(Lack::missing(
                    NOT_THERE,
                    said,
                    "see whether it is up, and whether a firewall is between",
                ))
            });
        found.push(finding(name, told));
    }
    found.sort_by_key(|finding| (finding.verdict, Reverse(finding.code)));
    found
}

/// A check under way.
struct Asked {
    name: String,
    limit: Duration,
    answer: mpsc::Receiver<Told>,
    give_up: Option<Box<dyn FnOnce() + Send>>,
}

fn ask(Check { name, limit, ask, give_up }: Check) -> Asked {
    let (tell, answer) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody waits for an answer that came too late.
        let _ = tell.send(ask());
    });
    Asked { name, limit, answer, give_up }
}

fn finding(check: String, told: Told) -> Finding {
    match told {
        Ok(said) => Finding { check, verdict: Verdict::Ok, said, todo: None, code: 0 },
        Err(Lack { verdict, said, todo, code }) => {
            Finding { check, verdict, said, todo: Some(todo), code }
        }
    }
}

/// What is found where the settings themselves cannot be used.
#[must_use]
pub fn of_settings(error: impl Into<DriveError>) -> Finding {
    finding("settings".to_owned(), Err(Lack::of(error, "mend the settings; docs name every key")))
}

/// The exit code of all findings.
#[must_use]
pub fn exit_code(found: &[Finding]) -> u8 {
    found.iter().map(|finding| finding.code).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Barrier};

    #[test]
    fn all_checks_are_made_at_once_and_the_worst_is_told_first() {
        // Each waits for the other: one after the other they would never end.
        let both = Arc::new(Barrier::new(2));
        let check = |name: &str, told: Told| {
            let both = Arc::clone(&both);
            Check::new(name, move || {
                both.wait();
                told
            })
        };
        let missing = Err(Lack::missing(NOT_LET_IN, "refused", "ask"));
        let found = examine(vec![check("other", Ok("fine".to_owned())), check("one", missing)]);
        let told: Vec<_> = found.iter().map(|it| (it.check.as_str(), it.verdict)).collect();
        assert_eq!(told, [("one", Verdict::Missing), ("other", Verdict::Ok)]);
        assert_eq!((exit_code(&found), exit_code(&found[1..])), (44, 0));
    }

    #[test]
    fn one_that_never_answers_is_missing_and_cleared_up_after() {
        let cleared = Arc::new(AtomicBool::new(false));
        let clear = Arc::clone(&cleared);
        let (_kept, never) = mpsc::channel::<()>();
        let slow = Check::new("slow", move || {
            let _ = never.recv();
            Ok(String::new())
        });
        let slow = slow.within(Duration::from_millis(10));
        let slow = slow.or_else(move || clear.store(true, Ordering::Relaxed));
        let found = examine(vec![slow]);
        assert_eq!((found[0].verdict, found[0].code), (Verdict::Missing, 20));
        assert!(found[0].said.starts_with("no answer within"), "{}", found[0].said);
        assert!(cleared.load(Ordering::Relaxed));
    }

    #[test]
    fn what_cannot_be_told_fails_nothing() {
        let found = examine(vec![Check::new("odd", || Err(Lack::unknown("who knows", "look")))]);
        assert_eq!((found[0].verdict, exit_code(&found)), (Verdict::CannotTell, 0));
    }
}
