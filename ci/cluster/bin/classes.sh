# How the commands here start a class: with the settings and archives of the cluster whose folder they
# are linked into. Sourced, never run.
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
run_folder=$(cd "$(dirname "$0")/../.." && pwd)

fail() { echo "${0##*/}: $*" >&2; exit 1; }

[ -f "$run_folder/env" ] || fail "this is for the PATH that a cluster's file env sets (make cluster)"
settings=${HADOOP_CONF_DIR:-$run_folder/hadoop/etc/hadoop}
if [ "${1:-}" = --config ]; then
  settings=$2
  shift 2
fi

# One by one and in the order of their names: which of two versions wins is the same everywhere.
jars() { printf ':%s' "$1"/*.jar; }

classpath="$settings$(jars "$run_folder/hadoop/share/hadoop/lib")${HADOOP_CLASSPATH:+:$HADOOP_CLASSPATH}"

run() { # CLASS ARGUMENT…
  CLASSPATH=$classpath exec java "@$here/conf/jvm.options" -Xmx512m \
    "-Dhadoop.root.logger=${HADOOP_ROOT_LOGGER:-INFO,console}" ${HADOOP_OPTS:-} ${HADOOP_CLIENT_OPTS:-} "$@"
}
