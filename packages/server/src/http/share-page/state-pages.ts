import { glyph, mark } from './glyphs.ts'
import { html, type Html, type Part } from './html.ts'
import { timeInWords } from './share-words.ts'

interface PasswordForm {
  readonly name: string
  readonly wrong: boolean
  readonly tooMany: boolean
}

/** Works without a script: the form is sent to the link's own address. */
export function passwordPage({ name, wrong, tooMany }: PasswordForm): Html {
  const fault = tooMany ? 'Too many wrong passwords. Try again later.' : wrong ? 'That is not the password.' : null
  return card(
    glyph('lock'),
    'A password is needed',
    html`<p>Whoever sent you this link has one for it.</p>
      <form method="post" action="/s/${encodeURIComponent(name)}">
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          required
          maxlength="200"
          autocomplete="off"
          autofocus${fault !== null && html` aria-invalid="true" aria-describedby="fault"`}
        />
        ${fault !== null && html`<p class="fault" id="fault" role="alert">${fault}</p> `}<button
          class="button main"
          type="submit"
        >
          Show
        </button>
      </form>`,
  )
}

export function notYetPage(startsAt: string): Html {
  return card(
    glyph('clock'),
    'Not open yet',
    html`<p>It opens on <time datetime="${startsAt}">${timeInWords(startsAt)}</time>.</p>`,
  )
}

export function endedPage(): Html {
  return card(
    glyph('clock'),
    'This link has ended',
    html`<p>It was open for a while only. Ask whoever sent it to you for another one.</p>`,
  )
}

export function missingPage(): Html {
  return card(
    glyph('away'),
    'Nothing here',
    html`<p>The link may be incomplete, or it was taken back. Ask whoever sent it to you.</p>`,
  )
}

export function tooManyPage(): Html {
  return card(glyph('clock'), 'Too many tries', html`<p>Wait a quarter of an hour, then try again.</p>`)
}

function card(picture: Html, title: string, words: Part): Html {
  return html`<body class="state">
    <main>
      <span class="sign">${picture}</span>
      <h1>${title}</h1>
      ${words}
    </main>
    ${mark()}
  </body>`
}
