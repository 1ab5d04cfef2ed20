//! The dead man's switch: an address that is asked for after each success, so that a service elsewhere
//! notices when that stops. The address is a secret, since whoever knows it can keep the service quiet.

use crate::http::{Clock, Patience, Retries, Secret, patiently, told};
use reqwest::Method;
use std::path::Path;
use std::time::Duration;

/// Holds the address, where no file does.
const VARIABLE: &str = "INSIGHTS_SCHEDULE_PING_URL";
/// What logs call the address.
const NAME: &str = "the ping address";

const PATIENCE: Patience = Patience {
    first_pause: Duration::from_secs(1),
    longest_pause: Duration::from_secs(4),
    tries: 3,
    total: Duration::from_secs(30),
};
const TIMEOUT: Duration = Duration::from_secs(10);

/// Asks for the address, if there is one.
pub fn ping(file: Option<&Path>) {
    let address = Secret::read(file, std::env::var(VARIABLE).ok());
    let sent = match address {
        Ok(None) => return,
        Ok(Some(address)) => send(&address),
        Err(error) => Err(format!("schedule.ping_url_file cannot be read: {error}")),
    };
    if let Err(why) = sent {
        log::warn!("the success was not told to the ping address: {why}");
    }
}

fn send(address: &Secret) -> Result<(), String> {
    let client = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(told)?;
    let clock = Clock::default();
    let mut retries = Retries::since((clock.now)(), PATIENCE);
    let request = || Ok(client.get(address.exposed()));
    let answered = patiently(&clock, &mut retries, (Method::GET, NAME), request);
    answered.map(drop).map_err(|error| error.to_string())
}
