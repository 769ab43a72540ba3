import { unnamedParts } from '../config/embedded.ts';

// Preload of the dev tasks: it embeds the parts that no variable names, so that developers need to set none.

process.env['EMBEDDED'] ||= unnamedParts(process.env).join(',');
