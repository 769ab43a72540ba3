import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { install, isInstalled, mayInstall, run } from '../process/install.ts';

const CACHE = join(import.meta.dir, '../../../node_modules/.cache/spillway-kafka');

/** Whether Java 17 and Maven are here, or may be installed. */
export function canRunKafka(): boolean {
  return (javaVersion() >= 17 && (isInstalled('mvn') || existsSync(join(CACHE, 'libs')))) || mayInstall();
}

/** Why no Kafka can run as processes of this machine; undefined if it can. */
export function localKafkaMissing(): string | undefined {
  return canRunKafka() ? undefined : 'no Kafka with settings of its own: needs Java 17 and Maven';
}

let jars: Promise<string> | undefined;

/** The directory with Kafka's jars, fetched by Maven the first time. */
export function kafkaJars(): Promise<string> {
  return (jars ??= fetchJars());
}

async function fetchJars(): Promise<string> {
  const libs = join(CACHE, 'libs');
  if (javaVersion() < 17) await install('default-jre-headless');
  if (existsSync(libs)) return libs;
  if (!isInstalled('mvn')) await install('maven');
  console.warn('Fetching Kafka for the tests, by Maven');
  // Renamed when it is complete: a fetch that was interrupted must not count.
  const partial = join(CACHE, `partial-${process.pid}`);
  mkdirSync(CACHE, { recursive: true });
  const pom = join(import.meta.dir, 'pom.xml');
  try {
    await run(['mvn', '-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`]);
    renameSync(partial, libs);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return libs;
}

function javaVersion(): number {
  if (!isInstalled('java')) return 0;
  const { stderr } = Bun.spawnSync(['java', '-version']);
  return Number(/version "(\d+)/.exec(stderr.toString())?.[1] ?? 0);
}
