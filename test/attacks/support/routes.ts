/** Every route of the people's listener, as its own tree lists them: a new one is tried by itself. */
import type { FastifyInstance } from 'fastify';

export type Route = { method: string; path: string };

export function routesOf(app: FastifyInstance): Route[] {
  const path: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap(line => {
      const [, depth = '', part = '', methods = ''] =
        /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
      path.splice(depth.length / 4, Number.POSITIVE_INFINITY, part);
      const whole = path.join('').replaceAll('//', '/');
      return methods
        .split(', ')
        .filter(Boolean)
        .map(method => ({ method, path: whole }));
    });
}
