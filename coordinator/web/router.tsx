/** Every address of the app and what it shows. Pages are loaded when they are opened, their data at the same time. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import * as z from 'zod';
import { type RunFilter, runFilter } from '#shared/run-filter.ts';
import { type AuditAsked, auditFilterFrom, auditQuery } from './audit/audit-query.ts';
import { credentialsQuery } from './credentials/credentials-query.ts';
import { Frame } from './frame/frame.tsx';
import { mergingQuery } from './live/merging-query.ts';
import {
  attemptsQuery,
  jobQuery,
  jobTestsQuery,
  runQuery,
  runsQuery,
  runTestsQuery,
  type TestFilter,
} from './live/queries.ts';
import { AbsentView, ProblemView } from './parts/problem-view.tsx';
import { type QueueFilter, queueFilterFrom, queueQuery } from './queue/queue-query.ts';

const attemptSearch = z.object({ attempt: z.coerce.number().int().positive() });

const writeSearch = (search: Record<string, unknown>): string => {
  const query = new URLSearchParams(
    Object.entries(search).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();
  return query && `?${query}`;
};

type Context = { queryClient: QueryClient };

const root = createRootRouteWithContext<Context>()({
  component: Frame,
  notFoundComponent: () => <AbsentView what="page" />,
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/',
  // What does not fit is not there: an address that somebody mistyped shows all runs.
  validateSearch: (search): RunFilter => runFilter.safeParse(search).data ?? {},
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(runsQuery(deps)),
  component: lazyRouteComponent(() => import('./routes/runs.tsx'), 'RunsPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  loader({ context: { queryClient }, params: { id } }) {
    void queryClient.prefetchQuery(runQuery(id));
    void queryClient.prefetchQuery(attemptsQuery(id));
    void queryClient.prefetchQuery(runTestsQuery(id));
  },
  component: lazyRouteComponent(() => import('./routes/run.tsx'), 'RunPage'),
});

const artifacts = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id/artifacts',
  component: lazyRouteComponent(() => import('./routes/artifacts.tsx'), 'ArtifactsPage'),
});

const job = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$id',
  validateSearch: (search): { attempt?: number } => attemptSearch.safeParse(search).data ?? {},
  loader({ context: { queryClient }, params: { id } }) {
    void queryClient.prefetchQuery(jobQuery(id));
    void queryClient.prefetchQuery(jobTestsQuery(id));
  },
  component: lazyRouteComponent(() => import('./routes/job.tsx'), 'JobPage'),
});

const testSearch = z.object({ image: z.string().optional(), branch: z.string().optional() });

const test = createRoute({
  getParentRoute: () => root,
  path: '/tests/$key',
  validateSearch: (search): TestFilter => testSearch.safeParse(search).data ?? {},
  component: lazyRouteComponent(() => import('./routes/test.tsx'), 'TestPage'),
});

const deliveries = createRoute({
  getParentRoute: () => root,
  path: '/deliveries',
  component: lazyRouteComponent(() => import('./routes/deliveries.tsx'), 'DeliveriesPage'),
});

const merging = createRoute({
  getParentRoute: () => root,
  path: '/merging',
  loader: ({ context }) => void context.queryClient.prefetchQuery(mergingQuery),
  component: lazyRouteComponent(() => import('./routes/merging.tsx'), 'MergingPage'),
});

const queue = createRoute({
  getParentRoute: () => root,
  path: '/queue',
  validateSearch: (search): QueueFilter => queueFilterFrom(search),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchQuery(queueQuery(deps)),
  component: lazyRouteComponent(() => import('./routes/queue.tsx'), 'QueuePage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./routes/settings.tsx'), 'SettingsPage'),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('./routes/people.tsx'), 'PeoplePage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: (search): AuditAsked => auditFilterFrom(search),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queryClient.prefetchInfiniteQuery(auditQuery(deps)),
  component: lazyRouteComponent(() => import('./routes/audit.tsx'), 'AuditPage'),
});

const credentials = createRoute({
  getParentRoute: () => root,
  path: '/credentials',
  loader: ({ context }) => void context.queryClient.prefetchQuery(credentialsQuery),
  component: lazyRouteComponent(() => import('./routes/credentials.tsx'), 'CredentialsPage'),
});

const secrets = createRoute({
  getParentRoute: () => root,
  path: '/secrets',
  component: lazyRouteComponent(() => import('./routes/secrets.tsx'), 'SecretsPage'),
});

const signInSearch = z.object({ to: z.string() });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  // Where the reader was: the coordinator looks at it before it leads there.
  validateSearch: (search): { to?: string } => signInSearch.safeParse(search).data ?? {},
  component: lazyRouteComponent(() => import('./routes/sign-in.tsx'), 'SignInPage'),
});

const routeTree = root.addChildren([
  runs,
  run,
  artifacts,
  job,
  test,
  queue,
  merging,
  deliveries,
  settings,
  people,
  secrets,
  credentials,
  audit,
  signIn,
]);

export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree,
    context: { queryClient },
    // Plain names and values, as people write them: a text of digits is a text.
    parseSearch: search => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: writeSearch,
    search: { strict: true },
    defaultPreload: 'intent',
    // Its own data is looked after by the queries; here only code is kept.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: ({ error }) => <ProblemView error={error} what="page" />,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
