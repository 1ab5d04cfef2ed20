//! Databases as the original's settings name them (`DATABASES`, spec 50 §11.2): Django's words for an
//! address.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, de};
use serde_yaml::{Mapping, Value};
use store::{Address, Password};

/// The settings that name a database, and the database that each names where it is silent.
const NAMES: [(&str, &str, &str); 3] = [
    ("store", "ANALYTICS_DATABASE", "reports"),
    ("store_v1", "ANALYTICS_DATABASE_V1", ""),
    ("auth_store", "", "default"),
];

/// Puts the databases themselves where settings name one of `DATABASES`; tells whether there are any.
pub(super) fn resolve(settings: &mut Mapping) -> bool {
    let Some(Value::Mapping(databases)) = settings.remove("DATABASES") else { return false };
    for (ours, original, usual) in NAMES {
        let key = if settings.contains_key(original) { original } else { ours };
        let named = match settings.get(key) {
            Some(Value::String(name)) => name.as_str(),
            Some(_) => continue,
            None => usual,
        };
        if let Some(database) = databases.get(named) {
            settings.insert(key.into(), database.clone());
        }
    }
    true
}

/// An address, or a database in Django's words.
pub(super) fn address<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Address>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => text.parse().map(Some).map_err(de::Error::custom),
        database => {
            let database: Database = serde_yaml::from_value(database).map_err(de::Error::custom)?;
            database.address().map(Some).map_err(de::Error::custom)
        }
    }
}

/// What Django says of a database; the rest of it is about Django itself.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Database {
    engine: String,
    name: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    host: String,
    #[serde(default)]
    port: Value,
}

impl Database {
    fn address(self) -> Result<Address, String> {
        match self.engine.rsplit('.').next() {
            Some("sqlite3") => Ok(Address::Sqlite(self.name.into())),
            Some("mysql") if self.host.starts_with('/') => {
                Err(format!("the database {} is reached by a socket; name a host", self.name))
            }
            Some("mysql") => self.server(),
            _ => Err(format!("the database {} is neither MySQL nor SQLite", self.name)),
        }
    }

    fn server(self) -> Result<Address, String> {
        let [user, name] = [&self.user, &self.name]
            .map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string());
        let host = if self.host.is_empty() { "localhost" } else { &self.host };
        let port = match &self.port {
            Value::Number(port) => port.to_string(),
            Value::String(port) if !port.is_empty() => port.clone(),
            _ => "3306".to_owned(),
        };
        let address = format!("mysql://{user}@{host}:{port}/{name}").parse();
        match address.map_err(|error: store::Error| error.to_string())? {
            Address::Mysql { url, certificates, .. } => {
                Ok(Address::Mysql { url, password: Password::Given(self.password), certificates })
            }
            other => Ok(other),
        }
    }
}
