//! A cluster: its tools on this machine, its servers, Hive.

use super::tools::{self, lack};
use super::{Lack, Told};
use crate::cluster::Rest;
use crate::config::{Config, HadoopConfig};
use crate::hive::Hive;
use crate::ledger::Ledger;
use crate::runner::hadoop::{refuse_far_output, streaming_jar};
use crate::storage::Place;

/// The command `hadoop`, and the Streaming jar that it runs.
pub fn hadoop(config: &HadoopConfig) -> Told {
    tools::command(&config.command, &["version"], "Hadoop ", "runners.hadoop.command")
}

/// The Streaming jar.
pub fn jar(config: &HadoopConfig) -> Told {
    let found = streaming_jar(config.streaming_jar.as_deref(), &config.command);
    let todo = "install Hadoop's Streaming, or name its jar with runners.hadoop.streaming_jar";
    found.map(|jar| jar.display().to_string()).map_err(|e| lack(e, todo))
}

/// Whether tasks can write into the warehouse at all.
pub fn reach(warehouse: &str) -> Result<(), Lack> {
    let place = Place::at(warehouse).map_err(|e| Lack::of(e, "mend warehouse.url"))?;
    refuse_far_output(&place).map_err(|e| lack(e, "have warehouse.url on HDFS"))
}

/// The ResourceManager and its version.
pub fn resource_manager(config: &HadoopConfig) -> Told {
    let rest = Rest::of(config);
    if !rest.has_resource_manager() {
        let said = "no ResourceManager is known; a run tells of progress by what its client says";
        return Err(Lack::unknown(
            said,
            "name it with runners.hadoop.resource_manager_url (Hadoop 1 has none)",
        ));
    }
    let todo = "start it, or name it with runners.hadoop.resource_manager_url";
    let info = rest.cluster_info().map_err(|e| lack(e, todo))?;
    let said = |name: &str| info[name].as_str().unwrap_or("unknown");
    Ok(format!("{}, {} {}", said("resourceManagerVersion"), said("state"), said("haState")))
}

/// The history server and its version.
pub fn history(config: &HadoopConfig) -> Told {
    let rest = Rest::of(config);
    if !rest.has_history() {
        let said = "no history server is known; `insights diagnose` will know less of failures";
        return Err(Lack::unknown(
            said,
            "name it with runners.hadoop.history_url (Hadoop 1 has none)",
        ));
    }
    let todo = "start it, or name it with runners.hadoop.history_url";
    let info = rest.history_info().map_err(|e| lack(e, todo))?;
    Ok(info["hadoopVersion"].as_str().unwrap_or("unknown").to_owned())
}

/// Hive: whether its command starts, and has the database.
pub fn hive(config: &Config) -> Told {
    let command = config.hive.command.as_deref().unwrap_or_default();
    let todo = format!(
        "let `{command}` reach its metastore, and make the database {} there",
        config.hive.database
    );
    let ledger = Place::at(&config.warehouse.url).map_err(crate::ledger::LedgerError::from);
    let ledger = ledger.and_then(|warehouse| Ledger::look(&warehouse));
    let ledger = ledger.map_err(|e| Lack::of(e, "mend the warehouse first"))?;
    let hive = Hive::new(&config.hive, &ledger).map_err(|e| Lack::of(e, "mend hive.database"))?;
    hive.check(&[]).map_err(|e| Lack::of(e, todo))?;
    let version = tools::command(command, &["--version"], "Hive ", "hive.command");
    let version = version.unwrap_or_else(|_| "Hive of a version that it does not tell".to_owned());
    Ok(format!("{version}, database {}", config.hive.database))
}

/// Sqoop.
pub fn sqoop(config: &Config) -> Told {
    tools::command(&config.lms.sqoop.command, &["version"], "Sqoop ", "lms.sqoop.command")
}
