// The script of every page, and every page works without it. It adds three comforts: a button to copy what is there to be
// copied, search as one types in the catalogue, and a memory for what was typed into long forms, in this tab of this
// browser alone.
// It must never decide anything, keep a password or a hidden field, or talk to anybody but the page's own server.
(() => {
  "use strict";
  // What it says comes with the page, in the reader's language.
  const words = document.currentScript.dataset;
  const main = document.getElementById("main");
  if (!main) return;

  const make = (tag, text, className) => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  };
  const button = (text, className, act) => {
    const made = make("button", text, className);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const status = make("p", "", "hidden");
  status.setAttribute("role", "status");
  main.append(status);
  const say = (text) => {
    status.textContent = "";
    setTimeout(() => { status.textContent = text; }, 50);
  };

  // Copy. Browsers give the clipboard to secure pages only; elsewhere there is no button.
  const addCopy = (snippet) => {
    const code = snippet.querySelector("code");
    const label = snippet.querySelector("figcaption");
    if (!code || !label) return;
    const copy = button(words.copy, "copy", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        getSelection().selectAllChildren(code);
        return;
      }
      copy.firstChild.data = words.copied;
      say(words.copied);
      setTimeout(() => { copy.firstChild.data = words.copy; }, 2000);
    });
    copy.append(make("span", ` ${label.textContent}`, "hidden"));
    label.after(copy);
  };
  if (navigator.clipboard) main.querySelectorAll(".snippet").forEach(addCopy);

  // Search as one types: the same page is asked for, and its results are put in the place of these.
  const search = main.querySelector('form[role="search"][action="/datasets"]');
  const results = document.getElementById("results");
  const found = document.getElementById("found");
  if (search && results && found) {
    let timer;
    let asked;
    const look = async () => {
      const query = new URLSearchParams();
      for (const [name, value] of new FormData(search)) if (value.trim()) query.set(name, value);
      const address = "/datasets" + (`${query}` ? `?${query}` : "");
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(address, { signal: asked.signal });
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("results");
        if (!fresh) return;
        results.replaceChildren(...fresh.childNodes);
        found.textContent = page.getElementById("found").textContent;
        history.replaceState(history.state, "", address);
      } catch {
        // Overtaken by the next letter, or no network: the button is still there.
      }
    };
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, 300);
    });
  }

  // What was typed.
  const PREFIX = "accord:typed:";
  const SKIPPED = ["hidden", "password", "file", "submit", "button", "reset", "image", "fieldset", "output"];
  let store = null;
  try {
    store = window.sessionStorage;
  } catch {
    // The browser keeps nothing: then only the question before leaving remains.
  }
  const stored = () => (store ? Object.keys(store).filter((key) => key.startsWith(PREFIX)) : []);
  const load = (key) => {
    try {
      return JSON.parse(store.getItem(key));
    } catch {
      return null;
    }
  };
  const keep = (key, what) => {
    try {
      store.setItem(key, JSON.stringify(what));
    } catch {
      // Full.
    }
  };
  const fields = (form) => [...form.elements].filter((field) => field.name && !SKIPPED.includes(field.type));
  const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
  const read = (form) => {
    const all = {};
    for (const field of fields(form)) {
      all[field.name] ??= [];
      if (!isTicked(field) || field.checked) all[field.name].push(field.value);
    }
    return all;
  };
  const write = (form, all) => {
    const left = structuredClone(all);
    for (const field of fields(form)) {
      const values = left[field.name];
      if (!values) continue;
      if (isTicked(field)) field.checked = values.includes(field.value);
      else if (values.length) field.value = values.shift();
    }
  };
  // What is signed is ticked and typed anew each time; rows that are ticked in a list are no text.
  const isLong = (form) =>
    form.id !== "sign" &&
    !form.matches(".brief") &&
    form.getAttribute("method") === "post" &&
    !form.querySelector("[type=password]") &&
    (form.querySelector("textarea") || fields(form).length > 3);
  const forms = [...main.querySelectorAll("form")].filter(isLong);
  // By where it is sent, as a form that is shown again stands under another address; two of the same are told apart.
  const keyOf = (form) => {
    const action = (one) => one.getAttribute("action");
    const twins = forms.filter((one) => action(one) === action(form));
    return `${PREFIX}${action(form)}#${twins.indexOf(form)}`;
  };

  // What was sent is forgotten as soon as a page comes that neither refuses nor asks to sign in.
  const isRefused = document.querySelector("meta[name=accord-refused]") || location.pathname.startsWith("/login");
  for (const key of stored()) {
    const kept = load(key);
    const isOthers = kept?.who && words.who && kept.who !== words.who;
    if (!kept || isOthers || (kept.isSent && !isRefused)) store.removeItem(key);
    else if (kept.isSent) keep(key, { ...kept, isSent: false });
  }

  const changed = new Set();
  let isUnsaved = false;
  let isLeaving = false;
  const save = (isSent = false) => {
    if (store) for (const form of changed) keep(keyOf(form), { who: words.who, typed: read(form), isSent });
    changed.clear();
  };
  const offer = (form) => {
    const key = keyOf(form);
    const kept = store && load(key);
    if (!kept || form.previousElementSibling?.matches(".typed-before")) return;
    if (JSON.stringify(kept.typed) === JSON.stringify(read(form))) return;
    const line = make("div", "", "notice notice-info typed-before");
    const done = (restore) => {
      if (restore) {
        write(form, kept.typed);
        changed.add(form);
        isUnsaved = true;
      } else if (!changed.has(form)) store.removeItem(key);
      line.remove();
      fields(form)[0]?.focus();
    };
    const actions = make("div", "", "actions");
    actions.append(button(words.restore, "button button-plain", () => done(true)));
    actions.append(button(words.discard, "button button-plain", () => done(false)));
    line.append(make("p", words.kept, ""), actions);
    form.before(line);
    say(words.kept);
  };
  for (const form of forms) {
    form.addEventListener("input", () => {
      changed.add(form);
      isUnsaved = true;
      isLeaving = false;
    });
  }
  // After the browser has put back what it remembers itself.
  addEventListener("pageshow", () => forms.forEach(offer));
  setInterval(() => save(), 1000);
  addEventListener("pagehide", () => save());
  addEventListener("submit", (event) => {
    isLeaving = true;
    if (event.target.getAttribute("action") === "/logout") {
      changed.clear();
      stored().forEach((key) => store.removeItem(key));
    } else if (forms.includes(event.target)) {
      save();
      changed.add(event.target);
      save(true);
    }
  });
  // Where a link is followed in this tab, what was typed waits here; else the browser asks first.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && link.origin === location.origin && store) isLeaving = true;
  });
  addEventListener("beforeunload", (event) => {
    if (isUnsaved && !isLeaving) event.preventDefault();
  });
})();
