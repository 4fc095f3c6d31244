import { defineConfig } from 'oxlint'
import { importOverrides, testFiles } from './tools/lint/import-rules.ts'

const anyTestFiles = [...testFiles, 'test/**', 'bench/**', 'tools/**']

export default defineConfig({
  plugins: ['eslint', 'typescript', 'import', 'node', 'unicorn', 'oxc'],
  jsPlugins: ['./tools/lint/easel-plugin.mjs'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error' },
  ignorePatterns: ['**/dist/**', '**/__fixtures__/**', '**/fixtures/**', '.cache/**', 'data/**'],
  env: { builtin: true },
  rules: {
    // Structure
    'import/no-cycle': 'error',
    'import/no-self-import': 'error',
    'import/no-default-export': 'error',
    'typescript/consistent-type-imports': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'easel/no-plain-error': 'error',
    'node/no-process-env': 'error',
    // Budgets
    'max-lines': ['error', { max: 400, skipBlankLines: true }],
    'max-lines-per-function': ['error', { max: 80, skipBlankLines: true }],
    'max-params': ['error', { max: 3 }],
    // Types that hold
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
    'typescript/ban-ts-comment': 'error',
    // Promises
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    // Our objects are closures: their methods have no `this` to lose.
    'typescript/unbound-method': 'off',
    // Reading bytes of images is about control characters.
    'no-control-regex': 'off',
    // Plainness
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-empty': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-param-reassign': 'error',
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
  },
  overrides: [
    { files: ['packages/server/src/**'], rules: { 'no-console': 'error' } },
    { files: ['packages/server/src/bin/**', 'packages/cli/**'], rules: { 'no-console': 'off' } },
    { files: ['packages/server/src/config/**'], rules: { 'node/no-process-env': 'off' } },
    { files: ['packages/server/src/base/**'], rules: { 'easel/no-plain-error': 'off' } },
    {
      files: ['packages/web/src/**'],
      plugins: ['react', 'jsx-a11y'],
      rules: {
        'react/rules-of-hooks': 'error',
        'react/exhaustive-deps': 'error',
        // Hints for a compiler that we do not use.
        'react/incompatible-library': 'off',
        'react/set-state-in-effect': 'off',
        // A virtual grid has no table elements to prefer.
        'jsx-a11y/prefer-tag-over-role': 'off',
      },
    },
    // A describe block and a tree of elements are lists, not procedures.
    { files: ['**/*.tsx', ...anyTestFiles], rules: { 'max-lines-per-function': 'off' } },
    {
      files: anyTestFiles,
      plugins: ['vitest'],
      rules: {
        'max-lines': ['error', { max: 600, skipBlankLines: true }],
        // The rows of a table of cases.
        'max-params': 'off',
        'easel/no-plain-error': 'off',
        'node/no-process-env': 'off',
        'vitest/no-focused-tests': 'error',
        'vitest/no-disabled-tests': 'error',
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        // Contract suites and property tests assert in functions of their own, under conditions that the case decides.
        'vitest/expect-expect': 'off',
        // After each test the page is asked for faults that no test looked for.
        'vitest/no-standalone-expect': 'off',
        'vitest/no-conditional-expect': 'off',
        'vitest/no-conditional-tests': 'off',
        'vitest/valid-title': 'off',
        'vitest/require-to-throw-message': 'off',
      },
    },
    { files: ['*.config.ts', 'packages/*/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    { files: ['tools/run.mjs', 'packages/web/public/**'], rules: { 'no-var': 'off' } },
    ...importOverrides(),
  ],
})
