/** Apart, so that it is loaded when it is needed: what a bundle imports later has the names of our own modules only. */
export { parse } from 'yaml';
