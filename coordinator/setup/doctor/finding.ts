import type { Finding } from '#shared/diagnosis.ts';

export const good = (about: string, text: string): Finding => ({ about, state: 'good', text, remedy: null });

export const warning = (about: string, text: string, remedy: string | null): Finding => ({
  about,
  state: 'warning',
  text,
  remedy,
});

export const bad = (about: string, text: string, remedy: string | null): Finding => ({
  about,
  state: 'bad',
  text,
  remedy,
});

/** An operational error as a finding: its sentence is "what is wrong; what to do". */
export function badBecause(about: string, error: unknown): Finding {
  if (!(error instanceof Error)) throw error;
  const [text = '', ...remedy] = error.message.split(/; |\. (?=[A-Z])/);
  return bad(about, text, remedy.length > 0 ? remedy.join('; ') : null);
}
