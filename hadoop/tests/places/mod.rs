//! Places of a storage, by their addresses.
#![allow(dead_code, clippy::unwrap_used)]

use hadoop::storage::Place;

pub fn at(address: &str) -> Place {
    Place::at(address).unwrap()
}

/// The files of a folder and its folders, by their paths below it.
pub fn names(folder: &Place) -> Vec<String> {
    let found = folder.walk().unwrap();
    found.iter().map(|(file, _)| file.below(folder).unwrap()).collect()
}

/// Every part file of a warehouse with its content, imports apart.
pub fn parts(warehouse: &Place) -> Vec<(String, String)> {
    let part = |(file, _): (Place, _)| {
        let name = file.below(warehouse).unwrap();
        let is_import = name.ends_with(".avro");
        let is_part = name.contains("/part-") && !is_import && !name.starts_with("_runs");
        is_part.then(|| (name, String::from_utf8(file.read().unwrap()).unwrap()))
    };
    warehouse.walk().unwrap().into_iter().filter_map(part).collect()
}
