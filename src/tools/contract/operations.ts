import { below, follow, isNode, listAt, type Located, type Node, nodeAt } from './document.js'

/** A parameter of an operation, or a header of an answer. */
export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'header' | 'path'
  readonly isRequired: boolean
  readonly isArray: boolean
  /** True when an array repeats the name; false when it is one text with commas. */
  readonly isExploded: boolean
  readonly schema: string | undefined
}

/** The pointer of the schema of each media type; undefined where it has none. */
export type Content = ReadonlyMap<string, string | undefined>

export interface DocumentedAnswer {
  readonly content: Content
  readonly headers: readonly Parameter[]
}

export interface Operation {
  readonly method: string
  readonly template: string
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** True where the caller chooses names of the query. */
  readonly hasOpenQuery: boolean
  readonly body: { readonly isRequired: boolean; readonly content: Content } | undefined
  /** By status, such as `200`, `4XX` or `default`. */
  readonly answers: ReadonlyMap<string, DocumentedAnswer>
}

/** An operation and the values of its path parameters. */
export interface Match {
  readonly operation: Operation
  readonly values: Readonly<Record<string, string>>
}

export interface Specification {
  readonly title: string
  readonly operations: readonly Operation[]
  /** The paths beneath which the operations may be. */
  readonly bases: readonly string[]
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete', 'head', 'options']

/** Headers that OpenAPI leaves to other parts of the document. */
const IGNORED_HEADERS = ['accept', 'content-type', 'authorization']

class DocumentReader {
  constructor(private readonly document: Node) {}

  member({ node, pointer }: Located, name: string): Located {
    return follow(this.document, { node: nodeAt(node, name), pointer: below(pointer, name) })
  }

  members(parent: Located): readonly (readonly [name: string, Located])[] {
    return Object.keys(parent.node).map((name) => [name, this.member(parent, name)] as const)
  }

  content(parent: Located): Content {
    const content = this.members(this.member(parent, 'content'))
    return new Map(
      content.map(([type, media]) => [
        type.toLowerCase(),
        media.node['schema'] === undefined ? undefined : below(media.pointer, 'schema'),
      ]),
    )
  }

  parameter(name: string, place: string, located: Located): Parameter | undefined {
    if (place !== 'query' && place !== 'header' && place !== 'path') return undefined
    if (place === 'header' && IGNORED_HEADERS.includes(name.toLowerCase())) return undefined
    const { node, pointer } = located
    const hasSchema = isNode(node['schema'])
    const schema = hasSchema ? this.member(located, 'schema') : undefined
    const types = [schema?.node['type']].flat()
    const isForm = (node['style'] ?? (place === 'query' ? 'form' : 'simple')) === 'form'
    return {
      name: place === 'header' ? name.toLowerCase() : name,
      in: place,
      isRequired: node['required'] === true,
      isArray: types.includes('array'),
      isExploded: node['explode'] === undefined ? isForm : node['explode'] === true,
      schema: hasSchema ? below(pointer, 'schema') : undefined,
    }
  }

  /** The parameters of an operation; they replace those of its path. */
  parameters(...parents: readonly Located[]): readonly Parameter[] {
    const found = new Map<string, Parameter>()
    for (const { node, pointer } of parents)
      listAt(node, 'parameters').forEach((item, i) => {
        const located = follow(this.document, {
          node: isNode(item) ? item : {},
          pointer: below(pointer, 'parameters', String(i)),
        })
        const parameter = this.parameter(String(located.node['name']), String(located.node['in']), located)
        if (parameter) found.set(`${parameter.in} ${parameter.name}`, parameter)
      })
    return [...found.values()]
  }

  answer(located: Located): DocumentedAnswer {
    return {
      content: this.content(located),
      headers: this.members(this.member(located, 'headers')).flatMap(
        ([name, header]) => this.parameter(name, 'header', header) ?? [],
      ),
    }
  }

  operation(template: string, method: string, path: Located, located: Located): Operation {
    const body = this.member(located, 'requestBody')
    return {
      method: method.toUpperCase(),
      template,
      name: `${method.toUpperCase()} ${template}`,
      parameters: this.parameters(path, located),
      hasOpenQuery: located.node['x-open-query'] === true,
      body:
        located.node['requestBody'] === undefined
          ? undefined
          : { isRequired: body.node['required'] === true, content: this.content(body) },
      answers: new Map(
        this.members(this.member(located, 'responses')).map(([status, answer]) => [
          status.toUpperCase() === 'DEFAULT' ? 'default' : status.toUpperCase(),
          this.answer(answer),
        ]),
      ),
    }
  }
}

/** The paths beneath which the operations may be: those of the servers, and the root. */
function basePaths(document: Node): readonly string[] {
  const paths = listAt(document, 'servers').flatMap((server) => {
    if (!isNode(server) || typeof server['url'] !== 'string') return []
    const variables = nodeAt(server, 'variables')
    const url = server['url'].replace(/\{([^}]+)\}/g, (_text, name: string) => {
      const { default: value } = nodeAt(variables, name)
      return typeof value === 'string' ? value : ''
    })
    return URL.canParse(url, 'http://relative') ? [new URL(url, 'http://relative').pathname.replace(/\/+$/, '')] : []
  })
  return [...new Set([...paths, ''])]
}

/** The operations of a document. */
export function readSpecification(document: Node): Specification {
  const reader = new DocumentReader(document)
  const root = { node: document, pointer: '' }
  const operations = reader
    .members(reader.member(root, 'paths'))
    .flatMap(([template, path]) =>
      METHODS.filter((method) => isNode(path.node[method])).map((method) =>
        reader.operation(template, method, path, reader.member(path, method)),
      ),
    )
  const info = nodeAt(document, 'info')
  return { title: `${String(info['title'])} ${String(info['version'])}`, operations, bases: basePaths(document) }
}
