import type { Tag } from '@easel/contract'
import { Modal, Tabs } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { PickedFile } from '#data/picked-files.ts'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { TagPicker } from '#screens/picture/tag-picker.tsx'
import type { AddTab } from './add-images.tsx'
import { BringProgress } from './bring-progress.tsx'
import { BringReport } from './bring-report.tsx'
import { GenerateTab } from './generate-tab.tsx'
import { ImportTab } from './import-tab.tsx'
import { UploadTab } from './upload-tab.tsx'
import { useBringIn } from './use-bring-in.ts'
import classes from './add-images-dialog.module.css'

interface AddImagesDialogProps {
  readonly tab: AddTab
  /** Dropped or pasted since. */
  readonly incoming: readonly PickedFile[]
  readonly onClose: () => void
}

const labels = { generate: 'Generate', upload: 'Upload', import: 'Import' } as const
const order: readonly AddTab[] = ['generate', 'upload', 'import']
const isTab = (value: string | null): value is AddTab => order.some((one) => one === value)

/** New pictures: made, sent or fetched, all with the same tags. */
export function AddImagesDialog({ tab: first, incoming, onClose }: AddImagesDialogProps) {
  const [tab, setTab] = useState<AddTab>(first)
  const [tags, setTags] = useState<readonly Tag[]>([])
  const bring = useBringIn()
  useFocusReturn()
  useEffect(() => setTab(first), [first, incoming])
  const { work } = bring
  const running = work?.state === 'running'
  const picker = <TagPicker label="Tags for all of them" tags={tags} above onChange={setTags} />
  return (
    <Modal
      opened
      onClose={onClose}
      title="Add images"
      size={640}
      // What runs is stopped by its own button, never by a key or a click beside it.
      closeOnEscape={!running}
      closeOnClickOutside={!running}
      withCloseButton={!running}
    >
      {work !== null && work.state === 'running' && <BringProgress now={work.now} onStop={bring.stop} />}
      {work !== null && work.state === 'ended' && <BringReport now={work.now} onMore={bring.again} onClose={onClose} />}
      {work === null && (
        <Tabs
          unstyled
          value={tab}
          onChange={(value) => isTab(value) && setTab(value)}
          classNames={{ list: classes['list'] ?? '', tab: classes['tab'] ?? '', panel: classes['panel'] ?? '' }}
        >
          <Tabs.List aria-label="Ways to add images">
            {order.map((value) => (
              <Tabs.Tab key={value} value={value}>
                {labels[value]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="generate">
            {tab === 'generate' && <GenerateTab tags={tags} picker={picker} onClose={onClose} />}
          </Tabs.Panel>
          <Tabs.Panel value="upload">
            {tab === 'upload' && (
              <UploadTab
                incoming={incoming}
                picker={picker}
                onAdd={(files) => void bring.start(files, { tags, source: 'upload' })}
              />
            )}
          </Tabs.Panel>
          <Tabs.Panel value="import">
            {tab === 'import' && (
              <ImportTab
                incoming={incoming}
                tags={tags}
                picker={picker}
                onImport={(files) => void bring.start(files, { tags, source: 'import' })}
                onClose={onClose}
              />
            )}
          </Tabs.Panel>
        </Tabs>
      )}
    </Modal>
  )
}
