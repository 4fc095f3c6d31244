import { defineConfig } from 'vite'

// For `npm run pack`: one file that needs zod alone.
export default defineConfig({
  build: {
    ssr: 'src/client.ts',
    target: 'es2022',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'client.js' } },
  },
  ssr: { noExternal: true, external: ['zod'] },
})
