# What scripts of machines share; sourced. Everything stands below INSIGHTS_ROOT, which only tests set.
root=${INSIGHTS_ROOT:-}
here=$root/opt/insights
settings=$root/etc/insights
units=$root/etc/systemd/system

programs() { # BUCKET REGION: programs, users, and the region for all units whose names begin with insights-
  install -d -m 755 "$here/bin" "$settings" "$units/insights-.service.d"
  aws s3 cp --only-show-errors --recursive "$1/bin" "$here/bin"
  chmod 755 "$here"/bin/*
  systemd-sysusers "$here/deploy/shared/insights.sysusers.conf"
  printf '[Service]\nEnvironment=AWS_REGION=%s\n' "$2" > "$units/insights-.service.d/region.conf"
}

keep() { # NAME USER: standard input as a file that one user reads
  (umask 077 && cat > "$settings/$1")
  owned "$1" "$2"
}

owned() { # NAME USER
  chown "$2" "$settings/$1"
  chmod 400 "$settings/$1"
}

# The result store and its users, by a client that reads statements; no password is on a command line.
database() { # PIPELINE-PASSWORD API-PASSWORD CLIENT…
  local pipeline=$1 api=$2
  shift 2
  { printf "SET @pipeline_password = '%s', @api_password = '%s';\n" "$pipeline" "$api"
    cat "$here/deploy/shared/database.sql"; } | "$@"
}

service() { # UNIT PORT…
  local unit=$1
  shift
  install -m 644 "$here/deploy/shared/$unit@.service" "$units/"
  systemctl daemon-reload
  systemctl enable --now "${@/#/$unit@}"
}

nightly() { # what schedule.yml says, by timers
  install -m 644 "$here/deploy/shared/schedule.yml" "$settings/"
  install -d -m 750 "$root/var/lib/insights"
  chown insights "$root/var/lib/insights"
  INSIGHTS_SCHEDULE_FILE=$settings/schedule.yml "$here/bin/insights" -c "$settings/insights.yml" schedule render --to systemd --dir "$units"
  systemctl daemon-reload
  systemctl enable --now insights-nightly.timer
}
