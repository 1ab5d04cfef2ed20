#!/usr/bin/env bash
# From nothing to charts in the browser: builds, makes a university, computes all that pages show from
# tracking logs and LMS tables, serves it, and stays until Ctrl-C. SERVE=no ends after the runs and
# prints the store's path last. DEMO_DIR, DEMO_SIZE, DEMO_OPTIONS, API_PORT, WEB_PORT and LMS_PORT change where and how much;
# DEMO_BIN names a folder of programs that are built.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/insights/target}"
bin="${DEMO_BIN:-$CARGO_TARGET_DIR/debug}"
dir="${DEMO_DIR:-$CARGO_TARGET_DIR/demo}"
api="127.0.0.1:${API_PORT:-8100}"
web="127.0.0.1:${WEB_PORT:-8110}"
lms="127.0.0.1:${LMS_PORT:-8120}"
today=$(date -u +%F)
store="$dir/store.sqlite"

say() { printf '\n== %s\n' "$*"; }

if [ -z "${DEMO_BIN:-}" ]; then
  say "Building"
  cargo build --bins
fi

mkdir -p "$dir"
size=(${DEMO_SIZE:+--size "$DEMO_SIZE"} ${DEMO_OPTIONS:-})
made="seed 1, ${size[*]:-the usual size}, up to yesterday of $today"
if [ "$(cat "$dir/made" 2>/dev/null)" != "$made" ] || [ "$dir/made" -ot "$bin/insights-demo" ]; then
  say "Making a university ($made)"
  rm -rf "$dir/university" "$dir/warehouse" "$store" "$dir/made"
  "$bin/insights-demo" --out "$dir/university" --seed 1 "${size[@]}" \
    --end "$(date -u -d "$today - 1 day" +%F)" > "$dir/university.txt"
  head -n 12 "$dir/university.txt"
  echo "$made" > "$dir/made"
fi
first=$(sed -n 's/.*"first_day": "\(.*\)".*/\1/p' "$dir/university/expected.json")
# What catalogue and LMS would answer stands where pulls would put it.
for answer in discovery_api_raw:course_runs course_list_raw:course_list course_blocks_raw:course_blocks; do
  mkdir -p "$dir/warehouse/${answer%:*}/dt=$today"
  cp "$dir/university/${answer#*:}.json" "$dir/warehouse/${answer%:*}/dt=$today/"
done

cat > "$dir/insights.yml" <<YAML
sources:
  - url: $dir/university/logs
    pattern: ['.*tracking\.log-(?P<date>\d{8}).*\.gz']
warehouse: {url: $dir/warehouse}
store: {url: "sqlite:$store"}
lms: {database: "sqlite:$dir/university/lms.sqlite"}
jobs: {interval_start: $first, enable_course_catalog: true, geolocation_data: $dir/university/countries.mmdb}
privacy: named
YAML

run() {
  say "insights run $*"
  "$bin/insights" -c "$dir/insights.yml" run "$@" -r inline
}
run daily
run grades
run problem-response
run student-engagement --param interval_type=weekly
say "insights status"
"$bin/insights" -c "$dir/insights.yml" status

if [ "${SERVE:-yes}" = no ]; then
  echo
  echo "The result store is at"
  echo "$store"
  exit 0
fi

say "Serving"
[ -s "$dir/token" ] || (umask 077 && "$bin/insights-api" token create demo --service --key-file "$dir/keys" > "$dir/token")
cat > "$dir/api.yml" <<YAML
key_file: $dir/keys
privacy: named
MEDIA_ROOT: $dir/warehouse/_files/problem_response
YAML
[ -s "$dir/secret" ] || (umask 077 && head -c 32 /dev/urandom | base64 > "$dir/secret")
cat > "$dir/web.yml" <<YAML
api: http://$api
api_token_file: $dir/token
listen: $web
session_key_file: $dir/secret
lms: http://$lms
jwt_keys_file: $dir/lms_keys.json
jwt_issuer: http://$lms/oauth2
sign_in_client_id: insights
sign_in_client_secret_file: $dir/secret
service_client_id: insights-service
service_client_secret_file: $dir/secret
features: {display_learner_analytics: true, enable_learner_download: true}
YAML
rm -f "$dir/lms_keys.json"
"$bin/insights-demo-lms" --university "$dir/university" --listen "$lms" --site "http://$web/" \
  --keys "$dir/lms_keys.json" --secret "$dir/secret" & services=$!
"$bin/insights-api" --store "sqlite:$store" --listen "$api" -c "$dir/api.yml" & services="$services $!"
for _ in $(seq 100); do
  if [ -s "$dir/lms_keys.json" ]; then break; fi
  sleep 0.1
done
"$bin/insights-web" -c "$dir/web.yml" & services="$services $!"
trap 'kill $services 2>/dev/null; wait' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for _ in $(seq 100); do
  if curl -sf "http://$web/health/" >/dev/null 2>&1; then break; fi
  sleep 0.1
done
printf '\nThe site is at http://%s/ (the Data API at http://%s/). Ctrl-C ends both.\n' "$web" "$api"
wait -n $services
