import { config } from 'zod'

// zod compiles its parsers with `new Function` where it may. Our content security policy forbids that, and even the attempt is
// reported as a violation; so it is told not to try. Must be imported before any schema is made.
config({ jitless: true })
