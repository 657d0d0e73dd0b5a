/* Tells in which part of the page the focus is, and whether one can see it. */
() => {
  const at = document.activeElement;
  if (!at || at === document.body) return ["", true];
  const style = getComputedStyle(at);
  const shown = [style, at.labels?.[0] && getComputedStyle(at.labels[0])].filter(Boolean)
    .some(each => each.outlineStyle !== "none" && parseFloat(each.outlineWidth) >= 2);
  const place = at.matches(".skip") ? "skip link" : at.closest("header.top") ? "top" : at.closest("#principle") ? "principle"
    : at.closest("#texts") ? "texts" : at.closest(".bar") ? "answers" : at.id || at.localName;
  return [place, shown];
}
