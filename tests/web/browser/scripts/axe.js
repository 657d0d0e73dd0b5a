/* Runs axe and tells each finding. */
async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap(each => each.nodes.map(node => [each.impact, each.id, node.target.join(" "), node.failureSummary]));
}
