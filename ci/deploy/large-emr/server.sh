#!/bin/bash
# Makes a new machine of template.yml what it is to be: the Data API, the site, or the scheduler. Secrets come from
# Secrets Manager by their ARNs, and go into files that one user reads.
#   server.sh api s3://BUCKET REGION DATABASE API-SECRET TOKEN-SECRET
#   server.sh web s3://BUCKET REGION SESSION-SECRET TOKEN-SECRET LMS-SECRET
#   server.sh scheduler s3://BUCKET REGION DATABASE DATABASE-SECRET PIPELINE-SECRET API-SECRET LMS-SECRET
set -euo pipefail
role=$1 bucket=$2 region=$3
shift 3
export AWS_DEFAULT_REGION=$region
deploy=${INSIGHTS_ROOT:-}/opt/insights/deploy
. "$deploy/shared/machine.sh"

secret() { # ARN
  aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text
}

field() { # NAME: of the JSON on standard input; objects stay JSON
  python3 -c 'import json, sys
value = json.load(sys.stdin)[sys.argv[1]]
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}

# The balancer's health checks call a machine by its address, so that is what services listen on.
address() {
  local token metadata=http://169.254.169.254/latest
  token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token")
  curl -sf -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/local-ipv4"
}

# Settings with the address of the database, and the certificates of RDS that prove it.
of_database() { # ADDRESS FILE
  [ -s "$settings/rds.pem" ] || curl -sf -o "$settings/rds.pem" \
    https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
  sed "s/DATABASE/$1/" "$deploy/large-emr/$2" > "$settings/$2"
}

api() { # DATABASE API-SECRET TOKEN-SECRET
  secret "$2" | keep api_password insights-api
  secret "$3" | field api_keys | keep api_keys insights-api
  install -m 644 "$deploy/shared/api.yml" "$settings/"
  of_database "$1" api.env
  echo "ADDRESS=$(address)" >> "$settings/api.env"
  service insights-api 8100
}

web() { # SESSION-SECRET TOKEN-SECRET LMS-SECRET
  secret "$1" | keep session_keys insights-web
  secret "$2" | field api_token | keep api_token insights-web
  local name
  for name in sign_in_secret service_secret lms_keys.json; do
    secret "$3" | field "${name%.json}" | keep "$name" insights-web
  done
  install -m 644 "$deploy/shared/web.yml" "$settings/"
  echo "ADDRESS=$(address)" > "$settings/web.env"
  service insights-web 8110
}

scheduler() { # DATABASE DATABASE-SECRET PIPELINE-SECRET API-SECRET LMS-SECRET
  secret "$3" | keep pipeline_password insights
  secret "$5" | field lms_password | keep lms_password insights
  of_database "$1" insights.yml
  store "$@"
  install -m 644 "$deploy/large-emr/cluster.yml" "$settings/"
  nightly
}

store() ( # as its administrator, whose password is in a file of this moment
  command -v mysql > /dev/null || dnf install -y mariadb105
  options=$(mktemp)
  trap 'rm -f "$options"' EXIT
  { printf '[client]\nhost=%s\nssl-ca=%s/rds.pem\nssl-verify-server-cert\n' "$1" "$settings"
    printf 'user=%s\n' "$(secret "$2" | field username)"
    printf 'password=%s\n' "$(secret "$2" | field password)"; } > "$options"
  database "$(secret "$3")" "$(secret "$4")" mysql --defaults-extra-file="$options"
)

programs "$bucket" "$region"
"$role" "$@"
