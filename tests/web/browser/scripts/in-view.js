/* Tells whether title and answers are in view, and how many lines of the candidate are. */
() => {
  const bar = document.querySelector(".bar").getBoundingClientRect();
  const top = document.querySelector("header.top").getBoundingClientRect().bottom;
  const within = (box, end) => box.top >= 0 && box.bottom <= end && box.height > 0;
  const text = document.querySelector("[data-block=candidate] .text").firstChild;
  const range = document.createRange();
  let lines = 0, start = 0;
  for (const line of text.data.split("\n")) {
    range.setStart(text, start); range.setEnd(text, start + line.length);
    if (!within(range.getBoundingClientRect(), bar.top) || range.getBoundingClientRect().top < top) break;
    lines += 1; start += line.length + 1;
  }
  const answers = [...document.querySelectorAll("label.answer, #answer .commit")];
  return {
    title: within(document.querySelector("#principle-title").getBoundingClientRect(), bar.top),
    answers: answers.length > 3 && answers.every(each => within(each.getBoundingClientRect(), innerHeight)),
    lines,
  };
}
