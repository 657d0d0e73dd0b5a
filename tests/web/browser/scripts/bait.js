/* Puts into a text what would be there if escaping failed. */
address => {
  document.querySelector(".parts").insertAdjacentHTML("beforeend",
    `<img src="http://${address}/bait" onerror="window.hit=1"><style>x{}</style><a href="javascript:1">x</a>`);
  return new Promise(done => { const look = () => window.hit ? done() : setTimeout(look, 5); look(); });
}
