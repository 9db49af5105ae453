/**
 * Sorting without the button, for those who choose with the pointer. With the keyboard a choice passes through
 * every value in between, so there it waits for Enter or the button.
 */

/** @param {HTMLFormElement} form */
export function startSorting(form) {
  let isByKeyboard = false
  form.addEventListener('keydown', (event) => {
    isByKeyboard = true
    if (event.key === 'Enter' && event.target instanceof HTMLSelectElement) form.requestSubmit()
  })
  form.addEventListener('pointerdown', () => {
    isByKeyboard = false
  })
  form.addEventListener('change', () => isByKeyboard || form.requestSubmit())
}
