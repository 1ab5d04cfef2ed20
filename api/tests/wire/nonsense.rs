//! Some thousand requests that went through a mill: the same ones each time.

use crate::running::{ENROLLMENT, Place, SUMMARIES, TOKEN, free_address, get};

const REQUESTS: usize = 4000;

/// Numbers that look like chance (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most);
        (0..length).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }
}

/// Requests of all kinds, some of them not quite right.
fn seeds() -> Vec<Vec<u8>> {
    let posted = |headers: &str, body: &str| {
        format!(
            "POST {SUMMARIES} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {TOKEN}\r\n{headers}\r\n{body}"
        )
    };
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let chunked = format!("{form}Transfer-Encoding: chunked\r\n");
    let several = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 90\r\n";
    let part =
        "--x\r\nContent-Disposition: form-data; name=\"course_ids\"\r\n\r\na/b/1\r\n--x--\r\n";
    [
        get(ENROLLMENT, ""),
        get(ENROLLMENT, "Accept: text/csv\r\nIf-None-Match: W/\"x\"\r\nAccept-Encoding: gzip\r\n"),
        get("/api/v0/problems/i4x:%2F%2Fa/answer_distribution/?format=csv", ""),
        get("/api/v0/course_summaries/?course_ids=a/b/1,a/b/2&fields=count", ""),
        get("/status/", &"X-Many: x\r\n".repeat(300)),
        get("/status/", "").repeat(5) + "nonsense\r\n\r\n" + &get(ENROLLMENT, ""),
        posted(&format!("{form}Content-Length: 16\r\n"), "course_ids=a/b/1"),
        posted(&format!("{form}Content-Length: 99\r\nContent-Length: 1\r\n"), "course_ids=a/b/1"),
        posted(&chunked, "10\r\ncourse_ids=a/b/1\r\n0\r\n\r\n"),
        posted(&chunked, "FFFFFFFFFFFFFFFFF\r\ncourse_ids\r\n"),
        posted(&format!("{chunked}Content-Length: 5\r\n"), "zz\r\ncourse\r\n0\r\n\r\n"),
        posted(
            "Content-Type: application/json\r\nContent-Length: 24\r\n",
            "{\"course_ids\":[\"a/b/1\"]}",
        ),
        posted(several, part),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "OPTIONS * HTTP/1.0\r\nExpect: 100-continue\r\nUpgrade: h2c\r\n\r\n".to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// A request in which something was changed, taken out, put in, doubled or cut off.
fn milled(request: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = request.to_vec();
    for _ in 0..=chance.below(2) {
        let at = chance.below(bytes.len());
        let end = (at + chance.below(20)).min(bytes.len());
        match chance.below(7) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << chance.below(8)),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, chance.bytes(40))),
            3 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            4 => bytes.truncate(at),
            5 => drop(bytes.splice(at..at, *b"%ff%00")),
            _ => drop(bytes.splice(at..at, *b"\r\n")),
        }
    }
    bytes
}

/// The statuses in what came back, which may be several answers.
fn statuses(answer: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answer);
    let heads = text.split("HTTP/1.").skip(1);
    heads.filter_map(|head| head.get(2..5)?.parse().ok()).collect()
}

#[tokio::test]
async fn nonsense_is_refused_and_does_no_harm() {
    let place = Place::new("").await;
    let program = place.start(&free_address());
    let (seeds, mut chance) = (seeds(), Chance(0x9E37_79B9_7F4A_7C15));
    let mut refused = 0;
    for number in 0..REQUESTS {
        let request = match number % 10 {
            0 => chance.bytes(600),
            _ => milled(&seeds[chance.below(seeds.len())], &mut chance),
        };
        let statuses = statuses(&program.sent(&request));
        let shown = String::from_utf8_lossy(&request);
        assert!(statuses.iter().all(|status| *status < 500), "{statuses:?} for {shown:?}");
        refused += usize::from(statuses.last().is_none_or(|status| *status >= 400));
        if number % 100 == 0 {
            assert_eq!(program.status(ENROLLMENT), "200", "after {shown:?}");
        }
    }
    println!("{refused} of {REQUESTS} nonsensical requests were refused");
    assert!(refused > REQUESTS / 2);
    assert_eq!(program.status(ENROLLMENT), "200");
    let log = program.log.lock().unwrap().clone();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
}
