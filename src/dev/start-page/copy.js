/* global document, navigator */
// The buttons that copy: without this script they stay hidden, and the texts can be selected.
const status = document.getElementById('copied')

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const area = document.getElementById(button.dataset.copy)
    try {
      await navigator.clipboard.writeText(area.value)
      status.textContent = 'Copied.'
    } catch {
      area.select()
      status.textContent = 'The text is selected: copy it with the keyboard.'
    }
  })
}
