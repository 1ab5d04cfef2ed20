//! Every fault and every odd spelling, planted once (05 §3.8), so that the smallest university has
//! them all.

use crate::clock::{self, DAY};
use crate::line::{Payload, Source};
use crate::malformed::SHARES;
use crate::session::{Session, plain};

/// Plants every fault and every odd spelling of the time once, in events that no table reads.
pub fn all(visit: &mut Session) {
    if !visit.sink.faulty() {
        return;
    }
    visit.page = visit.course.page("/course/");
    for (fault, _) in SHARES {
        visit.wait(1.0);
        visit.sink.force(fault);
        visit.browser("page_close", |_| {});
    }
    let page = visit.page.clone();
    let second = visit.now - visit.now % clock::SECOND;
    let text = clock::iso(second);
    let local = &text[..19];
    for (what, odd) in [
        ("time without a fraction", text.clone()),
        ("time with Z", format!("{local}.125Z")),
        ("time with another offset", format!("{local}.125000+05:30")),
        ("time with a blank", format!("{}.125000+00:00", local.replace('T', " "))),
        ("time far in the future", clock::iso(second + 36_500 * DAY)),
    ] {
        let mut draft = plain("page_close", Source::Browser, "/event", Payload::Text("{}"), second);
        (draft.course_id, draft.org) = (&visit.course.id, &visit.course.org);
        draft.page = Some(&page);
        draft.odd_time = Some(&odd);
        visit.sink.note_odd(what);
        visit.special(&draft, visit.now, "page_close", true);
    }
    odd_ids(visit, second);
}

/// Course and user ids as no LMS should write them.
fn odd_ids(visit: &mut Session, time: clock::Micros) {
    let page = visit.page.clone();
    let percent = visit.course.id.replace(':', "%3A").replace('+', "%2B");
    for (what, id) in [("course id None", "None"), ("course id percent-encoded", percent.as_str())]
    {
        let mut draft = plain("page_close", Source::Browser, "/event", Payload::Text("{}"), time);
        draft.course_id = id;
        let odd = clock::iso(time + 1);
        draft.page = Some(&page);
        draft.odd_time = Some(&odd);
        visit.sink.note_odd(what);
        visit.special(&draft, visit.now, "page_close", true);
    }
    visit.sink.note_odd("pause at NaN");
    let payload = br#"{"id": "a83c51e7f09b4d26be4570d1c92f6e38", "code": "html5", "duration": 62, "currentTime": NaN}"#;
    let mut draft =
        plain("pause_video", Source::Browser, "/event", Payload::Nested(payload), time + 2);
    draft.page = Some(&page);
    visit.special(&draft, visit.now, "pause_video", true);
}
