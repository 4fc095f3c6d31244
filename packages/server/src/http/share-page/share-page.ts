// What visitors of a link see. Everything here is a pure function of what the visit may be shown.
import type { SharedPage } from '@easel/contract'
import { cardTags, type Card } from './card-tags.ts'
import { html, type Html } from './html.ts'
import { openPage } from './open-page.ts'
import type { ShareAssets } from './share-assets.ts'
import { pageTitle } from './share-words.ts'
import { endedPage, missingPage, notYetPage, passwordPage, tooManyPage } from './state-pages.ts'

export interface OpenShareView {
  readonly kind: 'open'
  readonly page: SharedPage
  /** The page's own, whole. */
  readonly address: string
  /** Null: there is none. */
  readonly card: Card | null
  /** Whole; null: there is none. */
  readonly oembedUrl: string | null
  /** Whole; null: there is none. */
  readonly feedUrl: string | null
  /** Whether search engines may list it. */
  readonly listed: boolean
}

export interface PasswordShareView {
  readonly kind: 'password'
  /** What stands in the link's address: the form is sent there. */
  readonly name: string
  /** The one that was given is not it. */
  readonly wrong: boolean
  /** Too many have been tried: the right one would not be taken either. */
  readonly tooMany: boolean
}

export type ShareView =
  | OpenShareView
  | PasswordShareView
  /** `startsAt`: ISO 8601. */
  | { readonly kind: 'not-yet'; readonly startsAt: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'missing' }
  /** Whoever asks has asked for too much that is not there. */
  | { readonly kind: 'too-many' }

/** The whole page as HTML. It needs no script and no style of its own inline: `assets` name what it is dressed in. */
export function renderSharePage(view: ShareView, assets: ShareAssets): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f6f4" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#121312" />
        ${view.kind === 'open' && view.listed ? null : html`<meta name="robots" content="noindex" /> `}
        <title>${titleOf(view)}</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${view.kind === 'open' ? cardTags(view) : null}${assets.styles.map((href) => html`<link rel="stylesheet" href="${href}" /> `)}${assets.scripts.map((src) => html`<script type="module" src="${src}"></script> `)}
      </head>
      ${bodyOf(view)}
    </html> `.html
}

function titleOf(view: ShareView): string {
  if (view.kind === 'open') return pageTitle(view.page)
  if (view.kind === 'password') return 'A password is needed'
  if (view.kind === 'not-yet') return 'Not open yet'
  if (view.kind === 'ended') return 'This link has ended'
  return view.kind === 'too-many' ? 'Too many tries' : 'Nothing here'
}

function bodyOf(view: ShareView): Html {
  switch (view.kind) {
    case 'open':
      return openPage(view.page)
    case 'password':
      return passwordPage(view)
    case 'not-yet':
      return notYetPage(view.startsAt)
    case 'ended':
      return endedPage()
    case 'too-many':
      return tooManyPage()
    case 'missing':
      return missingPage()
  }
}
