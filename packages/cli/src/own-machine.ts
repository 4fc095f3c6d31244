// Commands for the machine that the server runs on. Where only the client is installed, they say so.
import { Stopped } from './stopped.ts'

/** @throws Stopped when the server is not installed beside this command */
export async function withServer<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    if (!missing || !error.message.includes('@easel/server')) throw error
    throw new Stopped('This is the client alone. Run this command where the server is installed: npm run easel -- …')
  }
}
