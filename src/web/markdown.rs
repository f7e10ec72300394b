//! Markdown of terms, agreements and letters as HTML for a page. What it gives can hold no script, no image and no raw
//! HTML of the text: it is the only thing that templates may print unescaped.

use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner.rm_tags(["img"]).url_schemes(["http", "https", "mailto"].into());
    for heading in ["h2", "h3", "h4"] {
        cleaner.add_tag_attributes(heading, ["id"]);
    }
    cleaner
});

/// The text as HTML. Headings begin at `h2`, because the page has its own `h1`; the heading `(4) Purpose` can be linked
/// to as `#clause-4`. HTML in the text is shown as text.
#[must_use]
pub fn to_html(markdown: &str) -> String {
    let mut events = Parser::new_ext(markdown, Options::ENABLE_TABLES).peekable();
    let mut shown = Vec::new();
    while let Some(event) = events.next() {
        let next = events.peek();
        shown.push(lowered(event, next));
    }
    let mut text = String::new();
    html::push_html(&mut text, shown.into_iter());
    CLEANER.clean(&text).to_string()
}

fn lowered<'a>(event: Event<'a>, next: Option<&Event<'a>>) -> Event<'a> {
    if let Event::Start(Tag::Heading { level, classes, attrs, .. }) = event {
        let id = next.and_then(clause_anchor);
        return Event::Start(Tag::Heading { level: below(level), id, classes, attrs });
    }
    if let Event::End(TagEnd::Heading(level)) = event {
        return Event::End(TagEnd::Heading(below(level)));
    }
    if let Event::Html(text) | Event::InlineHtml(text) = event {
        return Event::Text(text);
    }
    event
}

const fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// `clause-4` for a heading that begins with `(4)`.
fn clause_anchor<'a>(event: &Event<'a>) -> Option<CowStr<'a>> {
    let Event::Text(text) = event else { return None };
    let number: u16 = text.strip_prefix('(')?.split_once(')')?.0.parse().ok()?;
    Some(format!("clause-{number}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_lie_below_the_pages_own_and_clauses_can_be_linked_to() {
        let html = to_html("# Terms\n\n## (4) Purpose\n\n1. One\n2. **Two**\n");
        assert!(html.contains("<h2>Terms</h2>") && html.contains("<h3 id=\"clause-4\">(4) Purpose</h3>"), "{html}");
        assert!(html.contains("<li><strong>Two</strong></li>"), "{html}");
    }

    #[test]
    fn nothing_in_a_text_becomes_a_script_an_image_or_a_strange_link() {
        let evil = "<script>alert(1)</script>\n\n<b onclick=x>b</b> ![p](https://evil.example/p.png)\n\n\
                    [a](javascript:alert(1)) [b](data:text/html,x) [c](https://good.example)";
        let html = to_html(evil);
        for bad in ["<script", "<b ", "<img", "href=\"javascript", "href=\"data"] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        assert!(html.contains("href=\"https://good.example\"") && html.contains("&lt;script&gt;"), "{html}");
    }
}
