/** Replaces what is generated between the two marks of this name in a page. */
export function withGenerated(page: string, name: string, text: string): string {
  const marked = new RegExp(`(<!-- generated:${name} -->\\n)[^]*(<!-- /generated:${name} -->)`)
  if (!marked.test(page)) throw new Error(`The page has no marks for the ${name}.`)
  return page.replace(marked, (_all, begin: string, end: string) => `${begin}\n${text}\n${end}`)
}
