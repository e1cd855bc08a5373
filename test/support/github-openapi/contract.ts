/** Checks requests, answers and webhooks against the subset of GitHub's own API description beside this file. */
import type { ValidateFunction } from 'ajv';
import {
  createCompiler,
  type Operation,
  operationsOf,
  type Parameter,
  readSubset,
  type Schema,
} from './operations.ts';

export type CheckedRequest = { method: string; path: string; query: URLSearchParams; body: unknown };

export type Contract = {
  /** What is wrong with a request; `unknown-call` when GitHub has no such call or Paddock never said it makes it. */
  checkRequest: (request: CheckedRequest) => string[] | 'unknown-call';
  checkAnswer: (request: CheckedRequest, status: number, body: unknown) => string[];
  /** `name` is the event and its action, as in `pull-request-opened`. */
  checkWebhook: (name: string, payload: unknown) => string[];
};

type Validators = Record<'exact' | 'ofText', (schema: Schema) => ValidateFunction>;

function problemsOf(place: string, validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${place}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function parameterProblems(validators: Validators, parameter: Parameter, text: string | null): string[] {
  const place = `${parameter.in} ${parameter.name}`;
  if (text === null) return parameter.required ? [`${place} is missing`] : [];
  return problemsOf(place, validators.ofText(parameter.schema), text);
}

function pathProblems(validators: Validators, operation: Operation, path: string): string[] {
  const segments = operation.pattern.exec(path)?.slice(1) ?? [];
  return operation.parameters
    .filter(parameter => parameter.in === 'path')
    .flatMap(parameter =>
      parameterProblems(validators, parameter, segments[operation.pathNames.indexOf(parameter.name)] ?? null),
    );
}

function queryProblems(validators: Validators, operation: Operation, query: URLSearchParams): string[] {
  const known = operation.parameters.filter(parameter => parameter.in === 'query');
  const unknown = [...query.keys()].filter(name => !known.some(parameter => parameter.name === name));
  return [
    ...unknown.map(name => `query ${name} is not known to GitHub`),
    ...known.flatMap(parameter => parameterProblems(validators, parameter, query.get(parameter.name))),
  ];
}

function bodyProblems(validators: Validators, operation: Operation, body: unknown): string[] {
  if (!operation.body) return body === undefined ? [] : ['body is not part of this call'];
  if (body === undefined) return ['body is missing'];
  return problemsOf('body', validators.exact(operation.body), body);
}

/** Schemas are compiled when they are first met; a contract that is not used costs reading one file. */
export async function loadContract(): Promise<Contract> {
  const subset = await readSubset();
  const operations = operationsOf(subset);
  const validators = { exact: createCompiler(subset, false), ofText: createCompiler(subset, true) };
  const find = ({ method, path }: CheckedRequest) =>
    operations.find(operation => operation.method === method && operation.pattern.test(path));
  const check = (schema: Schema | undefined, place: string, value: unknown): string[] =>
    schema ? problemsOf(place, validators.exact(schema), value) : [`${place} is not described`];
  return {
    checkRequest: request => {
      const operation = find(request);
      if (!operation) return 'unknown-call';
      return [
        ...pathProblems(validators, operation, request.path),
        ...queryProblems(validators, operation, request.query),
        ...bodyProblems(validators, operation, request.body),
      ];
    },
    checkAnswer: (request, status, body) =>
      check(find(request)?.answers.get(status), `answer ${status}`, body),
    checkWebhook: (name, payload) => check(subset.webhooks[name], name, payload),
  };
}
