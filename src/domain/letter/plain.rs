//! Markdown as plain text, for mail: what the marks say is kept (headings on lines of their own, lists, addresses of
//! links), the marks are not.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The text without marks.
#[must_use]
pub fn to_plain(markdown: &str) -> String {
    let mut writer = Writer::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        writer.take(event);
    }
    writer.text.trim().to_owned() + "\n"
}

#[derive(Default)]
struct Writer {
    text: String,
    /// The next number of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
    link: Option<String>,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.text.push_str(&text);
            }
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.text.push_str(&text);
            }
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::Rule => self.gap(),
            Event::TaskListMarker(_) => {}
        }
    }

    fn begin(&mut self, tag: Tag<'_>) {
        if let Tag::Heading { .. } | Tag::Paragraph = tag
            && self.lists.is_empty()
        {
            self.gap();
        } else if let Tag::List(first) = tag {
            if self.lists.is_empty() {
                self.gap();
            }
            self.lists.push(first);
        } else if let Tag::Item = tag {
            self.fresh_line();
            let depth = self.lists.len().saturating_sub(1);
            self.text.push_str(&"  ".repeat(depth));
            match self.lists.last_mut() {
                Some(Some(number)) => {
                    self.text.push_str(&format!("{number}. "));
                    *number = number.saturating_add(1);
                }
                Some(None) | None => self.text.push_str("- "),
            }
        } else if let Tag::Table(_) = tag {
            self.gap();
        } else if let Tag::TableRow | Tag::TableHead = tag {
            self.fresh_line();
        } else if let Tag::Link { dest_url, .. } = tag {
            self.link = Some(dest_url.to_string());
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if let TagEnd::List(_) = tag {
            self.lists.pop();
        } else if let TagEnd::TableCell = tag {
            self.text.push_str("  ");
        } else if let TagEnd::Link = tag
            && let Some(address) = self.link.take()
            && !self.text.ends_with(&address)
        {
            self.text.push_str(&format!(" ({address})"));
        }
    }

    fn fresh_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// A blank line, except at the top.
    fn gap(&mut self) {
        self.fresh_line();
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}
