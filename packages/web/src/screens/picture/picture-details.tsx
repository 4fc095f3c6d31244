import type { Image } from '@easel/contract'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { generationQuery, modelsQuery, providersQuery } from '#data/queries.ts'
import { useDrawnByRules } from '#data/use-engine.ts'
import { copyText } from '#parts/copy-text.ts'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { adjustmentWords } from '#parts/adjustment-words.ts'
import { useChangeImage } from './change-image.ts'
import { DescribeButton } from './describe-button.tsx'
import { PictureLineage } from './lineage.tsx'
import { MakeAgain } from './make-again.tsx'
import classes from './picture-details.module.css'
import { PictureKeeping } from './picture-keeping.tsx'
import { factsOf, type Labels } from './picture-facts.ts'
import { Stars } from './stars.tsx'
import { useSettingsAgain } from './use-settings-again.ts'

interface PictureDetailsProps {
  readonly image: Image
  readonly onClose: () => void
  readonly onShow: (id: string) => void
}

/** All that is known of a picture. */
export function PictureDetails({ image, onClose, onShow }: PictureDetailsProps) {
  const settings = useSettingsAgain()
  const change = useChangeImage()
  const drawnByRules = useDrawnByRules()(image.provider)
  const generation = useQuery({ ...generationQuery(image.generationId ?? ''), enabled: image.generationId !== null })
  const labels = useLabels(image, generation.data?.connectionId ?? null)
  const adjustments = generation.data?.adjustments ?? []
  const revised = image.revisedPrompt !== image.generationPrompt ? image.revisedPrompt : null
  return (
    <div className={classes['details']}>
      {image.deletedAt === null && <Stars value={image.rating} onChange={(rating) => change(image, { rating })} />}
      {drawnByRules && <p className={classes['sketch']}>Sketch – drawn by rules, not AI</p>}
      <Passage title="Prompt" text={image.generationPrompt} />
      <Passage title="As typed" text={image.typedPrompt} />
      <Passage title="As the engine rewrote it" text={revised} />
      <Passage title="Negative prompt" text={image.negativePrompt} />
      <Passage title="Description" text={image.description} />
      <DescribeButton image={image} />
      {image.generationPrompt !== null && (
        <Button
          variant="light"
          leftSection={<Icon name="reuse" />}
          onClick={() => {
            onClose()
            void settings.fromImage(image)
          }}
        >
          Use these settings
        </Button>
      )}
      {image.deletedAt === null && (
        <>
          <MakeAgain image={image} onClose={onClose} />
          <PictureLineage key={image.id} image={image} onShow={onShow} />
        </>
      )}
      {image.deletedAt === null && <PictureKeeping key={image.id} image={image} />}
      <dl className={classes['facts']}>
        {factsOf(image, labels).map(({ name, value, copy }) => (
          <div key={name} className={classes['fact']}>
            <dt>{name}</dt>
            <dd>
              {value}
              {copy && (
                <IconButton
                  icon="copy"
                  iconSize={15}
                  label={`Copy ${name.toLowerCase()}`}
                  className={classes['copy'] ?? ''}
                  onClick={() => void copyText(value, name)}
                />
              )}
            </dd>
          </div>
        ))}
      </dl>
      {adjustments.length > 0 && (
        <section>
          <h3 className={classes['title']}>Adjusted for this model</h3>
          <ul className={classes['adjustments']}>
            {adjustments.map((adjustment) => (
              <li key={adjustment.field}>{adjustmentWords(adjustment)}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

/** A model is known by its label only while the engine that drew it is still connected and answers. */
function useLabels(image: Image, connectionId: string | null): Labels {
  const providers = useQuery(providersQuery())
  const models = useQuery({ ...modelsQuery(connectionId ?? ''), enabled: connectionId !== null })
  return {
    engine: providers.data?.find(({ id }) => id === image.provider)?.label ?? null,
    model: models.data?.find(({ id }) => id === image.generationModel)?.label ?? null,
  }
}

interface PassageProps {
  readonly title: string
  readonly text: string | null
}

function Passage({ title, text }: PassageProps) {
  if (text === null || text === '') return null
  return (
    <section>
      <div className={classes['head']}>
        <h3 className={classes['title']}>{title}</h3>
        <IconButton
          icon="copy"
          iconSize={15}
          label={`Copy ${title.toLowerCase()}`}
          className={classes['copy'] ?? ''}
          onClick={() => void copyText(text, title)}
        />
      </div>
      <p className={classes['text']}>{text}</p>
    </section>
  )
}
