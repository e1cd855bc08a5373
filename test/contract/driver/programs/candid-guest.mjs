// A guest that writes down what it was given: argv and environment.
import { writeFileSync } from 'node:fs';

writeFileSync(
  `${process.env.PADDOCK_WORK}/given.json`,
  JSON.stringify({ argv: process.argv, env: process.env }),
);
process.on('SIGTERM', () => process.exit(0));
process.stderr.write('guest is up\n');
setInterval(() => undefined, 60_000);
