//! Reading a PDF textbook in the page (05 §2.9): page after page, and now and then a tool.

use crate::session::Session;

/// Tools of the reader, with the fields of their payload as JSON.
const TOOLS: [(&str, &str); 15] = [
    ("textbook.pdf.page.navigated", r#""page": "12""#),
    ("textbook.pdf.page.scrolled", r#""page": 13, "direction": "down""#),
    ("textbook.pdf.thumbnails.toggled", r#""page": 3"#),
    ("textbook.pdf.outline.toggled", r#""page": 3"#),
    ("textbook.pdf.thumbnail.navigated", r#""page": 4, "thumbnail_title": "Page 4""#),
    ("textbook.pdf.chapter.navigated", r#""chapter_title": "Unit 1""#),
    ("textbook.pdf.zoom.buttons.changed", r#""direction": "in", "page": 5"#),
    ("textbook.pdf.zoom.menu.changed", r#""amount": "page-width", "page": 1"#),
    ("textbook.pdf.display.scaled", r#""amount": 1.2, "page": 1"#),
    ("textbook.pdf.search.executed", SEARCH),
    (
        "textbook.pdf.search.navigatednext",
        r#""findprevious": false, "query": "membrane", "caseSensitive": false, "highlightAll": true, "status": "", "page": 2"#,
    ),
    ("textbook.pdf.search.highlight.toggled", SEARCH),
    ("textbook.pdf.search.casesensitivity.toggled", SEARCH),
    ("textbook.pdf.searchcasesensitivity.toggled", SEARCH),
    ("textbook.pdf.page.scrolled", r#""page": 14, "direction": "up""#),
];
const SEARCH: &str =
    r#""page": 1, "query": "membrane", "caseSensitive": false, "highlightAll": true, "status": """#;

/// Reads ten pages or so.
pub fn read(visit: &mut Session) {
    let chapter = visit.course.asset("unit_1.pdf");
    open(visit);
    let first = visit.rng.between(1, 60);
    for page in first..first + 5 + i64::from(visit.rng.poisson(6.0)) {
        let pause = visit.rng.uniform(2.0, 90.0);
        if !visit.wait(pause) {
            return;
        }
        turn(visit, page, &chapter);
    }
    if visit.rng.chance(0.2) {
        let tool = visit.rng.below(TOOLS.len());
        use_tool(visit, tool, &chapter);
    }
}

/// Tries every tool once.
pub fn explore(visit: &mut Session) {
    let chapter = visit.course.asset("unit_1.pdf");
    open(visit);
    turn(visit, 1, &chapter);
    for tool in 0..TOOLS.len() {
        use_tool(visit, tool, &chapter);
    }
}

fn open(visit: &mut Session) {
    visit.request("implicit pdfbook", &visit.course.path("/pdfbook/0/"));
    visit.page = visit.course.page("/pdfbook/0/chapter/1");
}

fn turn(visit: &mut Session, page: i64, chapter: &str) {
    let next = visit.rng.chance(0.4);
    visit.browser("book", |event| {
        if next {
            event.text("type", "nextpage").int("new", page + 1);
        } else {
            event.text("type", "gotopage").int("old", page).int("new", page + 1);
        }
        event.text("chapter", chapter);
        event.text(
            "name",
            if next { "textbook.pdf.page.navigatednext" } else { "textbook.pdf.page.loaded" },
        );
    });
}

fn use_tool(visit: &mut Session, tool: usize, chapter: &str) {
    let (kind, fields) = TOOLS[tool];
    visit.browser(kind, |event| {
        event.text("name", kind).fields(fields).text("chapter", chapter);
    });
}
