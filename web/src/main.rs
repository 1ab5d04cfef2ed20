//! The program `insights-web`: reads its settings, serves the site, ends in order.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::Utc;
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use web::config::{Config, Live, Secrets, Settings};
use web::site::Site;
use web::{check, health, observe, routes};

/// Requests under way may take so long to end after a signal.
const DRAIN: Duration = Duration::from_secs(10);

/// The Insights site: course teams' view of their course's analytics
#[derive(Parser)]
#[command(name = "insights-web", version)]
struct Arguments {
    /// YAML file with settings; a flag or variable beats it
    #[arg(long, short, env = "INSIGHTS_WEB_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the settings that were given and asks the Data API and the LMS; ends with 1 where one does not answer
    CheckConfig,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    start_log();
    let read = || Settings::joined(arguments.settings.clone(), arguments.config.as_deref());
    let settings = read()?;
    let live = Live::of(&settings)?;
    let given = serde_yaml::to_string(&settings).context("printing the settings")?;
    let config = Config::resolve(settings)?;
    let secrets = Secrets::read(&config)?;
    let site = Arc::new(Site::new(config, live, secrets, Utc::now)?);
    match arguments.command {
        None => serve(site, || Live::of(&read()?)).await.map(|()| ExitCode::SUCCESS),
        Some(Command::CheckConfig) => {
            let (told, good) = check::check(&site).await;
            let set = given.lines().filter(|line| !line.ends_with(": null"));
            println!("{}\n\n{told}", set.collect::<Vec<_>>().join("\n"));
            Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// One JSON object a line on standard error.
fn start_log() {
    env_logger::Builder::new()
        .filter_level(log::LevelFilter::Info)
        // A reader who leaves in the middle of a request is an error of the server's to warp.
        .filter_module("warp::server", log::LevelFilter::Off)
        .parse_default_env()
        .format(|out, record| writeln!(out, "{}", observe::line(record, Utc::now())))
        .init();
}

async fn serve(site: Arc<Site>, read: impl Fn() -> anyhow::Result<Live>) -> anyhow::Result<()> {
    let listen = site.config.listen;
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    let address = listener.local_addr().context("reading the address listened on")?;
    let mut terminate = signal(SignalKind::terminate()).context("waiting for signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("waiting for signals")?;
    let probes = tokio::spawn(health::probe(Arc::clone(&site)));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = warp::serve(routes::all(&site))
        .incoming(listener)
        .graceful(async { drop(stopped.await) })
        .run();
    let serving = tokio::spawn(server);
    if let Some(listen) = site.config.metrics_listen {
        let listener =
            TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
        let address = listener.local_addr().context("reading the address listened on")?;
        tokio::spawn(warp::serve(observe::endpoint(&site)).incoming(listener).run());
        println!("metrics are at http://{address}/metrics");
    }
    println!("insights-web listens on http://{address}");
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            _ = terminate.recv() => break,
            _ = hang_up.recv() => reload(&site, &read),
        }
    }
    log::info!("stopping; requests under way have {} s", DRAIN.as_secs());
    drop(stop);
    probes.abort();
    if tokio::time::timeout(DRAIN, serving).await.is_err() {
        log::warn!("some requests were cut off");
    }
    Ok(())
}

/// Switches and announcements are read again; what cannot be read changes nothing.
fn reload(site: &Site, read: impl Fn() -> anyhow::Result<Live>) {
    match read() {
        Ok(live) => {
            log::info!("read again: {} announcements", live.announcements.len());
            site.change(live);
        }
        Err(error) => log::error!("switches and announcements stay as they are: {error:#}"),
    }
}
