/** The paths of the graph, which are one endpoint: many clients add the slash, and some proxies do. */
export const PATHS: readonly string[] = ['/graphql', '/graphql/']
