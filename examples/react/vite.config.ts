import { defineConfig } from 'vite'

const { KYC_GRAPH_URL = 'http://127.0.0.1:4000' } = process.env

// The graph and its issuer answer at the origin of the page, as behind a bank's own proxy.
const proxy = { '/graphql': KYC_GRAPH_URL, '/oauth': KYC_GRAPH_URL }

export default defineConfig({
  server: { proxy },
  preview: { proxy },
  // One copy of each package that the client has as its peer.
  resolve: { dedupe: ['graphql'] },
})
