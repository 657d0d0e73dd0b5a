/* Tells the words on a page that are in no sentence of the pseudo-locale and that no text of others brought along. */
() => {
  const others = ".parts, .prose, bdi, kbd, [dir=auto], q, script, style, title, .problem, .problem + p, textarea, code, .code-name";
  const found = new Set();
  const check = (words, where) => {
    if (/\p{L}/u.test(words.replace(/\[[^\[\]]*(\[[^\[\]]*\])?[^\[\]]*\]/gu, ""))) found.add(`${where}: ${words.trim().slice(0, 80)}`);
  };
  // A sentence may have a value from outside in an element of its own, so the element around both is what is read.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest(others)) check(node.data, node.parentElement.localName);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const each of document.querySelectorAll(`[${name}]`)) if (!each.closest(".parts")) check(each.getAttribute(name), name);
  }
  check(document.title.replace(" · ", " "), "title");
  return [...found];
}
