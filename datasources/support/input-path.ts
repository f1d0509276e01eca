/**
 * The input's path of a member that a provider names: `a.b[0].c`, `a.b.0.c` and `/a/b/0/c` become `input.a.b[0].c`, in
 * the graph's names and up to the first name that is not known. Undefined when the first one is not.
 */
export function toInputPath(member: string, names: ReadonlyMap<string, string>): string | undefined {
  const path: string[] = []
  for (const part of member.match(/[^./[\]]+/g) ?? []) {
    const name = names.get(part)
    if (name !== undefined) path.push(`.${name}`)
    else if (/^\d{1,4}$/.test(part) && path.length > 0) path.push(`[${Number(part)}]`)
    else break
  }
  return path.length > 0 ? `input${path.join('')}` : undefined
}
