//! Lines onto the pages of the file, each tagged with what it is, and the tree of tags that a screen reader follows.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use krilla::Document;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, BBox, ContentTag, Identifier, ListNumbering, Node, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagTree,
};
use krilla::text::TextDirection;
use qrcode::QrCode;

use super::blocks::{Block, Kind, Style};
use super::lines::{Faces, Line, MARGIN, PAGE, PageLines};
use super::{Paper, PdfError, code};

/// Where the foot stands, from the top.
const FOOT: f32 = PAGE.1 - 48.0;
/// Size of the foot.
const SMALL: f32 = 8.0;

/// What was drawn of each block: the pieces of its mark and of its text.
type Drawn = Vec<(Vec<Identifier>, Vec<Identifier>)>;

/// Draws every page and ties it to the tree of tags and the outline.
pub(super) fn draw(
    document: &mut Document,
    (blocks, pages): (&[Block], &[PageLines]),
    faces: &Faces,
    paper: Paper<'_>,
) -> Result<(), PdfError> {
    let mut drawn: Drawn = blocks.iter().map(|_| (Vec::new(), Vec::new())).collect();
    // Before anything is begun: what is half drawn cannot be left.
    let codes = codes(blocks)?;
    let mut boxes: BTreeMap<usize, BBox> = BTreeMap::new();
    let mut outline = Outline::new();
    let mut last_in_outline = None;
    for (number, lines) in pages.iter().enumerate() {
        let settings =
            PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PdfError("the page has no size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for line in lines {
            let tag = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            if let Some(code) = codes.get(&line.block) {
                code::draw(&mut surface, code, line.y);
                boxes.extend(code::place(line.y).map(|rect| (line.block, BBox::new(number, rect))));
            }
            line.pieces.iter().for_each(|piece| {
                write(&mut surface, faces, (piece.x, line.y, line.size), (&piece.text, piece.style));
            });
            surface.end_tagged();
            if let Some((marks, texts)) = drawn.get_mut(line.block) {
                if line.is_mark { marks.push(tag) } else { texts.push(tag) }
            }
            if let Some(block) = blocks.get(line.block)
                && matches!(block.kind, Kind::Heading(_))
                && last_in_outline != Some(line.block)
            {
                last_in_outline = Some(line.block);
                outline.push_child(outline_node(block, number, line, faces));
            }
        }
        let whole = format!("{} · {} / {}", paper.foot, number.saturating_add(1), pages.len());
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        write(&mut surface, faces, (MARGIN, FOOT, SMALL), (&faces.printable(&whole), Style::default()));
        surface.end_tagged();
        surface.finish();
        page.finish();
    }
    if last_in_outline.is_none() {
        let top = XyzDestination::new(0, Point::from_xy(MARGIN, MARGIN));
        outline.push_child(OutlineNode::new(paper.title.to_owned(), top));
    }
    document.set_outline(outline);
    document.set_tag_tree(tree(blocks, drawn, &boxes, paper));
    Ok(())
}

/// The codes by their blocks.
fn codes(blocks: &[Block]) -> Result<BTreeMap<usize, QrCode>, PdfError> {
    let codes = blocks.iter().enumerate().filter_map(|(place, block)| match &block.kind {
        Kind::Code { address, .. } => Some(code::of(address).map(|code| (place, code))),
        Kind::Heading(_) | Kind::Paragraph | Kind::Item { .. } | Kind::Cell { .. } => None,
    });
    codes.collect()
}

fn write(surface: &mut Surface<'_>, faces: &Faces, (x, y, size): (f32, f32, f32), (text, style): (&str, Style)) {
    let font = faces.of(style).font.clone();
    surface.draw_text(Point::from_xy(x, y), font, size, text, false, TextDirection::LeftToRight);
}

fn plain(block: &Block, faces: &Faces) -> String {
    let text: String = block.runs.iter().map(|run| run.text.as_str()).collect();
    faces.printable(&text).replace('\n', " ")
}

fn outline_node(block: &Block, page: usize, line: &Line, faces: &Faces) -> OutlineNode {
    OutlineNode::new(plain(block, faces), XyzDestination::new(page, Point::from_xy(MARGIN, line.y - line.size)))
}

fn group(tag: impl Into<krilla::tagging::TagKind>, drawn: Vec<Identifier>) -> TagGroup {
    TagGroup::with_children(tag, drawn.into_iter().map(Node::Leaf).collect())
}

/// A list or a table that is not finished yet.
enum Open {
    List(TagGroup),
    Table { rows: Vec<TagGroup>, row: Option<TagGroup> },
}

impl Open {
    fn into_group(self) -> TagGroup {
        match self {
            Self::List(list) => list,
            Self::Table { mut rows, row } => {
                rows.extend(row);
                TagGroup::with_children(Tag::Table, rows.into_iter().map(Node::Group).collect())
            }
        }
    }
}

fn tree(blocks: &[Block], drawn: Drawn, boxes: &BTreeMap<usize, BBox>, paper: Paper<'_>) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(paper.language.to_owned()));
    let mut open: Option<Open> = None;
    for (place, (block, (marks, texts))) in blocks.iter().zip(drawn).enumerate() {
        let is_part = matches!(block.kind, Kind::Item { .. } | Kind::Cell { .. }) && !block.begins_group;
        if !is_part && let Some(done) = open.take() {
            tree.push(done.into_group());
        }
        match &block.kind {
            Kind::Heading(level) => {
                let title: String = block.runs.iter().map(|run| run.text.as_str()).collect();
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(group(Tag::Hn(level, Some(title)), texts));
            }
            Kind::Code { told, .. } => {
                let figure = Tag::Figure(Some(told.clone())).with_bbox(boxes.get(&place).copied());
                tree.push(group(figure, texts));
            }
            Kind::Paragraph => tree.push(group(Tag::P, texts)),
            Kind::Item { mark, .. } => {
                let numbering = if mark.ends_with('.') { ListNumbering::Decimal } else { ListNumbering::Disc };
                let item = vec![Node::Group(group(Tag::Lbl, marks)), Node::Group(group(Tag::LBody, texts))];
                let item = TagGroup::with_children(Tag::LI, item);
                match &mut open {
                    Some(Open::List(list)) => list.push(item),
                    Some(Open::Table { .. }) | None => {
                        open = Some(Open::List(TagGroup::with_children(Tag::L(numbering), vec![Node::Group(item)])));
                    }
                }
            }
            Kind::Cell { is_head, starts_row, .. } => {
                let cell =
                    if *is_head { group(Tag::TH(TableHeaderScope::Column), texts) } else { group(Tag::TD, texts) };
                if !matches!(open, Some(Open::Table { .. })) {
                    open = Some(Open::Table { rows: Vec::new(), row: None });
                }
                if let Some(Open::Table { rows, row }) = &mut open {
                    if *starts_row {
                        rows.extend(row.take());
                    }
                    row.get_or_insert_with(|| TagGroup::new(Tag::TR)).push(cell);
                }
            }
        }
    }
    if let Some(done) = open {
        tree.push(done.into_group());
    }
    tree
}
