import { useState } from 'react';
import type * as z from 'zod';
import type { sessionView } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { createToken, type TokenMade, type TokenView, tokenMade } from '#shared/people-api.ts';
import { isAdministrator, isWithin, permissions, type Role, repositoryPattern } from '#shared/roles.ts';
import { useNow } from '../live/clock.ts';
import { useSend } from '../live/send.ts';
import { fieldProblem } from '../parts/field-problem.ts';
import { Choice, Form, TextField } from '../parts/form.tsx';
import { shellWord } from '../parts/shell-word.ts';
import { people } from '../texts/people.ts';
import { tokens as texts } from '../texts/tokens.ts';

export type Session = z.output<typeof sessionView>;
export type Kind = TokenView['kind'];

const minuteMs = 60_000;
const dayMs = 86_400_000;
const usualDays = limits.apiTokenMs / dayMs;
const lasting = [1, 7, 30, usualDays, 180, limits.apiTokenMaxMs / dayMs].map(days => `${days}`);

type Wish = { name: string; kind: Kind; role: Role; pattern: string; days: string };

type TokenFormProps = {
  session: Session;
  /** Whose whoever reads may make. */
  kinds: readonly [Kind, ...Kind[]];
  onMade(made: TokenMade): void;
  onClose(): void;
};

export function TokenForm({ session: { rights }, kinds, onMade, onClose }: TokenFormProps) {
  const usual = { name: '', kind: kinds[0], role: 'viewer', pattern: '', days: `${usualDays}` } as const;
  const [wish, setWish] = useState<Wish>(usual);
  const [isTried, setTried] = useState(false);
  const send = useSend(wish.kind === 'program' ? 'tokens/programs' : 'tokens', tokenMade);
  const set = (change: Partial<Wish>) => setWish(before => ({ ...before, ...change }));
  const { kind, role } = wish;
  const [name, pattern, days] = [wish.name.trim(), wish.pattern.trim(), Number(wish.days)];
  const wrong = {
    name: fieldProblem(createToken.shape.name, name, isTried),
    pattern: fieldProblem(repositoryPattern, pattern, isTried) ?? beyond(rights, wish),
  };
  const act = () => {
    setTried(true);
    const body = createToken.safeParse({ name, role, pattern, days });
    if (body.success && wrong.pattern === null) send.mutate(body.data, { onSuccess: onMade });
  };
  return (
    <Form
      title={texts.make}
      act={texts.make}
      command={commandOf({ ...wish, name, pattern })}
      isBusy={send.isPending}
      problem={send.error ? send.error.message : null}
      onAct={act}
      onClose={onClose}
    >
      <TextField
        label={texts.name}
        hint={texts.nameHint}
        value={wish.name}
        error={wrong.name}
        onChange={text => set({ name: text })}
      />
      {kinds.length > 1 && (
        <Choice
          label={texts.kind}
          value={kind}
          choices={kinds.map(each => [each, texts.kinds[each]] as const)}
          onChange={chosen => set({ kind: chosen })}
        />
      )}
      <TextField
        label={texts.pattern}
        hint={texts.patternHint}
        value={wish.pattern}
        error={wrong.pattern}
        choices={patternsOf(rights)}
        onChange={text => set({ pattern: text })}
      />
      <Choice
        label={texts.role}
        value={role}
        choices={people.roleChoices}
        onChange={chosen => set({ role: chosen })}
      />
      <Lasts value={wish.days} onChange={chosen => set({ days: chosen })} />
    </Form>
  );
}

function Lasts({ value, onChange }: { value: string; onChange(days: string): void }) {
  const now = useNow(minuteMs);
  const until = (days: string) => new Date(now + Number(days) * dayMs).toISOString().slice(0, 10);
  return (
    <Choice
      label={texts.lasts}
      value={value}
      choices={lasting.map(days => [days, texts.days(Number(days), until(days))] as const)}
      onChange={onChange}
    />
  );
}

/** No token can do more than whoever makes it, and for a program it takes the role `admin`. */
function beyond(rights: Session['rights'], { kind, role, pattern }: Wish): string | null {
  const asked = { pattern: pattern.trim(), role };
  if (!repositoryPattern.safeParse(asked.pattern).success) return null;
  const needed = kind === 'program' ? permissions['make-program-tokens'].role : role;
  if (isWithin(rights, { ...asked, role: needed })) return null;
  return kind === 'program' ? texts.beyondProgram : texts.beyond;
}

/** Where they have a role, or everywhere. */
const patternsOf = (rights: Session['rights']): string[] => [
  ...new Set([
    ...rights.grants.filter(({ role }) => role !== 'none').map(({ pattern }) => pattern),
    ...Object.keys(rights.forge),
    ...(isAdministrator(rights) ? ['*'] : []),
  ]),
];

const commandOf = ({ name, kind, role, pattern, days }: Wish): string =>
  [
    'paddock token create',
    shellWord(name || 'NAME'),
    ...(kind === 'program' ? ['--program'] : []),
    `--role ${role} --for ${shellWord(pattern || 'acme/rocket')} --days ${days}`,
  ].join(' ');
