//! `insights completions|man|version`: the program about itself.

use super::print;
use clap::Command;
use hadoop::error::Drive;
use hadoop::input;
use hadoop::storage::{Place, StorageError};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

#[derive(clap::Args)]
pub struct Man {
    /// The folder that a page for each command is written to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(clap::Args)]
pub struct Version {
    /// Also what it was built from, for what, and the checksum of this very file
    #[arg(long)]
    build_info: bool,
}

pub fn completions(args: &Completions, mut program: Command) -> Drive<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "insights", &mut script);
    print(&String::from_utf8_lossy(&script))
}

pub fn man(args: &Man, program: Command) -> Drive<()> {
    let out = &args.out;
    std::fs::create_dir_all(out).map_err(StorageError::disk("make", out))?;
    let written = clap_mangen::generate_to(program, out);
    written.map_err(|source| StorageError::disk("write pages to", out)(source).into())
}

pub fn version(args: &Version) -> Drive<()> {
    let version = env!("CARGO_PKG_VERSION");
    if !args.build_info {
        return print(&format!("insights {version}\n"));
    }
    let own =
        std::env::current_exe().map_err(StorageError::disk("find", Path::new("this program")))?;
    let sum = input::checksum(&Place::at(&own.display().to_string())?, 0, 0)?;
    let emr = if cfg!(feature = "emr") { "with" } else { "without" };
    print(&format!(
        "insights {version}\nrevision {}\nfor {} {}, {emr} EMR\nsha256 {sum}\n",
        option_env!("INSIGHTS_REVISION").unwrap_or("unknown"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    ))
}
