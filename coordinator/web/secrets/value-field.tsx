import { Checkbox, Input } from '@mantine/core';
import { useId, useState } from 'react';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { secrets as texts } from '../texts/secrets.ts';

type ValueFieldProps = { value: string; error: string | null; onChange(value: string): void };

/** A value of one line or many, typed, pasted or from a file; hidden while it is typed unless somebody asks for it. */
export function ValueField({ value, error, onChange }: ValueFieldProps) {
  const [isShown, setShown] = useState(false);
  const [file, setFile] = useState<{ text: string; isGood: boolean } | null>(null);
  const id = useId();
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    const read = await readText(chosen);
    setFile({ text: 'problem' in read ? read.problem : nameOf(chosen), isGood: !('problem' in read) });
    if ('value' in read) onChange(read.value);
  };
  return (
    <div className="form-wide secret-value">
      <Input.Wrapper id={id} label={texts.value} description={texts.valueHint} error={error}>
        <Input
          component="textarea"
          id={id}
          multiline
          rows={4}
          className={isShown ? undefined : 'hidden-value'}
          value={value}
          aria-invalid={error !== null}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      </Input.Wrapper>
      <div className="secret-file">
        <Checkbox
          size="xs"
          label={texts.show}
          checked={isShown}
          onChange={({ currentTarget }) => setShown(currentTarget.checked)}
        />
        <label className="secret-file-input">
          <span>{texts.file}</span>
          <input type="file" onChange={({ currentTarget }) => void take(currentTarget.files?.[0])} />
        </label>
        {file && (
          <span role="status" className={file.isGood ? 'dim' : 'bad'}>
            {file.text}
          </span>
        )}
      </div>
    </div>
  );
}

const nameOf = ({ name, size }: File): string => texts.fromFile(name, bytesText(size));

/** As it is, byte for byte, or why it cannot be a secret. */
async function readText(file: File): Promise<{ value: string } | { problem: string }> {
  if (file.size > limits.secretBytes) return { problem: texts.tooLarge(bytesText(limits.secretBytes)) };
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { value: decoder.decode(await file.arrayBuffer()) };
  } catch {
    return { problem: texts.notText };
  }
}
