/** The badge of a branch: its address, its words, and the line of Markdown that shows it in a README. */
import * as z from 'zod';
import { limits } from './limits.ts';

/** `errored`: what broke was not the commit's. `no runs`: nothing has landed there, or it is not for everybody to see. */
export const badgeWord = z.enum(['passing', 'failing', 'errored', 'running', 'no runs']);
export type BadgeWord = z.infer<typeof badgeWord>;

const name = z.string().min(1).max(limits.filterChars);

/** What it is of: the branch (else the default one), all of it or one image, one suite. */
export const badgeSubject = z.object({
  branch: name.optional(),
  image: name.optional(),
  suite: name.optional(),
});
export type BadgeSubject = z.infer<typeof badgeSubject>;

/** What it says on its left: the narrowest that was asked for. */
export const badgeLabel = ({ image, suite }: BadgeSubject): string =>
  [image, suite].filter(Boolean).join(' ') || 'paddock';

/** `encodeURIComponent` leaves what ends an address in Markdown and HTML. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const queryOf = (parts: Readonly<Record<string, string | undefined>>): string => {
  const known = Object.entries(parts).flatMap(([key, value]) => (value ? [`${key}=${encoded(value)}`] : []));
  return known.length > 0 ? `?${known.join('&')}` : '';
};

export const badgePath = (repository: string, { branch, image, suite }: BadgeSubject): string =>
  `/badge/${repository.split('/').map(encoded).join('/')}.svg${queryOf({ branch, image, suite })}`;

/** `peopleUrl`: where people reach the coordinator, without a trailing slash. The badge leads to the runs that it is of. */
export function badgeMarkdown(peopleUrl: string, repository: string, subject: BadgeSubject): string {
  const { branch, image } = subject;
  const words = badgeLabel(subject).replace(/[\\[\]`<>\p{Cc}]/gu, '');
  const runs = `${peopleUrl}/${queryOf({ repository, branch, image })}`;
  return `[![${words}](${peopleUrl}${badgePath(repository, subject)})](${runs})`;
}
