/**
 * Import it first. Without a listener Node.js opens its debugger when any process of the same user sends SIGUSR1, at a port
 * of this machine: whoever reaches that reads the memory, keys and personal data included. `--inspect` opens it still.
 */
process.on('SIGUSR1', () => undefined)
