//! `insights cluster create|list|show|resize|terminate|reap|why-not|exec` and `insights cost`: clusters of EMR.

use super::{environment, print};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use hadoop::config::Settings;
use hadoop::emr::{self, By, Client, Description, EmrError, Known, Program, State, Verdict, Wish};
use hadoop::error::{Drive, DriveError};
use hadoop::events::new_id;
use hadoop::interrupt;
use hadoop::storage::Place;
use jobs::event::interval::resolve_words;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Make a cluster that stays until it has been idle, or its time is over; print its id
    Create(Create),
    /// List clusters
    List {
        /// Those of others, and those that have ended, too
        #[arg(long)]
        all: bool,
    },
    /// Show what is known of a cluster
    Show {
        /// Its id
        cluster: String,
    },
    /// Give a group or fleet another number of instances or units
    Resize {
        /// The cluster's id
        cluster: String,
        /// The role of its nodes: core or task
        role: String,
        /// How many
        count: i32,
    },
    /// End a cluster
    Terminate {
        /// Its id
        cluster: String,
        /// Even if a run uses it
        #[arg(long)]
        force: bool,
    },
    /// End clusters of this program that are idle or over their time
    Reap {
        /// Minutes without work that count as idle
        #[arg(long, default_value_t = 60)]
        idle_minutes: u32,
        /// Say only which those are
        #[arg(long)]
        dry_run: bool,
    },
    /// Say why a run would not join a cluster
    WhyNot {
        /// Its id
        cluster: String,
        /// The files that describe what runs want (repeatable; default: runners.emr.description)
        #[arg(short = 'f', long = "file", value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Run a command on all nodes, by SSH
    Exec {
        /// The cluster's id
        cluster: String,
        /// The private key
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// The folder for what each node says, a file each
        #[arg(long, value_name = "DIR")]
        logs: PathBuf,
        /// The command
        #[arg(required = true, last = true)]
        command: Vec<String>,
    },
}

#[derive(clap::Args)]
struct Create {
    /// A file that describes it; later ones win (repeatable; default: runners.emr.description)
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The most that it may cost until the end of its life
    #[arg(long, value_name = "N")]
    budget: Option<f64>,
    /// Do not wait until it is ready
    #[arg(long)]
    no_wait: bool,
    /// Check the description and the budget only
    #[arg(long)]
    dry_run: bool,
}

/// Costs of clusters.
#[derive(clap::Args)]
pub struct Cost {
    /// Clusters made on this day or later: a date, `yesterday`, `today-7d`
    #[arg(long, default_value = "today-30d", value_name = "DATE")]
    since: String,
    /// What is told apart
    #[arg(long, value_enum, default_value_t = By::Cluster)]
    by: By,
    /// End with exit code 42 when all together cost more
    #[arg(long, value_name = "N")]
    fail_over: Option<f64>,
}

/// Runs a verb; gives the exit code.
pub fn cluster(file: Option<&Path>, args: &Args) -> Drive<u8> {
    let settings = Settings::read(file, &environment())?;
    match &args.verb {
        Verb::Create(args) => create(settings, args)?,
        Verb::List { all } => list(&client(&settings, &[])?, *all)?,
        Verb::Show { cluster } => show(&client(&settings, &[])?, cluster)?,
        Verb::Resize { cluster, role, count } => {
            resize(&client(&settings, &[])?, cluster, role, *count)?;
        }
        Verb::Terminate { cluster, force } => terminate(&settings, cluster, *force)?,
        Verb::Reap { idle_minutes, dry_run } => reap(&settings, *idle_minutes, *dry_run)?,
        Verb::WhyNot { cluster, files } => return why_not(&settings, cluster, files),
        Verb::Exec { cluster, key, logs, command } => {
            let failed =
                emr::exec(&client(&settings, &[])?, cluster, key.as_deref(), command, logs)?;
            if !failed.is_empty() {
                let what =
                    format!("the command failed on {}; see {}", failed.join(", "), logs.display());
                return Err(EmrError::Node(what).into());
            }
        }
    }
    Ok(0)
}

