#!/usr/bin/env bash
# From nothing to charts in the browser: builds, makes a university, computes its enrollments from
# tracking logs and LMS tables, serves them, and stays until Ctrl-C. SERVE=no ends after the run and
# prints the store's path last. DEMO_DIR, DEMO_SIZE, API_PORT and WEB_PORT change where and how much.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/insights/target}"
bin="$CARGO_TARGET_DIR/debug"
dir="${DEMO_DIR:-$CARGO_TARGET_DIR/demo}"
api="127.0.0.1:${API_PORT:-8100}"
web="127.0.0.1:${WEB_PORT:-8110}"
today=$(date -u +%F)
store="$dir/store.sqlite"

say() { printf '\n== %s\n' "$*"; }

say "Building"
cargo build --bins

mkdir -p "$dir"
size=(${DEMO_SIZE:+--size "$DEMO_SIZE"})
made="seed 1, ${DEMO_SIZE:-the usual size}, up to yesterday of $today"
if [ "$(cat "$dir/made" 2>/dev/null)" != "$made" ]; then
  say "Making a university ($made)"
  rm -rf "$dir/university" "$dir/warehouse" "$store" "$dir/made"
  "$bin/insights-demo" --out "$dir/university" --seed 1 "${size[@]}" \
    --end "$(date -u -d "$today - 1 day" +%F)" > "$dir/university.txt"
  head -n 12 "$dir/university.txt"
  echo "$made" > "$dir/made"
fi
# The catalogue's course runs stand where its pull would put them.
mkdir -p "$dir/warehouse/discovery_api_raw/dt=$today"
cp "$dir/university/course_runs.json" "$dir/warehouse/discovery_api_raw/dt=$today/"

cat > "$dir/insights.yml" <<YAML
sources:
  - url: $dir/university/logs
    pattern: ['.*tracking\.log-(?P<date>\d{8}).*\.gz']
warehouse: {url: $dir/warehouse}
store: {url: "sqlite:$store"}
lms: {database: "sqlite:$dir/university/lms.sqlite"}
jobs: {enable_course_catalog: true}
privacy: named
YAML

say "insights run enrollment"
"$bin/insights" -c "$dir/insights.yml" run enrollment -r inline
say "insights status last"
"$bin/insights" -c "$dir/insights.yml" status last

if [ "${SERVE:-yes}" = no ]; then
  echo
  echo "The result store is at"
  echo "$store"
  exit 0
fi

say "Serving"
[ -s "$dir/token" ] || (umask 077 && "$bin/insights-api" token create demo --key-file "$dir/keys" > "$dir/token")
cat > "$dir/api.yml" <<YAML
key_file: $dir/keys
privacy: named
YAML
"$bin/insights-api" --store "sqlite:$store" --listen "$api" -c "$dir/api.yml" & services=$!
"$bin/insights-web" --api "http://$api" --api-token-file "$dir/token" --listen "$web" --demo & services="$services $!"
trap 'kill $services 2>/dev/null; wait' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for _ in $(seq 100); do
  if curl -sf "http://$web/health/" >/dev/null 2>&1; then break; fi
  sleep 0.1
done
printf '\nThe site is at http://%s/ (the Data API at http://%s/). Ctrl-C ends both.\n' "$web" "$api"
wait -n $services
