/* Selects words in a block of text, with the focus where a caret would put it. */
([block, words]) => {
  const walker = document.createTreeWalker(document.querySelector(`[data-block="${block}"]`), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const place = node.data.indexOf(words);
    if (place >= 0) { node.parentElement.closest(".block").focus(); getSelection().setBaseAndExtent(node, place, node, place + words.length); return; }
  }
  throw new Error(`${words} is nowhere in ${block}`);
}
