import { html, raw } from 'hono/html';
import type { OpenApiDocument, Operation } from './types.ts';

/** Policy of the page: its own style, and nothing from elsewhere. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  summary { cursor: pointer; padding: .3rem 0; }
  code, pre { font: .9em ui-monospace, monospace; }
  pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; border-radius: .3rem; }
  table { border-collapse: collapse; width: 100%; }
  td, th { border-top: 1px solid #8886; padding: .3rem .5rem; text-align: left; vertical-align: top; }
  .method { display: inline-block; min-width: 4rem; font-weight: 600; text-transform: uppercase; }
`;

/** Page of the API for people, made from its OpenAPI document. It has no script, and asks no other host. */
export function apiPage(document: OpenApiDocument) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Spillway: the API</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Spillway</h1>
        <p>${document.info.description}</p>
        <p>As OpenAPI 3.1: <a href="/openapi.json">/openapi.json</a></p>
        ${document.tags.map(
          ({ name, description }) =>
            html`<h2>${name}</h2>
              <p>${description}</p>
              ${operations
                .filter(({ operation }) => operation.tags.some((tag) => tag === name))
                .map(operationPart)}`,
        )}
        <h2>Schemas</h2>
        ${Object.entries(document.components.schemas).map(
          ([name, schema]) =>
            html`<details id="${name}">
              <summary><code>${name}</code></summary>
              ${json(schema)}
            </details>`,
        )}
      </body>
    </html>`;
}

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function operationPart({ path, method, operation }: Entry) {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  return html`<details>
    <summary><span class="method">${method}</span> <code>${path}</code> ${summary}</summary>
    ${description === undefined ? '' : html`<p>${description}</p>`}
    ${
      parameters.length === 0
        ? ''
        : rows(parameters.map(({ name, in: place, description: words }) => [name, place, words]))
    }
    ${Object.entries(requestBody?.content ?? {}).map(
      ([type, { examples = {} }]) =>
        html`<h4>${type}</h4>
          ${Object.values(examples).map(({ value }) => json(value))}`,
    )}
    ${rows(Object.entries(responses).map(([status, response]) => [status, response.description]))}
  </details>`;
}

function rows(cells: readonly (readonly string[])[]) {
  return html`<table>
    ${cells.map(
      (row) =>
        html`<tr>
          ${row.map((cell) => html`<td>${cell}</td>`)}
        </tr>`,
    )}
  </table>`;
}

function json(value: unknown) {
  return html`<pre>${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>`;
}
