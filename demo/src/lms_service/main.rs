//! `insights-demo-lms`: the demo's LMS, for one site. Everyone may sign in as anyone.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use demo_lms::{Clients, Lms, University};

/// Serves a made university as the LMS of an Insights site
#[derive(Debug, Parser)]
#[command(name = "insights-demo-lms", version)]
struct Cli {
    /// Folder that `insights-demo` filled
    #[arg(long, value_name = "DIR")]
    university: PathBuf,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8120", value_name = "ADDR")]
    listen: SocketAddr,
    /// Beginning of the site's address, to which users are sent back
    #[arg(long, default_value = "http://127.0.0.1:8110/", value_name = "URL")]
    site: String,
    /// File that the public keys are written to
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// File with the secret of the clients `insights` and `insights-service`
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let secret = fs::read_to_string(&cli.secret)
        .with_context(|| format!("reading {}", cli.secret.display()))?;
    let secret = secret.trim().to_owned();
    let clients = Clients {
        sign_in: ("insights".to_owned(), secret.clone()),
        service: ("insights-service".to_owned(), secret),
        redirect_uris: vec![format!("{}/complete/edx-oauth2/", cli.site.trim_end_matches('/'))],
    };
    let lms = Lms::start(cli.listen, University::read(&cli.university)?, clients).await?;
    fs::write(&cli.keys, lms.keys()).with_context(|| format!("writing {}", cli.keys.display()))?;
    println!("insights-demo-lms listens on {}", lms.url());
    tokio::signal::ctrl_c().await.context("waiting for Ctrl-C")
}
