import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { z } from 'zod'
import { PageError } from './page-error.tsx'
import { PageMissing } from './page-missing.tsx'
import { Shell } from './shell.tsx'

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: PageMissing, errorComponent: PageError })

const studio = createRoute({
  getParentRoute: () => rootRoute,
  id: 'studio',
  component: lazyRouteComponent(() => import('#screens/studio/studio-screen.tsx'), 'StudioScreen'),
})
const studioHome = createRoute({ getParentRoute: () => studio, path: '/' })
const studioPicture = createRoute({
  getParentRoute: () => studio,
  path: '/picture/$imageId',
  component: lazyRouteComponent(() => import('#screens/studio/studio-picture.tsx'), 'StudioPicture'),
})

const LibrarySearch = z.object({ trash: z.boolean().optional().catch(undefined) })
const library = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library',
  validateSearch: LibrarySearch,
  component: lazyRouteComponent(() => import('#screens/library/library-screen.tsx'), 'LibraryScreen'),
})
const libraryPicture = createRoute({
  getParentRoute: () => library,
  path: '/$imageId',
  component: lazyRouteComponent(() => import('#screens/library/library-picture.tsx'), 'LibraryPicture'),
})

const engines = createRoute({
  getParentRoute: () => rootRoute,
  path: '/engines',
  component: lazyRouteComponent(() => import('#screens/connections/connections-screen.tsx'), 'ConnectionsScreen'),
})

const admin = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin',
  component: lazyRouteComponent(() => import('#screens/admin/admin-screen.tsx'), 'AdminScreen'),
})
const adminParts = [
  createRoute({
    getParentRoute: () => admin,
    path: '/',
    component: lazyRouteComponent(() => import('#screens/admin/overview.tsx'), 'AdminOverview'),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: '/people',
    component: lazyRouteComponent(() => import('#screens/admin/people.tsx'), 'AdminPeople'),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: '/invitations',
    component: lazyRouteComponent(() => import('#screens/admin/invitations.tsx'), 'AdminInvitations'),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: '/rules',
    component: lazyRouteComponent(() => import('#screens/admin/rules.tsx'), 'AdminRules'),
  }),
  createRoute({
    getParentRoute: () => admin,
    path: '/log',
    component: lazyRouteComponent(() => import('#screens/admin/security-log.tsx'), 'AdminSecurityLog'),
  }),
] as const

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    studio.addChildren([studioHome, studioPicture]),
    library.addChildren([libraryPicture]),
    engines,
    admin.addChildren(adminParts),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
