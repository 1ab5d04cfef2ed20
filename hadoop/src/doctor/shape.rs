//! Which checks a shape of deployment needs: what every engine does, what a cluster does, what EMR does, and
//! what the settings name besides.

use super::node::Trial;
use super::{Check, OF_A_COMMAND, OF_A_JOB, places, tools};
use super::{clock, cluster, databases, services};
use crate::cluster::Rest;
use crate::config::{Config, Engine, ImportEngine, Settings};
use crate::error::Drive;
use crate::import::{Database, OptionFiles};
use crate::permission::permitted;
use crate::plan;
use crate::run::{Request, beside};
use crate::storage::Place;
use jobs::lms::{self, LmsTable};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every check that runs by an engine call for. `reader` is the address by which the Data API reads the store,
/// `scheduled` what runs now and then.
///
/// # Errors
/// When what is scheduled cannot be run, whatever is there.
pub fn checks(
    settings: &Settings,
    engine: Engine,
    reader: Option<&str>,
    scheduled: &[Request],
) -> Drive<Vec<Check>> {
    let settings = Arc::new(settings.clone());
    let tables = tables(&settings, scheduled)?;
    let mut all = of_places(&settings, engine);
    all.extend(of_engine(&settings, engine));
    all.extend(of_databases(&settings, &tables, reader));
    all.extend(of_services(&settings));
    Ok(all)
}

/// A check that asks the settings.
fn asks(
    name: impl Into<String>,
    settings: &Arc<Settings>,
    ask: impl FnOnce(&Config) -> super::Told + Send + 'static,
) -> Check {
    let settings = Arc::clone(settings);
    Check::new(name, move || ask(&settings.config))
}

fn of_places(settings: &Arc<Settings>, engine: Engine) -> Vec<Check> {
    let mut all = vec![asks("settings", settings, services::secrets)];
    all.push(asks("warehouse", settings, move |config| {
        let url = &config.warehouse.url;
        match engine {
            Engine::Emr => places::far_enough(url, "warehouse.url")?,
            Engine::Hadoop => cluster::reach(url)?,
            Engine::Inline | Engine::Local => {}
        }
        places::warehouse(url)
    }));
    for (number, source) in settings.config.sources.iter().enumerate() {
        let url = source.url.clone();
        all.push(Check::new(format!("source {}", number + 1), move || {
            if engine == Engine::Emr {
                places::far_enough(&url, "sources")?;
            }
            places::source(&url)
        }));
    }
    all.push(asks("room", settings, |config| places::room(&config.warehouse.url)));
    let servers = time_servers(&settings.config, engine);
    if !servers.is_empty() || engine == Engine::Hadoop {
        all.push(Check::new("clock", move || clock::check(&servers)));
    }
    all
}

/// The servers that refuse who has another time.
fn time_servers(config: &Config, engine: Engine) -> Vec<String> {
    let sources = config.sources.iter().map(|source| source.url.as_str());
    let places =
        sources.chain([config.warehouse.url.as_str()]).filter_map(|url| Place::at(url).ok());
    let mut servers: Vec<_> = places.filter_map(|place| place.time_server()).collect();
    if engine == Engine::Hadoop {
        servers.extend(Rest::of(&config.runners.hadoop).servers());
    }
    servers.dedup();
    servers
}

fn of_engine(settings: &Arc<Settings>, engine: Engine) -> Vec<Check> {
    let mut all = Vec::new();
    if engine != Engine::Inline {
        all.push(asks("program", settings, move |config| program(config, engine)));
    }
    if engine == Engine::Hadoop {
        let hadoop = |name: &str, ask: fn(&crate::config::HadoopConfig) -> super::Told| {
            asks(name, settings, move |config| ask(&config.runners.hadoop)).within(OF_A_COMMAND)
        };
        all.push(hadoop("hadoop", cluster::hadoop));
        all.push(hadoop("streaming jar", cluster::jar));
        all.push(hadoop("resource manager", cluster::resource_manager));
        all.push(hadoop("history server", cluster::history));
    }
    if engine == Engine::Emr {
        all.extend(of_emr(settings));
    }
    if engine != Engine::Emr || settings.config.runners.emr.cluster.is_some() {
        all.extend(self_test(settings, engine));
    }
    if settings.config.hive.command.is_some() {
        all.push(asks("hive", settings, cluster::hive).within(OF_A_COMMAND));
    }
    all
}

