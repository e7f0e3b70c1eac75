"use strict";
// The page works without this: it adds what a link cannot do. Nothing here builds HTML from texts.
(() => {
  const body = document.body;
  const words = body.dataset;
  const at = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const chosen = () => Object.fromEntries(new URLSearchParams(location.search));
  document.documentElement.classList.add("js");

  // What the server escaped goes in as it is; only colours that no stylesheet knows are set here.
  function put(id, html) {
    at(id).innerHTML = html;
    colour();
  }

  function colour() {
    for (const one of all('[data-color^="#"]')) {
      if (/^#[0-9a-f]{6}$/i.test(one.dataset.color)) one.style.setProperty("--own", one.dataset.color);
    }
  }

  async function ask(name, extra = {}) {
    const answer = await fetch(`${words.prefix}/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Preview": "1" },
      body: JSON.stringify({ lang: document.documentElement.lang, ...chosen(), ...edits(), ...extra }),
    });
    const found = await answer.json().catch(() => ({ told: `HTTP ${answer.status}` }));
    if (!answer.ok || found.failed) throw Object.assign(new Error(found.told), found);
    return found;
  }

  // Tabs

  const tabs = all('[role="tab"]');
  const names = tabs.map((tab) => tab.id.slice(4));
  // Not the name alone: the browser would jump to the field of that id and put the focus there.
  const wanted = location.hash.slice("#tab=".length);
  let tab = names.includes(wanted) ? wanted : names[0];

  function open(name, focus = false) {
    tab = name;
    for (const one of tabs) {
      const is = one.id === `tab-${name}`;
      one.setAttribute("aria-selected", is);
      one.tabIndex = is ? 0 : -1;
      if (is && focus) one.focus();
    }
    for (const one of all('[role="tabpanel"]')) one.hidden = one.id !== `panel-${name}`;
    history.replaceState(null, "", `#tab=${name}`);
  }

  tabs.forEach((one, number) => {
    one.addEventListener("click", () => open(names[number]));
    one.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      open(names[(number + step + names.length) % names.length], true);
    });
  });

  // Editing

  const editors = { payload: at("payload"), template: at("template") };
  const initial = Object.fromEntries(Object.entries(editors).map(([name, one]) => [name, one.value]));
  let waiting = 0;
  let newest = 0;

  function edits() {
    const changed = Object.entries(editors).filter(([name, one]) => one.value !== initial[name]);
    return Object.fromEntries(changed.map(([name, one]) => [name, one.value]));
  }

  async function show() {
    const mine = ++newest;
    try {
      const found = await ask("show");
      if (mine !== newest) return;
      put("cards", found.cards);
      put("derived", found.derived);
      open(tab);
      tell({});
    } catch (error) {
      if (mine === newest) tell({ [error.where || "payload"]: error });
    }
  }

  function tell(errors) {
    at("cards").classList.toggle("stale", Object.keys(errors).length > 0);
    for (const name of Object.keys(editors)) {
      const error = errors[name];
      const line = error && error.where === "template" && error.line ? `${error.line}: ` : "";
      at(`error-${name}`).textContent = error ? `${error.code ? `${error.code} ` : ""}${line}${error.message}` : "";
      editors[name].setAttribute("aria-invalid", Boolean(error));
      at(`tab-${name}`).classList.toggle("bad", Boolean(error));
    }
    // The tab with the fault may not be the one that is open.
    at("error-shown").textContent = Object.keys(errors)
      .map((name) => `${at(`tab-${name}`).textContent}: ${at(`error-${name}`).textContent}`)
      .join("\n");
  }

  for (const one of Object.values(editors)) {
    one.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(show, 250);
    });
  }
  for (const one of all("[data-reset]")) {
    one.addEventListener("click", () => {
      editors[one.dataset.reset].value = initial[one.dataset.reset];
      show();
    });
  }

  // Buttons

  function said(text, isBad = false) {
    at("told").textContent = text;
    at("told").classList.toggle("bad", isBad);
  }

  function pressed(id, act) {
    const button = at(id);
    if (!button) return;
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await act();
      } catch (error) {
        said(words.failed + error.message, true);
      } finally {
        button.disabled = false;
      }
    });
  }

  pressed("send", async () => {
    await ask("send");
    said(words.sent);
    await poll();
    await show(); // the robots' use has changed
  });
  pressed("replay", async () => {
    await ask("replay");
    said(words.sent);
    await poll();
  });
  pressed("save", async () => said((await ask("save")).told));
  pressed("curl", async () => {
    const { text } = await ask("curl");
    const copy = at("copy");
    try {
      await navigator.clipboard.writeText(text);
      copy.hidden = true;
      said(words.copied);
    } catch {
      copy.value = text;
      copy.hidden = false;
      copy.select();
      said(words.copyFailed);
    }
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-test]");
    if (!button) return;
    const output = button.parentElement.querySelector(".tested");
    button.disabled = true;
    try {
      output.textContent = (await ask("test", { receiver: button.dataset.test })).told;
    } catch (error) {
      output.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });

  // The list: filter, and what arrives

  const filter = at("filter");
  function sift() {
    const wanted = filter.value.trim().toLowerCase().split(/\s+/);
    for (const one of all(".entry")) {
      const text = `${one.dataset.name || ""} ${one.textContent}`.toLowerCase();
      one.closest("li").hidden = !wanted.every((word) => text.includes(word));
    }
    at("none").hidden = all(".entry").some((one) => !one.closest("li").hidden);
    for (const one of all(".forge")) one.hidden = !one.querySelector("li:not([hidden])");
  }
  filter.addEventListener("input", sift);

  let seen = "";
  async function poll() {
    const query = new URLSearchParams(chosen());
    query.set("lang", document.documentElement.lang);
    query.set("seen", seen);
    const answer = await fetch(`${words.prefix}/live?${query}`);
    if (answer.status !== 200) return;
    const found = await answer.json();
    seen = found.seen;
    put("banner", found.banner);
    put("received", found.received);
    sift();
  }
  async function watch() {
    try {
      await poll();
      if (at("told").textContent === words.offline) said("");
    } catch {
      said(words.offline, true);
    }
    setTimeout(watch, document.hidden ? 5000 : 1000);
  }

  // Choices and keys

  for (const one of all("form.options select")) {
    one.addEventListener("change", () => one.form.requestSubmit());
  }
  // The tab that is open stays open.
  document.addEventListener("submit", (event) => {
    event.target.action = `/${location.hash}`;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="/?"]');
    if (link) link.hash = location.hash;
  });

  function go(step) {
    const entries = all(".entry").filter((one) => !one.closest("li").hidden);
    const now = entries.findIndex((one) => one.getAttribute("aria-current"));
    const next = entries[Math.min(Math.max(now + step, 0), entries.length - 1)];
    if (next) next.click();
  }
  const keys = {
    ArrowDown: () => go(1),
    ArrowUp: () => go(-1),
    "/": () => filter.focus(),
    l: () => all('[data-option="lang"]').find((one) => !one.getAttribute("aria-current")).click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target === filter && event.key === "Escape") {
      filter.value = "";
      sift();
      filter.blur();
      return;
    }
    if (event.target.closest("input, textarea, select, [role=tab]") || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  colour();
  open(tab);
  const current = document.querySelector('.entry[aria-current="true"]');
  const list = at("samples");
  if (current) list.scrollTop = current.offsetTop - list.clientHeight / 2;
  const isChosen = /[?&](event|received)=/.test(location.search);
  if (isChosen && matchMedia("(max-width: 800px)").matches) at("main").scrollIntoView();
  watch();
})();
