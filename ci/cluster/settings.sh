# Where everything of the cluster is and on which ports. Sourced, never run.
cluster=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/insights/cluster"
dir="${INSIGHTS_CLUSTER_DIR:-$cache/run}"
port="${INSIGHTS_CLUSTER_PORT:-$(cat "$dir/port" 2> /dev/null || echo 23800)}"
services="namenode datanode resourcemanager nodemanager historyserver lms store metastore"
export TZ=UTC
PATH="$PATH:/usr/sbin:/usr/local/sbin"
JAVA_HOME=$(readlink -f "$(command -v javac || echo missing)")
JAVA_HOME=${JAVA_HOME%/bin/javac}
export JAVA_HOME HADOOP_CONF_DIR="$dir/hadoop/etc/hadoop"

# One port after the other from the base port on, in this order.
next=$port
for name in NAMENODE NAMENODE_WEB DATANODE DATANODE_IPC DATANODE_WEB \
  RM RM_SCHEDULER RM_TRACKER RM_ADMIN RM_WEB NM NM_LOCALIZER NM_WEB SHUFFLE \
  HISTORY HISTORY_WEB HISTORY_ADMIN LMS STORE METASTORE; do
  printf -v "$name" %s "$next"
  next=$((next + 1))
done

fail() { echo "cluster: $*" >&2; exit 1; }

# An artifact folder is named by its pom: another pom is another folder.
artifacts() { echo "$cache/artifacts/$1-$(sha256sum "$cluster/artifacts/$1.xml" | cut -c1-16)"; }

# One at a time; daemons are started with the lock (9) closed.
lock() {
  mkdir -p "$cache"
  exec 9> "$cache/lock"
  flock -w 600 9 || fail "another start or end of the cluster does not finish"
}
