import optimizeLocales from '@react-aria/optimize-locales-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { isOwn, isPackage } from './scripts/chunks'
import { first } from './scripts/first'
import { offline } from './scripts/offline'
import { words } from './scripts/words'

// Where `npm run dev` finds the API: a local stack, started beside it.
const api = process.env.MILLRACE_API ?? 'http://127.0.0.1:8000'

export default defineConfig({
  // The component library brings its own words in thirty languages; the page speaks four.
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'de-DE', 'es-ES', 'fr-FR'] }), enforce: 'pre' },
    words(),
    first(),
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
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'packages', test: isPackage },
            { name: 'own', test: isOwn },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node' },
})
