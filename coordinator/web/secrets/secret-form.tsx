import { useState } from 'react';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { type SecretSaved, type SecretView, secretName, secretSaved, secretScope } from '#shared/secrets.ts';
import { useSend } from '../live/send.ts';
import { fieldProblem } from '../parts/field-problem.ts';
import { Choice, Form, TextField } from '../parts/form.tsx';
import { shellWord } from '../parts/shell-word.ts';
import { form as formTexts } from '../texts/form.ts';
import { secrets as texts } from '../texts/secrets.ts';
import { labelsText, readImages, readLabels } from './restrictions.ts';
import { ValueField } from './value-field.tsx';

type Wish = Pick<SecretView, 'name' | 'repository' | 'stage' | 'form'> & {
  images: string;
  labels: string;
  value: string;
};

const nothing = {
  repository: '',
  name: '',
  stage: '',
  form: 'variable',
  images: '',
  labels: '',
  value: '',
} as const;

const wishOf = (secret: SecretView | null): Wish =>
  secret
    ? { ...secret, images: secret.images.join(', '), labels: labelsText(secret.labels), value: '' }
    : nothing;

type SecretFormProps = {
  title: string;
  /** Of which the next version is set; null: another secret. */
  of: SecretView | null;
  /** Repositories and owners that have secrets. */
  places: readonly string[];
  onSaved(saved: SecretSaved): void;
  onClose(): void;
};

export function SecretForm({ title, of, places, onSaved, onClose }: SecretFormProps) {
  const [wish, setWish] = useState(() => wishOf(of));
  const [isTried, setTried] = useState(false);
  const { mutate, isPending, error } = useSend('secrets', secretSaved);
  const set = (change: Partial<Wish>) => setWish(before => ({ ...before, ...change }));
  const [name, repository] = [wish.name.trim(), wish.repository.trim()];
  const [images, labels] = [readImages(wish.images), readLabels(wish.labels)];
  const { stage, form, value } = wish;
  const wrongValue = valueProblem(value, isTried);
  const act = () => {
    setTried(true);
    const isNamed = secretName.safeParse(name).success && secretScope.safeParse(repository).success;
    if (!isNamed || !images.value || !labels.value || value === '' || wrongValue) return;
    const restrictions = { images: images.value, labels: labels.value };
    // The line end that a paste brings along is no part of a variable; of a file it is.
    const sent = form === 'file' ? value : value.replace(/\r?\n$/, '');
    mutate({ name, repository, stage, form, ...restrictions, value: sent }, { onSuccess: onSaved });
  };
  return (
    <Form
      title={title}
      act={of ? texts.replace : texts.set}
      command={commandOf({ ...wish, name, repository })}
      isBusy={isPending}
      problem={error ? error.message : null}
      onAct={act}
      onClose={onClose}
    >
      <TextField
        label={texts.name}
        hint={texts.nameHint}
        value={wish.name}
        error={fieldProblem(secretName, name, isTried)}
        isFixed={of !== null}
        onChange={text => set({ name: text })}
      />
      <TextField
        label={texts.repository}
        hint={texts.repositoryHint}
        value={wish.repository}
        error={fieldProblem(secretScope, repository, isTried)}
        choices={places}
        isFixed={of !== null}
        onChange={text => set({ repository: text })}
      />
      {!of && (
        <Choice
          label={texts.stage}
          value={stage}
          choices={texts.stages}
          onChange={chosen => set({ stage: chosen })}
        />
      )}
      <Choice
        label={texts.form}
        value={form}
        choices={texts.forms}
        onChange={chosen => set({ form: chosen })}
      />
      <TextField
        label={texts.images}
        hint={texts.imagesHint}
        value={wish.images}
        error={images.problem}
        onChange={text => set({ images: text })}
      />
      <TextField
        label={texts.labels}
        hint={texts.labelsHint}
        value={wish.labels}
        error={labels.problem}
        onChange={text => set({ labels: text })}
      />
      {of && <p className="form-wide dim">{texts.onlyThis}</p>}
      <ValueField value={value} error={wrongValue} onChange={text => set({ value: text })} />
    </Form>
  );
}

function valueProblem(value: string, isTried: boolean): string | null {
  if (value === '') return isTried ? formTexts.missing : null;
  const isTooLarge = new TextEncoder().encode(value).byteLength > limits.secretBytes;
  return isTooLarge ? texts.tooLarge(bytesText(limits.secretBytes)) : null;
}

/** Without the value, which is never an argument. */
const commandOf = ({ name, repository, stage, form, images, labels }: Wish): string =>
  [
    `paddock secret set ${shellWord(name || 'NAME')} --repository ${shellWord(repository || 'acme/rocket')}`,
    ...(form === 'file' ? ['--file'] : []),
    ...(stage === 'on-merge' ? ['--on-merge'] : []),
    ...(readImages(images).value ?? []).map(image => `--image ${shellWord(image)}`),
    ...Object.entries(readLabels(labels).value ?? {}).map(
      ([label, text]) => `--label ${shellWord(`${label}=${text}`)}`,
    ),
    '< FILE',
  ].join(' ');
