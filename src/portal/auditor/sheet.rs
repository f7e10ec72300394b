//! CSV for spreadsheets. A cell that a spreadsheet would run as a formula is made text: what people typed must not act
//! on the auditor's machine.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::web::WebError;

/// Most rows of one file; the page says so and the range can be narrowed.
pub(super) const ROWS_MAX: usize = 20_000;

/// A file of rows under its heads.
pub(super) fn csv<const N: usize>(
    name: &str,
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<HttpResponse, WebError> {
    let failed = |error: csv::Error| WebError::internal("write a CSV", error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heads).map_err(failed)?;
    for row in rows.into_iter().take(ROWS_MAX) {
        writer.write_record(row.map(harmless)).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| WebError::internal("write a CSV", error.into_error()))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}

/// The cell with an apostrophe before anything that begins a formula (OWASP, "CSV injection").
fn harmless(cell: String) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    if !is_number && cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_a_spreadsheet_would_run_become_text() {
        let rows = [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("-2", "-2"),
            ("plain = text", "plain = text"),
            ("", ""),
        ];
        for (cell, made) in rows {
            assert_eq!(harmless(cell.to_owned()), made);
        }
    }
}
