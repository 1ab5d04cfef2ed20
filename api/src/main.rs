//! `insights-api`: the Data API as a service, and its tokens.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use api::config::Settings;
use api::{keys, service};
use clap::{Args, Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Where the original service looked for the name of its settings.
const ORIGINALS_CONFIG: &str = "ANALYTICS_API_CFG";

/// Serves the figures of the result store as JSON and CSV.
#[derive(Parser)]
#[command(name = "insights-api", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Args)]
struct Serve {
    /// The result store: sqlite:PATH or mysql://user@host:port/database.
    #[arg(long, env = "INSIGHTS_API_STORE", value_name = "URL")]
    store: Option<String>,
    /// Where to listen.
    #[arg(
        long,
        env = "INSIGHTS_API_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:8100"
    )]
    listen: SocketAddr,
    /// Settings in YAML.
    #[arg(short, long, env = "INSIGHTS_API_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The file of users and hashed tokens.
    #[arg(long, env = "INSIGHTS_API_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The database of an existing installation's users and tokens (Django's tables).
    #[arg(long, env = "INSIGHTS_API_AUTH_STORE", value_name = "URL")]
    auth_store: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Makes, lists and takes away tokens.
    #[command(subcommand)]
    Token(Token),
}

#[derive(Subcommand)]
enum Token {
    /// Makes a token for a user, in place of the one he has, and prints it: it is shown only now.
    Create(NewKey),
    /// Lists the users.
    List(KeyFile),
    /// Takes a user's token away.
    Revoke(KeyUser),
}

#[derive(Args)]
struct KeyUser {
    /// The user.
    user: String,
    #[command(flatten)]
    file: KeyFile,
}

#[derive(Args)]
struct NewKey {
    #[command(flatten)]
    key: KeyUser,
    /// It belongs to a service, which may ask without limit.
    #[arg(long)]
    service: bool,
    /// How often it may ask, as 60/minute; else as often as the settings say.
    #[arg(long, value_name = "N/PERIOD")]
    rate: Option<String>,
    /// A course that it may read, all that begin alike if it ends in `*`; without any, all courses.
    #[arg(long = "course", value_name = "ID")]
    courses: Vec<String>,
}

#[derive(Args)]
struct KeyFile {
    /// The file of users and hashed tokens.
    #[arg(long, env = "INSIGHTS_API_KEY_FILE", value_name = "FILE")]
    key_file: PathBuf,
}

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Token(token)) => tokens(token),
        None => serve(cli.serve),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("insights-api: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn tokens(command: Token) -> Result<()> {
    match command {
        Token::Create(NewKey { key: KeyUser { user, file }, service, rate, courses }) => {
            let grant = keys::Grant { service, rate, courses };
            println!("{}", keys::create(&file.key_file, &user, grant)?)
        }
        Token::Revoke(KeyUser { user, file }) => keys::revoke(&file.key_file, &user)?,
        Token::List(file) => {
            for key in keys::read(&file.key_file)? {
                let active = if key.active { "active" } else { "inactive" };
                println!("{}\t{active}{}", key.user, key.grant.to_string().replacen(' ', "\t", 1));
            }
        }
    }
    Ok(())
}

fn serve(arguments: Serve) -> Result<()> {
    let original = || std::env::var_os(ORIGINALS_CONFIG).map(PathBuf::from);
    let mut settings = match arguments.config.or_else(original) {
        Some(file) => Settings::read(&file)?,
        None => Settings::default(),
    };
    if let Some(store) = &arguments.store {
        settings.store = Some(store.parse().context("--store")?);
    }
    if let Some(store) = &arguments.auth_store {
        settings.auth_store = Some(store.parse().context("--auth-store")?);
    }
    settings.key_file = arguments.key_file.or(settings.key_file);
    if settings.store.is_none() {
        bail!("no result store is given (--store, or `store` in the settings)");
    }
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    runtime.block_on(async {
        let listener = TcpListener::bind(arguments.listen)
            .await
            .with_context(|| format!("listening on {}", arguments.listen))?;
        service::run(&settings, listener, stop()?).await.context("serving")
    })
}

/// Ends with the first Ctrl-C or SIGTERM.
fn stop() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
