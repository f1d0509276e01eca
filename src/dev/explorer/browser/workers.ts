/** The workers that have a language of their own; all other work is done by the worker of the editor. */
const LANGUAGES: readonly string[] = ['json', 'graphql']

// Monaco, the editor of GraphiQL, asks the page for its workers by this global.
Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_id: string, label: string) =>
      new Worker(`/explorer/${LANGUAGES.includes(label) ? label : 'editor'}.worker.js`, { type: 'module' }),
  },
})
