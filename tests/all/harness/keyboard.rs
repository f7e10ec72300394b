//! A person without a mouse. Everything is reached with the Tab key from the top of the page, is marked and in view when it
//! is reached, and is used with Enter, Space and the arrow keys (WCAG 2.2: 2.1.1, 2.4.1, 2.4.7, 2.4.11).

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use serde_json::{Value, json};

use super::browser::Browser;

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const SPACE: char = ' ';
const DOWN: char = '\u{e015}';
const HOME: char = '\u{e011}';
const CONTROL: char = '\u{e009}';
/// More stops than any page has.
const STOPS_MAX: usize = 600;
/// More choices than any list has.
const CHOICES_MAX: usize = 100;

/// What is said of where the keyboard is: whether nothing has it yet, and whether it is marked and in view.
const WHERE: &str = "
    const at = document.activeElement;
    const look = getComputedStyle(at), box = at.getBoundingClientRect();
    return {
        fresh: at === document.body,
        skips: at.matches('.skip'),
        there: at === arguments[0] || (at.type === 'radio' && arguments[0].type === 'radio' && at.name === arguments[0].name),
        inMain: Boolean(arguments[0].closest('main')),
        marked: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0,
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        what: at.outerHTML.slice(0, 200),
    }";

impl Browser {
    /// Goes to a link or button and uses it.
    pub(super) async fn enter(&self, target: &Element) {
        self.reach(target).await;
        self.key(ENTER).await;
    }

    /// Goes to a field and types, in place of what stands there.
    pub(super) async fn type_into(&self, target: &Element, text: &str) {
        self.reach(target).await;
        let keys = KeyActions::new("keys".to_owned()).then(KeyAction::Down { value: CONTROL });
        let keys = keys.then(KeyAction::Down { value: 'a' }).then(KeyAction::Up { value: 'a' });
        self.page.perform_actions(keys.then(KeyAction::Up { value: CONTROL })).await.unwrap();
        let mut keys = KeyActions::new("keys".to_owned());
        for value in text.chars() {
            keys = keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.page.perform_actions(keys).await.unwrap();
    }

    /// Goes to a box or choice and ticks it.
    pub(super) async fn tick_by_key(&self, target: &Element) {
        self.reach(target).await;
        for _ in 0..CHOICES_MAX {
            if self.ask("return document.activeElement === arguments[0]", target).await == json!(true) {
                if !target.is_selected().await.unwrap() {
                    self.key(SPACE).await;
                }
                return;
            }
            self.key(DOWN).await;
        }
        panic!("a choice cannot be reached with the arrow keys");
    }

    /// Goes to a list and takes the option with one of these texts.
    pub(super) async fn pick_by_key(&self, target: &Element, options: &[String]) {
        self.reach(target).await;
        self.key(HOME).await;
        for _ in 0..CHOICES_MAX {
            let shown = self.ask("return arguments[0].selectedOptions[0]?.text.trim()", target).await;
            if shown.as_str().is_some_and(|shown| options.iter().any(|option| option == shown)) {
                return;
            }
            self.key(DOWN).await;
        }
        panic!("the list has no option {options:?}");
    }

    /// Presses Tab until the keyboard is there; over the frame by the link that skips it.
    async fn reach(&self, target: &Element) {
        for _ in 0..STOPS_MAX {
            let at = self.ask(WHERE, target).await;
            if at["there"] == json!(true) {
                assert_eq!((&at["marked"], &at["inView"]), (&json!(true), &json!(true)), "marked and in view: {at}");
                return;
            }
            let is_fresh = at["fresh"] == json!(true);
            self.key(TAB).await;
            if is_fresh {
                let at = self.ask(WHERE, target).await;
                assert_eq!(at["skips"], json!(true), "the first stop skips the frame: {at}");
                if at["inMain"] == json!(true) {
                    self.key(ENTER).await;
                }
            }
        }
        panic!("the keyboard never gets to {}", target.html(false).await.unwrap());
    }

    async fn key(&self, value: char) {
        let press = KeyActions::new("keys".to_owned()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.page.perform_actions(press).await.unwrap();
    }

    async fn ask(&self, question: &str, target: &Element) -> Value {
        let target = serde_json::to_value(target).unwrap();
        self.page.execute(question, vec![target]).await.unwrap()
    }
}
