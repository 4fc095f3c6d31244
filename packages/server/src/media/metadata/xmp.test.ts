import { describe, expect, it } from 'vitest'
import { terms } from '../testing.ts'
import { readSourceType, withoutPadding, withSourceType } from './xmp.ts'

const ai = `${terms}trainedAlgorithmicMedia`
const iptc = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'

function packet(inside: string): string {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${inside}</rdf:RDF></x:xmpmeta>${' '.repeat(500)}<?xpacket end="w"?>`
}

function forms(value: string): [name: string, packet: string][] {
  return [
    ['attribute', packet(`<rdf:Description rdf:about="" ${iptc} Iptc4xmpExt:DigitalSourceType="${value}"/>`)],
    [
      'attribute in apostrophes',
      packet(`<rdf:Description rdf:about='' ${iptc.replaceAll('"', "'")} Iptc4xmpExt:DigitalSourceType = '${value}'/>`),
    ],
    [
      'element',
      packet(
        `<rdf:Description rdf:about="" ${iptc}><Iptc4xmpExt:DigitalSourceType> ${value}\n</Iptc4xmpExt:DigitalSourceType></rdf:Description>`,
      ),
    ],
    [
      'resource',
      packet(
        `<rdf:Description rdf:about="" ${iptc}><Iptc4xmpExt:DigitalSourceType rdf:resource="${value}"/></rdf:Description>`,
      ),
    ],
    [
      'another prefix',
      packet(
        `<rdf:Description rdf:about="" ${iptc.replace('Iptc4xmpExt=', 'ext.x=')} ext.x:DigitalSourceType="${value}"/>`,
      ),
    ],
  ]
}

describe('reading', () => {
  it.each(forms(ai))('ME15: finds the source type as %s', (_, text) => {
    expect(readSourceType(text)).toBe(ai)
  })

  it.each([
    ['nothing', ''],
    ['no packet', 'DigitalSourceType="x"'],
    ['a packet without it', packet('<rdf:Description rdf:about=""/>')],
    ['another namespace', packet('<rdf:Description xmlns:p="http://example.org/" p:DigitalSourceType="x"/>')],
    ['an empty element', packet(`<rdf:Description ${iptc}><Iptc4xmpExt:DigitalSourceType/></rdf:Description>`)],
  ])('ME15: finds none in %s', (_, text) => {
    expect(readSourceType(text)).toBeNull()
  })

  // Each of these would take hours if the search went back over what it has seen.
  it.each([
    ['names without values', '<a:DigitalSourceType '.repeat(400_000)],
    ['an element that does not end', `<a:DigitalSourceType>x${' '.repeat(8_000_000)}`],
    ['an attribute that does not begin', ` a:DigitalSourceType${' '.repeat(8_000_000)}`],
    ['bindings', 'xmlns:a '.repeat(1_000_000)],
    ['a long name', `<a:DigitalSourceType ${'rdf:resource='.repeat(600_000)}`],
  ])('ME15: reads eight megabytes of %s', (_, nonsense) => {
    const binding = 'xmlns:a="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    expect(readSourceType(binding + nonsense)).toBeNull()
    expect(withSourceType(`${binding}${nonsense}</rdf:RDF>`, ai)).toContain(ai)
  })
})

describe('merging', () => {
  it('ME12: begins a packet where there is none, or none that can be read', () => {
    for (const before of [null, '', 'garbage', '<x:xmpmeta><rdf:RDF>']) {
      const made = withSourceType(before, ai) ?? ''
      expect(readSourceType(made)).toBe(ai)
      expect(made).toContain('xmp:CreatorTool="Easel"')
      expect(made).not.toContain('garbage')
    }
  })

  it.each(forms(`${terms}digitalCapture`))('ME12: changes the value where it is another: %s', (_, text) => {
    const changed = withSourceType(text, ai) ?? ''
    expect(changed).toBe(text.replace(`${terms}digitalCapture`, ai))
  })

  it.each([`${terms}trainedAlgorithmicMedia`, `${terms}compositeWithTrainedAlgorithmicMedia`])(
    'ME12: keeps %s',
    (value) => {
      for (const [, text] of forms(value)) {
        expect(withSourceType(text, ai)).toBeNull()
        expect(withSourceType(text, `${terms}algorithmicMedia`)).toBeNull()
      }
    },
  )

  it('ME12: adds to what is there, about the same thing, and keeps its creator tool', () => {
    const before = packet(
      '<rdf:Description rdf:about="uuid:7" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Engine 2"><dc:title xmlns:dc="x">Fox &amp; snow</dc:title></rdf:Description>',
    )
    const after = withSourceType(before, ai) ?? ''
    expect(readSourceType(after)).toBe(ai)
    expect(after).toContain('Fox &amp; snow')
    expect(after.match(/CreatorTool="[^"]*"/g)).toEqual(['CreatorTool="Engine 2"'])
    expect(after.match(/rdf:about="[^"]*"/g)).toEqual(['rdf:about="uuid:7"', 'rdf:about="uuid:7"'])
    expect(after.match(/<\/rdf:RDF>/g)).toHaveLength(1)
  })

  it('gives up the padding only', () => {
    const before = packet('<rdf:Description rdf:about=""/>')
    expect(withoutPadding(before)).toBe(before.replace(' '.repeat(500), '\n'))
    expect(withoutPadding('<x/>')).toBe('<x/>')
  })
})
