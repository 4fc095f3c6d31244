import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { z } from 'zod'
import { loadStatus } from '#data/session.ts'
import { Frame } from './frame.tsx'
import { detour } from './gate.ts'
import { PageError } from './page-error.tsx'
import { PageMissing } from './page-missing.tsx'

const RootSearch = z.object({ to: z.string().optional().catch(undefined), sso: z.string().optional().catch(undefined) })

const rootRoute = createRootRouteWithContext<{ readonly client: QueryClient }>()({
  component: Frame,
  notFoundComponent: PageMissing,
  errorComponent: PageError,
  beforeLoad: async ({ context, location, search: { to: wanted } }) => {
    const { pathname, href } = location
    const to = detour(await loadStatus(context.client), { pathname, href, wanted }, window.location.origin)
    if (to !== null) redirect({ href: to, replace: true, throw: true })
  },
  validateSearch: RootSearch,
})

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

// A search such as 2026 comes out of the address as a number.
const typed = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const LibrarySearch = z.object({
  trash: z.boolean().optional().catch(undefined),
  /** Its id. */
  album: z.uuid().optional().catch(undefined),
  q: typed.optional().catch(undefined),
  sort: z.literal('rank').optional().catch(undefined),
  /** The day that the list begins with. */
  at: z.iso.date().optional().catch(undefined),
})
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
const albums = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library/albums',
  component: lazyRouteComponent(() => import('#screens/library/albums-screen.tsx'), 'AlbumsScreen'),
})

const tags = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library/tags',
  component: lazyRouteComponent(() => import('#screens/library/tags-screen.tsx'), 'TagsScreen'),
})

const sharedAlbums = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library/shared',
  component: lazyRouteComponent(() => import('#screens/people/shared-screen.tsx'), 'SharedScreen'),
})
const sharedAlbum = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library/shared/$albumId',
  validateSearch: z.object({
    /** The one that is looked at. */
    picture: z.uuid().optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('#screens/people/shared-album-screen.tsx'), 'SharedAlbumScreen'),
})

const shares = createRoute({
  getParentRoute: () => rootRoute,
  path: '/shares',
  component: lazyRouteComponent(() => import('#screens/shares/shares-screen.tsx'), 'SharesScreen'),
})

const prompts = createRoute({
  getParentRoute: () => rootRoute,
  path: '/prompts',
  component: lazyRouteComponent(() => import('#screens/prompts/prompts-screen.tsx'), 'PromptsScreen'),
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
    path: '/groups',
    component: lazyRouteComponent(() => import('#screens/admin/groups.tsx'), 'AdminGroups'),
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

const outside = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/sign-in',
    component: lazyRouteComponent(() => import('#screens/sign-in/sign-in-screen.tsx'), 'SignInScreen'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/sign-up',
    component: lazyRouteComponent(() => import('#screens/sign-in/sign-up-screen.tsx'), 'SignUpScreen'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/setup',
    component: lazyRouteComponent(() => import('#screens/sign-in/set-up-screen.tsx'), 'SetUpScreen'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/forgot-password',
    component: lazyRouteComponent(() => import('#screens/sign-in/forgot-screen.tsx'), 'ForgotScreen'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/reset-password',
    component: lazyRouteComponent(() => import('#screens/sign-in/reset-screen.tsx'), 'ResetScreen'),
  }),
] as const

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('#screens/account/account-screen.tsx'), 'AccountScreen'),
})
const settingsParts = [
  createRoute({
    getParentRoute: () => settings,
    path: '/account',
    component: lazyRouteComponent(() => import('#screens/account/account-part.tsx'), 'AccountPart'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/keys',
    component: lazyRouteComponent(() => import('#screens/account/keys-part.tsx'), 'KeysPart'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/webhooks',
    component: lazyRouteComponent(() => import('#screens/account/webhooks-part.tsx'), 'WebhooksPart'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/data',
    component: lazyRouteComponent(() => import('#screens/account/data-part.tsx'), 'DataPart'),
  }),
] as const

/** @param client holds what has been loaded, also of who is here */
export const createPages = (client: QueryClient) =>
  createRouter({
    context: { client },
    routeTree: rootRoute.addChildren([
      studio.addChildren([studioHome, studioPicture]),
      library.addChildren([libraryPicture]),
      albums,
      tags,
      sharedAlbums,
      sharedAlbum,
      shares,
      prompts,
      engines,
      admin.addChildren(adminParts),
      settings.addChildren(settingsParts),
      ...outside,
    ]),
    defaultPreload: 'intent',
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>
  }
}
