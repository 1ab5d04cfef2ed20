//! The site's own files: built in, named by their content, so that browsers keep them for a year.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file with the address under which it is served.
pub struct Asset {
    /// `/static/NAME.HASH.EXT`.
    pub url: String,
    /// Its media type.
    pub mime: &'static str,
    /// Its content.
    pub body: &'static [u8],
}

/// The style sheet.
pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    asset("site", "css", "text/css; charset=utf-8", include_bytes!("../static/site.css"))
});
/// The script.
pub static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| script("site", include_bytes!("../static/site.js")));
/// The script that saves charts.
pub static CHART_FILES: LazyLock<Asset> =
    LazyLock::new(|| script("chart_files", include_bytes!("../static/chart_files.js")));
/// The script that tells operators what is used.
pub static USAGE: LazyLock<Asset> =
    LazyLock::new(|| script("usage", include_bytes!("../static/usage.js")));
/// All icons, one symbol each.
pub static ICONS: LazyLock<Asset> =
    LazyLock::new(|| asset("icons", "svg", "image/svg+xml", include_bytes!("../static/icons.svg")));
/// The outlines of all countries, each under its two letters.
pub static WORLD: LazyLock<Asset> =
    LazyLock::new(|| asset("world", "svg", "image/svg+xml", include_bytes!("../static/world.svg")));
/// The icon of the browser's tab.
pub static FAVICON: LazyLock<Asset> = LazyLock::new(|| {
    asset("favicon", "svg", "image/svg+xml", include_bytes!("../static/favicon.svg"))
});

/// The file served at `path`.
pub fn find(path: &str) -> Option<&'static Asset> {
    let all: [&'static Asset; 7] =
        [&STYLE, &SCRIPT, &CHART_FILES, &USAGE, &ICONS, &WORLD, &FAVICON];
    all.into_iter().find(|asset| asset.url == path)
}

fn script(stem: &str, body: &'static [u8]) -> Asset {
    asset(stem, "js", "text/javascript; charset=utf-8", body)
}

fn asset(stem: &str, extension: &str, mime: &'static str, body: &'static [u8]) -> Asset {
    Asset { url: format!("/static/{stem}.{}.{extension}", short_hash(body)), mime, body }
}

/// The first half of the content's SHA-256, in hexadecimal digits: for names and entity tags.
pub fn short_hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_its_hash_only() {
        assert!(find(&STYLE.url).is_some_and(|asset| asset.mime.starts_with("text/css")));
        assert!(find("/static/site.css").is_none());
        assert_eq!(short_hash(b""), "e3b0c44298fc1c14");
    }
}
