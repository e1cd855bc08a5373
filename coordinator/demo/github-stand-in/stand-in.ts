/**
 * A small GitHub on loopback, for the demo and for tests: repositories, pull requests and statuses in memory, the REST
 * calls a CI makes, and the webhooks GitHub would send. It holds no git: clone URLs and shas come from the caller.
 */
import type { Links } from './account-json.ts';
import { answerApi } from './answer-api.ts';
import { listen } from './listener.ts';
import { bindVerbs, type Github } from './verbs.ts';
import { createWorld, endWorld } from './world.ts';

export type GithubStandIn = {
  /** The API's address, as a client is configured with it. */
  baseUrl: string;
  github: Github;
  close: () => Promise<void>;
};

/** Starts it on 127.0.0.1; every call must show `token`. Close it when done: nothing is kept. */
export async function startGithubStandIn(options: {
  token: string;
  port?: number;
  now?: () => number;
}): Promise<GithubStandIn> {
  const links: Links = { api: '', html: '' };
  const world = createWorld(links, options.now ?? Date.now);
  const { port, close } = await listen(
    async request => answerApi(world, options.token, request),
    options.port,
  );
  links.api = links.html = `http://127.0.0.1:${port}`;
  return {
    baseUrl: links.api,
    github: bindVerbs(world),
    close: async () => {
      await endWorld(world);
      await close();
    },
  };
}
