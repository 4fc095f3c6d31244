import { notifications } from '@mantine/notifications'

/** Puts text on the clipboard and says so. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notifications.show({ message: `${what} copied`, autoClose: 2000 })
  } catch {
    // Browsers give no clipboard to a page that came by plain http from another machine.
    notifications.show({ message: 'This browser does not let the page copy', autoClose: 4000 })
  }
}
