/* Tells on which side of the page its parts are, and in which direction the candidate is read. */
() => {
  const middle = (selector) => {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    return box ? (box.left + box.right) / 2 : undefined;
  };
  const side = (one, other) => middle(one) === undefined || middle(other) === undefined ? "" : middle(one) < middle(other) ? "left" : "right";
  return {
    principle: side("#principle", "#texts"),
    answers: side("#answers", "#answer .commit"),
    left: side("#side-left", "#side-right"),
    leftAnswer: side('#answers [value="a"]', '#answers [value="b"]'),
    text: getComputedStyle(document.querySelector(".output .text")).direction,
  };
}
