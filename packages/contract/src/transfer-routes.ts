// Taking a library out and bringing one in.
import type { Route } from './route.ts'

export const transferRoutes = {} as const satisfies Record<string, Route>
