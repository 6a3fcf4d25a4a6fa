import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import './styles/base.css'
import { App } from './App'
import { queryClient } from './api/queries'
import { loadMessages, preferred, WordsProvider } from './i18n'
import { applyTheme } from './ui/theme'

applyTheme()
const language = preferred()
const messages = await loadMessages(language)
const root = document.getElementById('root')
if (!root) throw new Error('The page has no root.')

// The first words are painted before the work of a whole page begins. A window out of sight paints nothing.
await Promise.race([
  new Promise((painted) => requestAnimationFrame(() => setTimeout(painted))),
  new Promise((over) => setTimeout(over, 100)),
])

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <WordsProvider initial={language} messages={messages}>
        <BrowserRouter>
          <App />
        </BrowserRouter>
      </WordsProvider>
    </QueryClientProvider>
  </StrictMode>,
)
