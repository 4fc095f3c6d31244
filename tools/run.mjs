// The entry of every npm script. It must parse on very old Node.js versions, so that they get a sentence instead of a stack.
var major = Number(process.versions.node.split('.')[0])

if (major < 20) {
  console.error('Easel needs Node.js 20 or newer to set itself up; this is ' + process.versions.node + '.')
  process.exitCode = 1
} else {
  void import('./first-run/main.mjs').then(function (first) {
    return first.main(process.argv.slice(2))
  })
}
