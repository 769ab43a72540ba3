/** What follows the text of a line, as `name=value`. Never a payload, never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One line for the operators. Logging never throws and never waits. */
export interface Log {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warning(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
}
