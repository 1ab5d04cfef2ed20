//! `insights-api`: the Data API as a service, and its tokens.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use api::check::Report;
use api::config::Settings;
use api::fake_data::Plan;
use api::throttle::Rate;
use api::{check, fake_data, keys, service};
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use store::Address;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// Where the original service looked for the name of its settings.
const ORIGINALS_CONFIG: &str = "ANALYTICS_API_CFG";
/// Where this one does.
const CONFIG: &str = "INSIGHTS_API_CONFIG";

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
    /// Where to listen.
    #[arg(
        long,
        env = "INSIGHTS_API_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:8100"
    )]
    listen: SocketAddr,
    /// Settings in YAML.
    #[arg(short, long, env = CONFIG, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    places: Places,
}

/// Where things are that settings may name, too.
#[derive(Args)]
struct Places {
    /// The result store: sqlite:PATH or mysql://user@host:port/database.
    #[arg(long, env = "INSIGHTS_API_STORE", value_name = "URL")]
    store: Option<String>,
    /// The file of users and hashed tokens.
    #[arg(long, env = "INSIGHTS_API_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The database of an existing installation's users and tokens (Django's tables).
    #[arg(long, env = "INSIGHTS_API_AUTH_STORE", value_name = "URL")]
    auth_store: Option<String>,
}

impl Places {
    /// What is given here counts more than what settings say. An address is read only here: clap would
    /// show a password that somebody put into it.
    fn put_into(self, settings: &mut Settings) -> Result<(), store::Error> {
        let address = |text: Option<String>| text.map(|text| text.parse::<Address>()).transpose();
        settings.store = address(self.store)?.or(settings.store.take());
        settings.auth_store = address(self.auth_store)?.or(settings.auth_store.take());
        settings.key_file = self.key_file.or(settings.key_file.take());
        Ok(())
    }
}

#[derive(Subcommand)]
enum Command {
    /// Makes, lists and takes away tokens.
    #[command(subcommand)]
    Token(Token),
    /// Says what settings come to, and what is wrong with them.
    CheckConfig(Checked),
    /// Says what the result stores lack that the endpoints read.
    CheckStore(Checked),
    /// Fills an empty result store with invented figures of one course, for developers.
    FakeData(FakeData),
}

#[derive(Args)]
struct FakeData {
    /// The result store: sqlite:PATH or mysql://user@host:port/database.
    #[arg(long, env = "INSIGHTS_API_STORE", value_name = "URL")]
    store: String,
    /// The course.
    #[arg(long, value_name = "ID", default_value = "course-v1:edX+DemoX+Demo_Course")]
    course: String,
    /// How many weeks it has been going on.
    #[arg(long, value_name = "N", default_value_t = 10)]
    weeks: u32,
    /// Another one gives other figures.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The learner who does most.
    #[arg(long, default_value = "ed_xavier")]
    username: String,
    /// The last day; else today (UTC).
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
}

#[derive(Args)]
struct Checked {
    /// Settings in YAML.
    #[arg(env = CONFIG)]
    file: Option<PathBuf>,
    #[command(flatten)]
    places: Places,
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
    rate: Option<Rate>,
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
        Some(Command::Token(token)) => tokens(token).map(|()| ExitCode::SUCCESS),
        Some(Command::CheckConfig(checked)) => check_config(checked),
        Some(Command::CheckStore(checked)) => check_store(checked),
        Some(Command::FakeData(asked)) => invent(asked).map(|()| ExitCode::SUCCESS),
        None => serve(cli.serve).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
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

/// The file of settings: the one that is given, else the one that the original would read.
fn file_of_settings(given: Option<PathBuf>) -> Option<PathBuf> {
    given.or_else(|| std::env::var_os(ORIGINALS_CONFIG).map(PathBuf::from))
}

fn read_settings(given: Option<PathBuf>, places: Places) -> Result<Settings> {
    let mut settings = match file_of_settings(given) {
        Some(file) => Settings::read(&file)?,
        None => Settings::default(),
    };
    places.put_into(&mut settings)?;
    Ok(settings)
}

fn check_config(Checked { file, places }: Checked) -> Result<ExitCode> {
    let file = file_of_settings(file);
    // A pool of connections belongs to a runtime, also where nobody connects.
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let report = check::settings(file.as_deref(), |settings| places.put_into(settings))?;
    Ok(printed(&report))
}

fn check_store(Checked { file, places }: Checked) -> Result<ExitCode> {
    let settings = read_settings(file, places)?;
    Ok(printed(&runtime()?.block_on(check::stores(&settings))))
}

fn invent(asked: FakeData) -> Result<()> {
    let address = asked.store.parse().context("--store")?;
    let plan = Plan {
        course_id: asked.course,
        username: asked.username,
        weeks: asked.weeks,
        until: asked.until.unwrap_or_else(|| chrono::Utc::now().date_naive()),
        seed: asked.seed,
    };
    for (table, rows) in runtime()?.block_on(fake_data::fill(&address, &plan))? {
        println!("{table:<40} {rows:>6} rows");
    }
    Ok(())
}

fn printed(report: &Report) -> ExitCode {
    println!("{}", report.lines.join("\n"));
    if report.has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn runtime() -> Result<Runtime> {
    Runtime::new().context("starting the runtime")
}

fn serve(arguments: Serve) -> Result<()> {
    let settings = read_settings(arguments.config, arguments.places)?;
    if settings.store.is_none() {
        bail!("no result store is given (--store, or `store` in the settings)");
    }
    runtime()?.block_on(async {
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
