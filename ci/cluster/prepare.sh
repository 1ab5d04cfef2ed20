# Folders, configuration and passwords of the cluster; safe to run on one that is there. Sourced by up.

prepare() {
  [ ! -f "$dir/port" ] || [ "$(< "$dir/port")" = "$port" ] \
    || fail "the one in $dir has the base port $(< "$dir/port"), not $port; end it first"
  mkdir -p "$dir"/{pid,log,tmp,metastore,hadoop/{bin,etc/hadoop,share/hadoop/tools/lib},hive/{bin,conf},sqoop/{bin,conf}}
  (umask 077 && mkdir -p "$dir/secret")
  # Several users have theirs there.
  chmod 1777 "$dir/tmp"
  echo "$port" > "$dir/port"
  homes
  passwords
  certificate
  configuration
  environment > "$dir/env"
  stores
}

# Folders laid out as an installed Hadoop, Hive and Sqoop are.
homes() {
  local command
  ln -sfn "$(artifacts hadoop)" "$dir/hadoop/share/hadoop/lib"
  ln -sfn "$(artifacts hive)" "$dir/hive/lib"
  ln -sfn "$(artifacts sqoop)" "$dir/sqoop/lib"
  ln -sf "$dir/hadoop/share/hadoop/lib"/hadoop-streaming-*.jar "$dir/hadoop/share/hadoop/tools/lib/"
  for command in hadoop hdfs yarn mapred; do ln -sf "$cluster/bin/$command" "$dir/hadoop/bin/"; done
  ln -sf "$cluster/bin/hive" "$dir/hive/bin/"
  ln -sf "$cluster/bin/sqoop" "$dir/sqoop/bin/"
  # The daemons look for their web pages, which Maven's archives do not hold.
  mkdir -p "$dir/hadoop/etc/hadoop/webapps"/{hdfs,datanode,secondary,cluster,node,static,proxy,jobhistory}
}

# A password stands in files that only their owner reads: plain for Sqoop, as options for the
# client `mariadb`, and in the statements that the server runs at its start.
passwords() {
  local user
  umask 077
  for user in lms store metastore; do
    [ -s "$dir/secret/$user.password" ] || head -c 24 /dev/urandom | base64 | tr -d '+/=\n' > "$dir/secret/$user.password"
  done
  client lms "$LMS" > "$dir/secret/lms.cnf"
  client store "$STORE" > "$dir/secret/store.cnf"
  { database_of lms edxapp utf8mb4; database_of lms ecommerce utf8mb4; database_of metastore metastore latin1; by_tls lms edxapp; } > "$dir/secret/lms.sql"
  database_of store reports utf8mb4 > "$dir/secret/store.sql"
  umask 022
}

client() { # USER PORT
  printf '[client]\nhost=127.0.0.1\nport=%s\nuser=%s\npassword=%s\n' "$2" "$1" "$(< "$dir/secret/$1.password")"
}

# The user may also make further databases whose names begin alike.
database_of() { # USER DATABASE CHARACTERS
  echo "CREATE DATABASE IF NOT EXISTS $2 CHARACTER SET $3;"
  echo "CREATE USER IF NOT EXISTS $1@'%' IDENTIFIED BY '$(< "$dir/secret/$1.password")';"
  echo "GRANT ALL ON \`$2%\`.* TO $1@'%';"
}

# A user with the same password who must come by TLS.
by_tls() { # USER DATABASE
  echo "CREATE USER IF NOT EXISTS $1_tls@'%' IDENTIFIED BY '$(< "$dir/secret/$1.password")' REQUIRE SSL;"
  echo "GRANT ALL ON \`$2%\`.* TO $1_tls@'%';"
}

