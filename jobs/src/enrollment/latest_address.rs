//! The address that a learner had last: that of the greatest timestamp; of equal ones the greatest
//! text, so that runs repeat.

use crate::streaming::output::split;
use crate::streaming::{Error, Values};
use memchr::memchr;

/// A timestamp and the address that an event had then.
pub type TimeAndAddress = (Vec<u8>, Vec<u8>);

/// Chooses among values `timestamp, address`.
///
/// # Errors
/// When the input fails, or a value is none.
pub fn latest(values: &mut Values) -> Result<Option<TimeAndAddress>, Error> {
    let mut latest: Option<TimeAndAddress> = None;
    while let Some(value) = values.next()? {
        let [timestamp, address] = split("a time and an address", value)?;
        let later = |(t, a): &TimeAndAddress| (timestamp, address) > (t.as_slice(), a.as_slice());
        if latest.as_ref().is_none_or(later) {
            let (t, a) = latest.get_or_insert_default();
            t.clear();
            t.extend_from_slice(timestamp);
            a.clear();
            a.extend_from_slice(address);
        }
    }
    Ok(latest)
}

/// Keeps the later of two values `timestamp, address`.
#[must_use]
pub fn fold_latest(kept: &[u8], value: &[u8], both: &mut Vec<u8>) -> bool {
    let (Some(one), Some(other)) = (time_and_rest(kept), time_and_rest(value)) else {
        return false;
    };
    both.extend_from_slice(if other > one { value } else { kept });
    true
}

fn time_and_rest(value: &[u8]) -> Option<(&[u8], &[u8])> {
    Some(value.split_at(memchr(b'\t', value)?))
}
