import './theme/styles.ts';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './live/query-client.ts';
import { createAppRouter } from './router.tsx';
import { styleNonce } from './theme/style-nonce.ts';
import { colorSchemeManager, cssVariablesResolver, theme } from './theme/theme.ts';

const place = document.querySelector('#app');
if (!place) throw new Error('the page has no place for the app');

const queryClient = createQueryClient();
const router = createAppRouter(queryClient);

createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
