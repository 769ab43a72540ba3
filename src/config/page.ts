import type * as z from 'zod';
import { groups } from './groups.ts';

const HEAD = `# Configuration

This page is for operators. It lists every setting with its default. All settings are environment variables. Two are required: one that names Kafka and one that names Redis, or \`EMBEDDED\` in place of either. An empty variable counts as unset. If a variable cannot be read or contradicts another, Spillway refuses to start and says what is allowed. A variable that looks like one of these and is none (\`KAFKA_BROKER\`, \`KAFKA_BOOTSTRAP_SERVERS\`) is named in a WARNING at the start, with the setting that is meant.

<!-- Made from src/config by \`bun run docs\`: edit the words there. -->
`;

/** Generates `docs/configuration.md` from the specs of the variables. */
export function configurationPage(): string {
  const tables = Object.entries(groups).map(([title, fields]) => table(title, fields));
  return [HEAD, ...tables].join('');
}

function table(title: string, fields: Readonly<Record<string, z.ZodType>>): string {
  const rows = Object.entries(fields).map(
    ([name, rule]) => `| \`${name}\` | ${defaultOf(rule)} | ${rule.description} |\n`,
  );
  return `\n## ${title}\n\n| variable | default | meaning |\n|---|---|---|\n${rows.join('')}`;
}

/** The rule's own default, so that the page cannot differ from it; without one, the spec's `unset`. */
function defaultOf(rule: z.ZodType): string {
  const value = rule.parse(undefined);
  return value === undefined ? String(rule.meta()?.['unset']) : `\`${value as string | number | boolean}\``;
}
