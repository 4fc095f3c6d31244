import { Button, FileButton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { useCreatePart } from '#data/prompts.ts'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { listNameOf } from './list-name.ts'

/** More than any list may have. */
const MAX_BYTES = 1_000_000

/** Makes lists of text files: a line of the file is a line of the list. */
export function ImportFiles() {
  const { mutateAsync, isPending } = useCreatePart()
  const bring = async (files: readonly File[]) => {
    let brought = 0
    for (const file of files) {
      try {
        if (file.size > MAX_BYTES) throw new RangeError('The file is too large.')
        await mutateAsync({ kind: 'list', name: listNameOf(file.name), text: await file.text() })
        brought += 1
      } catch (error) {
        notifications.show({ message: `${file.name} was not taken: ${wordsOf(error)}` })
      }
    }
    if (brought > 0) notifications.show({ message: `${count(brought, 'list', 'lists')} taken` })
  }
  return (
    <FileButton multiple accept="text/plain,.txt" onChange={(files) => void bring(files)}>
      {(props) => (
        <Button {...props} variant="subtle" leftSection={<Icon name="download" />} loading={isPending}>
          Import
        </Button>
      )}
    </FileButton>
  )
}
