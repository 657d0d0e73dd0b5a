/* Tells in which order the parts of an item are read. */
() => ["answers", "block-prompt", "block-candidate", "principle"]
  .map(id => document.getElementById(id))
  .sort((one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1)
  .map(each => each.id.replace("block-", ""))
