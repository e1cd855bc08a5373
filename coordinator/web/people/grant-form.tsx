import { useState } from 'react';
import { done } from '#shared/api.ts';
import { login as loginName } from '#shared/people-api.ts';
import { type GrantedRole, repositoryPattern } from '#shared/roles.ts';
import { useSend } from '../live/send.ts';
import { fieldProblem } from '../parts/field-problem.ts';
import { Choice, Form, TextField } from '../parts/form.tsx';
import { shellWord } from '../parts/shell-word.ts';
import { people as texts } from '../texts/people.ts';

type Wish = { login: string; pattern: string; role: GrantedRole };

type GrantFormProps = {
  title: string;
  /** What is to be changed, of whom and where; null: another one. */
  of: Wish | null;
  /** Names and patterns that there are, to choose from. */
  known: { logins: readonly string[]; patterns: readonly string[] };
  onDone(message: string): void;
  onClose(): void;
};

/** Gives a role, in the place of what the name has for the pattern. */
export function GrantForm({ title, of, known, onDone, onClose }: GrantFormProps) {
  const [wish, setWish] = useState<Wish>(of ?? { login: '', pattern: '', role: 'viewer' });
  const [isTried, setTried] = useState(false);
  const { mutate, isPending, error } = useSend('people/grants', done);
  const set = (change: Partial<Wish>) => setWish(before => ({ ...before, ...change }));
  const { role } = wish;
  const [login, pattern] = [wish.login.trim(), wish.pattern.trim()];
  const wrong = {
    login: fieldProblem(loginName, login, isTried),
    pattern: fieldProblem(repositoryPattern, pattern, isTried),
  };
  const isGood = loginName.safeParse(login).success && repositoryPattern.safeParse(pattern).success;
  const act = () => {
    setTried(true);
    if (isGood) mutate({ login, pattern, role }, { onSuccess: ({ message }) => onDone(message) });
  };
  const words = [login || 'LOGIN', role, shellWord(pattern || 'acme/rocket')];
  return (
    <Form
      title={title}
      act={texts.give}
      command={`paddock people grant ${words.join(' ')}`}
      isBusy={isPending}
      problem={error ? error.message : null}
      onAct={act}
      onClose={onClose}
    >
      <TextField
        label={texts.login}
        hint={texts.loginHint}
        value={wish.login}
        error={wrong.login}
        choices={known.logins}
        isFixed={of !== null}
        onChange={text => set({ login: text })}
      />
      <TextField
        label={texts.pattern}
        hint={texts.patternHint}
        value={wish.pattern}
        error={wrong.pattern}
        choices={known.patterns}
        isFixed={of !== null}
        onChange={text => set({ pattern: text })}
      />
      <Choice
        label={texts.roleLabel}
        value={role}
        choices={[...texts.roleChoices, texts.noneChoice]}
        onChange={chosen => set({ role: chosen })}
      />
    </Form>
  );
}
