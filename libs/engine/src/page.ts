/** What serves the page needs: its files, and the headers that keep it to them. Reaches nothing else of the engine. */
export { SECURITY_HEADERS } from './host/headers.ts'
export { readStaticFiles, type StaticFile } from './host/static-files.ts'
