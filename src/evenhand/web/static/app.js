"use strict";
/* The review pages work without this file. It adds keys, marking of passages, drafts that save themselves, and the
   marks from which the server reckons the time. Every rule about keys, time and passages lives on the server. */
(() => {
  const DRAFT_AFTER = 1200;
  const STILL_ACTIVE = 60000;
  const KEEP_EVERY = 60000;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const page = () => document.getElementById("page");
  const form = () => document.getElementById("answer");

  let marks = [];
  let told = "";
  let unsaved = false;
  let draftTimer = 0;
  let drafting = false;
  let kept = 0;
  let locked = true;
  let spoken = 0;
  const ranges = new WeakMap();

  const say = (text) => {
    const notice = document.getElementById("notice");
    if (!notice || !text) return;
    notice.textContent = text;
    clearTimeout(spoken);
    spoken = setTimeout(() => { notice.textContent = ""; }, 5000);
  };

  /* -- Time: marks alone ------------------------------------------------------------------------ */

  const mark = (event) => {
    const at = Date.now();
    const [last, before] = [marks.at(-1), marks.at(-2)];
    // A mark between two others that lie within the idle limit changes nothing, so it is not kept.
    const between = event === "acted" && last?.[1] === "acted" && before && before[1] !== "hidden";
    if (between && before[0] <= last[0] && last[0] <= at && at - before[0] < STILL_ACTIVE) marks.pop();
    marks.push([at, event]);
  };

  const tellTime = () => {
    const field = document.getElementById("time");
    if (field) field.value = JSON.stringify([...marks, [Date.now(), "now"]]);
  };

  /* -- Drafts ------------------------------------------------------------------------------------ */

  const changed = () => {
    unsaved = true;
    clearTimeout(draftTimer);
    draftTimer = setTimeout(saveDraft, DRAFT_AFTER);
  };

  const saveDraft = () => {
    clearTimeout(draftTimer);
    const autosave = document.getElementById("autosave");
    if (!autosave || form().dataset.sent) return;
    if (drafting) return changed();
    unsaved = false;
    drafting = true;
    tellTime();
    autosave.dispatchEvent(new CustomEvent("evenhand:draft"));
  };

  const saveOnLeaving = () => {
    if (!form() || form().dataset.sent) return;
    clearTimeout(draftTimer);
    tellTime();
    const body = new URLSearchParams(new FormData(form()));
    body.delete("quote");
    body.set("draft", "1");
    unsaved = false;
    fetch(form().action, { method: "POST", body, keepalive: true, headers: { "HX-Target": "p#saved" } }).catch(() => { unsaved = true; });
  };

  /* While somebody reads, now and then: so that the item stays theirs and their time is stored. */
  const keepItem = () => {
    if (!document.hidden && marks.at(-1)?.[0] > kept) saveDraft();
    kept = Date.now();
  };

  /* -- Passages ----------------------------------------------------------------------------------- */

  const hiddenText = (codes) => codes.split(" ").map((code) => String.fromCodePoint(parseInt(code, 16))).join("");

  /* The text of a part as it is: what is drawn instead of hidden characters is read as those. */
  const rawText = (node, range) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const from = range && node === range.startContainer ? range.startOffset : 0;
      const to = range && node === range.endContainer ? range.endOffset : node.data.length;
      return node.data.slice(from, to);
    }
    if (node.dataset?.c) return hiddenText(node.dataset.c);
    return [...node.childNodes].filter((child) => !range || range.intersectsNode(child)).map((child) => rawText(child, range)).join("");
  };

  const length = (text) => [...text].length;

  const selectedPassage = () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const blockOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[data-block]");
    const block = blockOf(range.startContainer);
    const end = blockOf(range.endContainer);
    if (!block || (end && end !== block)) return null;
    const parts = all("[data-start]", block).filter((part) => range.intersectsNode(part));
    if (!parts.length) return null;
    const before = document.createRange();
    before.setStart(parts[0], 0);
    if (parts[0].contains(range.startContainer)) before.setEnd(range.startContainer, range.startOffset);
    const skipped = before.collapsed ? "" : rawText(parts[0], before);
    const words = parts.map((part) => rawText(part, range)).join("");
    const quote = words.trim();
    if (!quote) return null;
    const start = Number(parts[0].dataset.start) + length(skipped) + length(words.slice(0, words.indexOf(quote)));
    return { block: block.dataset.block, start, end: start + length(quote), quote };
  };

  const listPassage = (passage, heading, range) => {
    const list = document.getElementById("marked");
    const value = JSON.stringify(passage);
    if (all("input", list).some((input) => input.value === value)) return;
    const item = document.createElement("li");
    const label = document.createElement("label");
    label.className = "tick";
    const input = document.createElement("input");
    Object.assign(input, { type: "checkbox", name: "evidence", value, checked: true });
    const quote = document.createElement("q");
    quote.dir = "auto";
    quote.textContent = range.toString().trim();
    const place = document.createElement("span");
    place.className = "note";
    place.textContent = list.dataset.in.replace("{block}", heading);
    label.append(input, " ", quote, " ", place);
    item.append(label);
    ranges.set(item, range);
    list.append(item);
  };

  /* Drawn over the text, which stays as it is; the server draws passages of a stored draft itself. */
  const drawPassages = () => {
    if (!CSS.highlights) return;
    const kept = all("#marked li").filter((item) => one("input", item).checked).map((item) => ranges.get(item)).filter(Boolean);
    CSS.highlights.set("evidence", new Highlight(...kept));
  };

  const countPassages = () => {
    drawPassages();
    const count = all("#marked input:checked").length;
    one("#evidence-count").textContent = count ? `(${count})` : "";
  };

  /* -- What keys do: a handler for each action of the table ----------------------------------------- */

  const press = (selector) => { one(selector)?.click(); };
  const openPanel = (id) => {
    const panel = document.getElementById(id);
    if (!panel) return;
    const opening = !panel.open;
    closePanels();
    panel.open = opening;
    if (opening) (one("textarea", panel) ?? one("input:not([type=hidden])", panel))?.focus();
  };
  const closePanels = () => all("details.pop[open]").forEach((panel) => { panel.open = false; });
  const choose = (input) => {
    if (!input) return;
    // Not focused: the arrows would then change the answer.
    input.checked = true;
    document.getElementById("heard").textContent = one("bdi", input.parentElement).textContent;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const step = (direction) => {
    const blocks = all(".block").filter((block) => block.checkVisibility());
    const bar = one("header.top")?.getBoundingClientRect().bottom ?? 0;
    const focused = blocks.indexOf(document.activeElement?.closest(".block"));
    const seen = blocks.findIndex((block) => block.getBoundingClientRect().bottom > Math.max(bar, 0) + 8);
    const target = blocks[Math.min(Math.max((focused >= 0 ? focused : seen) + direction, 0), blocks.length - 1)];
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest" });
  };
  const isRightToLeft = () => document.documentElement.dir === "rtl";

  const HANDLERS = {
    choose: (key) => {
      const input = one(`#answers input[data-key="${CSS.escape(key)}"]`);
      const number = document.getElementById("number");
      if (input) choose(input);
      else if (number) { number.value = key; number.focus(); changed(); }
    },
    cannot_tell: () => choose(one('#answers input[value="cannot_tell"]')),
    unsure: () => press("#unsure"),
    defensible: () => openPanel("defensible"),
    comment: () => document.getElementById("comment")?.focus(),
    evidence: () => {
      const list = document.getElementById("marked");
      if (!list) return;
      const passage = selectedPassage();
      if (!passage) {
        if (getSelection().isCollapsed) return openPanel("evidence");
        const text = one("#texts")?.dataset.look === "formatted" ? list.dataset.onlyText : list.dataset.nothing;
        return say(text);
      }
      const heading = one(`[data-block="${CSS.escape(passage.block)}"]`)?.dataset.heading ?? "";
      listPassage(passage, heading, getSelection().getRangeAt(0).cloneRange());
      getSelection().removeAllRanges();
      countPassages();
      say(list.dataset.added);
      changed();
    },
    remove_evidence: () => {
      const last = all("#marked li").at(-1);
      if (!last) return;
      last.remove();
      countPassages();
      say(document.getElementById("marked").dataset.removed);
      changed();
    },
    commit: () => press("#answer .commit, #keep"),
    skip: () => openPanel("skip"),
    flag: () => openPanel("flag"),
    undo: () => press("#undo button"),
    reveal: () => press("#reveal button"),
    previous: () => step(isRightToLeft() ? 1 : -1),
    next: () => step(isRightToLeft() ? -1 : 1),
    look: () => {
      const looks = all(".switch a");
      looks[(looks.findIndex((look) => look.hasAttribute("aria-current")) + 1) % looks.length]?.click();
    },
    wrap: () => press("#wrap"),
    open_content: () => { const tagged = document.getElementById("tagged"); if (tagged) tagged.open = !tagged.open; },
    principle: () => page().classList.toggle("folded"),
    diff: () => press("#diff"),
    lock: () => press("#lock"),
    help: () => { const help = document.getElementById("help"); if (help) help.showModal(); else press("#open-help"); },
  };

  /* What keys press on pages without an open item. */
  const ELSEWHERE = { commit: "#keep", undo: "#undo button", reveal: "#reveal button", help: "#open-help" };
  const TYPING = 'textarea, select, [contenteditable], input:not([type="radio"], [type="checkbox"], [type="button"], [type="submit"])';

  const actionOf = (event) => {
    const keys = JSON.parse(page()?.dataset.keys || "{}");
    // A keyboard of another script: the key that has the Latin letter or the digit on it.
    const latin = event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase();
    const key = /^[\x20-\x7e]$|^.{2,}$/.test(event.key) ? event.key : latin;
    if (/^[0-9]$/.test(key) && Object.values(keys).includes("choose")) return ["choose", key];
    return [keys[key] ?? keys[key.toLowerCase()], key];
  };

  const onKey = (event) => {
    mark("acted");
    const at = event.target;
    if (event.key === "Escape") {
      if (at.matches?.(TYPING)) at.blur();
      return closePanels();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && at.closest?.("#answer")) {
      event.preventDefault();
      return HANDLERS.commit();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.shiftKey && event.key.length > 1) return; // Shift with an arrow selects words
    if (at.matches?.(TYPING) || one("dialog[open]")) return;
    const [action, key] = actionOf(event);
    if (!action) return;
    if (!form() && !one(ELSEWHERE[action] ?? "#nowhere")) return;
    const acts = at.closest?.("a, button, summary");
    if (action === "commit" && (acts || at.closest?.(".panel, form:not(#answer)"))) return;
    if ((action === "previous" || action === "next") && at.matches?.("input")) return;
    event.preventDefault();
    HANDLERS[action](key);
  };

  /* Lines that are not broken are reached by scrolling, so their texts can be focused. */
  const breakLines = (broken) => {
    page().classList.toggle("no-wrap", !broken);
    document.getElementById("wrap")?.setAttribute("aria-pressed", String(broken));
    all(".text").forEach((text) => { if (broken) text.removeAttribute("tabindex"); else text.tabIndex = 0; });
  };

  /* -- Pointers ------------------------------------------------------------------------------------ */

  const onClick = (event) => {
    mark("acted");
    const at = event.target.closest("#mark, #lock, #wrap, #no-break, #open-help, .pop > summary");
    if (!event.target.closest(".pop, #notice")) closePanels();
    if (!at) return;
    if (at.id === "mark") HANDLERS.evidence();
    else if (at.id === "no-break") at.closest("form").remove();
    else if (at.id === "lock") { locked = !locked; at.setAttribute("aria-pressed", String(locked)); }
    else if (at.id === "wrap") {
      event.preventDefault();
      breakLines(page().classList.contains("no-wrap"));
    } else if (at.id === "open-help" && document.getElementById("help")) { event.preventDefault(); HANDLERS.help(); }
    else if (at.matches("summary")) all("details.pop[open]").forEach((panel) => { if (panel !== at.parentElement) panel.open = false; });
  };

  /* Both sides of a pair scroll by the same share of their way. */
  const onScroll = (event) => {
    mark("acted");
    const side = event.target;
    if (!locked || !side.matches?.(".pair .output") || side.dataset.led) return delete side.dataset?.led;
    const other = all(".pair .output").find((output) => output !== side);
    const way = (element) => element.scrollHeight - element.clientHeight;
    if (!other || way(side) <= 0) return;
    const top = Math.round((side.scrollTop / way(side)) * way(other));
    if (Math.abs(other.scrollTop - top) > 1) { other.dataset.led = "1"; other.scrollTop = top; }
  };

  const onChange = (event) => {
    if (!event.target.closest?.("#answer") || event.target.name === "quote") return;
    if (event.target.name === "evidence") countPassages();
    if (event.target.name === "label") document.querySelector(".choose > .problem")?.remove();
    if (event.target.name === "label" && document.getElementById("number")) document.getElementById("number").value = "";
    if (event.target.name === "number") all('#answers input[type="radio"]').forEach((input) => { input.checked = false; });
    changed();
  };

  /* -- Pages ---------------------------------------------------------------------------------------- */

  const begin = () => {
    document.documentElement.classList.add("scripted");
    // A page that comes back with what is wrong is the same visit: its time goes on.
    const visit = form()?.elements.visit.value;
    if (visit !== told) marks = [];
    told = visit;
    unsaved = drafting = false;
    clearTimeout(draftTimer);
    if (!document.hidden) mark("shown");
    if (matchMedia("(max-width: 56rem)").matches) { const more = document.getElementById("principle-more"); if (more) more.open = false; }
  };

  const onSwap = (event) => {
    const select = event.detail?.ctx?.select;
    if (select === "#saved" && !document.getElementById("saved")) say(document.getElementById("notice")?.dataset.notSaved);
    if (select === "#texts") breakLines(!page().classList.contains("no-wrap"));
    if (select !== "#page") return;
    begin();
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  };

  /* Once sent, an answer is sent no second time, and no draft follows it. */
  const onSubmit = (event) => {
    if (event.target.id !== "answer") {
      if (unsaved) saveOnLeaving();
    } else if (form().dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      clearTimeout(draftTimer);
      tellTime();
      form().dataset.sent = "1";
    }
  };

  /* A refusal is shown where the person is: its address could not be loaded again. */
  const onAddress = (event) => { if (event.detail.response?.status >= 400) event.preventDefault(); };

  const onFailure = () => {
    if (form()) delete form().dataset.sent;
    unsaved = true;
    say(document.getElementById("notice")?.dataset.notReached);
  };

  const onVisibility = () => {
    mark(document.hidden ? "hidden" : "shown");
    if (document.hidden) saveOnLeaving();
  };

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("toggle", (event) => { if (event.target.matches?.("details.pop[open]")) event.target.scrollIntoView({ block: "nearest" }); }, true);
  document.addEventListener("input", onChange);
  document.addEventListener("change", onChange);
  document.addEventListener("scroll", onScroll, { capture: true, passive: true });
  document.addEventListener("pointermove", () => mark("acted"), { passive: true });
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("pagehide", () => { if (unsaved) saveOnLeaving(); });
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:after:swap", onSwap);
  document.addEventListener("htmx:finally:request", (event) => { if (event.target.id === "autosave") drafting = false; });
  document.addEventListener("htmx:error", onFailure);
  document.addEventListener("htmx:before:history:update", onAddress);
  setInterval(keepItem, KEEP_EVERY);
  begin();
})();
