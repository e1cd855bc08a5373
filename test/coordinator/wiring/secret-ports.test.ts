/** What of the configuration and of what is kept reaches a job. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { RunSpecRows } from '#coordinator/queue/run-spec.ts';
import { noSecrets, runSpecFor } from '#coordinator/queue/run-spec.ts';
import { SecretsError } from '#coordinator/secrets/errors.ts';
import type { GivenSecrets } from '#coordinator/secrets/give-secrets.ts';
import type { Tx } from '#coordinator/store/store.ts';
import { createSecretPorts } from '#coordinator/wiring/secret-ports.ts';
import { imageOf, openLab } from '../support/brain-lab.ts';
import { leaseJob } from '../support/rows.ts';

const rowsOf = (isTrusted: boolean) =>
  ({
    attempt: { id: 'attempt', number: 1, times: { leasedAt: 0 } },
    job: {
      ...{
        id: 'job',
        isTrusted,
        image: 'linux',
        stage: 'suite',
        suite: 'unit',
        state: { kind: 'repeatable' },
      },
      definition: { steps: [], env: {}, deadlineMs: 1, artifacts: [], needs: [], source: 'none' },
    },
    run: { id: 'run', commit: 'c', ref: 'main', number: 1 },
    repository: { id: 'repo', fullName: 'acme/rocket' },
    machine: { hostId: 'host', manifest: imageOf('linux') },
  }) as unknown as RunSpecRows;

const ports = (configured: Record<string, string>, kept: GivenSecrets | Error | null) => {
  const errors: object[] = [];
  const config = { repositories: [{ name: 'acme/*', secrets: configured }] } as unknown as Parameters<
    typeof createSecretPorts
  >[0]['config'];
  const secrets = {
    areKept: async () => kept !== null,
    give: async () => {
      if (kept instanceof Error) throw kept;
      return kept ?? { variables: {}, files: {}, withheld: [] };
    },
  };
  const report = { error: (fields: object, message: string) => void errors.push({ ...fields, message }) };
  return { ...createSecretPorts({ config, secrets, report }), errors };
};
const tx = {} as Tx;

test('secrets of the configuration alone are given at once', async () => {
  const { atOnce } = ports({ A: 'one' }, null);
  expect(await atOnce(tx, rowsOf(true))).toEqual({ secrets: { A: 'one' }, secretFiles: {} });
  expect(await atOnce(tx, rowsOf(false))).toEqual(noSecrets);
});

test('what is kept is stronger, also where it is a file or is not for this machine', async () => {
  const kept = { variables: { A: 'kept' }, files: { B: 'file' }, withheld: ['C'] };
  const { atOnce, give } = ports({ A: '1', B: '2', C: '3', D: '4' }, kept);
  expect(await atOnce(tx, rowsOf(true))).toBeNull();
  expect(await give(rowsOf(true))).toEqual({ secrets: { A: 'kept', D: '4' }, secretFiles: { B: 'file' } });
});

test('those that cannot be opened are withheld by a code; the reason is for the log of the coordinator', async () => {
  const { give, errors } = ports(
    { A: '1' },
    new SecretsError('secret-key-missing', 'needs the root key 5f1d'),
  );
  expect(await give(rowsOf(true))).toEqual({ code: 'secret-key-missing', isPassing: false });
  expect(errors).toMatchObject([
    { code: 'secret-key-missing', message: 'no secrets: needs the root key 5f1d' },
  ]);
});

const values = fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.string());

test('no value of any kind is in what a machine is told of a job that is not trusted', () =>
  fc.assert(
    fc.asyncProperty(values, values, values, async (configured, variables, files) => {
      const { atOnce, give } = ports(configured, { variables, files, withheld: [] });
      const rows = rowsOf(false);
      for (const given of [await atOnce(tx, rows), await give(rows)]) expect(given).toEqual(noSecrets);
      // And whatever somebody hands to the one function that makes the order.
      const spec = runSpecFor(
        rows,
        { secrets: variables, secretFiles: files },
        {
          ...{ token: () => '', machineUrl: 'http://m', logLimitBytes: 1, jobUrl: () => '' },
          secrets: { atOnce, give, hadSecrets: async () => false },
        },
      );
      expect([spec.secrets, spec.secretFiles]).toEqual([{}, undefined]);
    }),
  ));

test.each([
  [true, { A: '1' }, true],
  [false, { A: '1' }, false],
  [true, {}, false],
])('an attempt (trusted: %s) had those of the configuration (%j): %s', async (isTrusted, configured, had) => {
  const lab = await openLab();
  onTestFinished(lab.close);
  const { attempt } = await leaseJob(lab, { isTrusted });
  expect(await ports(configured, null).hadSecrets(lab.store.read, attempt.id)).toBe(had);
});
