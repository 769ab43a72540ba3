import { test } from 'bun:test';
import { join } from 'node:path';
import { run } from '../support/process/install.ts';
import { promtool } from '../support/process/promtool.ts';
import { describeReal } from '../support/process/services.ts';
import { OBSERVABILITY } from './rules.ts';

/** Where promtool has to be fetched first. */
const FETCH_MS = 120_000;

describeReal('the Prometheus rules', ['promtool'], () => {
  test.each([
    ['are rules that Prometheus takes', 'check rules', 'prometheus_rules.yml'],
    ['fire when they should, and not before', 'test rules', 'prometheus_rules.test.yml'],
    ['are found by the settings of the compose profile', 'check config', 'prometheus.yml'],
  ])(
    '%s',
    async (_, command, file) => run([await promtool(), ...command.split(' '), join(OBSERVABILITY, file)]),
    FETCH_MS,
  );
});
