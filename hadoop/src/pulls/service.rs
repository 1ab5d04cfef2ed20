//! From the settings to a client and the addresses that it asks.

use super::BringError;
use crate::config::{Catalogue, LmsApi};
use crate::pull::{Client, Clock, Credentials, Secret};
use std::path::Path;

/// Holds the client's secret where `lms.api.client_secret_file` names no file.
const SECRET_VARIABLE: &str = "INSIGHTS_LMS_API_CLIENT_SECRET";
/// Holds the user's password where `lms.api.password_file` names no file.
const PASSWORD_VARIABLE: &str = "INSIGHTS_LMS_API_PASSWORD";

/// Where the courses API is.
pub fn courses_url(api: &LmsApi) -> Result<String, BringError> {
    address(api, api.courses_url.as_ref(), "lms.api.courses_url", "api/courses/v1/courses/")
}

/// Where the blocks API is.
pub fn blocks_url(api: &LmsApi) -> Result<String, BringError> {
    address(api, api.blocks_url.as_ref(), "lms.api.blocks_url", "api/courses/v1/blocks/")
}

fn address(
    api: &LmsApi,
    own: Option<&String>,
    key: &str,
    usual: &str,
) -> Result<String, BringError> {
    match (own, &api.url) {
        (Some(own), _) => Ok(own.clone()),
        (None, Some(root)) => Ok(format!("{}/{usual}", root.trim_end_matches('/'))),
        (None, None) => Err(missing(&format!("lms.api.url or {key}"))),
    }
}

fn missing(keys: &str) -> BringError {
    BringError::Settings(format!("what it brings is not there, and {keys} is not set"))
}

/// A client that asks in the name of the settings.
pub fn client(api: &LmsApi, token_type: &'static str) -> Result<Client, BringError> {
    let auth_url = address(api, api.auth_url.as_ref(), "lms.api.auth_url", "oauth2/access_token")?;
    let id = api.client_id.clone().ok_or_else(|| missing("lms.api.client_id"))?;
    let secret = secret(api.client_secret_file.as_deref(), "client_secret_file", SECRET_VARIABLE)?;
    let user = match &api.username {
        None => None,
        Some(name) => {
            let password =
                self::secret(api.password_file.as_deref(), "password_file", PASSWORD_VARIABLE)?;
            Some((name.clone(), password))
        }
    };
    let credentials = Credentials { auth_url, client: (id, secret), user };
    Ok(Client::new(credentials, token_type, Clock::default())?)
}

/// A secret from a file, else from the environment.
fn secret(file: Option<&Path>, key: &str, variable: &str) -> Result<Secret, BringError> {
    let read = Secret::read(file, std::env::var(variable).ok()).map_err(|e| {
        let file = file.unwrap_or_else(|| Path::new("")).display();
        BringError::Settings(format!("lms.api.{key}: cannot read {file}: {e}"))
    })?;
    read.ok_or_else(|| missing(&format!("lms.api.{key} or the variable {variable}")))
}

/// The partners whose course runs are asked for, each with the root of its interface.
pub fn partners(catalogue: &Catalogue) -> Result<Vec<(String, String)>, BringError> {
    let Catalogue { url, partners, partner_urls, .. } = catalogue;
    if url.is_none() && partner_urls.is_empty() {
        return Err(missing("lms.catalogue.url"));
    }
    let root = |(at, partner): (usize, &String)| {
        let own = if partner_urls.is_empty() { url.as_ref() } else { partner_urls.get(at) };
        let root = own.ok_or_else(|| {
            BringError::Settings(format!("lms.catalogue.partner_urls has none for `{partner}`"))
        })?;
        Ok((partner.clone(), root.clone()))
    };
    partners.iter().enumerate().map(root).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn api(url: Option<&str>) -> LmsApi {
        LmsApi { url: url.map(str::to_owned), ..LmsApi::default() }
    }

    #[test]
    fn addresses_are_those_of_the_lms_unless_they_are_named() {
        let usual = api(Some("https://lms.example/"));
        assert_eq!(courses_url(&usual).unwrap(), "https://lms.example/api/courses/v1/courses/");
        let own = LmsApi { blocks_url: Some("https://b.example/blocks".into()), ..usual };
        assert_eq!(blocks_url(&own).unwrap(), "https://b.example/blocks");
        let said = courses_url(&api(None)).unwrap_err().to_string();
        assert!(said.contains("lms.api.url or lms.api.courses_url is not set"), "{said}");
    }

    #[test]
    fn a_client_needs_a_name_and_a_secret() {
        let nameless = api(Some("https://lms.example"));
        let said = client(&nameless, "jwt").err().unwrap().to_string();
        assert!(said.contains("lms.api.client_id"), "{said}");
        let file = Some("/no/such/secret".into());
        let unreadable =
            LmsApi { client_id: Some("c".into()), client_secret_file: file, ..nameless };
        let said = client(&unreadable, "jwt").err().unwrap().to_string();
        assert!(said.contains("lms.api.client_secret_file: cannot read /no/such/secret"), "{said}");
    }

    #[test]
    fn each_partner_may_have_an_address_of_its_own() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut catalogue = Catalogue { partners: names(&["a", "b"]), ..Catalogue::default() };
        assert!(partners(&catalogue).unwrap_err().to_string().contains("lms.catalogue.url"));
        catalogue.url = Some("https://c".into());
        let pair = |partner: &str, url: &str| (partner.to_owned(), url.to_owned());
        assert_eq!(partners(&catalogue).unwrap(), [pair("a", "https://c"), pair("b", "https://c")]);
        catalogue.partner_urls = names(&["https://a"]);
        let said = partners(&catalogue).unwrap_err().to_string();
        assert!(said.contains("partner_urls has none for `b`"), "{said}");
        catalogue.partners.clear();
        assert_eq!(partners(&catalogue).unwrap(), []);
    }
}
