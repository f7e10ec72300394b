//! One call to the gate, ready to be copied, in the languages that people ask in. Must never print the text of a key but
//! on the page where it is shown once: everywhere else the call reads it from the environment.

use serde::Serialize;

/// The environment variable that a key is read from.
const VARIABLE: &str = "ACCORD_KEY";

/// How a call shows who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Credential<'a> {
    /// Nobody needs to say who they are.
    Nothing,
    /// The text of a key just made.
    Text(&'a str),
    /// A key in the environment.
    Environment,
}

/// A call in one language.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Call {
    /// The language or program, by its own name.
    language: &'static str,
    /// What to copy.
    text: String,
}

/// The call that reads `address`, in each language.
pub(crate) fn calls(address: &str, credential: Credential<'_>) -> Vec<Call> {
    vec![
        Call { language: "curl", text: curl(address, credential) },
        Call { language: "Python", text: python(address, credential) },
        Call { language: "JavaScript", text: javascript(address, credential) },
        Call { language: "R", text: r(address, credential) },
    ]
}

/// A word of a shell, whatever stands in it.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A string of Python, JavaScript and R: all three read the escapes of JSON.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn curl(address: &str, credential: Credential<'_>) -> String {
    let address = shell(address);
    match credential {
        Credential::Nothing => format!("curl {address}"),
        Credential::Text(key) => format!("curl -H {} {address}", shell(&format!("Authorization: Bearer {key}"))),
        Credential::Environment => format!("curl -H \"Authorization: Bearer ${VARIABLE}\" {address}"),
    }
}

fn python(address: &str, credential: Credential<'_>) -> String {
    let address = literal(address);
    let (imports, key) = match credential {
        Credential::Nothing => {
            return format!(
                "from urllib.request import urlopen\n\nwith urlopen({address}) as answer:\n    \
                 print(answer.read().decode())"
            );
        }
        Credential::Text(key) => ("", literal(key)),
        Credential::Environment => ("import os\n", format!("os.environ[\"{VARIABLE}\"]")),
    };
    format!(
        "{imports}from urllib.request import Request, urlopen\n\nkey = {key}\nrequest = Request({address}, \
         headers={{\"Authorization\": \"Bearer \" + key}})\nwith urlopen(request) as answer:\n    \
         print(answer.read().decode())"
    )
}

fn javascript(address: &str, credential: Credential<'_>) -> String {
    let address = literal(address);
    let end = "if (!answer.ok) throw new Error(await answer.text());\nconsole.log(await answer.text());";
    let key = match credential {
        Credential::Nothing => return format!("const answer = await fetch({address});\n{end}"),
        Credential::Text(key) => literal(key),
        Credential::Environment => format!("process.env.{VARIABLE}"),
    };
    format!(
        "const key = {key};\nconst answer = await fetch({address}, {{\n  headers: {{ Authorization: \"Bearer \" + key \
         }},\n}});\n{end}"
    )
}

fn r(address: &str, credential: Credential<'_>) -> String {
    let address = literal(address);
    let key = match credential {
        Credential::Nothing => String::new(),
        Credential::Text(key) => format!("\n  req_auth_bearer_token({}) |>", literal(key)),
        Credential::Environment => format!("\n  req_auth_bearer_token(Sys.getenv(\"{VARIABLE}\")) |>"),
    };
    format!("library(httr2)\n\nanswer <- request({address}) |>{key}\n  req_perform()\ncat(resp_body_string(answer))")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://gate.example/air/latest";

    fn texts(address: &str, credential: Credential<'_>) -> Vec<String> {
        calls(address, credential).into_iter().map(|call| call.text).collect()
    }

    #[test]
    fn each_language_has_its_call() {
        let rows = [
            (
                Credential::Nothing,
                [
                    "curl 'https://gate.example/air/latest'",
                    "from urllib.request import urlopen\n\nwith urlopen(\"https://gate.example/air/latest\") as answer:\n    print(answer.read().decode())",
                    "const answer = await fetch(\"https://gate.example/air/latest\");\nif (!answer.ok) throw new Error(await answer.text());\nconsole.log(await answer.text());",
                    "library(httr2)\n\nanswer <- request(\"https://gate.example/air/latest\") |>\n  req_perform()\ncat(resp_body_string(answer))",
                ],
            ),
            (
                Credential::Environment,
                [
                    "curl -H \"Authorization: Bearer $ACCORD_KEY\" 'https://gate.example/air/latest'",
                    "import os\nfrom urllib.request import Request, urlopen\n\nkey = os.environ[\"ACCORD_KEY\"]\nrequest = Request(\"https://gate.example/air/latest\", headers={\"Authorization\": \"Bearer \" + key})\nwith urlopen(request) as answer:\n    print(answer.read().decode())",
                    "const key = process.env.ACCORD_KEY;\nconst answer = await fetch(\"https://gate.example/air/latest\", {\n  headers: { Authorization: \"Bearer \" + key },\n});\nif (!answer.ok) throw new Error(await answer.text());\nconsole.log(await answer.text());",
                    "library(httr2)\n\nanswer <- request(\"https://gate.example/air/latest\") |>\n  req_auth_bearer_token(Sys.getenv(\"ACCORD_KEY\")) |>\n  req_perform()\ncat(resp_body_string(answer))",
                ],
            ),
        ];
        for (credential, wanted) in rows {
            assert_eq!(texts(ADDRESS, credential), wanted, "{credential:?}");
        }
        let shown = texts(ADDRESS, Credential::Text("nwk_live_abc"));
        assert!(shown.iter().all(|text| text.contains("nwk_live_abc") && !text.contains(VARIABLE)), "{shown:?}");
        assert_eq!(shown[0], "curl -H 'Authorization: Bearer nwk_live_abc' 'https://gate.example/air/latest'");
    }

    #[test]
    fn whatever_stands_in_an_address_stays_inside_its_quotes() {
        let rows = [
            ("a'b", r"'a'\''b'", "\"a'b\""),
            ("a\"b", "'a\"b'", "\"a\\\"b\""),
            ("a\\b", r"'a\b'", "\"a\\\\b\""),
            ("a$(b)`c`&d", "'a$(b)`c`&d'", "\"a$(b)`c`&d\""),
            ("a\nb", "'a\nb'", "\"a\\nb\""),
        ];
        for (address, in_shell, in_code) in rows {
            for credential in [Credential::Nothing, Credential::Text("k"), Credential::Environment] {
                let [curl, python, javascript, r] = texts(address, credential).try_into().unwrap();
                assert!(curl.ends_with(in_shell), "{curl}");
                for text in [python, javascript, r] {
                    assert!(text.contains(&format!("({in_code}")), "{text}");
                }
            }
        }
    }
}
