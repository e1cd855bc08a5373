/** Forms: they open in their place, say what is wrong while it is typed, and show the command that does the same. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { form as texts } from '../texts/form.ts';
import { Command } from './copy-button.tsx';
import './form.css';

/** What opens below its button, which has the focus again afterwards. */
export function useOpening() {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = useCallback(() => {
    setOpen(false);
    button.current?.focus();
  }, []);
  const toggle = () => setOpen(!isOpen);
  return { isOpen, close, button: { ref: button, 'aria-expanded': isOpen, onClick: toggle } };
}

type FormProps = {
  title: string;
  /** The verb on the button that does it. */
  act: string;
  /** Null: the command line has none. */
  command: string | null;
  isBusy: boolean;
  /** What came of the last try, when it did not work. */
  problem: string | null;
  onAct(): void;
  onClose(): void;
  children: ReactNode;
};

const controls = 'input:not([readonly]):not([type="file"]), select, textarea';

export function Form({ title, act, command, isBusy, problem, onAct, onClose, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => form.current?.querySelector<HTMLElement>(controls)?.focus(), []);
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries]);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
  };
  return (
    <form
      ref={form}
      className="form panel"
      aria-label={title}
      noValidate
      autoComplete="off"
      onKeyDown={onKey}
      onSubmit={event => {
        event.preventDefault();
        onAct();
        // To what is wrong, which may be said from this try on only.
        setTries(tries + 1);
      }}
    >
      <h3>{title}</h3>
      <div className="form-fields">{children}</div>
      {problem && (
        <p className="form-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="form-end">
        <Button type="submit" loading={isBusy}>
          {act}
        </Button>
        <Button variant="default" onClick={onClose}>
          {texts.back}
        </Button>
      </div>
      {command && (
        <div className="form-command">
          <p className="dim">{texts.command}</p>
          <Command text={command} />
        </div>
      )}
    </form>
  );
}

type FieldProps = {
  label: string;
  hint?: ReactNode;
  value: string;
  /** Shown; null: nothing is wrong. */
  error: string | null;
  /** What is likely to be meant. */
  choices?: readonly string[];
  /** What it says cannot be changed here. */
  isFixed?: boolean;
  placeholder?: string;
  onChange(value: string): void;
};

export function TextField({ label, hint, value, error, choices = [], isFixed, ...rest }: FieldProps) {
  const { onChange, placeholder } = rest;
  const list = useId();
  return (
    <>
      <TextInput
        label={label}
        description={hint}
        value={value}
        error={error}
        readOnly={isFixed ?? false}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(choices.length === 0 ? {} : { list })}
        spellCheck={false}
        autoCapitalize="off"
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {choices.length > 0 && (
        <datalist id={list}>
          {choices.map(choice => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </>
  );
}

type ChoiceProps<Value extends string> = {
  label: string;
  hint?: ReactNode;
  value: Value;
  choices: readonly (readonly [value: Value, label: string])[];
  onChange(value: Value): void;
};

export function Choice<Value extends string>({ label, hint, value, choices, onChange }: ChoiceProps<Value>) {
  return (
    <NativeSelect
      label={label}
      description={hint}
      value={value}
      data={choices.map(([each, text]) => ({ value: each, label: text }))}
      onChange={({ currentTarget }) => {
        const chosen = choices.find(([each]) => each === currentTarget.value);
        if (chosen) onChange(chosen[0]);
      }}
    />
  );
}
