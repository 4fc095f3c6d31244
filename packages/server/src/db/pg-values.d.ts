// What node-postgres writes values with. The package has it, its types leave it out.
declare module 'pg/lib/utils.js' {
  const utils: { prepareValue(this: void, value: unknown): string | Buffer | null }
  export default utils
}
