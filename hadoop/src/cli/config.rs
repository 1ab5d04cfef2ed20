//! `insights config show|check|convert`.

use super::{environment, print};
use hadoop::config::original::{self, Converted};
use hadoop::config::{ConfigError, Settings};
use hadoop::error::Drive;
use hadoop::near;
use hadoop::storage::StorageError;
use std::path::{Path, PathBuf};

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
    /// Print the settings of the original pipeline (ini files) as ours
    Convert {
        /// The files, in the order in which the original read them: later ones win
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The folder of passwords and keys, to which the settings refer: those that the files hold are written
        /// there, readable by you alone [default: they are only named, in ./secrets]
        #[arg(long, value_name = "DIR")]
        secrets: Option<PathBuf>,
    },
}

pub fn config(file: Option<&Path>, args: &Args) -> Drive<()> {
    if let Command::Convert { files, secrets } = &args.command {
        return convert(files, secrets.as_deref());
    }
    let settings = Settings::read(file, &environment())?;
    match args.command {
        Command::Convert { .. } => Ok(()),
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

fn convert(files: &[PathBuf], secrets: Option<&Path>) -> Drive<()> {
    let folder = secrets.unwrap_or(Path::new("secrets"));
    let made = original::convert(files, folder).map_err(ConfigError::from)?;
    if secrets.is_some() {
        write_secrets(folder, &made)?;
    }
    let mut said: String = made.notes.iter().map(|note| format!("# {note}\n")).collect();
    for name in made.secrets.keys().filter(|_| secrets.is_none()) {
        said += &format!("# put the secret of {name} into {}\n", folder.join(name).display());
    }
    let settings = serde_yaml::to_string(&made.settings).unwrap_or_default();
    print(&format!("{said}{settings}"))
}

/// A file that is there already is somebody's: it stays, and that is an error.
fn write_secrets(folder: &Path, made: &Converted) -> Drive<()> {
    std::fs::create_dir_all(folder).map_err(StorageError::disk("make", folder))?;
    for (name, secret) in &made.secrets {
        let path = folder.join(name);
        let written = near::write_private(&path, format!("{secret}\n").as_bytes());
        written.map_err(StorageError::disk("write", &path))?;
    }
    Ok(())
}
