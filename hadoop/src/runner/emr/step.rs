//! One step: what the master does to run a pass.

use crate::emr::PUT_PROGRAM;
use crate::storage::Place;
use aws_sdk_emr::types::{ActionOnFailure, HadoopJarStepConfig, StepConfig};

/// The name of what the client of the job has said, in the step's folder on S3, once the step has ended.
pub const LOG: &str = "client.log";
/// The same until then. It is another, since the last of many copies may arrive after the end.
pub const LOG_SO_FAR: &str = "client.log.so-far";
/// What the last line of that says, before what ended and how.
pub const ENDED: &str = "insights: ";

/// Runs a command of the master.
const COMMAND_RUNNER: &str = "command-runner.jar";

/// What the client says is brought to S3 as it comes: EMR's own copy is minutes late. A step that is
/// interrupted ends its job, which would go on without its client.
const SCRIPT: &str = r#"
address=$1 checksum=$2 program=$3 stage=$4 folder=$5 made=$6 output=$7
shift 7
log=$folder/client.log
put_log() { aws s3 cp --only-show-errors "$log" "$stage/$1"; }
end() { # WHAT CODE
  trap '' TERM INT
  [ -z "${beat:-}" ] || kill "$beat" 2> /dev/null
  echo "insights: $1 ended with exit code $2" >> "$log"
  cat "$log" >&2
  put_log client.log
  hadoop fs -rm -r -f -skipTrash "$made" > /dev/null 2>&1
  rm -rf "$folder"
  rmdir "$(dirname "$folder")" 2> /dev/null
  exit "$2"
}
interrupted() {
  application=$(grep -o 'application_[0-9]*_[0-9]*' "$log" | head -n 1)
  [ -z "$application" ] || yarn application -kill "$application" >> "$log" 2>&1
  kill "$client" 2> /dev/null
  end "the step, which was interrupted," 143
}
streaming() {
  if command -v hadoop-streaming > /dev/null; then exec hadoop-streaming "$@"; fi
  exec hadoop jar /usr/lib/hadoop-mapreduce/hadoop-streaming.jar "$@"
}
mkdir -p "$folder" && : > "$log" || exit 1
aws s3 cp --only-show-errors --recursive "$stage/" "$folder/" >> "$log" 2>&1 || end "fetching $stage" 1
put_program "$address" "$checksum" "$program" >> "$log" 2>&1 || end "putting the program in place" 1
while sleep "${BEAT:-15}" && kill -0 $$; do put_log client.log.so-far; done > /dev/null 2>&1 & beat=$!
streaming "$@" >> "$log" 2>&1 & client=$!
trap interrupted TERM INT
wait "$client"
code=$?
trap - TERM INT
[ "$code" = 0 ] || end hadoop-streaming "$code"
s3-dist-cp --src "$made" --dest "$output" >> "$log" 2>&1 || end s3-dist-cp 1
end "the step" 0
"#;

/// What a step does.
pub struct Step {
    /// Its name, which no other step of the cluster has.
    pub name: String,
    /// Its folder on S3.
    pub stage: Place,
    /// What its script is told.
    pub words: Vec<String>,
}

impl Step {
    /// As EMR takes it. A failure leaves the cluster to whoever holds it.
    pub fn request(&self) -> StepConfig {
        let script = format!("{PUT_PROGRAM}{SCRIPT}");
        let first = ["bash", "-c", &script, "insights"].map(str::to_owned);
        let jar = HadoopJarStepConfig::builder().jar(COMMAND_RUNNER);
        let jar = jar.set_args(Some([&first[..], &self.words].concat())).build();
        StepConfig::builder()
            .name(&self.name)
            .action_on_failure(ActionOnFailure::Continue)
            .hadoop_jar_step(jar)
            .build()
    }
}

/// The address as AWS's own programs take it, which know one scheme of S3.
pub fn address(place: &Place) -> String {
    let address = place.address();
    match address.split_once("://") {
        Some(("s3a" | "s3n", rest)) => format!("s3://{rest}"),
        _ => address,
    }
}
