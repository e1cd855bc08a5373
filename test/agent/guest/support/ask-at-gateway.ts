/** What an agent does that was started with certificates: `<url> <gateway>`; prints an answer, or why there is none. */
import { text } from 'node:stream/consumers';
import { enrolOnce } from '#agent/credentials/enrol.ts';
import { ask } from '#agent/guest/ask.ts';
import { reasonOf } from '#agent/guest/errors.ts';

const [, , url = '', gateway = ''] = process.argv;
const { signal } = new AbortController();
const way = { gateway, authorities: null };
const said: string[] = [];
const note = (what: string, saying: Promise<string>) =>
  saying.catch(error => `no: ${reasonOf(error)}`).then(words => said.push(`${what} ${words}`));

await note('get', ask(url, { headers: {}, way, signal }).then(text));
const body = new Uint8Array([104, 105]);
await note('put', ask(url, { method: 'PUT', headers: {}, body, way, signal }).then(text));
const enrolment = { enrolUrl: url, token: 't', publicKey: 'U', way, signal };
await note(
  'enrol',
  enrolOnce(enrolment).then(({ id }) => id),
);
process.stdout.write(JSON.stringify(said));
process.exit();
