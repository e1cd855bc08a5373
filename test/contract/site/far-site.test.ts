/** A site elsewhere under each shell, without a server of ssh in between; `ssh-site.test.ts` has that. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { openFarSite } from '#agent/proxy/far-site.ts';
import { type FarTools, farTools, findShell } from './far-shells.ts';
import { shellLink } from './shell-link.ts';
import { openSiteBench } from './site-bench.ts';
import { describeSite } from './site-contract.ts';

describe.each(['dash', 'busybox', 'mksh'])('%s', name => {
  let tools: FarTools;
  let program: string | null;
  beforeAll(async () => {
    program = await findShell(name);
    if (program) tools = await farTools(program);
  });
  beforeEach(context => {
    if (!program) context.skip(`needs the shell ${name}`);
  });
  afterAll(() => tools?.remove());

  describeSite(`under ${name}`, () =>
    openSiteBench({
      path: tools.path,
      open: (start, home) => {
        const { shell, path } = tools;
        return openFarSite(start, { link: shellLink(name, path), shell, directory: join(home, 'there') });
      },
    }),
  );
});
