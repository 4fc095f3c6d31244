/**
 * What the built-in rules cannot say. Plain JavaScript, because the linter loads it itself.
 * @typedef {{ callee: { type: string, name?: string } }} NewExpression
 * @typedef {{ report(problem: { node: NewExpression, message: string }): void }} Context
 */

const noPlainError = {
  /** @param {Context} context */
  create(context) {
    return {
      /** @param {NewExpression} node */
      NewExpression(node) {
        if (node.callee.type !== 'Identifier' || node.callee.name !== 'Error') return
        context.report({
          node,
          message: 'Use an error with a code or a kind (see base/errors.ts) instead of a plain Error.',
        })
      },
    }
  },
}

// The linter asks for a default export.
// oxlint-disable-next-line import/no-default-export -- plugins are loaded by it
export default { meta: { name: 'easel' }, rules: { 'no-plain-error': noPlainError } }