/// The program of the tasks.
fn program(config: &Config, engine: Engine) -> super::Told {
    let (local, nodes) = (&config.runners.local.program, &config.runners.hadoop.program);
    let is_for_nodes = engine != Engine::Local;
    let path = if is_for_nodes { nodes } else { local };
    tools::program(&path.clone().unwrap_or_else(beside), is_for_nodes)
}

/// None where the warehouse's address is of no use, which its own check tells.
fn self_test(settings: &Arc<Settings>, engine: Engine) -> Option<Check> {
    let trial = Trial::new(&settings.config.warehouse.url).ok()?;
    let (late, settings_of_late) = (trial.clone(), Arc::clone(settings));
    let settings = Arc::clone(settings);
    let check = Check::new("self-test", move || {
        if engine != Engine::Inline && program(&settings.config, engine).is_err() {
            let said = "it was not tried with another program than ours";
            return Err(super::Lack::unknown(said, "mend the program first"));
        }
        trial.run(&settings, engine)
    });
    let check = check.within(OF_A_JOB);
    Some(check.or_else(move || late.end(&settings_of_late)))
}

#[cfg(feature = "emr")]
fn of_emr(settings: &Arc<Settings>) -> Vec<Check> {
    use super::emr;
    let whole = Arc::clone(settings);
    let mut all = vec![
        Check::new("description", move || emr::settings(&whole)),
        asks("emr", settings, |config| emr::credentials(&config.runners.emr)),
        asks("logs of emr", settings, |config| emr::logs(&config.runners.emr)),
        asks("roles and quotas", settings, |config| emr::quotas(&config.runners.emr)),
    ];
    if let Some(id) = settings.config.runners.emr.cluster.clone() {
        all.push(asks("cluster", settings, move |config| emr::cluster(&config.runners.emr, &id)));
    }
    all
}

#[cfg(not(feature = "emr"))]
fn of_emr(_: &Arc<Settings>) -> Vec<Check> {
    vec![Check::new("emr", || {
        let said = "this program was built without EMR";
        Err(super::Lack::missing(super::SETTING, said, "build it with the cargo feature `emr`"))
    })]
}

type Tables = BTreeMap<Database, Vec<&'static LmsTable>>;

fn of_databases(settings: &Arc<Settings>, tables: &Tables, reader: Option<&str>) -> Vec<Check> {
    let mut all = Vec::new();
    if let Some(url) = settings.config.store.url.clone() {
        all.push(Check::new("store", move || databases::store(&url)));
    }
    if let Some(url) = reader.map(str::to_owned) {
        all.push(Check::new("reader of the store", move || databases::reader(&url)));
    }
    for (database, tables) in tables.clone() {
        let ask = move |config: &Config| databases::lms(&config.lms, database, &tables);
        all.push(asks(database.key(), settings, ask));
    }
    if settings.config.lms.engine == ImportEngine::Sqoop && !tables.is_empty() {
        all.push(asks("sqoop", settings, cluster::sqoop).within(OF_A_COMMAND));
    }
    all
}

fn of_services(settings: &Arc<Settings>) -> Vec<Check> {
    let lms = &settings.config.lms;
    let mut all = Vec::new();
    if lms.api.url.is_some() || lms.api.courses_url.is_some() {
        all.push(asks("lms.api", settings, |config| services::lms(&config.lms)));
    }
    if !lms.catalogue.partners.is_empty() {
        all.push(asks("lms.catalogue", settings, |config| services::catalogue(&config.lms)));
    }
    if settings.config.index.url.is_some() {
        all.push(asks("index", settings, |config| services::index(&config.index)));
    }
    all
}

/// The LMS tables that scheduled runs read, by the database that has them.
fn tables(settings: &Settings, scheduled: &[Request]) -> Drive<Tables> {
    let groups = OptionFiles { folder: settings.config.lms.options.as_deref() }.imports()?;
    let mut found = Tables::new();
    for request in scheduled {
        let jobs = permitted(settings, request, plan::closure(&request.names)?)?;
        for input in plan::active(&jobs, &request.params)?.iter().flat_map(|job| job.inputs) {
            let Some(table) = lms::find(input.table.name) else { continue };
            let Some(database) = groups.database_of(table.staged.name) else { continue };
            let known = found.entry(database).or_default();
            let is_known = known.iter().any(|known| known.staged.name == table.staged.name);
            if plan::is_read(input, &request.params)? && !is_known {
                known.push(table);
            }
        }
    }
    found.retain(|_, tables| !tables.is_empty());
    Ok(found)
}
