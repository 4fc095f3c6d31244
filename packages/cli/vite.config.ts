import { defineConfig } from 'vite'

// For `npm run pack`: everything but the server, which is not installed where only its clients are.
export default defineConfig({
  build: {
    ssr: 'src/easel.ts',
    target: 'node20',
    minify: false,
    rolldownOptions: {
      external: [/^@easel\/server\/(?:serve|doctor|command)$/],
      output: { entryFileNames: 'easel.js', chunkFileNames: 'parts/[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true },
})
