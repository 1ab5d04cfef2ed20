//! The keys that a file of settings may have (spec 50 §11.2), and what is to be said of the others.

use jobs::nearest::did_you_mean;
use serde_yaml::Mapping;

/// What is to be said of a file's keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Those of the original that mean nothing here.
    pub without_effect: Vec<String>,
    /// Those that nobody knows, each with a hint at the one that was probably meant.
    pub unknown: Vec<(String, String)>,
}

impl Keys {
    pub(super) fn of(settings: &Mapping) -> Self {
        let mut keys = Self::default();
        for key in settings.keys() {
            // A key that is no text is no setting.
            let key = key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned);
            if has_no_effect(&key) {
                keys.without_effect.push(key);
            } else if !KEYS.contains(&key.as_str()) {
                let hint = did_you_mean(&key, KEYS.iter().chain(WITHOUT_EFFECT).copied());
                keys.unknown.push((key, hint));
            }
        }
        keys
    }
}

fn has_no_effect(key: &str) -> bool {
    WITHOUT_EFFECT.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => key == *known,
    })
}

/// The keys of [`super::Settings`].
const KEYS: &[&str] = &[
    "store",
    "ANALYTICS_DATABASE",
    "store_v1",
    "ANALYTICS_DATABASE_V1",
    "DATABASES",
    "auth_store",
    "key_file",
    "privacy",
    "clock",
    "base_url",
    "cache_mb",
    "max_in_flight",
    "stop_notice",
    "ENABLED_REPORT_IDENTIFIERS",
    "COURSE_REPORT_FILE_LOCATION_TEMPLATE",
    "COURSE_REPORT_DOWNLOAD_EXPIRY_TIME",
    "MEDIA_ROOT",
    "MEDIA_URL",
    "SECRET_KEY",
    "AWS_STORAGE_BUCKET_NAME",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_S3_REGION_NAME",
    "AWS_S3_ENDPOINT_URL",
    "DEFAULT_THROTTLE_RATES",
    "ANALYTICS_API_SERVICE_USERNAMES",
    "DEFAULT_PAGE_SIZE",
    "MAX_PAGE_SIZE",
    "AGGREGATE_PAGE_SIZE",
    "EXCLUDED_ENGAGEMENT_ENTITY_TYPES",
    "LMS_USER_ACCOUNT_BASE_URL",
    "CORS_ALLOWED_ORIGINS",
    "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOW_CREDENTIALS",
    "CORS_ALLOW_HEADERS",
];

/// Settings of the original whose feature is not there; they are let through with a warning, so that
/// an existing file can be taken over. `*` stands for any ending.
const WITHOUT_EFFECT: &[&str] = &[
    "ALLOWED_HOSTS",
    "BACKEND_SERVICE_EDX_OAUTH2_*",
    "CACHES",
    "DATA_UPLOAD_MAX_NUMBER_FIELDS",
    "DATETIME_FORMAT",
    "DATE_FORMAT",
    "DEFAULT_FILE_STORAGE",
    "ELASTICSEARCH_*",
    "ENGAGEMENT_CACHE_TIMEOUT",
    "ENROLLMENTS_PAGE_SIZE",
    "ENTERPRISE_REPORTING_DB_ALIAS",
    "JWT_AUTH",
    "LANGUAGE_CODE",
    "LMS_BASE_URL",
    "REPORT_DOWNLOAD_BACKEND",
    "SOCIAL_AUTH_*",
    "TIME_ZONE",
    "USE_I18N",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_are_known_without_effect_or_unknown() {
        let text = "store: x\nSOCIAL_AUTH_KEY: y\nTIME_ZONE: UTC\nTIME_ZONES: UTC\nzzz: 1\n1: 2\n";
        let keys = Keys::of(&serde_yaml::from_str(text).unwrap());
        assert_eq!(keys.without_effect, ["SOCIAL_AUTH_KEY", "TIME_ZONE"]);
        let hints: Vec<_> = keys.unknown.iter().map(|(_, hint)| hint.as_str()).collect();
        assert_eq!(hints, ["; did you mean `TIME_ZONE`?", "", ""]);
    }
}
