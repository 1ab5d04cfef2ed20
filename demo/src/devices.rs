//! What learners hold in their hands: browsers, phones and the app, and how they name themselves.

use crate::rng::Rng;

/// A browser on one machine; its version rises every four weeks.
#[derive(Clone, Copy, Debug)]
pub struct Browser {
    kind: Kind,
    version: i64,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Chrome,
    Safari,
    Edge,
    Firefox,
    Phone,
    Tablet,
}

impl Browser {
    /// A machine by its share of sessions: desktop, phone, tablet.
    pub fn draw(rng: &mut Rng) -> Self {
        let desktop = [Kind::Chrome, Kind::Safari, Kind::Edge, Kind::Firefox];
        let kind = match rng.weighted(&[68.0, 20.0, 3.0]) {
            0 => desktop[rng.weighted(&[72.0, 11.0, 10.0, 7.0])],
            1 => Kind::Phone,
            _ => Kind::Tablet,
        };
        Self { kind, version: rng.between(138, 141) }
    }

    /// The User-Agent text, `weeks` weeks after the logs begin.
    pub fn agent(self, weeks: i64) -> String {
        let version = self.version + weeks / 4;
        let chrome = format!("Chrome/{version}.0.0.0");
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1";
        match self.kind {
            Kind::Chrome => {
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} {chrome} Safari/537.36")
            }
            Kind::Edge => format!(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} {chrome} Safari/537.36 Edg/{version}.0.0.0"
            ),
            Kind::Safari => {
                format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {safari} Safari/605.1.15")
            }
            Kind::Firefox => {
                format!(
                    "Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
                )
            }
            Kind::Phone => {
                format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} {chrome} Mobile Safari/537.36")
            }
            Kind::Tablet => {
                format!(
                    "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) {safari} Mobile/15E148 Safari/604.1"
                )
            }
        }
    }
}

/// The learning app on a phone.
#[derive(Clone, Debug)]
pub struct App {
    /// Apple's phone rather than an Android one.
    pub ios: bool,
    /// Identifier of the device, 16 hexadecimal digits.
    pub device: String,
}

impl App {
    /// A phone with the app.
    pub fn draw(rng: &mut Rng) -> Self {
        Self { ios: rng.chance(0.35), device: rng.hex(16) }
    }

    /// `edx.mobileapp.android` or `edx.mobileapp.iOS`.
    pub fn application(&self) -> &'static str {
        if self.ios { "edx.mobileapp.iOS" } else { "edx.mobileapp.android" }
    }

    /// Version of the app.
    pub fn version(&self) -> &'static str {
        if self.ios { "4.0.0" } else { "4.1.2" }
    }

    /// The User-Agent text of the app's HTTP library.
    pub fn agent(&self) -> &'static str {
        if self.ios {
            "Northvale/341 CFNetwork/1498.700.2 Darwin/23.6.0"
        } else {
            "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 7 Build/AP2A.240805.005)"
        }
    }

    /// The `client` object of the app's events, up to its timezone.
    pub fn client(&self, locale: &str) -> String {
        let (library, version) =
            if self.ios { ("analytics-ios", "4.1.6") } else { ("analytics-android", "4.10.4") };
        let hardware = if self.ios {
            format!(
                r#""device": {{"id": "{}", "manufacturer": "Apple", "model": "iPhone15,2", "name": "iPhone", "type": "ios"}}, "os": {{"name": "iOS", "version": "17.6.1"}}, "screen": {{"width": 393, "height": 852, "density": 3}}"#,
                self.device
            )
        } else {
            format!(
                r#""device": {{"id": "{}", "manufacturer": "Google", "model": "Pixel 7", "name": "panther", "type": "android"}}, "os": {{"name": "Android", "version": "14"}}, "screen": {{"width": 1080, "height": 2209, "density": 2.625}}"#,
                self.device
            )
        };
        format!(
            r#"{{"network": {{"wifi": true, "carrier": "NV Mobile", "bluetooth": false, "cellular": false}}, "locale": "{locale}", "app": {{"name": "Northvale", "version": "{}", "build": "341", "namespace": "example.northvale.mobile"}}, "library": {{"name": "{library}", "version": "{version}"}}, {hardware}"#,
            self.version()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn versions_rise_every_four_weeks() {
        let browser = Browser { kind: Kind::Chrome, version: 140 };
        assert!(browser.agent(3).contains("Chrome/140.0.0.0"));
        assert!(browser.agent(9).contains("Chrome/142.0.0.0"));
    }

    #[test]
    fn client_objects_parse_once_closed() -> Result<(), serde_json::Error> {
        let mut rng = Rng::keyed(1, Purpose::Person, [0, 0]);
        for _ in 0..10 {
            let client = format!("{}}}", App::draw(&mut rng).client("en-GB"));
            let value: serde_json::Value = serde_json::from_str(&client)?;
            assert_eq!(value["locale"], "en-GB");
        }
        Ok(())
    }
}
