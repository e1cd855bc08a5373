/**
 * A root key that nobody gives out: a program of the administrator's asks the service that has it (a KMS, an HSM, Vault) to
 * wrap and unwrap data keys. One JSON object on standard input, one on standard output; docs/secrets.md has it for people.
 *
 *   {"v":1,"do":"identify"}                                        → {"root":"…"}      which one wraps now
 *   {"v":1,"do":"wrap","key":"<base64>","bound":{…}}               → {"root":"…","wrapped":"…"}
 *   {"v":1,"do":"unwrap","root":"…","wrapped":"…","bound":{…}}     → {"key":"<base64>"}
 *
 * `bound` is what the key is for; a service that can authenticate a context should be given it.
 */
import * as z from 'zod';
import { limits } from '#shared/limits.ts';
import { type Bound, keyBytes } from './envelope.ts';
import { SecretsError } from './errors.ts';
import type { RootKeys } from './root-keys.ts';
import { type KeySurroundings, runKeyCommand } from './run-key-command.ts';

const root = z.string().min(1).max(limits.rootNameChars);
const identified = z.object({ root });
const wrapped = z.object({ root, wrapped: z.string().min(1).max(8_192) });
const unwrapped = z.object({ key: z.base64() });

/** Before the names of a service's keys: no fingerprint of a key that is here begins so. */
const ours = 'service:';

export function keyService(command: readonly string[], surroundings: KeySurroundings): RootKeys {
  const [program = ''] = command;
  async function ask<Schema extends z.ZodType>(question: object, schema: Schema): Promise<z.output<Schema>> {
    const text = await runKeyCommand(command, JSON.stringify({ v: 1, ...question }), surroundings);
    const answer = schema.safeParse(parseJson(text));
    if (answer.success) return answer.data;
    throw notUnderstood(program, z.prettifyError(answer.error));
  }
  return {
    source: `the key service behind ${program}`,
    current: async () => ours + (await ask({ do: 'identify' }, identified)).root,
    // Whether it still opens what one of its keys has wrapped is the service's to say.
    has: async name => name.startsWith(ours),
    async wrap(dataKey, bound) {
      const question = { do: 'wrap', key: dataKey.toString('base64'), bound: plain(bound) };
      const answer = await ask(question, wrapped);
      return { ...answer, root: ours + answer.root };
    },
    async unwrap(envelope, bound) {
      const question = {
        ...{ do: 'unwrap', root: envelope.root.slice(ours.length), wrapped: envelope.wrapped },
        bound: plain(bound),
      };
      const { key } = await ask(question, unwrapped);
      const bytes = Buffer.from(key, 'base64');
      if (bytes.length === keyBytes) return bytes;
      throw notUnderstood(program, `a key of ${bytes.length} bytes in place of ${keyBytes}`);
    },
  };
}

const plain = ({ scope, stage, name, version }: Bound) => ({ repository: scope, stage, name, version });

const notUnderstood = (program: string, why: string) =>
  new SecretsError(
    'secret-key-unavailable',
    `the key command ${program} gave an answer that is not understood: ${why}`,
  );

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
