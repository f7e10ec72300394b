//! The route × role matrix as text, written from the table that is enforced, for `accord routes` and the documentation.

use std::fmt::Write as _;

use super::routes::{Access, RouteRow};
use crate::domain::people::Role;

/// What the role is called on pages and in messages.
#[must_use]
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Reviewer => "reviewer",
        Role::Manager => "manager",
        Role::Clerk => "clerk",
        Role::Auditor => "auditor",
        Role::Administrator => "administrator",
    }
}

/// A column of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody signed in.
    Visitor,
    /// An account without a staff role.
    Requester,
    /// An account with exactly this role.
    Staff(Role),
}

impl Caller {
    /// Every column in order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let staff = Role::ALL.into_iter().map(Self::Staff);
        [Self::Visitor, Self::Requester].into_iter().chain(staff).collect()
    }

    /// The column's heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Requester => "requester",
            Self::Staff(role) => role_name(role),
        }
    }

    /// Whether the row lets this caller in.
    #[must_use]
    pub fn may(self, access: Access) -> bool {
        match (access, self) {
            (Access::Public | Access::SignedLink, _) => true,
            (Access::SignedIn | Access::Requester, caller) => caller != Self::Visitor,
            (Access::Staff(roles), Self::Staff(role)) => roles.contains(&role),
            (Access::Staff(_), Self::Visitor | Self::Requester) | (Access::Service, _) => false,
        }
    }
}

/// How a row's access is called in the matrix.
#[must_use]
pub const fn access_name(access: Access) -> &'static str {
    match access {
        Access::Public => "anyone",
        Access::SignedIn => "any account",
        Access::Requester => "own things",
        Access::Staff(_) => "role",
        Access::SignedLink => "mailed link",
        Access::Service => "service credential",
    }
}

/// The matrix as a Markdown table.
#[must_use]
pub fn markdown(rows: &[RouteRow]) -> String {
    let table = cells(rows);
    let mut text = String::new();
    for (at, line) in table.iter().enumerate() {
        text.push_str("| ");
        text.push_str(&line.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "));
        text.push_str(" |\n");
        if at == 0 {
            text.push('|');
            text.push_str(&"---|".repeat(line.len()));
            text.push('\n');
        }
    }
    text
}

/// The matrix as aligned text.
#[must_use]
pub fn text(rows: &[RouteRow]) -> String {
    let table = cells(rows);
    let widths =
        |column: usize| table.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
    let mut text = String::new();
    for line in &table {
        let mut out = String::new();
        for (column, cell) in line.iter().enumerate() {
            let width = widths(column).unwrap_or_default();
            // Writing to a String cannot fail.
            let _written = write!(out, "{cell:width$}  ");
        }
        text.push_str(out.trim_end());
        text.push('\n');
    }
    text
}

fn cells(rows: &[RouteRow]) -> Vec<Vec<String>> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| (a.room, &a.path, a.method.as_str()).cmp(&(b.room, &b.path, b.method.as_str())));
    let callers = Caller::all();
    let mut head: Vec<String> = ["method", "path", "access"].map(str::to_owned).to_vec();
    head.extend(callers.iter().map(|caller| caller.name().to_owned()));
    head.push("what".to_owned());
    let mut table = vec![head];
    for row in rows {
        let mut line = vec![row.method.to_string(), row.path, access_name(row.access).to_owned()];
        line.extend(callers.iter().map(|caller| if caller.may(row.access) { "yes" } else { "-" }.to_owned()));
        line.push(row.summary.to_owned());
        table.push(line);
    }
    table
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::*;
    use crate::web::routes::{BodyMax, Room};

    fn row(method: Method, path: &str, access: Access) -> RouteRow {
        RouteRow {
            method,
            path: path.to_owned(),
            access,
            room: Room::Portal,
            summary: "Does it",
            body_max: BodyMax::Usual,
            has_preview: false,
            is_one_click: false,
        }
    }

    #[test]
    fn the_matrix_says_yes_where_the_row_does_and_nowhere_else() {
        let rows = [
            row(Method::POST, "/b", Access::Staff(&[Role::Manager])),
            row(Method::GET, "/a", Access::Public),
            row(Method::GET, "/c", Access::SignedIn),
        ];
        let text = text(&rows);
        let words: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(words[1][1..10], ["/a", "anyone", "yes", "yes", "yes", "yes", "yes", "yes", "yes"]);
        assert_eq!(words[2][1..10], ["/b", "role", "-", "-", "-", "yes", "-", "-", "-"]);
        assert_eq!(words[3][..4], ["GET", "/c", "any", "account"]);
        let markdown = markdown(&rows);
        assert_eq!(markdown.lines().count(), 5);
        assert!(markdown.lines().all(|line| line.matches('|').count() == 12), "{markdown}");
    }
}
