//! What becomes of each setting of the original (spec 40 §H.4).

use serde_yaml::Value;

/// What becomes of a setting.
pub(super) enum Rule {
    /// It is this one of ours.
    To(&'static str, Kind, Merge),
    /// It is a secret: ours names the file that holds it.
    Secret(&'static str, &'static str),
    /// These tables may become empty.
    AllowEmpty(&'static [&'static str]),
    /// Whether names of learners are replaced.
    Anonymous,
    /// The engine.
    Engine,
    /// Part of a database's address.
    Database,
    /// There is no need for it any more, because of this.
    Gone(&'static str),
    /// The original does not know it.
    Unknown,
}

/// What a value is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    /// Words apart, or a JSON list.
    List,
    /// The first of a list of hosts, as an address.
    Host,
}

/// What holds where two settings are one of ours.
#[derive(Clone, Copy)]
pub(super) enum Merge {
    First,
    Largest,
    Earliest,
}

impl Kind {
    pub(super) const fn wanted(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Flag => "true or false",
            Self::List | Self::Host => "list",
        }
    }

    pub(super) fn read(self, text: &str) -> Option<Value> {
        let text = text.trim();
        Some(match self {
            Self::Text => text.into(),
            Self::Number => match text.parse::<i64>() {
                Ok(whole) => whole.into(),
                Err(_) => text.parse::<f64>().ok().filter(|number| number.is_finite())?.into(),
            },
            Self::Flag => match text.to_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => true.into(),
                "false" | "no" | "off" | "0" => false.into(),
                _ => return None,
            },
            Self::List => list(text)?.into(),
            Self::Host => {
                let host = list(text)?.into_iter().next()?;
                if host.contains("://") { host.into() } else { format!("http://{host}").into() }
            }
        })
    }
}

fn list(text: &str) -> Option<Vec<String>> {
    if text.starts_with('[') {
        return serde_json::from_str(text).ok();
    }
    Some(text.split_whitespace().map(|word| word.trim_end_matches(',').to_owned()).collect())
}

const HERE: &str = "this program needs no such setting";
const LEDGER: &str = "what is done stands in the warehouse's own ledger";
const PYTHON: &str = "there is no Python on the nodes any more";
const MANIFEST: &str = "many small files are read without a manifest";

const fn text(ours: &'static str) -> Rule {
    Rule::To(ours, Kind::Text, Merge::First)
}

const fn number(ours: &'static str) -> Rule {
    Rule::To(ours, Kind::Number, Merge::First)
}

const fn list_of(ours: &'static str) -> Rule {
    Rule::To(ours, Kind::List, Merge::First)
}

const fn flag(ours: &'static str) -> Rule {
    Rule::To(ours, Kind::Flag, Merge::First)
}

const DAYS: Rule = Rule::To("jobs.overwrite_n_days", Kind::Number, Merge::Largest);
const START: Rule = Rule::To("jobs.interval_start", Kind::Text, Merge::Earliest);

