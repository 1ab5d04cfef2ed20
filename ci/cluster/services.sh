# The daemons: how each is started, when it is ready, how it is ended. Sourced after settings.sh.

# A process is known by its id and its start time, so that a recycled id is never taken for it.
born() {
  local stat
  { stat=$(< "/proc/$1/stat"); } 2>/dev/null || return 1
  set -- ${stat##*) }
  [ "$1" != Z ] && echo "${20}"
}

alive() {
  local pid start
  { read -r pid start < "$dir/pid/$1"; } 2>/dev/null || return 1
  [ "$(born "$pid")" = "$start" ]
}

pid() { cut -d ' ' -f 1 "$dir/pid/$1"; }

launch() { # SERVICE COMMAND…
  local service=$1
  shift
  (cd "$dir" && exec setsid "$@" >> "$dir/log/$service.log" 2>&1 < /dev/null 9>&-) &
  echo "$! $(born $!)" > "$dir/pid/$service"
}

jars() { printf '%s:' "$1"/*.jar; }

# The settings stand before the archives, as everywhere else.
hadoop_path() { echo "$dir/hadoop/etc/hadoop:$(jars "$dir/hadoop/share/hadoop/lib")"; }

java_command=("$JAVA_HOME/bin/java" "@$cluster/conf/jvm.options" -Xmx320m)

hadoop_java() { CLASSPATH=$(hadoop_path) "${java_command[@]}" "$@"; }

daemon() { # SERVICE CLASS
  CLASSPATH=$(hadoop_path) launch "$1" "${java_command[@]}" "$2"
}

database() { # SERVICE PORT
  launch "$1" mariadbd --no-defaults --datadir="$dir/$1" --socket="$dir/$1.socket" --pid-file="$dir/$1.pid" \
    --init-file="$dir/secret/$1.sql" --bind-address=127.0.0.1 --port="$2" --local-infile=1 --skip-log-bin \
    --ssl-cert="$dir/secret/tls.pem" --ssl-key="$dir/secret/tls.key" \
    --character-set-server=utf8mb4 --default-time-zone=+00:00 --max-allowed-packet=64M \
    --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 --user="$(id -un)"
}

# Hive's tables, all before its first statement: those that it would make while one runs wait for the
# locks of that one, for ever.
schema() {
  local jar
  jar=$(grep -l package.jdo "$dir"/hive/lib/hive-standalone-metastore-server-*.jar)
  (cd "$dir/metastore" && "$JAVA_HOME/bin/jar" xf "$jar" package.jdo)
  CLASSPATH="$dir/metastore:$(hadoop_path)$(jars "$dir/hive/lib")" "${java_command[@]}" \
    org.datanucleus.store.schema.SchemaTool -create -api JDO -props "$dir/metastore/schema.properties" \
    "$dir/metastore/package.jdo" >> "$dir/log/metastore.log" 2>&1 || fail "Hive's metastore has no tables; see $dir/log/metastore.log"
}

start() {
  case $1 in
    namenode) daemon "$1" org.apache.hadoop.hdfs.server.namenode.NameNode ;;
    datanode) daemon "$1" org.apache.hadoop.hdfs.server.datanode.DataNode ;;
    resourcemanager) daemon "$1" org.apache.hadoop.yarn.server.resourcemanager.ResourceManager ;;
    nodemanager) daemon "$1" org.apache.hadoop.yarn.server.nodemanager.NodeManager ;;
    historyserver) daemon "$1" org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer ;;
    metastore) schema && CLASSPATH="$dir/metastore:$(hadoop_path)$(jars "$dir/hive/lib")" \
      launch "$1" "${java_command[@]}" org.apache.hadoop.hive.metastore.HiveMetaStore -p "$METASTORE" ;;
    lms) database "$1" "$LMS" ;;
    store) database "$1" "$STORE" ;;
  esac
}

rest() { curl -sf -m 5 "http://127.0.0.1:$1"; }
login() { mariadb --defaults-file="$dir/secret/$1.cnf" -e 'SELECT 1' > /dev/null 2>&1; }

number() { grep -o "\"$1\":[0-9]*" | cut -d : -f 2; }

# A node that was killed counts as running for a while: what counts is a word since its new start.
heard_of_node() {
  local began heard
  began=$(rest "$NM_WEB/ws/v1/node/info" | number nmStartupTime) || return 1
  heard=$(rest "$RM_WEB/ws/v1/cluster/nodes?states=RUNNING" | number lastHealthUpdate) || return 1
  [ "$heard" -gt "$began" ]
}

ready() {
  case $1 in
    namenode) rest "$NAMENODE_WEB/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo" | grep -q '"Safemode" : ""' ;;
    datanode) rest "$NAMENODE_WEB/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState" | grep -q '"NumLiveDataNodes" : 1,' \
      && rest "$DATANODE_WEB/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo" | grep -q 'ActorState[^,]*RUNNING' ;;
    resourcemanager) rest "$RM_WEB/ws/v1/cluster/info" | grep -q '"state":"STARTED"' ;;
    nodemanager) heard_of_node ;;
    historyserver) rest "$HISTORY_WEB/ws/v1/history/info" | grep -q '"startedOn"' ;;
    metastore) (: < "/dev/tcp/127.0.0.1/$METASTORE") 2> /dev/null ;;
    lms|store) login "$1" ;;
  esac
}

await() { # SERVICE
  local limit=$((SECONDS + 180)) why="did not get ready within three minutes"
  until ready "$1"; do
    alive "$1" || { why="ended"; limit=0; }
    [ "$SECONDS" -lt "$limit" ] || {
      echo "cluster: the $1 $why; the end of $dir/log/$1.log:" >&2
      tail -n 40 "$dir/log/$1.log" >&2
      exit 1
    }
    sleep 0.2
  done
}

finish() { # SIGNAL SERVICE
  alive "$2" || return 0
  kill "-$1" "$(pid "$2")" 2> /dev/null || true
  local limit=$((SECONDS + 20))
  while alive "$2"; do
    [ "$SECONDS" -lt "$limit" ] || kill -9 "$(pid "$2")" 2> /dev/null || true
    sleep 0.1
  done
}

# What the NodeManager started; a container leads a session of its own and outlives it.
containers() {
  local file pid name
  find "$dir/nodemanager/local/nmPrivate" -name '*.pid' 2> /dev/null | while read -r file; do
    name=$(basename "$file" .pid)
    pid=$(< "$file")
    tr '\0' '\n' 2> /dev/null < "/proc/$pid/environ" | grep -qx "CONTAINER_ID=$name" && echo "$pid"
  done
}

end_containers() {
  local leader
  for leader in $(containers); do kill -9 -- "-$leader" 2> /dev/null || true; done
}
