import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = 'http://127.0.0.1:8080'

// The page is served under a strict content security policy, so nothing may be put inline: no script, no style, no preload helper.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // The server asks the manifest what the files of a shared page are called.
    manifest: true,
    rolldownOptions: { input: ['index.html', 'share/share.ts'] },
  },
  server: {
    port: 5173,
    proxy: { '/api': server, '/healthz': server, '/readyz': server },
  },
})
