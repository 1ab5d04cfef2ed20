//! `insights config show|check`.

use super::{environment, print};
use hadoop::config::Settings;
use hadoop::error::Drive;
use std::path::Path;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print every setting
    Show {
        /// Also where each comes from
        #[arg(long)]
        origin: bool,
    },
    /// Only say whether the settings can be used
    Check,
}

pub fn config(file: Option<&Path>, args: &Args) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    match args.command {
        Command::Check => print("the settings can be used\n"),
        Command::Show { origin } => {
            let line = |(key, value, from): &(String, String, &str)| match origin {
                true => format!("{key} = {value}  # {from}\n"),
                false => format!("{key} = {value}\n"),
            };
            print(&settings.lines().iter().map(line).collect::<String>())
        }
    }
}
