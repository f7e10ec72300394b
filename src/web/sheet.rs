//! CSV for spreadsheets. A cell that a spreadsheet would run as a formula is made text: what people typed must not act
//! on the reader's machine. Pages and API write their files here and nowhere else.

use actix_web::HttpResponse;
use actix_web::http::header;

use super::error::WebError;
use crate::cases::sheets::{Sheet, harmless};

/// A table as a file. `next` is where a table that was cut goes on, for programs that follow links.
///
/// # Errors
/// When it cannot be written.
pub fn csv(name: &str, sheet: Sheet, next: Option<&str>) -> Result<HttpResponse, WebError> {
    let failed = |error: csv::Error| WebError::internal("write a CSV", error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(sheet.heads).map_err(failed)?;
    for row in sheet.rows {
        writer.write_record(row.into_iter().map(harmless)).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| WebError::internal("write a CSV", error.into_error()))?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    if let Some(next) = next {
        response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response.body(bytes))
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
