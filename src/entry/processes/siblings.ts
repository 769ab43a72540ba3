import type { MetricsSnapshot, Siblings } from '../../ops/merged-metrics.ts';
import { NUMBER, type ToParent, type ToProcess } from './messages.ts';

interface Child extends Siblings {
  /** Tells the parent that this process takes requests. */
  readonly listening: () => void;
}

/**
 * The other processes, reached through the parent that has started them. Undefined in a process that was not
 * started by one. The end of the parent stops the process as SIGTERM does, so that none is left behind.
 */
export function siblingsOf(self: NodeJS.Process): Child | undefined {
  const number = Number(self.env[NUMBER]);
  if (!number || !self.send) return undefined;
  const send = (message: ToParent) => {
    // A parent that is gone is told by `disconnect`.
    if (self.connected) self.send?.(message, undefined, undefined, () => {});
  };
  const asked = new Map<number, (all: readonly MetricsSnapshot[]) => void>();
  let lastId = 0;
  let metrics = noMetrics;

  self.on('message', (message: ToProcess) => {
    switch (message.kind) {
      case 'collect':
        void metrics().then((own) => send({ kind: 'metrics', id: message.id, metrics: own }));
        break;
      case 'gathered':
        asked.get(message.id)?.(message.all);
        asked.delete(message.id);
    }
  });
  self.once('disconnect', () => self.emit('SIGTERM', 'SIGTERM'));

  return {
    number,
    listening: () => send({ kind: 'listening' }),
    share(own) {
      metrics = own;
    },
    gather() {
      const id = ++lastId;
      return new Promise((resolve) => {
        asked.set(id, resolve);
        send({ kind: 'gather', id });
      });
    },
  };
}

const noMetrics = (): Promise<MetricsSnapshot> => Promise.resolve([]);
