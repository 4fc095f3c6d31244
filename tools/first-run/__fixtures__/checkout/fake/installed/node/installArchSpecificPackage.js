// Makes a runtime that answers with its version, and otherwise is the Node.js that runs this.
const { chmodSync, mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const file = join(__dirname, 'bin', 'node')
mkdirSync(join(__dirname, 'bin'), { recursive: true })
writeFileSync(file, `#!/bin/sh\nif [ "$1" = --version ]; then echo v24.21.0; else exec "${process.execPath}" "$@"; fi\n`)
chmodSync(file, 0o755)
