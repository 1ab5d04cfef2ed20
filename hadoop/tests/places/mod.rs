//! Places of a storage, by their addresses.

use hadoop::storage::Place;

pub fn at(address: &str) -> Place {
    Place::at(address).unwrap()
}

/// The files of a folder and its folders, by their paths below it.
pub fn names(folder: &Place) -> Vec<String> {
    let found = folder.walk().unwrap();
    found.iter().map(|(file, _)| file.below(folder).unwrap()).collect()
}
