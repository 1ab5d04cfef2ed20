//! Small databases of addresses, for tests: the two forms of file that jobs read.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

use std::net::IpAddr;

/// Two branches a node; a branch without a node or a value is empty.
type Trie = Vec<[Branch; 2]>;

#[derive(Clone, Copy)]
enum Branch {
    Empty,
    Node(usize),
    Found(u32),
}

/// Networks as `address/bits`, a longer prefix before the shorter one that holds it.
fn trie(networks: &[(&str, u32)]) -> Trie {
    let mut trie = vec![[Branch::Empty; 2]];
    for (network, value) in networks {
        let (bits, length) = prefix(network);
        let mut node = 0;
        for level in 0..length {
            let bit = (bits >> (127 - level) & 1) as usize;
            let next = match trie[node][bit] {
                Branch::Node(next) => next,
                Branch::Found(_) => panic!("{network} stands behind a shorter prefix"),
                Branch::Empty if level + 1 == length => {
                    trie[node][bit] = Branch::Found(*value);
                    break;
                }
                Branch::Empty => {
                    trie.push([Branch::Empty; 2]);
                    trie.len() - 1
                }
            };
            trie[node][bit] = Branch::Node(next);
            node = next;
        }
    }
    trie
}

/// The bits of a network, from the highest on, and how many they are.
fn prefix(network: &str) -> (u128, u32) {
    let (address, length) = network.split_once('/').unwrap();
    let bits = match address.parse().unwrap() {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    };
    (bits, length.parse().unwrap())
}

/// A GeoIP.dat: networks with the number that is found, the number for nothing, the last bytes.
#[must_use]
pub fn geoip_dat(networks: &[(&str, u32)], nothing: u32, trailer: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for branch in trie(networks).into_iter().flatten() {
        let number = match branch {
            Branch::Empty => nothing,
            Branch::Node(node) => node as u32,
            Branch::Found(found) => found,
        };
        bytes.extend_from_slice(&number.to_le_bytes()[..3]);
    }
    bytes.extend_from_slice(trailer);
    bytes
}

/// A MaxMind DB: networks with their records, which [`map`] makes. All networks are of IPv4 or all of
/// IPv6.
#[must_use]
pub fn maxmind_db(networks: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const SEPARATOR: u32 = 16;
    let (mut data, mut places) = (Vec::new(), Vec::new());
    for (network, record) in networks {
        places.push((*network, data.len() as u32));
        data.extend_from_slice(record);
    }
    let trie = trie(&places);
    let nodes = trie.len() as u32;
    let mut bytes = Vec::new();
    for branch in trie.into_iter().flatten() {
        let number = match branch {
            Branch::Empty => nodes,
            Branch::Node(node) => node as u32,
            Branch::Found(place) => nodes + SEPARATOR + place,
        };
        bytes.extend_from_slice(&number.to_be_bytes()[1..]);
    }
    bytes.extend_from_slice(&[0; SEPARATOR as usize]);
    bytes.append(&mut data);
    let version = if networks.iter().any(|(network, _)| network.contains(':')) { 6 } else { 4 };
    bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    bytes.append(&mut metadata(nodes, version));
    bytes
}

fn metadata(nodes: u32, version: u16) -> Vec<u8> {
    // An array of nothing, a number of 64 bits, one of 32.
    let (no_languages, epoch) = (vec![0, 4], vec![1, 2, 1]);
    let node_count = [&[6 << 5 | 4], &nodes.to_be_bytes()[..]].concat();
    map(&[
        ("binary_format_major_version", number(2)),
        ("binary_format_minor_version", number(0)),
        ("build_epoch", epoch),
        ("database_type", text("Test")),
        ("description", map(&[])),
        ("ip_version", number(version)),
        ("languages", no_languages),
        ("node_count", node_count),
        ("record_size", number(24)),
    ])
}

/// A value of a MaxMind DB: a map.
#[must_use]
pub fn map(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![7 << 5 | members.len() as u8];
    for (key, value) in members {
        bytes.append(&mut text(key));
        bytes.extend_from_slice(value);
    }
    bytes
}

/// A value of a MaxMind DB: a text of less than 285 bytes.
#[must_use]
pub fn text(text: &str) -> Vec<u8> {
    let mut bytes = match text.len() {
        short @ 0..29 => vec![2 << 5 | short as u8],
        long => vec![2 << 5 | 29, (long - 29) as u8],
    };
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// A value of a MaxMind DB: a number.
#[must_use]
pub fn number(number: u16) -> Vec<u8> {
    [&[5 << 5 | 2], &number.to_be_bytes()[..]].concat()
}
