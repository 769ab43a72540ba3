import { test } from 'bun:test';
import { join } from 'node:path';
import { run } from '../support/install.ts';
import { promtool } from '../support/promtool.ts';
import { describeReal } from '../support/services.ts';
import { OBSERVABILITY } from './rules.ts';

/** Where promtool has to be fetched first. */
const FETCH_MS = 120_000;

describeReal('the Prometheus rules', ['promtool'], () => {
  test.each([
    ['are rules that Prometheus takes', 'check', 'prometheus_rules.yml'],
    ['fire when they should, and not before', 'test', 'prometheus_rules.test.yml'],
  ])(
    '%s',
    async (_, command, file) => run([await promtool(), command, 'rules', join(OBSERVABILITY, file)]),
    FETCH_MS,
  );
});
