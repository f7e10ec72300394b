//! Pages of a list by cursor: an opaque text that says where the next page begins. A forged cursor can only point at
//! another place of the same list, because the list itself is chosen by the person's rights.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::error::WebError;
use super::fields::Fields;

/// Items on a page when none is asked for.
pub const LIMIT_DEFAULT: u32 = 25;
/// Most items on a page.
pub const LIMIT_MAX: u32 = 100;
/// Longest cursor in characters.
pub const CURSOR_MAX: usize = 1_000;

/// Which page is asked for, from the query parameters `limit` and `cursor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How many items, 1 to 100.
    pub limit: u32,
    /// The sort values of the last item seen, in order; `None` for the first page.
    pub after: Option<Vec<String>>,
}

impl Paging {
    /// Reads the two parameters.
    ///
    /// # Errors
    /// 400 for a limit out of range or a cursor that we did not make.
    pub fn from_query(query: &Fields) -> Result<Self, WebError> {
        let limit = match query.get("limit") {
            None => LIMIT_DEFAULT,
            Some(text) => text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)).ok_or_else(|| {
                WebError::bad_request("limit_invalid", format!("“limit” must be a whole number from 1 to {LIMIT_MAX}."))
            })?,
        };
        Ok(Self { limit, after: place(query)? })
    }

    /// The page of `found`, of which the store was asked for `limit + 1` so as to know whether there are more.
    /// `key` gives the sort values of an item.
    #[must_use]
    pub fn page<T>(&self, mut found: Vec<T>, key: impl Fn(&T) -> Vec<String>) -> Paged<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| has_more).map(|last| encode(&key(last)));
        Paged { items: found, next }
    }
}

/// The sort values in the query parameter `cursor`, for lists with limits of their own.
///
/// # Errors
/// 400 for a cursor that we did not make.
pub fn place(query: &Fields) -> Result<Option<Vec<String>>, WebError> {
    match query.get("cursor") {
        None | Some("") => Ok(None),
        Some(cursor) => decode(cursor).map(Some).ok_or_else(cursor_invalid),
    }
}

/// `path` with these parameters, those without a value left out.
#[must_use]
pub fn link<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let start = format!("{path}?");
    let length = start.len();
    let mut text = url::form_urlencoded::Serializer::for_suffix(start, length);
    text.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    let text = text.finish();
    text.strip_suffix('?').map(str::to_owned).unwrap_or(text)
}

/// The refusal of a cursor that a list did not give.
#[must_use]
pub fn cursor_invalid() -> WebError {
    WebError::bad_request("cursor_invalid", "“cursor” must be one that this list gave you as “next”.")
}

/// One page of a list as the API answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paged<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The cursor for these sort values.
#[must_use]
pub fn encode(values: &[String]) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::json!(values).to_string())
}

fn decode(cursor: &str) -> Option<Vec<String>> {
    if cursor.len() > CURSOR_MAX {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Paging, WebError> {
        Paging::from_query(&Fields::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn a_link_has_what_was_given_and_no_empty_rest() {
        assert_eq!(link("/review", []), "/review");
        assert_eq!(link("/review", [("q", ""), ("page", "")]), "/review");
        assert_eq!(link("/review", [("q", "a&b"), ("page", "2")]), "/review?q=a%26b&page=2");
    }

    #[test]
    fn the_limit_is_bounded_at_both_ends() {
        assert_eq!(read("").unwrap(), Paging { limit: 25, after: None });
        assert_eq!((read("limit=1").unwrap().limit, read("limit=100").unwrap().limit), (1, 100));
        for bad in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limit=1e2"] {
            assert_eq!(read(bad).unwrap_err().code(), "limit_invalid", "{bad}");
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_and_a_made_up_one_is_refused() {
        let values = vec!["2026-03-01".to_owned(), "ü|\"".to_owned()];
        assert_eq!(read(&format!("cursor={}", encode(&values))).unwrap().after, Some(values));
        for bad in ["cursor=abc", "cursor=e30", &format!("cursor={}", "A".repeat(CURSOR_MAX + 1))] {
            assert_eq!(read(bad).unwrap_err().code(), "cursor_invalid", "{bad}");
        }
    }

    #[test]
    fn only_a_list_with_more_gives_a_next_cursor() {
        let paging = read("limit=2").unwrap();
        let key = |item: &u32| vec![item.to_string()];
        assert_eq!(paging.page(vec![1, 2], key).next, None);
        let page = paging.page(vec![1, 2, 3], key);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(encode(&["2".to_owned()]))));
    }
}
