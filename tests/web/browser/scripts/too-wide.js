/* Tells what makes a page scroll sideways. */
() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return [];
  return [...document.querySelectorAll("body *")].filter(each => each.getBoundingClientRect().right > most + 1)
    .map(each => `${each.localName}#${each.id}.${each.className}`).slice(0, 5).concat(document.documentElement.scrollWidth);
}
