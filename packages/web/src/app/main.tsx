import '#data/zod-without-eval.ts'
import '@fontsource-variable/inter/index.css'
import './mantine.css'
import './tokens.css'
import './base.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from '#data/query-client.ts'
import classes from './notifications.module.css'
import { createPages } from './router.tsx'
import { theme } from './theme.ts'

const root = document.querySelector('#root')
const client = createQueryClient()
const router = createPages(client)
// The same name as in public/theme.js, which sets the scheme before the first paint.
const colorScheme = localStorageColorSchemeManager({ key: 'easel-color-scheme' })

if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        colorSchemeManager={colorScheme}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
          <Notifications
            position="bottom-center"
            limit={3}
            classNames={{ root: classes['root'], notification: classes['toast'] }}
          />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
