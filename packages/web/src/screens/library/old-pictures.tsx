import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { oldLibraries, removeOldLibraries, sendOldPicture } from '#data/old-pictures.ts'
import { count } from '#parts/format.ts'
import { ProgressLine } from '#parts/progress-line.tsx'
import classes from './old-pictures.module.css'

interface Work {
  readonly state: 'offered' | 'running' | 'ended' | 'closed'
  readonly done: number
  /** Why some are not in, by their place. */
  readonly failures: ReadonlyMap<number, string>
}

const offered: Work = { state: 'offered', done: 0, failures: new Map() }

/** Offers to bring in what the page of an older system left in this browser. */
export function OldPictures() {
  const [libraries] = useState(oldLibraries)
  const [work, setWork] = useState<Work>(offered)
  const pictures = libraries.flatMap((library) => library.pictures)
  const close = () => setWork({ ...work, state: 'closed' })
  if (pictures.length === 0 || work.state === 'closed') return null

  async function bring(places: readonly number[]): Promise<void> {
    setWork({ state: 'running', done: pictures.length - places.length, failures: new Map() })
    for (const place of places) {
      const picture = pictures[place]
      const fault = picture === undefined ? null : await sendOldPicture(picture)
      setWork((now) =>
        fault === null
          ? { ...now, done: now.done + 1 }
          : { ...now, failures: new Map([...now.failures, [place, fault]]) },
      )
    }
    setWork((now) => ({ ...now, state: 'ended' }))
  }

  const words = count(pictures.length, 'picture', 'pictures')
  const { done, failures } = work
  if (work.state === 'offered') {
    return (
      <Offer
        title="There are pictures in this browser"
        text={`${words} of an older system can move into your library.`}
      >
        <Button onClick={() => void bring(pictures.map((_, place) => place))}>
          Bring in {words} from this browser
        </Button>
        <Button variant="subtle" onClick={close}>
          Not now
        </Button>
      </Offer>
    )
  }
  if (work.state === 'running') {
    return (
      <Offer title="Bringing in" text={`${done} of ${words}`}>
        <div className={classes['progress']}>
          <ProgressLine label="Bringing in" value={(done + failures.size) / pictures.length} />
        </div>
      </Offer>
    )
  }
  if (failures.size > 0) {
    return (
      <Offer
        title={`${done} of ${words} are in`}
        text={`${count(failures.size, 'picture', 'pictures')} could not be brought in and stay in this browser.`}
        faults={[...failures].map(
          ([place, fault]) => `${pictures[place]?.record.prompt ?? `Picture ${place + 1}`}: ${fault}`,
        )}
      >
        <Button onClick={() => void bring([...failures.keys()])}>Try again</Button>
        <Button variant="subtle" onClick={close}>
          Not now
        </Button>
      </Offer>
    )
  }
  return (
    <Offer
      title={`All ${words} are in`}
      text="They are in your library now. The originals still take up room in this browser."
    >
      <Button
        onClick={() => {
          removeOldLibraries(libraries)
          close()
        }}
      >
        Remove the originals
      </Button>
      <Button variant="subtle" onClick={close}>
        Keep them
      </Button>
    </Offer>
  )
}

interface OfferProps {
  readonly title: string
  readonly text: string
  readonly faults?: readonly string[]
  readonly children: ReactNode
}

function Offer({ title, text, faults = [], children }: OfferProps) {
  return (
    <section className={classes['offer']} aria-label="Pictures in this browser">
      <div className={classes['words']} role="status">
        <h2 className={classes['title']}>{title}</h2>
        <p>{text}</p>
        {faults.length > 0 && (
          <ul className={classes['faults']}>
            {faults.map((fault, index) => (
              <li key={`${index} ${fault}`}>{fault}</li>
            ))}
          </ul>
        )}
      </div>
      <div className={classes['buttons']}>{children}</div>
    </section>
  )
}
