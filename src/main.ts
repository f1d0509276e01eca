import module from 'node:module'
import { fileURLToPath } from 'node:url'
import './lifecycle/no-debugger.js'

/** Node 22 and later keep the code that V8 makes. */
const { enableCompileCache } = module as typeof module & { readonly enableCompileCache?: (folder: string) => unknown }

// Beside the compiled server: another user who could write there could replace the server itself.
// `NODE_COMPILE_CACHE` names another folder.
if (!import.meta.url.endsWith('.ts')) enableCompileCache?.(fileURLToPath(new URL('../compile-cache', import.meta.url)))
await import('./lifecycle/program.js')
