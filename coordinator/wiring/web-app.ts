import { bundleWeb } from '../build/bundle-web.ts';
import type { PeopleParts } from '../http/parts.ts';
import { loadWebApp, type WebApp } from '../http/web-app.ts';

/** The web app, built where it is stale and loaded when it is first asked for. What failed is tried again by the next. */
export function createWebApp(): PeopleParts['web'] {
  let loading: Promise<WebApp> | null = null;
  return () => {
    loading ??= load().catch(error => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

async function load(): Promise<WebApp> {
  const { folder } = await bundleWeb();
  return loadWebApp(folder);
}
