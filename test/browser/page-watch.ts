// Everything that a page has to complain about, so that a test in which all went well can say that nothing went wrong beside it.
import type { ConsoleMessage, Page, Request, Response } from 'playwright-core'

export interface PageWatch {
  /** Lines on the console that warn or worse, uncaught errors, refused or broken requests; what is tolerated is left out. */
  faults(): readonly string[]
  /** These faults are part of what is tested. */
  tolerate(fault: RegExp): void
  /** The last of what went to and fro, for whoever wonders why a test failed. */
  lately(): readonly string[]
}

/** A page that navigates away or drops a stream aborts what it had asked for. */
const abandoned = /ERR_ABORTED/

const told = (message: ConsoleMessage): string =>
  `console ${message.type()}: ${message.text()} (${message.location().url})`
const broken = (request: Request): string =>
  `${request.method()} ${request.url()}: ${request.failure()?.errorText ?? ''}`
const answered = (response: Response): string =>
  `${response.request().method()} ${response.url()}: ${response.status()}`

/** Watches a page from before its first navigation. Violations of the content security policy stand on the console. */
export function watchPage(page: Page): PageWatch {
  const all: string[] = []
  const tolerated: RegExp[] = []
  const traffic: string[] = []
  page.on('request', (request) => traffic.push(`${request.method()} ${request.url()}`))
  page.on('response', (response) => traffic.push(answered(response)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') all.push(told(message))
  })
  page.on('pageerror', (error) => all.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('requestfailed', (request) => {
    if (!abandoned.test(request.failure()?.errorText ?? '')) all.push(broken(request))
  })
  page.on('response', (response) => {
    if (response.status() >= 400) all.push(answered(response))
  })
  return {
    faults: () => all.filter((fault) => !tolerated.some((pattern) => pattern.test(fault))),
    tolerate: (fault) => tolerated.push(fault),
    lately: () => traffic.slice(-12),
  }
}
