// Keys for the review desk, whose pages all work without them. Must never decide anything by itself.
(() => {
  "use strict";
  const main = document.querySelector("main");
  const desk = document.getElementById("desk-keys");
  if (!desk) return;
  const button = (text, className, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.className = className;
    made.addEventListener("click", act);
    return made;
  };

  // They are single letters, so they rest while one types and can be switched off (WCAG 2.1.4).
  const KEYS_OFF = "accord:keys-off";
  const isOff = () => {
    try {
      return localStorage.getItem(KEYS_OFF) === "yes";
    } catch {
      return false;
    }
  };
  const toggle = button("", "button button-link", () => {
    try {
      if (isOff()) localStorage.removeItem(KEYS_OFF);
      else localStorage.setItem(KEYS_OFF, "yes");
    } catch {
      // Nothing is kept here: then they stay on.
    }
    name();
  });
  const name = () => {
    toggle.textContent = isOff() ? desk.dataset.on : desk.dataset.off;
  };
  const help = desk.querySelector("dialog");
  const show = button(desk.dataset.show, "button button-link", () => help.showModal());
  help.append(button(desk.dataset.close, "button button-plain", () => help.close()));
  desk.prepend(show, " ", toggle);
  desk.hidden = false;
  name();
  const rows = [...main.querySelectorAll("tbody th[scope=row] a[href^='/review/']")];
  const move = (by) => {
    const at = rows.indexOf(document.activeElement) + by;
    rows[at < 0 ? 0 : Math.min(at, rows.length - 1)]?.focus();
  };
  const take = () => {
    const link = document.activeElement;
    if (!rows.includes(link)) return main.querySelector("button[data-take]")?.click();
    const form = link.closest("form");
    const own = link.closest("tr").querySelector("[name=application]");
    if (!form || !own || !link.dataset.as) return;
    for (const box of form.querySelectorAll("[name=application]")) box.checked = box === own;
    form.elements.to.value = link.dataset.as;
    form.requestSubmit();
  };
  // A text of the department goes into its field in place, after what was typed. Where something must be said about it, or
  // nothing is chosen, the page is asked.
  for (const put of main.querySelectorAll("button[name=put]")) {
    put.addEventListener("click", (event) => {
      const field = put.form.elements[put.value];
      const text = put.form.elements[`text.${put.value}`]?.selectedOptions[0]?.dataset.text;
      if (!text || !field) return;
      event.preventDefault();
      const typed = field.value.trimEnd();
      field.value = typed ? `${typed}\n\n${text}` : text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }
  const acts = {
    j: () => move(1),
    k: () => move(rows.includes(document.activeElement) ? -1 : 0),
    o: () => rows.includes(document.activeElement) && document.activeElement.click(),
    a: take,
    "/": () => main.querySelector("form[role=search] input")?.focus(),
    "?": () => help.showModal(),
  };
  addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
    if (isOff() || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
