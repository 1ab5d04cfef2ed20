//! What a run leaves to read: `run.json` and `events.jsonl` below the warehouse's `_runs/ID/`
//! (spec 41 D), mirrored as log lines.
//!
//! Every event has `v`, `ts` (UTC), `run`, `seq` and `kind`. By kind it holds:
//!
//! | kind | fields |
//! |---|---|
//! | `run_started` | `host`, `pid`, `argv`, `now` (the time that dates were told from), `folder` (the working one), `settings`, `resumes` (a run, if any) |
//! | `task_started`, `task_skipped` | `task`, `reason` |
//! | `task_finished` | `task`, `figures` |
//! | `pass_started` | `task` |
//! | `pass_finished` | `task`, `spans` (`[map, shuffle or reduce, number, began, ended]`, in milliseconds since the pass began; none of jobs on a cluster, whose history server has them), `spans_left_out`, `parts` (bytes by reducer) |
//! | `counters` | `task`, `counters` (`group.name` with its sum) |
//! | `commit` | `task`, `millis` |
//! | `rejected` | `lines`, `rejected`, `reasons`, `sample` (a file beside this one), all of the run so far |
//! | `load_gate` | `name`, `verdict`, figures |
//! | `job_submitted` | `application`, `job`, `tracking_url` |
//! | `job_progress` | `job`, tasks done and in all, attempts, `records`, `bytes` |
//! | `step_added` and others of EMR | `cluster`, ids, `log_uri` |
//! | `warning`, `cause` | `said` or `message` |
//! | `run_finished` | `exit_code` |

use crate::lock::host;
use crate::storage::{Place, Stored};
use chrono::{NaiveDateTime, SecondsFormat, Utc};
use jobs::streaming::Counters;
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const LOG: &str = "events.jsonl";

/// The version of the events' form.
const VERSION: u32 = 1;

/// The record of one run.
pub struct Events {
    id: String,
    folder: Place,
    state: Mutex<State>,
}

struct State {
    log: Log,
    sequence: u64,
    run: Map<String, Value>,
}

/// Where events go. A file of HDFS cannot be seen before it ends, so there it is written anew.
enum Log {
    Disk(File),
    Far { text: Vec<u8>, written: Instant },
}

/// How old a far log may be.
const AGE: Duration = Duration::from_secs(2);

/// The time now, as records hold it.
#[must_use]
pub fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The time in a run's name.
const BEGAN: &str = "%Y%m%dT%H%M%S%.3f";

/// Names the run of a process that was started for one.
pub const RUN_VARIABLE: &str = "INSIGHTS_RUN_ID";

/// A name for a run that begins now; names sort as the runs began.
#[must_use]
pub fn new_id() -> String {
    if let Ok(given) = std::env::var(RUN_VARIABLE) {
        return given;
    }
    format!("{}-{}", Utc::now().format(BEGAN), std::process::id())
}

/// When a run began, by its name; none where somebody else gave it the name.
#[must_use]
pub fn began(id: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(id.split('-').next()?, BEGAN).ok()
}

impl Events {
    /// Begins the record of a run that was asked for so: `asked` is an object without secrets, whose fields
    /// stand in `run_started`, where they outlive a killed run, and in `run.json`.
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn begin(warehouse: &Place, id: String, asked: &Value) -> Stored<Self> {
        let folder = warehouse.join("_runs").join(&id);
        let log = Log::begin(&folder.join(LOG))?;
        let mut run = Map::new();
        run.insert("run".into(), id.clone().into());
        run.insert("code".into(), env!("CARGO_PKG_VERSION").into());
        run.extend(asked.as_object().cloned().into_iter().flatten());
        run.insert("started".into(), now().into());
        run.insert("outputs".into(), json!([]));
        let events = Self { id, folder, state: Mutex::new(State { log, sequence: 0, run }) };
        let mut started = json!({"host": host(), "pid": std::process::id()});
        if let (Some(started), Some(asked)) = (started.as_object_mut(), asked.as_object()) {
            started.extend(asked.clone());
        }
        events.write("run_started", started)?;
        Ok(events)
    }

    /// The run's name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The run's folder.
    #[must_use]
    pub fn folder(&self) -> &Place {
        &self.folder
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes one event; `fields` is an object.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn write(&self, kind: &str, fields: Value) -> Stored<()> {
        let mut state = self.state();
        let mut event = Map::new();
        event.insert("v".into(), VERSION.into());
        event.insert("ts".into(), now().into());
        event.insert("run".into(), self.id.clone().into());
        event.insert("seq".into(), state.sequence.into());
        event.insert("kind".into(), kind.into());
        if let Value::Object(fields) = fields {
            event.extend(fields);
        }
        state.sequence += 1;
        let mut line = Value::Object(event).to_string();
        line.push('\n');
        state.log.write(&self.folder.join(LOG), line.as_bytes())
    }

    /// Remembers an output for `run.json`.
    pub fn output(&self, table: &str, value: &str, rows: u64) {
        if let Some(Value::Array(outputs)) = self.state().run.get_mut("outputs") {
            outputs.push(json!({"table": table, "partition": value, "rows": rows}));
        }
    }

    /// Ends the record.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn end(&self, exit_code: u8, cause: Option<&str>) -> Stored<()> {
        if let Some(cause) = cause {
            self.write("cause", json!({"message": cause}))?;
        }
        self.write("run_finished", json!({"exit_code": exit_code}))?;
        let mut state = self.state();
        state.log.end(&self.folder.join(LOG))?;
        state.run.insert("finished".into(), now().into());
        state.run.insert("exit_code".into(), exit_code.into());
        state.run.insert("cause".into(), cause.into());
        state.run.insert("peak_memory_kib".into(), peak_memory().into());
        let text = serde_json::to_vec_pretty(&state.run).unwrap_or_default();
        self.folder.join("run.json").write(&text)
    }
}

/// Counters as the record holds them: `group.name` with its sum.
#[must_use]
pub fn counted(counters: &Counters) -> Map<String, Value> {
    counters.iter().map(|(group, name, sum)| (format!("{group}.{name}"), sum.into())).collect()
}

/// The most memory that this process had at once, in KiB; none where the system does not tell.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

impl Log {
    fn begin(place: &Place) -> Stored<Self> {
        let Some(path) = place.disk_path() else {
            return Ok(Self::Far { text: Vec::new(), written: Instant::now() });
        };
        place.parent().make_folder()?;
        File::create(path).map(Self::Disk).map_err(place.refused("write"))
    }

    fn write(&mut self, place: &Place, line: &[u8]) -> Stored<()> {
        match self {
            Self::Disk(file) => file.write_all(line).map_err(place.refused("write")),
            Self::Far { text, written } => {
                let first = text.is_empty();
                text.extend_from_slice(line);
                if !first && written.elapsed() < AGE {
                    return Ok(());
                }
                *written = Instant::now();
                place.write(text)
            }
        }
    }

    fn end(&self, place: &Place) -> Stored<()> {
        match self {
            Self::Disk(_) => Ok(()),
            Self::Far { text, .. } => place.write(text),
        }
    }
}
