/** What Paddock writes at the forge, apart from what it says there. */

import * as z from 'zod';
import { shortCommit } from './short-commit.ts';

export const forgeWriteKind = z.enum(['status', 'check', 'comment', 'reaction']);
export type ForgeWriteKind = z.infer<typeof forgeWriteKind>;

/** What a write is about, for people: a commit, a pull request, somebody's comment. */
export function subjectText(kind: ForgeWriteKind, subject: string): string {
  switch (kind) {
    case 'status':
    case 'check':
      return shortCommit(subject);
    case 'comment':
      return `#${subject}`;
    case 'reaction':
      return `comment ${subject}`;
  }
}
