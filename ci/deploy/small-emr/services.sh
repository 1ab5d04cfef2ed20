#!/bin/bash
# Makes the master of a small cluster the server of all the rest: result store, Data API, site, HAProxy, and the
# nightly run. A step of cluster.yml runs it; run again, it keeps what it made.
#   services.sh s3://BUCKET REGION
set -euo pipefail
bucket=$1 region=$2
[ "$(id -u)" = 0 ] || exec sudo --preserve-env=PATH "$0" "$@"
deploy=${INSIGHTS_ROOT:-}/opt/insights/deploy
mkdir -p "$deploy"
aws s3 cp --only-show-errors --recursive "$bucket/deploy" "$deploy"
. "$deploy/shared/machine.sh"

given() { # secrets of the bucket, each for its user
  aws s3 cp --only-show-errors --recursive "$bucket/secrets" "$settings"
  owned lms_password insights
  local name
  for name in sign_in_secret service_secret lms_keys.json; do owned "$name" insights-web; done
  chmod 400 "$settings/insights.pem"
}

random() { # NAME USER: a secret of this machine's own, unless it is there
  [ -s "$settings/$1" ] || openssl rand -hex 24 | keep "$1" "$2"
}

store() { # the database server that EMR has on its master for Hive
  random pipeline_password insights
  random api_password insights-api
  database "$(cat "$settings/pipeline_password")" "$(cat "$settings/api_password")" mysql --user=root
}

configure() {
  local cluster
  cluster=$(sed -n 's/.*"jobFlowId" *: *"\([^"]*\)".*/\1/p' "$root/mnt/var/lib/info/job-flow.json")
  sed -e "s#s3://BUCKET#$bucket#" -e "s#CLUSTER#$cluster#" "$deploy/small-emr/insights.yml" > "$settings/insights.yml"
  install -m 644 "$deploy"/shared/{api,web}.yml "$settings/"
  # The site asks the Data API beside it.
  echo INSIGHTS_WEB_API=http://127.0.0.1:8100 > "$settings/web.env"
  random session_keys insights-web
  if [ ! -s "$settings/api_token" ]; then
    "$here/bin/insights-api" token create site --service --key-file "$settings/api_keys" | keep api_token insights-web
    owned api_keys insights-api
  fi
}

balancer() {
  command -v haproxy > /dev/null || dnf install -y haproxy
  install -d -m 755 "$units/haproxy.service.d" "$root/etc/haproxy"
  install -m 644 "$deploy/shared/haproxy.cfg" "$root/etc/haproxy/haproxy.cfg"
  install -m 644 "$deploy/small-emr/haproxy.conf" "$units/haproxy.service.d/insights.conf"
  systemctl daemon-reload
  systemctl enable haproxy
  systemctl restart haproxy
}

programs "$bucket" "$region"
given
store
configure
service insights-api 8100 8101
service insights-web 8110 8111
balancer
nightly
