import type { Finding } from './audit.ts';

const from = (file: string) => JSON.stringify(new URL(file, import.meta.url).pathname);

/** Plays a scenario with plain KafkaJS in a process of its own, where an uncaught error is one more finding. */
export async function playInChild(title: string): Promise<Finding[]> {
  const script = `
    const end = (findings) => {
      console.log(JSON.stringify(findings));
      process.exit();
    };
    process.once('uncaughtException', (error) => end([{ breach: 'crash', detail: String(error) }]));
    const { SCENARIOS } = await import(${from('scenarios.ts')});
    const { PlainKafkaJs } = await import(${from('plain-kafkajs.ts')});
    const scenario = SCENARIOS.find(({ title }) => title === ${JSON.stringify(title)});
    end(await scenario.play((brokers, habits) => new PlainKafkaJs(brokers, habits)));
  `;
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'ignore' });
  return JSON.parse(await new Response(child.stdout).text()) as Finding[];
}
