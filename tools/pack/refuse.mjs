// Called by `npm pack` in a workspace: what lies there is TypeScript, which Node.js does not run inside node_modules.
console.error(
  'What is installed elsewhere is JavaScript, which this folder does not hold. Run in the root: npm run pack',
)
process.exitCode = 1
