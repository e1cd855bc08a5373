/** What `paddock github setup --json` prints: the App that was made, and where its secrets lie; never the secrets. */
import * as z from 'zod';
import { finding } from './diagnosis.ts';

export const createdApp = z.object({
  id: z.number().int(),
  slug: z.string(),
  name: z.string(),
  /** The account that it belongs to. */
  owner: z.string(),
  /** Pages on GitHub: of the App itself, and where it is installed. */
  pageUrl: z.string(),
  installUrl: z.string(),
  /** Absolute paths. */
  privateKeyFile: z.string(),
  /** Null: it has no webhook. */
  webhookSecretFile: z.string().nullable(),
  /** By it people sign in. */
  clientSecretFile: z.string(),
  /** What belongs into `paddock.yaml`. */
  configuration: z.string(),
});
export type CreatedApp = z.infer<typeof createdApp>;

/** With what GitHub says of it once it is installed; empty when nobody waited for that. */
export const githubSetUp = createdApp.extend({ findings: z.array(finding) });

/** What `paddock github rotate-secret --json` prints. */
export const secretRotation = z.object({
  /** `second-made`: the coordinator has to learn of it. `told`: GitHub signs with it now, and the old one is not needed. */
  step: z.enum(['second-made', 'told']),
  /** The file of the new secret; null: it comes from the environment. */
  file: z.string().nullable(),
  /** What `github.webhook-secrets` has to be now, and whether that was written into the configuration. */
  configuration: z.string(),
  isWritten: z.boolean(),
});
export type SecretRotation = z.infer<typeof secretRotation>;
