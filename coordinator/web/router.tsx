/** Every address of the app and what it shows. Pages are loaded when they are opened, their data at the same time. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { Frame } from './frame/frame.tsx';
import { jobQuery, runQuery } from './live/queries.ts';

type Context = { queryClient: QueryClient };

const root = createRootRouteWithContext<Context>()({ component: Frame });

const runs = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./routes/runs.tsx'), 'RunsPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(runQuery(params.id)),
  component: lazyRouteComponent(() => import('./routes/run.tsx'), 'RunPage'),
});

const job = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$id',
  validateSearch: ({ attempt }: Record<string, unknown>): { attempt?: number } =>
    typeof attempt === 'number' && attempt > 0 ? { attempt } : {},
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(jobQuery(params.id)),
  component: lazyRouteComponent(() => import('./routes/job.tsx'), 'JobPage'),
});

const deliveries = createRoute({
  getParentRoute: () => root,
  path: '/deliveries',
  component: lazyRouteComponent(() => import('./routes/deliveries.tsx'), 'DeliveriesPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./routes/settings.tsx'), 'SettingsPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./routes/sign-in.tsx'), 'SignInPage'),
});

const routeTree = root.addChildren([runs, run, job, deliveries, settings, signIn]);

export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({ routeTree, context: { queryClient }, defaultPreload: 'intent' });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
