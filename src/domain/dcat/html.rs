//! HTML in descriptions, as plain text. Must never return markup as markup: the result is text, whatever it shows.

use std::collections::HashSet;

use ammonia::Builder;

/// Tags that tell HTML from text that only holds a `<`.
const TAGS: [&str; 44] = [
    "a",
    "abbr",
    "article",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "td",
    "tr",
    "ul",
];

/// Tags that start a line.
const LINE_TAGS: [&str; 21] = [
    "article",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "tr",
    "ul",
];

/// Whether `text` holds a known tag, a comment or an entity.
fn is_html(text: &str) -> bool {
    let has_tag = text.match_indices('<').any(|(at, _)| tag_name(text, at).is_some());
    has_tag || text.contains("<!--") || text.match_indices('&').any(|(at, _)| is_entity(text, at))
}

/// The known tag that opens or closes at byte `at`, in lower case.
fn tag_name(text: &str, at: usize) -> Option<&'static str> {
    let rest = text.get(at..)?.strip_prefix('<')?;
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    let name = rest.get(..end)?;
    let follows = rest.get(end..)?.chars().next()?;
    let is_tag = matches!(follows, '>' | '/') || follows.is_whitespace();
    TAGS.into_iter().find(|known| is_tag && known.eq_ignore_ascii_case(name))
}

/// Whether a character reference such as `&amp;` or `&#160;` starts at byte `at`.
fn is_entity(text: &str, at: usize) -> bool {
    const ENTITY_MAX: usize = 32;
    let Some(rest) = text.get(at..).and_then(|rest| rest.strip_prefix('&')) else { return false };
    let Some(end) = rest.find(';').filter(|&end| end > 0 && end <= ENTITY_MAX) else { return false };
    rest.get(..end).is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#'))
}

/// `text` without markup, one line per paragraph or item, and whether it was HTML. Other text comes back as it is.
/// HTML that was escaped once more, as some portals do, is unwrapped too.
#[must_use]
pub fn plain_text(text: &str) -> (String, bool) {
    const ROUNDS_MAX: usize = 4;
    let mut plain = text.to_owned();
    for _ in 0..ROUNDS_MAX {
        if !is_html(&plain) {
            break;
        }
        plain = without_markup(&plain);
    }
    let was_html = plain != text;
    (plain, was_html)
}

fn without_markup(html: &str) -> String {
    let mut lined = String::with_capacity(html.len());
    let mut from = 0;
    for (at, _) in html.match_indices('<') {
        if tag_name(html, at).is_some_and(|name| LINE_TAGS.contains(&name)) {
            lined.push_str(html.get(from..at).unwrap_or_default());
            lined.push('\n');
            from = at;
        }
    }
    lined.push_str(html.get(from..).unwrap_or_default());
    let cleaned = Builder::new().tags(HashSet::new()).clean(&lined).to_string();
    // What ammonia leaves is text with the four characters that HTML serialisation writes as references.
    let decoded = cleaned.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&");
    let shown = decoded.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    shown.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_lines_of_text() {
        for (html, text) in [
            ("<p>One &amp; two.</p><p>Three</p>", "One & two.\nThree"),
            ("a<br/>b<BR>c", "a\nb\nc"),
            ("<ul><li>x</li><li>y&nbsp;z</li></ul>", "x\ny z"),
            ("<div style='color:red'>Hi <b>there</b></div>", "Hi there"),
            ("<script>alert(1)</script>safe<style>p{}</style>", "safe"),
            ("<p onclick=x>caf&eacute; &#8211; 1 &lt; 2</p>", "café – 1 < 2"),
            ("&lt;p&gt;twice &amp;amp; wrapped&lt;/p&gt;", "twice & wrapped"),
            ("AT&amp;T", "AT&T"),
            ("<!-- hidden -->shown", "shown"),
            ("<img src=x onerror=alert(1)>", ""),
        ] {
            assert_eq!(plain_text(html), (text.to_owned(), true), "{html}");
        }
    }

    #[test]
    fn text_that_only_looks_a_little_like_html_is_left_alone() {
        for text in ["speed < 30 mph & rising", "R&D; more", "Tom & Jerry", "<3", "x <unknown> y", "", "a<", "</"] {
            assert_eq!(plain_text(text), (text.to_owned(), false), "{text}");
        }
    }
}