# A certificate that the server signs itself.
certificate() {
  [ -s "$dir/secret/tls.pem" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost \
    -keyout "$dir/secret/tls.key" -out "$dir/secret/tls.pem" 2> /dev/null || fail "openssl makes no certificate"
}

configuration() {
  local file
  for file in core-site.xml hdfs-site.xml yarn-site.xml mapred-site.xml capacity-scheduler.xml log4j.properties; do
    render "$file" "$dir/hadoop/etc/hadoop"
  done
  render hive-site.xml "$dir/hive/conf"
  render sqoop-site.xml "$dir/sqoop/conf"
  (umask 077 && render metastore-site.xml "$dir/metastore" && render schema.properties "$dir/metastore")
}

render() { # FILE FOLDER
  local text name
  text=$(< "$cluster/conf/$1")
  for name in $(grep -o '@[A-Z_]*@' <<< "$text" | tr -d @ | sort -u); do
    text=${text//"@$name@"/$(value "$name")}
  done
  echo "$text" > "$2/$1"
}

value() {
  case $1 in
    DIR) echo "$dir" ;;
    NODES) echo "$cluster/nodes" ;;
    TASK_JAVA) echo "@$cluster/conf/jvm.options" ;;
    METASTORE_PASSWORD) cat "$dir/secret/metastore.password" ;;
    *) echo "${!1}" ;;
  esac
}

environment() {
  cat <<END
export INSIGHTS_CLUSTER_DIR='$dir'
export INSIGHTS_CLUSTER_PORT='$port'
export JAVA_HOME='$JAVA_HOME'
export TZ=UTC
export HADOOP_HOME='$dir/hadoop'
export HADOOP_COMMON_HOME='$dir/hadoop'
export HADOOP_HDFS_HOME='$dir/hadoop'
export HADOOP_YARN_HOME='$dir/hadoop'
export HADOOP_MAPRED_HOME='$dir/hadoop'
export HADOOP_CONF_DIR='$dir/hadoop/etc/hadoop'
export HIVE_HOME='$dir/hive'
export HIVE_CONF_DIR='$dir/hive/conf'
export SQOOP_HOME='$dir/sqoop'
export SQOOP_CONF_DIR='$dir/sqoop/conf'
export PATH="\$HADOOP_HOME/bin:\$HIVE_HOME/bin:\$SQOOP_HOME/bin:\$PATH"
export CLUSTER_STREAMING_JAR='$(echo "$dir"/hadoop/share/hadoop/tools/lib/hadoop-streaming-*.jar)'
export CLUSTER_NAMENODE='hdfs://127.0.0.1:$NAMENODE'
export CLUSTER_NAMENODE_URL='http://127.0.0.1:$NAMENODE_WEB'
export CLUSTER_RESOURCEMANAGER_URL='http://127.0.0.1:$RM_WEB'
export CLUSTER_NODEMANAGER_URL='http://127.0.0.1:$NM_WEB'
export CLUSTER_HISTORY_URL='http://127.0.0.1:$HISTORY_WEB'
export CLUSTER_METASTORE='thrift://127.0.0.1:$METASTORE'
export CLUSTER_HIVE_DATABASE=insights
export CLUSTER_LMS='mysql://lms@127.0.0.1:$LMS/edxapp'
export CLUSTER_LMS_JDBC='jdbc:mysql://127.0.0.1:$LMS/edxapp'
export CLUSTER_LMS_PASSWORD_FILE='$dir/secret/lms.password'
export CLUSTER_LMS_CNF='$dir/secret/lms.cnf'
export CLUSTER_STORE='mysql://store@127.0.0.1:$STORE/reports'
export CLUSTER_STORE_JDBC='jdbc:mysql://127.0.0.1:$STORE/reports'
export CLUSTER_STORE_PASSWORD_FILE='$dir/secret/store.password'
export CLUSTER_STORE_CNF='$dir/secret/store.cnf'
END
}

# One that was cut short is made anew.
stores() {
  local work=() name job
  if [ ! -f "$dir/namenode/current/VERSION" ]; then format & work+=($!); fi
  for name in lms store; do
    if [ ! -d "$dir/$name" ]; then data_folder "$name" & work+=($!); fi
  done
  for job in "${work[@]}"; do wait "$job" || fail "the stores could not be made, see $dir/log/prepare.log"; done
}

format() {
  hadoop_java org.apache.hadoop.hdfs.server.namenode.NameNode -format -force -nonInteractive >> "$dir/log/prepare.log" 2>&1
}

data_folder() { # SERVICE
  rm -rf "$dir/$1.new" "$dir/tmp/$1"
  mkdir -p "$dir/tmp/$1"
  # Its temporary tables have the same names in each run of it: a folder of their own for each.
  mariadb-install-db --no-defaults --tmpdir="$dir/tmp/$1" --skip-test-db --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" \
    --user="$(id -un)" --datadir="$dir/$1.new" >> "$dir/log/prepare.log" 2>&1
  mv "$dir/$1.new" "$dir/$1"
}
