/* Waits until a side has scrolled, and tells how far. */
side => new Promise(done => {
  const look = () => side.scrollTop > 0 ? done(side.scrollTop) : requestAnimationFrame(look);
  look();
})
