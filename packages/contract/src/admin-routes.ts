// What administrators do.
import type { Route } from './route.ts'

export const adminRoutes = {} as const satisfies Record<string, Route>
