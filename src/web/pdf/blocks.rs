//! Markdown as a row of blocks: what stands in each, and what it is for somebody who hears it read.

use super::Part;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// How a word is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub bold: bool,
    pub italic: bool,
}

/// Text of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub text: String,
    pub style: Style,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A heading; 1 is the highest.
    Heading(u16),
    /// A paragraph.
    Paragraph,
    /// An item of a list, with its mark.
    Item { depth: u16, mark: String },
    /// A cell of a table.
    Cell { column: u16, columns: u16, is_head: bool, starts_row: bool },
    /// A QR code of an address, with what it says to somebody who cannot see it.
    Code { address: String, told: String },
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub kind: Kind,
    pub runs: Vec<Run>,
    /// Whether something other than this block's group came before: a new list or table begins.
    pub begins_group: bool,
}

/// The blocks of a text.
pub(super) fn read(markdown: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.close();
    reader.blocks
}

/// The blocks of a piece of what stands behind a text.
pub(super) fn of_part(part: &Part) -> Vec<Block> {
    let block = |kind: Kind, text: &str, begins_group: bool| Block {
        kind,
        runs: vec![Run { text: text.to_owned(), style: Style::default() }],
        begins_group,
    };
    match part {
        Part::Heading(level, text) => vec![block(Kind::Heading(*level), text, true)],
        Part::Text(text) => vec![block(Kind::Paragraph, text, true)],
        Part::Code(address, told) => {
            vec![block(Kind::Code { address: address.clone(), told: told.clone() }, "", true)]
        }
        Part::Facts(facts) => {
            let heads = std::iter::once((("What".to_owned(), "On record".to_owned()), true));
            let rows = heads.chain(facts.iter().cloned().map(|fact| (fact, false)));
            let cells = rows.flat_map(|((name, value), is_head)| {
                let cell = |column: u16| Kind::Cell { column, columns: 2, is_head, starts_row: column == 0 };
                [block(cell(0), &name, is_head), block(cell(1), &value, false)]
            });
            cells.collect()
        }
    }
}

/// Makes headings begin at the first level and never skip one (PDF/UA-1, 7.4.2).
pub(super) fn even_out(blocks: &mut [Block]) {
    let mut above = 0_u16;
    for block in blocks {
        if let Kind::Heading(level) = &mut block.kind {
            *level = (*level).min(above.saturating_add(1));
            above = *level;
        }
    }
}

const fn rank(level: HeadingLevel) -> u16 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    open: Option<Block>,
    style: Style,
    lists: Vec<Option<u64>>,
    columns: u16,
    column: u16,
    is_head: bool,
    begins_group: bool,
    link: Option<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => self.write(&text),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.write(&text),
            Event::SoftBreak => self.write(" "),
            Event::HardBreak => self.write("\n"),
            Event::Rule => self.close(),
            Event::TaskListMarker(_) => {}
        }
    }

    fn write(&mut self, text: &str) {
        let style = self.style;
        let block =
            self.open.get_or_insert_with(|| Block { kind: Kind::Paragraph, runs: Vec::new(), begins_group: true });
        block.runs.push(Run { text: text.to_owned(), style });
    }

    fn close(&mut self) {
        if let Some(block) = self.open.take() {
            self.blocks.push(block);
        }
    }

    fn start(&mut self, kind: Kind) {
        self.close();
        self.open = Some(Block { kind, runs: Vec::new(), begins_group: self.begins_group });
        self.begins_group = false;
    }

    fn begin(&mut self, tag: Tag<'_>) {
        if let Tag::Heading { level, .. } = tag {
            self.start(Kind::Heading(rank(level)));
        } else if let Tag::Paragraph = tag {
            // The first paragraph of an item is the item itself.
            let is_item = self.open.as_ref().is_some_and(|block| block.runs.is_empty());
            if !is_item {
                self.start(Kind::Paragraph);
            }
        } else if let Tag::CodeBlock(_) = tag {
            self.start(Kind::Paragraph);
        } else if let Tag::List(first) = tag {
            self.begins_group = self.lists.is_empty();
            self.lists.push(first);
        } else if let Tag::Item = tag {
            let depth = u16::try_from(self.lists.len().saturating_sub(1)).unwrap_or(0).min(4);
            let mark = match self.lists.last_mut() {
                Some(Some(number)) => {
                    let mark = format!("{number}.");
                    *number = number.saturating_add(1);
                    mark
                }
                Some(None) | None => "•".to_owned(),
            };
            self.start(Kind::Item { depth, mark });
        } else if let Tag::Table(columns) = tag {
            self.begins_group = true;
            self.columns = u16::try_from(columns.len()).unwrap_or(1).max(1);
        } else if let Tag::TableHead | Tag::TableRow = tag {
            self.column = 0;
            self.is_head = matches!(tag, Tag::TableHead);
        } else if let Tag::TableCell = tag {
            let starts_row = self.column == 0;
            self.start(Kind::Cell { column: self.column, columns: self.columns, is_head: self.is_head, starts_row });
            self.column = self.column.saturating_add(1);
        } else if let Tag::Strong = tag {
            self.style.bold = true;
        } else if let Tag::Emphasis = tag {
            self.style.italic = true;
        } else if let Tag::Link { dest_url, .. } = tag {
            self.link = Some(dest_url.to_string());
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.style.bold = false,
            TagEnd::Emphasis => self.style.italic = false,
            TagEnd::List(_) => {
                self.close();
                self.lists.pop();
            }
            TagEnd::Link => self.end_link(),
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::Item | TagEnd::TableCell => {
                self.close();
            }
            TagEnd::BlockQuote(_)
            | TagEnd::HtmlBlock
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Image
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// On paper the address of a link must be readable.
    fn end_link(&mut self) {
        let Some(address) = self.link.take() else { return };
        let is_shown = self.open.as_ref().and_then(|block| block.runs.last()).is_some_and(|run| run.text == address);
        if !is_shown && !address.is_empty() {
            self.write(&format!(" ({address})"));
        }
    }
}
