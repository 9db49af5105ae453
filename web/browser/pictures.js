/**
 * Pictures that came, and those that cannot: a broken one is hidden, so that the drawing under it shows.
 * Listens while capturing, because load and error of a picture do not bubble; on the document, because a load
 * never reaches the window (DOM standard, get the parent of a document).
 */
export function startPictures() {
  document.addEventListener('error', (event) => settle(event.target), true)
  document.addEventListener('load', (event) => settle(event.target), true)
  for (const picture of document.images) if (picture.complete) settle(picture)
}

/** @param {EventTarget | null} picture */
function settle(picture) {
  if (!(picture instanceof HTMLImageElement)) return
  const isBroken = picture.naturalWidth === 0
  picture.hidden = isBroken
  picture.classList.toggle('loaded', !isBroken)
}
