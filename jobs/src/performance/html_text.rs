//! The words of an answer that holds HTML markup (spec 20 §1.2).

use crate::text;
use html5ever::interface::{Attribute, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ExpandedName, LocalName, Namespace, ParseOpts, QualName, parse_document};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// The words of all text nodes of a text that is read as an HTML5 document with scripting off, in
/// the document's order, with one blank between them. Every boundary of an element separates.
#[must_use]
pub fn html_text(html: &str) -> String {
    if !html.contains(['<', '&', '\0']) {
        return joined(text::words(html));
    }
    joined(texts(html).iter().flat_map(|text| text::words(text)))
}

/// The text nodes of a text that is read as an HTML5 document with scripting off, in the document's
/// order.
#[must_use]
pub fn texts(html: &str) -> Vec<String> {
    let options = ParseOpts {
        tokenizer: TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() },
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
    };
    parse_document(Tree::default(), options).one(html)
}

fn joined<'t>(words: impl Iterator<Item = &'t str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// A document in the making: its nodes by number, the document itself being 0. Numbers, not
/// pointers, so that a tree of any depth is dropped without recursion.
struct Tree(RefCell<Vec<Node>>);

#[derive(Default)]
struct Node {
    parent: Option<usize>,
    children: Vec<usize>,
    /// Of a text node.
    text: Option<String>,
}

/// A node as the parser holds it.
#[derive(Clone)]
struct Handle {
    number: usize,
    name: Rc<QualName>,
}

impl Default for Tree {
    fn default() -> Self {
        Self(RefCell::new(vec![Node::default()]))
    }
}

impl Tree {
    fn add(&self, node: Node) -> usize {
        let mut nodes = self.0.borrow_mut();
        nodes.push(node);
        nodes.len() - 1
    }

    /// A node that is no element: a comment, or a processing instruction.
    fn nameless(&self) -> Handle {
        Handle { number: self.add(Node::default()), name: Rc::new(no_name()) }
    }

    fn children(&self, of: usize) -> usize {
        self.0.borrow()[of].children.len()
    }

    /// Puts a node, or text, before the child at `at`. Text joins the text before it.
    fn insert(&self, parent: usize, at: usize, child: NodeOrText<Handle>) {
        let number = match child {
            NodeOrText::AppendNode(node) => node.number,
            NodeOrText::AppendText(text) => {
                if self.join(parent, at, &text) {
                    return;
                }
                self.add(Node { text: Some(text.to_string()), ..Node::default() })
            }
        };
        let mut nodes = self.0.borrow_mut();
        nodes[number].parent = Some(parent);
        nodes[parent].children.insert(at, number);
    }

    fn join(&self, parent: usize, at: usize, text: &str) -> bool {
        let mut nodes = self.0.borrow_mut();
        let before = at.checked_sub(1).map(|before| nodes[parent].children[before]);
        match before.and_then(|before| nodes[before].text.as_mut()) {
            Some(before) => {
                before.push_str(text);
                true
            }
            None => false,
        }
    }

    /// Where a node stands: its parent, and its place among the children.
    fn place(&self, of: usize) -> Option<(usize, usize)> {
        let nodes = self.0.borrow();
        let parent = nodes[of].parent?;
        Some((parent, nodes[parent].children.iter().rposition(|child| *child == of)?))
    }

    fn detach(&self, number: usize) {
        let Some((parent, at)) = self.place(number) else { return };
        let mut nodes = self.0.borrow_mut();
        nodes[parent].children.remove(at);
        nodes[number].parent = None;
    }
}

fn no_name() -> QualName {
    QualName::new(None, Namespace::default(), LocalName::default())
}

impl TreeSink for Tree {
    type Handle = Handle;
    type Output = Vec<String>;
    type ElemName<'a> = ExpandedName<'a>;

    /// The texts in the document's order.
    fn finish(self) -> Vec<String> {
        let mut nodes = self.0.into_inner();
        let (mut texts, mut open) = (Vec::new(), vec![0]);
        while let Some(number) = open.pop() {
            let node = &mut nodes[number];
            texts.extend(node.text.take());
            open.extend(node.children.iter().rev());
        }
        texts
    }

    fn get_document(&self) -> Handle {
        Handle { number: 0, name: Rc::new(no_name()) }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Handle {
        Handle { number: self.add(Node::default()), name: Rc::new(name) }
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.nameless()
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.nameless()
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.insert(parent.number, self.children(parent.number), child);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        if let NodeOrText::AppendNode(node) = &child {
            self.detach(node.number);
        }
        if let Some((parent, at)) = self.place(sibling.number) {
            self.insert(parent, at, child);
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &Handle,
        previous: &Handle,
        child: NodeOrText<Handle>,
    ) {
        if self.place(element.number).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.detach(target.number);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let mut nodes = self.0.borrow_mut();
        let children = std::mem::take(&mut nodes[node.number].children);
        for child in &children {
            nodes[*child].parent = Some(new_parent.number);
        }
        nodes[new_parent.number].children.extend(children);
    }

    /// What a template holds is ordinary content here.
    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.number == y.number
    }

    fn parse_error(&self, _: Cow<'static, str>) {}
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}
}

#[cfg(test)]
mod tests {
    use super::html_text;

    #[test]
    fn every_element_separates_and_comments_are_silent() {
        for (html, text) in [
            ("  plain \u{a0} text\u{1c}x ", "plain text x"),
            ("a<b>b</b>c", "a b c"),
            ("<p First <br>Choice", "Choice"),
            ("a<!-- no -->b<?pi no?>c", "a b c"),
            ("<!DOCTYPE html>a", "a"),
            ("a<![CDATA[gone]]>b", "a b"),
            ("<svg><![CDATA[kept]]></svg>", "kept"),
            ("x<y", "x"),
            ("x < y &amp; &lt;z&gt; &eacute;&nbsp;e", "x < y & <z> é e"),
            ("<style>s</style><script>t</script>", "s t"),
            ("<noscript><b>q</b></noscript>z", "q z"),
            ("<body>b</body>after", "bafter"),
            ("<template>in<b>side</b></template>out", "in side out"),
            ("<table>foo<tr><td>bar</table>baz", "foo bar baz"),
            ("<b>1<p>2</b>3</p>4", "1 2 3 4"),
            ("\u{feff}a&amp;", "\u{feff}a&"),
            ("a\0b<br>", "ab"),
            ("", ""),
        ] {
            assert_eq!(html_text(html), text, "{html}");
        }
    }

    #[test]
    fn text_that_a_table_gives_away_comes_before_it() {
        assert_eq!(html_text("<table><tr><td>in</td></tr>out<b>er</b>"), "out er in");
        assert_eq!(html_text("x<table>y<tr>z</table>"), "xyz");
    }

    #[test]
    fn depth_costs_no_stack() {
        let html = format!("{}deep", "<div>".repeat(3_000));
        assert_eq!(html_text(&html), "deep");
    }
}
