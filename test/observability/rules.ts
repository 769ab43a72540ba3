import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const OBSERVABILITY = join(import.meta.dir, '../../observability');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function readRules(): AlertRule[] {
  const text = readFileSync(join(OBSERVABILITY, 'prometheus_rules.yml'), 'utf8');
  const { groups } = Bun.YAML.parse(text) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** The metrics that a PromQL expression asks for: its identifiers that are neither labels nor functions. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, ' ')
    .replaceAll(/\b(?:on|ignoring|by|without|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const names = bare.matchAll(/(?<![\w:.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g);
  return [...new Set([...names].map(([name]) => name))].filter((name) => !KEYWORDS.has(name));
}
