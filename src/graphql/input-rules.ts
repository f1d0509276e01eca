import { getMetadataStorage, validateSync, type ValidationArguments, ValidationTypes } from 'class-validator'

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number]
type Members = Readonly<Record<string, unknown>>

/** Whether what an object has holds to a rule. */
type Rule = (object: object) => boolean

/** A rule without the member's name before it; messages of our own begin without it, and may hold the same word. */
function withoutName(rule: string, member: string): string {
  const [own, ofEach] = [`${member} `, `each value in ${member} `]
  if (rule.startsWith(ofEach)) return `each ${rule.slice(ofEach.length)}`
  return rule.startsWith(own) ? rule.slice(own.length) : rule
}

/** Instances of input classes have rules; plain objects (JSON) and scalars have none. */
const mayHaveRules = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== Object.prototype

/**
 * The rules that a value and everything in it break, by path. Goes into every input by itself, so a nested one cannot
 * be forgotten; class-validator's own errors hold the whole input, and only the rules are taken from them.
 */
export function brokenRules(value: unknown, path: string): [string, string[]][] {
  if (Array.isArray(value)) return value.flatMap((item, i) => brokenRules(item, `${path}[${i}]`))
  if (!mayHaveRules(value)) return []
  const at = (member: string) => (path === '' ? member : `${path}.${member}`)
  const own = validateSync(value, { forbidUnknownValues: false }).map(
    ({ property, constraints }): [string, string[]] => [
      at(property),
      Object.values(constraints ?? {}).map((rule) => withoutName(rule, property)),
    ],
  )
  return [
    ...own.filter(([, rules]) => rules.length > 0),
    ...Object.entries(value).flatMap(([member, inner]) => brokenRules(inner, at(member))),
  ]
}

/** One decorator's validators; each must hold of the value, or with `each` of every item of a list. */
function validatorsOf({ propertyName, constraints, constraintCls, each, validateIf }: Metadata): Rule {
  const validators = getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => instance)
  const isList = (value: unknown): value is readonly unknown[] => each && Array.isArray(value)
  return (object) => {
    const value = (object as Members)[propertyName]
    if (validateIf && !validateIf(object, value)) return true
    const given: ValidationArguments = {
      targetName: object.constructor.name,
      property: propertyName,
      object,
      value,
      constraints,
    }
    return validators.every((validator) => {
      const holds = (item: unknown) => validator.validate(item, given) === true
      return isList(value) ? value.every(holds) : holds(value)
    })
  }
}

const CONDITIONS = ValidationTypes.CONDITIONAL_VALIDATION
const RULES: ReadonlySet<string> = new Set([ValidationTypes.CUSTOM_VALIDATION, ValidationTypes.IS_DEFINED])

/** The rules of one member: none counts where one of its conditions is not met, as where it is optional and absent. */
function memberRule(name: string, metadatas: readonly Metadata[]): Rule {
  const conditions = metadatas
    .filter(({ type }) => type === CONDITIONS)
    .map(({ constraints: [isMet] }) => isMet as (object: object, value: unknown) => boolean)
  const rules = metadatas.filter(({ type }) => RULES.has(type)).map(validatorsOf)
  return (object) =>
    !conditions.every((isMet) => isMet(object, (object as Members)[name])) || rules.every((rule) => rule(object))
}

/** The rules of a class as functions, from what its decorators declare. class-validator gathers them for each value anew. */
function compile(target: object['constructor']): readonly Rule[] {
  const storage = getMetadataStorage()
  const metadatas = storage.getTargetValidationMetadatas(target, '', false, false)
  // Left to class-validator.
  if (!metadatas.every(({ type }) => type === CONDITIONS || RULES.has(type))) return [() => false]
  return Object.entries(storage.groupByPropertyName(metadatas)).map(([name, own]) => memberRule(name, own))
}

const compiled = new WeakMap<object['constructor'], readonly Rule[]>()

function rulesOf(target: object['constructor']): readonly Rule[] {
  let rules = compiled.get(target)
  if (rules === undefined) compiled.set(target, (rules = compile(target)))
  return rules
}

/**
 * True where a value and everything in it hold to their rules. `brokenRules` says the same where it names none; it is
 * asked for the words only.
 */
export function holdsRules(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(holdsRules)
  if (!mayHaveRules(value)) return true
  if (!rulesOf(value.constructor).every((rule) => rule(value))) return false
  for (const name in value) if (!holdsRules((value as Members)[name])) return false
  return true
}
