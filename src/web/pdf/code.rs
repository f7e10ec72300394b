//! An address as a QR code, drawn as rectangles: no picture, no font.

use krilla::geom::{PathBuilder, Rect};
use krilla::paint::Fill;
use krilla::surface::Surface;
use qrcode::{Color, QrCode};

use super::PdfError;
use super::lines::MARGIN;

/// How wide and high it is, its quiet zone included.
pub(super) const SIDE: f32 = 108.0;
/// Modules that must stay white on each side (ISO/IEC 18004).
const QUIET: f32 = 4.0;

/// The place of a code whose lower edge is at `bottom`.
pub(super) fn place(bottom: f32) -> Option<Rect> {
    Rect::from_ltrb(MARGIN, bottom - SIDE, MARGIN + SIDE, bottom)
}

/// The code of an address.
pub(super) fn of(address: &str) -> Result<QrCode, PdfError> {
    QrCode::new(address).map_err(|error| PdfError::new(&error))
}

/// Draws a code.
pub(super) fn draw(surface: &mut Surface<'_>, code: &QrCode, bottom: f32) {
    let width = code.width();
    let number = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    let module = SIDE / 2.0_f32.mul_add(QUIET, number(width));
    let across = |column: usize| module.mul_add(QUIET + number(column), MARGIN);
    let mut path = PathBuilder::new();
    for (row, modules) in code.clone().into_colors().chunks(width.max(1)).enumerate() {
        let top = module.mul_add(QUIET + number(row), bottom - SIDE);
        let mut column = 0;
        // Neighbours make one rectangle, so that no seam shows between them.
        for run in modules.chunk_by(|one, next| one == next) {
            let after = column + run.len();
            if run.first() == Some(&Color::Dark)
                && let Some(dark) = Rect::from_ltrb(across(column), top, across(after), top + module)
            {
                path.push_rect(dark);
            }
            column = after;
        }
    }
    if let Some(path) = path.finish() {
        surface.set_fill(Some(Fill::default()));
        surface.draw_path(&path);
        surface.set_fill(None);
    }
}
