//! Who uses a cluster: a file on S3, which its holder writes anew as long as it lives.

use super::EmrError;
use super::Known;
use super::life::LEASES;
use crate::lock::{self, LockError};
use crate::storage::Place;

/// A cluster that nobody else uses as long as this is held.
pub struct Lease {
    _held: lock::Lease,
}

impl Lease {
    /// Takes the lease of a cluster.
    ///
    /// # Errors
    /// When somebody has it who lives, or storage refuses.
    pub fn take(cluster: &Known, home: &Place) -> Result<Self, EmrError> {
        let file = file(cluster, home)?;
        let held = |holder| LockError::Held { warehouse: file.address(), holder };
        match lock::Lease::take(&file, held) {
            Ok(held) => Ok(Self { _held: held }),
            Err(LockError::Held { holder, .. }) => {
                Err(EmrError::Taken(format!("cluster {} is used by {holder}", cluster.id)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Who has, or had at last, the lease of a cluster.
    ///
    /// # Errors
    /// When storage refuses.
    pub fn holder(cluster: &Known, home: &Place) -> Result<Option<String>, EmrError> {
        Ok(lock::Lease::holder(&file(cluster, home)?)?)
    }
}

/// The cluster says where its leases stand, so that runs of several warehouses agree.
fn file(cluster: &Known, home: &Place) -> Result<Place, EmrError> {
    let folder = match cluster.tags.get(LEASES) {
        Some(address) => Place::at(address)?,
        None => home.join("leases"),
    };
    Ok(folder.join(format!("{}.json", cluster.id)))
}
