/* Tells what is on a page that no template and no drawing of a text puts there. */
() => {
  const known = new Set(("html head meta title link script body div a header span progress form input button nav main " +
    "section p h1 h2 h3 h4 ul ol li dl dt dd bdi details summary article fieldset legend label kbd mark b i em strong code " +
    "pre blockquote table thead tbody tr th td hr br s del q textarea select option dialog output").split(" "));
  const inText = ".parts *, .prose *, .rating blockquote *";
  const ours = (address) => /^(\/(?!\/)|#|\?)/.test(address) || address === "";
  const found = [];
  const ids = new Set();
  for (const each of document.querySelectorAll("*")) {
    const name = each.localName;
    if (!known.has(name)) found.push(`element ${name}`);
    if (each.matches(inText) && /^(a|form|input|button|script|meta|link|textarea|select|dialog)$/.test(name)) found.push(`${name} in a text`);
    if (each.id) { if (ids.has(each.id)) found.push(`id ${each.id} twice`); ids.add(each.id); }
    for (const { name: attribute, value } of each.attributes) {
      if (/^on/.test(attribute)) found.push(`${name} ${attribute}`);
      if (attribute === "style") found.push(`${name} style`);
      if (/^(src|href|action|formaction|srcset|data|poster|ping|background|hx-get|hx-post)$/.test(attribute) && !ours(value)) found.push(`${name} ${attribute}=${value.slice(0, 60)}`);
      if (/^(data-)?hx-/.test(attribute) && each.matches(inText)) found.push(`${name} ${attribute} in a text`);
    }
  }
  return found;
}
