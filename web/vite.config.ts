import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { offline } from './scripts/offline'

// Where `npm run dev` finds the API: a local stack, started beside it.
const api = process.env.MILLRACE_API ?? 'http://127.0.0.1:8000'

export default defineConfig({
  // The component library brings its own words in thirty languages; the page speaks four.
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'de-DE', 'es-ES', 'fr-FR'] }), enforce: 'pre' },
    offline(),
  ],
  server: { port: 5173, strictPort: true, proxy: { '/api': api } },
  // Inlined files would be data: addresses, which the page's content policy has no need to allow.
  // Older browsers would need every colour twice: light-dark() is in all of them since May 2024.
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      output: {
        // What the first page and later ones both take, in one piece: each further file is compressed for itself.
        advancedChunks: {
          groups: [
            { name: 'choosing', test: /src\/(upload\/(reading|choose|checks)|pages\/drop\/Choosers)\.tsx?$/ },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node' },
})
