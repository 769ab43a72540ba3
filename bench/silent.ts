/** The log of what is measured. */
export const SILENT = { debug() {}, info() {}, warning() {}, error() {} };
