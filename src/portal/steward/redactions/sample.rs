//! A sample of a feed laid out for reading. Only blanks are added; what the gate sends is one long line as often as not.

/// Lines are laid out only where a body has none of its own.
const LINE_MAX: usize = 400;
/// Blanks for each level.
const INDENT: usize = 2;
const INDENT_MAX: usize = 12;

/// JSON of one long line with line breaks and indents; anything else as it is. It may be cut anywhere.
pub(super) fn laid_out(text: &str) -> String {
    let is_json = text.trim_start().starts_with(['{', '[']);
    if !is_json || text.lines().all(|line| line.len() <= LINE_MAX) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if is_text {
            out.push(letter);
            is_text = is_escaped || letter != '"';
            is_escaped = letter == '\\' && !is_escaped;
            continue;
        }
        match letter {
            '"' => {
                is_text = true;
                out.push(letter);
            }
            '{' | '[' => {
                out.push(letter);
                depth += 1;
                // Short lists, such as positions, stay on one line.
                if letter == '{' || letters.peek().is_some_and(|next| matches!(next, '{' | '[')) {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if letter == '}' || out.ends_with(['}', ']']) {
                    line(&mut out, depth);
                }
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                let is_next_big = letters.peek().is_some_and(|next| matches!(next, '"' | '{' | '['));
                if is_next_big { line(&mut out, depth) } else { out.push(' ') }
            }
            ':' => out.push_str(": "),
            _ => out.push(letter),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth.min(INDENT_MAX) * INDENT));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_long_line_becomes_many_and_the_rest_stays() {
        let long = format!(r#"{{"a":[1,2],"b":[{{"c":"x,{{"}}],"d":"{}"}}"#, "y".repeat(LINE_MAX));
        let laid = laid_out(&long);
        assert!(
            laid.starts_with("{\n  \"a\": [1, 2],\n  \"b\": [\n    {\n      \"c\": \"x,{\"\n    }\n  ],\n  \"d\""),
            "{laid}"
        );
        for text in ["a,b\n1,2\n", "{\"a\":1}", "<p>"] {
            assert_eq!(laid_out(text), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_but_blanks_is_added(text in "[\\[\\]{}:,\"\\\\a1 é]{0,80}") {
            let long = format!("[\"{}\",{text}", "y".repeat(LINE_MAX));
            let bare = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&laid_out(&long)), bare(&long));
        }
    }
}
