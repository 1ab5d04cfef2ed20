# How the commands here start a class: with the settings and archives of the cluster whose folder they
# are linked into. Sourced, never run.
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
run_folder=$(cd "$(dirname "$0")/../.." && pwd)
settings=${HADOOP_CONF_DIR:-$run_folder/hadoop/etc/hadoop}
classpath="$settings:$run_folder/hadoop/share/hadoop/lib/*"

fail() { echo "${0##*/}: $*" >&2; exit 1; }

run() { # CLASS ARGUMENT…
  exec java "@$here/conf/jvm.options" -Xmx512m ${HADOOP_CLIENT_OPTS:-} -cp "$classpath" "$@"
}
