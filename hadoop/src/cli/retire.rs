//! `insights retire`: takes learners who leave out of all that was kept of them.

use super::{environment, print};
use hadoop::config::Settings;
use hadoop::error::Drive;
use hadoop::retire::receipt::{Counts, FOLDER};
use hadoop::retire::{self as steps, Done, Request};
use hadoop::run;
use jobs::retired::Mode;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Who leaves: a line `user_id,username[,retired username]` a learner
    #[arg(long, value_name = "FILE")]
    users: PathBuf,
    /// What becomes of rows that are counted; rows that show single learners go in any case
    #[arg(long, value_enum, default_value = "pseudonymise")]
    mode: How,
    /// A further folder of reports, which no settings name
    #[arg(long, value_name = "URL")]
    files: Vec<String>,
    /// The warehouse
    #[arg(long, value_name = "URL")]
    warehouse: Option<String>,
    /// The result store
    #[arg(long, value_name = "URL")]
    store: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum How {
    /// They stay, under a pseudonym: every count stays as it is
    Pseudonymise,
    /// They go: what is made of them from now on counts without them
    Remove,
}

impl From<How> for Mode {
    fn from(how: How) -> Self {
        match how {
            How::Pseudonymise => Self::Pseudonymise,
            How::Remove => Self::Remove,
        }
    }
}

pub fn retire(file: Option<&Path>, args: &Args) -> Drive<()> {
    let users = steps::read_users(&args.users)?;
    let mut settings = Settings::read(file, &environment())?;
    if let Some(url) = &args.warehouse {
        settings.config.warehouse.url.clone_from(url);
    }
    if args.store.is_some() {
        settings.config.store.url.clone_from(&args.store);
    }
    let params = settings.job_params();
    let request =
        Request { users: &users, mode: args.mode.into(), files: &args.files, params: &params };
    let mut done = None;
    run::alone(&settings, |run, summary| {
        done = Some(steps::retire(run, &request, summary)?);
        Ok(())
    })?;
    done.map_or(Ok(()), |done| print(&shown(&done, &settings.config.warehouse.url)))
}

/// A line a place, what was not reached, and where the receipt stands.
fn shown(Done { receipt, is_new }: &Done, warehouse: &str) -> String {
    let place = format!("{}/{FOLDER}/{}.json", warehouse.trim_end_matches('/'), receipt.id);
    if !is_new {
        return format!("nothing left to do: {place} tells what was done\n");
    }
    let width = receipt.places.keys().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (name, Counts { files, changed, removed }) in &receipt.places {
        text += &format!(
            "{name:width$}  {files:>6} files  {changed:>8} rows changed  {removed:>8} removed\n"
        );
    }
    for (why, what) in &receipt.not_reached {
        text += &format!("not reached: {} ({})\n", why, what.len());
    }
    text + &format!("{} learners are retired: {place}\n", receipt.learners)
}