/// Every setting that the original knows, but those of `job-conf`, which are the user's; a section without keys of its
/// own has one rule for all.
static RULES: &[(&str, &str, Rule)] = &[
    ("hadoop", "command", text("runners.hadoop.command")),
    ("hadoop", "version", Rule::Gone("the version of Hadoop is found out")),
    ("hadoop", "streaming_jar", text("runners.hadoop.streaming_jar")),
    ("hadoop", "python_executable", Rule::Gone(PYTHON)),
    ("hadoop", "pool", text("runners.hadoop.queue")),
    ("hadoop", "scheduler", Rule::Gone("the queue is named the same way to every scheduler")),
    ("hdfs", "client", Rule::Gone("HDFS is read without Hadoop's command")),
    ("hdfs", "namenode_host", Rule::Gone("addresses with hdfs:// name the host")),
    ("hdfs", "namenode_port", Rule::Gone("addresses with hdfs:// name the port")),
    ("core", "hdfs_tmp_dir", Rule::Gone("a run stages below the warehouse")),
    ("core", "logging_conf_file", Rule::Gone("RUST_LOG says what is logged")),
    ("core", "history_filename", Rule::Gone("each run leaves a record below the warehouse")),
    ("map_reduce", "engine", Rule::Engine),
    ("map_reduce", "marker", Rule::Gone(LEDGER)),
    ("map_reduce", "remote_log_level", Rule::Gone("RUST_LOG says what is logged")),
    ("event_logs", "source", list_of("sources.url")),
    ("event_logs", "pattern", list_of("sources.pattern")),
    ("event_logs", "expand_interval", text("jobs.expand_interval")),
    ("segment_logs", "source", Rule::Gone("Segment's logs are not read")),
    ("segment_logs", "pattern", Rule::Gone("Segment's logs are not read")),
    ("manifest", "threshold", Rule::Gone(MANIFEST)),
    ("manifest", "path", Rule::Gone(MANIFEST)),
    ("manifest", "input_format", Rule::Gone(MANIFEST)),
    ("manifest", "lib_jar", Rule::Gone(MANIFEST)),
    ("hive", "database", text("hive.database")),
    ("hive", "warehouse_path", text("warehouse.url")),
    ("hive", "command", text("hive.command")),
    ("hive", "release", Rule::Gone("the version of Hive is found out")),
    ("hive", "version", Rule::Gone("the version of Hive is found out")),
    ("hive", "hiverc_location", Rule::Gone("settings of Hive's sessions stand in hive.hiveconf")),
    ("hive", "metastore_host", Rule::Gone("Hive's own configuration names it")),
    ("hive", "metastore_port", Rule::Gone("Hive's own configuration names it")),
    ("database_import", "credentials", Rule::Database),
    ("database_import", "database", Rule::Database),
    ("database_import", "destination", Rule::Gone("imports stand in the warehouse")),
    ("otto_database_import", "credentials", Rule::Database),
    ("otto_database_import", "database", Rule::Database),
    ("database_export", "credentials", Rule::Database),
    ("database_export", "database", Rule::Database),
    ("sqoop", "command", text("lms.sqoop.command")),
    ("mysql", "marker_table", Rule::Gone("the marks of loads stand in table_updates")),
    ("enrollments", "interval_start", START),
    ("enrollments", "overwrite_n_days", DAYS),
    ("course_summary_enrollment", "enable_course_catalog", flag("jobs.enable_course_catalog")),
    ("location_per_course", "interval_start", START),
    ("location_per_course", "overwrite_n_days", DAYS),
    ("geolocation", "geolocation_data", text("jobs.geolocation_data")),
    ("user_activity", "overwrite_n_days", DAYS),
    ("user_activity", "output_root", Rule::Gone("facts stand in the warehouse")),
    ("videos", "dropoff_threshold", number("jobs.dropoff_threshold")),
    ("videos", "overwrite_n_days", DAYS),
    ("videos", "allow_empty_insert", Rule::AllowEmpty(&["video", "video_timeline"])),
    ("google", "api_key", Rule::Secret("video.api_key_file", "google_api_key")),
    ("module_engagement", "alias", text("index.alias")),
    ("module_engagement", "number_of_shards", number("index.shards")),
    ("module_engagement", "throttle", number("index.throttle")),
    ("module_engagement", "allow_empty_insert", flag("index.allow_empty")),
    ("module_engagement", "store_anonymous_username", Rule::Anonymous),
    ("module_engagement", "overwrite_n_days", DAYS),
    ("elasticsearch", "host", Rule::To("index.url", Kind::Host, Merge::First)),
    ("elasticsearch", "timeout", Rule::Gone("requests to the index have a time of their own")),
    (
        "elasticsearch",
        "connection_type",
        Rule::Gone("requests are not signed for AWS: use a user of the domain"),
    ),
    ("elasticsearch", "marker_index", text("index.marker_index")),
    ("answer_distribution", "valid_response_types", text("jobs.valid_response_types")),
    ("problem_response", "report_fields", text("jobs.report_fields")),
    ("problem_response", "report_filename_template", text("jobs.report_filename_template")),
    ("problem_response", "report_output_root", text("jobs.report_output_root")),
    ("problem_response", "report_field_datetime_format", text("jobs.report_field_datetime_format")),
    ("problem_response", "report_field_list_delimiter", text("jobs.report_field_list_delimiter")),
    ("problem_response", "partition_format", text("jobs.partition_format")),
    ("problem_response", "interval_start", START),
    ("problem_response", "clean_text_regex", text("jobs.clean_text_regex")),
    ("course_list", "api_root_url", text("lms.api.courses_url")),
    ("course_list", "page_size", number("lms.api.page_size")),
    ("course_list", "partition_format", text("jobs.partition_format")),
    ("course_blocks", "api_root_url", text("lms.api.blocks_url")),
    ("course_blocks", "api_token_type", text("lms.api.blocks_token_type")),
    ("course_blocks", "partition_format", text("jobs.partition_format")),
    ("course_blocks", "path_delimiter", text("jobs.path_delimiter")),
    ("course_blocks", "deleted_blocks_path", text("jobs.deleted_blocks_path")),
    ("course_blocks", "sort_orphan_blocks_up", flag("jobs.sort_orphan_blocks_up")),
    ("course_catalog_api", "api_root_url", text("lms.catalogue.url")),
    ("course_catalog_api", "partner_short_codes", list_of("lms.catalogue.partners")),
    ("course_catalog_api", "partner_api_urls", list_of("lms.catalogue.partner_urls")),
    ("course_catalog_api", "page_size", number("lms.catalogue.page_size")),
    ("edx_rest_api", "auth_url", text("lms.api.auth_url")),
    ("edx_rest_api", "client_id", text("lms.api.client_id")),
    (
        "edx_rest_api",
        "client_secret",
        Rule::Secret("lms.api.client_secret_file", "lms_api_client_secret"),
    ),
    ("edx_rest_api", "oauth_username", text("lms.api.username")),
    ("edx_rest_api", "oauth_password", Rule::Secret("lms.api.password_file", "lms_api_password")),
    ("event_export", "output_root", text("jobs.output_root")),
    ("event_export", "config", text("jobs.config")),
    ("event_export", "environment", text("jobs.environment")),
    ("event_export", "gpg_key_dir", text("jobs.gpg_key_dir")),
    ("event_export", "gpg_master_key", text("jobs.gpg_master_key")),
    (
        "event_export",
        "required_path_text",
        Rule::Gone("the pattern of the source says which files are read"),
    ),
    ("event_export_course", "output_root", text("jobs.output_root")),
    ("enrollment_validation", "validation_root", Rule::Gone("snapshots stand in the warehouse")),
    ("enrollment_validation", "validation_pattern", Rule::Gone("snapshots stand in the warehouse")),
    ("calendar", "interval", Rule::Gone("the calendar goes as far as it is asked for")),
    ("ccx", "enabled", flag("jobs.ccx_enabled")),
    ("spark", "", Rule::Gone("there is no Spark job")),
    ("retcode", "", Rule::Gone("exit codes are the same and cannot be changed")),
    ("obfuscation", "", Rule::Gone("there is no export of whole courses with names replaced")),
    ("id_codec", "", Rule::Gone("there is no export of whole courses with names replaced")),
    ("scheduler", "", Rule::Gone(HERE)),
    ("worker", "", Rule::Gone(HERE)),
];

/// The rule for a setting.
pub(super) fn of(section: &str, key: &str) -> &'static Rule {
    let mut rules = of_section(section);
    let rule = rules.find(|(_, name, _)| name.is_empty() || *name == key);
    rule.map_or(&Rule::Unknown, |(.., rule)| rule)
}

/// The keys of a section, for hints.
pub(super) fn keys_of(section: &str) -> impl Iterator<Item = &'static str> {
    of_section(section).map(|(_, key, _)| *key)
}

fn of_section(section: &str) -> impl Iterator<Item = &'static (&'static str, &'static str, Rule)> {
    let section = section.replace('-', "_");
    RULES.iter().filter(move |(name, ..)| *name == section)
}