/// The description in force, where there is one.
fn described(settings: &Settings, files: &[PathBuf]) -> Drive<Option<Description>> {
    let files = if files.is_empty() { &settings.config.runners.emr.description } else { files };
    let read = (!files.is_empty()).then(|| Description::read(files)).transpose();
    Ok(read?)
}

fn client(settings: &Settings, files: &[PathBuf]) -> Drive<Client> {
    let description = described(settings, files)?;
    let region = description.as_ref().and_then(|it| it.region.as_deref());
    Ok(Client::new(region, settings.config.runners.emr.poll_seconds)?)
}

fn home(settings: &Settings) -> Drive<Place> {
    Ok(Place::at(&settings.config.warehouse.url)?.join(emr::HOME))
}

fn create(mut settings: Settings, args: &Create) -> Drive<()> {
    let config = &mut settings.config.runners.emr;
    config.budget = args.budget.or(config.budget);
    let description = described(&settings, &args.files)?;
    let config = &settings.config.runners.emr;
    if args.dry_run {
        let Some(description) = &description else { return Err(nothing_described()) };
        emr::gate(description, config)?;
        let shown = serde_json::to_string_pretty(description).unwrap_or_default();
        return print(&format!("{shown}\n"));
    }
    let client = client(&settings, &args.files)?;
    let (home, token) = (home(&settings)?, new_id());
    if !home.address().starts_with("s3") {
        let what = format!("{home}: nodes fetch their program there; have the warehouse on S3");
        return Err(EmrError::Setting(what).into());
    }
    let stage = home.join("making").join(&token);
    let beside = hadoop::run::beside();
    let program = settings.config.runners.hadoop.program.as_deref().unwrap_or(&beside);
    let wish = Wish {
        config,
        description: description.as_ref(),
        program: &Program::at(program)?,
        home: &home,
        token: &token,
        asked: "cluster create",
        keep: true,
        stage: &stage,
        note: &|_, _| {},
    };
    interrupt::remember_stop();
    let made = emr::create(&client, &wish).and_then(|id| match args.no_wait {
        true => Ok(id),
        false => emr::make_ready(&client, &wish, &id).map(|cluster| cluster.id),
    });
    stage.remove()?;
    interrupt::forget();
    print(&format!("{}\n", made?))
}

fn nothing_described() -> DriveError {
    EmrError::Setting("no cluster is described: name files by -f or runners.emr.description".into())
        .into()
}

fn list(client: &Client, all: bool) -> Drive<()> {
    let states = if all { &[][..] } else { &emr::LIVE[..] };
    for (id, name) in client.clusters(states, None)? {
        let cluster = client.cluster(&id)?;
        if all || cluster.tags.contains_key(emr::TOKEN) {
            let tag = |name: &str| cluster.tags.get(name).map_or("-", String::as_str);
            print(&format!(
                "{id}\t{}\t{name}\t{}\t{}\t{}\n",
                cluster.said,
                cluster.created.map_or_else(|| "-".to_owned(), shown),
                tag(emr::UNTIL),
                tag(emr::TOKEN),
            ))?;
        }
    }
    Ok(())
}

