//! The instances of a cluster, as its description has them: in groups, or in fleets.

use serde::{Deserialize, Serialize};

/// What a number is where none is said.
pub(super) const fn one() -> i32 {
    1
}

/// Something for each role of nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles<T> {
    /// The master node.
    pub master: T,
    /// Nodes with HDFS.
    pub core: Option<T>,
    /// Nodes without.
    pub task: Option<T>,
}

impl<T> Roles<T> {
    /// Each with its role's name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        let others = [("CORE", self.core.as_ref()), ("TASK", self.task.as_ref())];
        let others = others.into_iter().filter_map(|(role, it)| Some((role, it?)));
        std::iter::once(("MASTER", &self.master)).chain(others)
    }
}

/// How instances are bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Market {
    /// At the fixed price.
    #[default]
    #[serde(rename = "ON_DEMAND")]
    OnDemand,
    /// At the price of the day; they may be taken away.
    #[serde(rename = "SPOT")]
    Spot,
}

/// A group of equal instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// How many.
    #[serde(default = "one")]
    pub num_instances: i32,
    /// Their type: `m5.xlarge`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How they are bought.
    #[serde(default)]
    pub market: Market,
    /// The most that is paid an hour on the spot market; none = the fixed price.
    pub bidprice: Option<Price>,
    /// Gigabytes of a volume for each.
    pub volume_size: Option<i32>,
    /// The kind of that volume.
    #[serde(default = "volume")]
    pub volume_type: String,
}

fn volume() -> String {
    "gp2".to_owned()
}

/// A price, written as a number or as a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Price {
    /// `0.8`
    Number(f64),
    /// `"0.8"`
    Text(String),
}

impl std::fmt::Display for Price {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Instances of several types that together have a capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// Units bought at the fixed price.
    #[serde(default)]
    pub on_demand_capacity: i32,
    /// Units bought on the spot market.
    #[serde(default)]
    pub spot_capacity: i32,
    /// Whether there is a spot market; without it those units, too, are bought at the fixed price.
    #[serde(default = "yes")]
    pub use_spot: bool,
    /// Whether units that the spot market does not give are bought at the fixed price; else the cluster
    /// ends.
    #[serde(default)]
    pub on_demand_fallback: bool,
    /// Minutes after which the spot market is given up.
    #[serde(default = "bid_timeout")]
    pub bid_timeout_after: i32,
    /// The most that is paid on the spot market, in per cent of the fixed price.
    #[serde(default = "bid_percent")]
    pub bid_price_pct: f64,
    /// The types to choose from.
    pub instance_types: Vec<FleetType>,
    /// Gigabytes of a volume for each.
    pub volume_size: Option<i32>,
    /// The kind of that volume.
    #[serde(default = "volume")]
    pub volume_type: String,
}

const fn yes() -> bool {
    true
}

const fn bid_timeout() -> i32 {
    15
}

const fn bid_percent() -> f64 {
    25.0
}

/// A type of a fleet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetType {
    /// Its name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The units that one instance has.
    #[serde(default = "one")]
    pub weight: i32,
    /// In place of the fleet's.
    pub bid_price_pct: Option<f64>,
}

/// Bounds of the number of instances, or of a fleet's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// At least.
    pub min: i32,
    /// At most.
    pub max: i32,
}

impl Fleet {
    /// All its units.
    #[must_use]
    pub fn units(&self) -> i32 {
        self.on_demand_capacity + self.spot_capacity
    }
}