fn shown(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn show(client: &Client, id: &str) -> Drive<()> {
    let cluster = client.cluster(id)?;
    let instances = match cluster.fleets {
        true => client.fleets(id)?.iter().map(of_fleet).collect::<Vec<_>>(),
        false => client.groups(id)?.iter().map(of_group).collect(),
    };
    let value = json!({
        "id": cluster.id, "name": cluster.name, "state": cluster.said, "reason": cluster.reason,
        "release": cluster.release, "master": cluster.master, "log_uri": cluster.log_uri,
        "created": cluster.created.map(shown), "ended": cluster.ended.map(shown),
        "tags": cluster.tags, "instances": instances,
    });
    print(&format!("{value:#}\n"))
}

fn of_group(group: &emr::InstanceGroup) -> Value {
    json!({
        "role": group.instance_group_type().map(|it| it.as_str()), "type": group.instance_type(),
        "market": group.market().map(|it| it.as_str()),
        "asked": group.requested_instance_count(), "running": group.running_instance_count(),
    })
}

fn of_fleet(fleet: &emr::InstanceFleet) -> Value {
    json!({
        "role": fleet.instance_fleet_type().map(|it| it.as_str()),
        "on_demand": [fleet.target_on_demand_capacity(), fleet.provisioned_on_demand_capacity()],
        "spot": [fleet.target_spot_capacity(), fleet.provisioned_spot_capacity()],
    })
}

fn resize(client: &Client, id: &str, role: &str, count: i32) -> Drive<()> {
    let missing = || DriveError::Missing(format!("cluster {id} has no nodes of the role `{role}`"));
    if client.cluster(id)?.fleets {
        let fleets = client.fleets(id)?;
        let of_role = |fleet: &&emr::InstanceFleet| {
            fleet.instance_fleet_type().is_some_and(|it| it.as_str().eq_ignore_ascii_case(role))
        };
        let fleet = fleets.iter().find(of_role).ok_or_else(missing)?;
        client.resize_fleet(id, fleet, count)?;
    } else {
        let groups = client.groups(id)?;
        let of_role = |group: &&emr::InstanceGroup| {
            group.instance_group_type().is_some_and(|it| it.as_str().eq_ignore_ascii_case(role))
        };
        let group = groups.iter().find(of_role).and_then(|it| it.id()).ok_or_else(missing)?;
        client.resize_group(id, group, count)?;
    }
    print(&format!("{id}\t{role}\t{count}\n"))
}

fn terminate(settings: &Settings, id: &str, force: bool) -> Drive<()> {
    let client = client(settings, &[])?;
    let cluster = client.cluster(id)?;
    if cluster.state == State::Over {
        return print(&format!("{id}\thas ended\n"));
    }
    let lease = match force {
        true => None,
        false => Some(emr::Lease::take(&cluster, &home(settings)?)?),
    };
    client.terminate(id)?;
    drop(lease);
    print(&format!("{id}\tasked to end\n"))
}

fn reap(settings: &Settings, idle_minutes: u32, dry_run: bool) -> Drive<()> {
    let idle = TimeDelta::minutes(idle_minutes.into());
    let reaped = emr::reap(&client(settings, &[])?, &home(settings)?, idle, dry_run)?;
    reaped.iter().try_for_each(|(Known { id, name, .. }, reason)| {
        print(&format!("{id}\t{name}\t{reason}\n"))
    })
}

fn why_not(settings: &Settings, id: &str, files: &[PathBuf]) -> Drive<u8> {
    let Some(description) = described(settings, files)? else { return Err(nothing_described()) };
    match emr::why_not(&client(settings, files)?, id, &description, &home(settings)?)? {
        Verdict::Fits => print(&format!("{id}\tfits\n")).map(|()| 0),
        Verdict::Not(reasons) => {
            reasons.iter().try_for_each(|reason| print(&format!("{id}\t{reason}\n")))?;
            Ok(0)
        }
    }
}

/// Prints hours and money, and refuses what is too much.
pub fn cost(file: Option<&Path>, args: &Cost) -> Drive<()> {
    let settings = Settings::read(file, &environment())?;
    let text = resolve_words(&args.since, Utc::now().date_naive());
    let since: NaiveDate = jobs::day::parse(text.as_bytes())
        .ok_or_else(|| DriveError::Usage(format!("--since: `{text}` is no date")))?;
    let since = since.and_time(NaiveTime::MIN).and_utc();
    let prices = &settings.config.runners.emr.prices;
    let shares = emr::cost(&client(&settings, &[])?, since, args.by, prices)?;
    for (key, share) in &shares {
        print(&format!("{key}\t{:.2} h\t{:.2}\n", share.hours, share.money))?;
        if share.unpriced > 0.0 {
            log::warn!(
                "{key}: {:.2} hours of types without a price (runners.emr.prices)",
                share.unpriced
            );
        }
    }
    let sum: f64 = shares.values().map(|share| share.money).sum();
    print(&format!("together\t\t{sum:.2}\n"))?;
    match args.fail_over {
        Some(most) if sum > most => {
            Err(EmrError::Budget(format!("OVER THRESHOLD: {sum:.2} is more than {most:.2}")).into())
        }
        _ => Ok(()),
    }
}
